import { pipe } from 'fp-ts/function'
import * as TE from 'fp-ts/TaskEither'
import type { Message } from '../../../protocol'
import { NLM_F } from '../../../protocol/netlink/header'
import type { Chain } from '../../../protocol/nftables/chain'
import { NFT_REG32_00, VERDICT } from '../../../protocol/nftables/data'
import type { Expression } from '../../../protocol/nftables/expression'
import type { Rule } from '../../../protocol/nftables/rule'
import { NFT_TABLE_F } from '../../../protocol/nftables/table'
import { addChain, addRule, addSet, families, type Hook, type Statement } from '../../nftables'
import type { NetlinkError } from '../../socket/error'
import { message } from '../../socket/message'
import { type Layout, layoutOf, type TableFamily, tableOf } from './layout'
import { chains, rulesOf, setsOf, tableAsTold } from './ruleset'
import type { Place } from './table'

/** What of our table, beside its elements, is no longer as we made it. */
export interface Flaw {
  /** In sentences; `of` says which table it is. */
  readonly findings: (of: string) => ReadonlyArray<string>
  /** The changes that make it so again. */
  readonly mending: ReadonlyArray<Message>
}

/** Looks at a table of ours that is there: at its sets, chains and rules, and whether it is in force at all. */
export const flawsOf = ({
  world,
  namespace,
  family
}: Place): TE.TaskEither<NetlinkError, ReadonlyArray<Flaw>> => {
  const ref = tableOf(family)
  const layout = layoutOf(family)
  return pipe(
    TE.Do,
    TE.apS('table', world.send(tableAsTold(ref), namespace)),
    TE.apS('sets', world.send(setsOf(ref), namespace)),
    TE.apS('chains', world.send(chains, namespace)),
    TE.apS('rules', world.send(rulesOf(ref), namespace)),
    TE.map(({ table, sets, chains: all, rules }) => {
      const own = all.filter(
        ({ header, attributes }) => header.nfgenFamily === families[family] && attributes.table === ref.table
      )
      return [
        ...(((table?.attributes.flags ?? 0) & NFT_TABLE_F.DORMANT) === 0 ? [] : [dormant(family)]),
        ...Object.keys(layout.sets)
          .filter(name => !sets.some(({ attributes }) => attributes.name === name))
          .map(name => missingSet(family, layout, name)),
        ...Object.entries(layout.chains).flatMap(([name, wanted]) =>
          flawsOfChain(
            family,
            name,
            wanted,
            own.find(({ attributes }) => attributes.name === name),
            rules.filter(({ attributes }) => attributes.chain === name)
          )
        )
      ]
    })
  )
}

const dormant = (family: TableFamily): Flaw => ({
  findings: of => [`${of} is dormant: nothing of it is in force`],
  mending: [
    message('NFT_MSG_NEWTABLE', NLM_F.REQUEST | NLM_F.CREATE, {
      header: { nfgenFamily: families[family] },
      attributes: { name: tableOf(family).table, flags: 0 }
    })
  ]
})

const missingSet = (family: TableFamily, { sets }: Layout, name: string): Flaw => {
  const shape = sets[name]
  return {
    findings: of => [`the set ${name} of ${of} is gone`],
    mending: shape === undefined ? [] : [addSet(tableOf(family), name, shape)]
  }
}

type Wanted = Layout['chains'][string]

/** Where one rule is amiss, all of the chain are made anew, in one transaction: so each stands in its place. */
const flawsOfChain = (
  family: TableFamily,
  name: string,
  { hook, rules: wanted }: Wanted,
  chain: Chain | undefined,
  found: ReadonlyArray<Rule>
): ReadonlyArray<Flaw> => {
  const ref = tableOf(family)
  const header = { nfgenFamily: families[family] }
  const attributes = { table: ref.table, name }
  const emptying =
    found.length === 0
      ? []
      : [message('NFT_MSG_DELRULE', NLM_F.REQUEST, { header, attributes: { table: ref.table, chain: name } })]
  const filling = wanted.map(statements => addRule(ref, name, statements))
  if (chain === undefined)
    return [
      {
        findings: of => [`the chain ${name} of ${of} is gone`],
        mending: [addChain(ref, name, hook), ...filling]
      }
    ]
  if (!isHookedIn(chain, family, name, hook))
    return [
      {
        findings: of => [`the chain ${name} of ${of} is not hooked in where it was`],
        mending: [
          ...emptying,
          message('NFT_MSG_DELCHAIN', NLM_F.REQUEST, { header, attributes }),
          addChain(ref, name, hook),
          ...filling
        ]
      }
    ]
  const amiss = rulesAmiss(name, wanted, found)
  return [
    ...((chain.attributes.policy ?? VERDICT.ACCEPT) === VERDICT.ACCEPT
      ? []
      : [
          {
            findings: (of: string) => [`the policy of chain ${name} of ${of} is drop`],
            mending: [
              message('NFT_MSG_NEWCHAIN', NLM_F.REQUEST | NLM_F.CREATE, {
                header,
                attributes: { ...attributes, policy: VERDICT.ACCEPT }
              })
            ]
          }
        ]),
    ...(amiss.length === 0
      ? []
      : [
          {
            findings: (of: string) => amiss.map(sentence => `${sentence} of ${of}`),
            mending: [...emptying, ...filling]
          }
        ])
  ]
}

const isHookedIn = (chain: Chain, family: TableFamily, name: string, hook: Hook): boolean => {
  const { attributes } = addChain(tableOf(family), name, hook) as Chain
  return isAsSent(attributes, chain.attributes)
}

/** What is wrong with a chain's rules, in sentences that go on with the name of the table. */
const rulesAmiss = (
  name: string,
  wanted: ReadonlyArray<ReadonlyArray<Statement>>,
  found: ReadonlyArray<Rule>
): ReadonlyArray<string> => {
  if (found.length === 0) return [`no rule is left in chain ${name}`]
  const strangers = [...found]
  const places: Array<number> = []
  const missing: Array<string> = []
  for (const statements of wanted) {
    const at = strangers.findIndex(rule => rule !== undefined && isRule(rule, statements))
    if (at < 0) {
      missing.push(statements.map(({ text }) => text).join(' '))
      continue
    }
    places.push(found.indexOf(strangers[at] as Rule))
    strangers.splice(at, 1)
  }
  if (missing.length === 0 && strangers.length === 0)
    return places.every((place, n) => place === n)
      ? []
      : [`the rules stand in another order in chain ${name}`]
  return [
    ...missing.map(text => `the rule “${text}” is missing from chain ${name}`),
    ...strangers.map(
      ({ attributes }) => `rule ${attributes.handle}, which is not ours, stands in chain ${name}`
    )
  ]
}

const isRule = ({ attributes }: Rule, statements: ReadonlyArray<Statement>): boolean => {
  const sent = statements.flatMap(({ expressions }) => expressions)
  const told = attributes.expressions ?? []
  return sent.length === told.length && sent.every((each, n) => isExpression(each, told[n]))
}

/** What the kernel tells of `nat` beyond what it was sent: what follows from that. */
const implied: ReadonlySet<string> = new Set(['regAddrMax', 'regProtoMax', 'flags'])

const isExpression = (sent: Expression, told: Expression | undefined): boolean => {
  if (told === undefined || sent.name !== told.name) return false
  const { data: ours = {} }: { readonly data?: object } = sent as object
  const { data: theirs = {} }: { readonly data?: object } = told as object
  const added = Object.entries(theirs).filter(
    ([key, value]) => !(key in ours) && !(sent.name === 'nat' && implied.has(key)) && !isNothing(value)
  )
  return added.length === 0 && isAsSent(ours, theirs)
}

/** The kernel tells defaults too. */
const isNothing = (value: unknown): boolean =>
  value === undefined ||
  value === 0 ||
  value === 0n ||
  (typeof value === 'object' && value !== null && Object.values(value).every(isNothing))

/** Whether all that was sent is told, whatever else is. */
const isAsSent = (sent: unknown, told: unknown, key = ''): boolean => {
  if (sent instanceof Uint8Array) return told instanceof Uint8Array && Buffer.compare(sent, told) === 0
  if (typeof sent === 'object' && sent !== null)
    return (
      typeof told === 'object' &&
      told !== null &&
      Object.entries(sent).every(
        ([member, value]) =>
          value === undefined || isAsSent(value, (told as Record<string, unknown>)[member], member)
      )
    )
  if (isRegister(key) && typeof sent === 'number' && typeof told === 'number')
    return registerOf(sent) === registerOf(told)
  return sent === told
}

const isRegister = (key: string): boolean => /^([sd]reg|reg[A-Z]\w+)$/.test(key)

/** Of registers that are the same memory, the kernel tells the number of the larger one. */
const registerOf = (number: number): number =>
  number >= NFT_REG32_00 || number === 0 ? number : NFT_REG32_00 + (number - 1) * 4
