import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import * as TE from 'fp-ts/TaskEither'
import type { Message } from '../../../protocol'
import { NLM_F } from '../../../protocol/netlink/header'
import { type Chain, NF_INET } from '../../../protocol/nftables/chain'
import type { Rule } from '../../../protocol/nftables/rule'
import type { NamespaceRef } from '../../namespace/reference'
import {
  accept,
  equal,
  families,
  iifname,
  oifname,
  type Statement,
  type TableRef,
  transaction
} from '../../nftables'
import type { NetlinkError } from '../../socket/error'
import { message } from '../../socket/message'
import { type ListRequest, listing } from '../../socket/request'
import type { World } from '../world'
import { tableOf } from './layout'
import { type Flow, type Obstacle, obstacleIn, type Ruled } from './passage'

const chains: ListRequest<Chain> = listing({
  operation: 'nftables.chains',
  protocol: 'netfilter',
  links: [],
  namespaces: [],
  messages: () => E.right([message('NFT_MSG_GETCHAIN', NLM_F.REQUEST | NLM_F.DUMP, {})]),
  entries: answer => (answer.type === 'NFT_MSG_NEWCHAIN' ? [answer as Chain] : []),
  fields: {}
})

const rulesOf = (family: number, table: string): ListRequest<Rule> =>
  listing({
    operation: 'nftables.rules',
    protocol: 'netfilter',
    links: [],
    namespaces: [],
    messages: () =>
      E.right([
        message('NFT_MSG_GETRULE', NLM_F.REQUEST | NLM_F.DUMP, {
          header: { nfgenFamily: family },
          attributes: { table }
        })
      ]),
    entries: answer => (answer.type === 'NFT_MSG_NEWRULE' ? [answer as Rule] : []),
    fields: {}
  })

/** A rule of somebody else's, or a policy, that drops what ought to pass. */
export interface Hindrance extends Obstacle {
  /** NFPROTO_*. */
  readonly family: number
  readonly table: string
}

const familyNames: { readonly [number: number]: TableRef['family'] } = Object.fromEntries(
  Object.entries(families).map(([name, number]) => [number, name as TableRef['family']])
)

/** Tables of these families see what is forwarded in the one of the flow. */
const concerns = (family: number, flow: Flow): boolean =>
  family === families.inet || family === families[flow.family]

/** The chains of others that forwarded packets pass. */
const forwardChains = (
  world: World,
  namespace: NamespaceRef | undefined
): TE.TaskEither<NetlinkError, ReadonlyArray<Chain>> =>
  pipe(
    world.send(chains, namespace),
    TE.map(all =>
      all.filter(
        ({ attributes: { hook, table } }) =>
          hook?.hooknum === NF_INET.FORWARD && table !== tableOf('ip').table
      )
    )
  )

const tablesOf = (bases: ReadonlyArray<Chain>): ReadonlyArray<readonly [family: number, table: string]> => [
  ...new Map(
    bases.map(({ header, attributes }) => {
      const family = header.nfgenFamily ?? 0
      return [`${family} ${attributes.table}`, [family, attributes.table ?? ''] as const]
    })
  ).values()
]

/** What of other firewalls would drop each of the flows; nothing for those that pass. */
export const hindrances = (
  world: World,
  namespace: NamespaceRef | undefined,
  flows: ReadonlyArray<Flow>
): TE.TaskEither<NetlinkError, ReadonlyArray<ReadonlyArray<Hindrance>>> =>
  pipe(
    forwardChains(world, namespace),
    TE.bindTo('bases'),
    TE.bind('ruled', ({ bases }) =>
      pipe(
        tablesOf(bases),
        TE.traverseArray(([family, table]) =>
          pipe(
            world.send(rulesOf(family, table), namespace),
            TE.map(rules => [`${family} ${table}`, byChain(rules)] as const)
          )
        ),
        TE.map(pairs => new Map(pairs))
      )
    ),
    TE.map(({ bases, ruled }) =>
      flows.map(flow =>
        bases.flatMap(base => {
          const family = base.header.nfgenFamily ?? 0
          const table = base.attributes.table ?? ''
          if (!concerns(family, flow)) return []
          const obstacle = obstacleIn(base, ruled.get(`${family} ${table}`) ?? new Map(), flow)
          return obstacle === undefined ? [] : [{ family, table, ...obstacle }]
        })
      )
    )
  )

const byChain = (rules: ReadonlyArray<Rule>): ReadonlyMap<string, Ruled> => {
  const found = new Map<string, { readonly name: string; readonly rules: Array<Rule> }>()
  for (const rule of rules) {
    const name = rule.attributes.chain ?? ''
    const chain = found.get(name) ?? { name, rules: [] }
    chain.rules.push(rule)
    found.set(name, chain)
  }
  return found
}

/** `the policy of chain FORWARD in table ip filter`. */
export const hindranceName = ({ family, table, chain, handle }: Hindrance): string =>
  `${handle === undefined ? 'the policy' : `rule ${handle}`} of chain ${chain} in table ${familyNames[family] ?? family} ${table}`

/** How our rules in other tables are known. iptables prints it with `-m comment`. */
const commentOf = (owner: string): string => `isolink ${owner}`

/** What is let through: what comes in by the one link and leaves by the other, or whatever leaves by that. */
export interface Exception {
  readonly iifname?: string
  readonly oifname: string
}

const statementsOf = ({ iifname: from, oifname: to }: Exception): ReadonlyArray<Statement> => [
  ...(from === undefined ? [] : [equal(iifname, from)]),
  equal(oifname, to),
  { text: 'counter', expressions: [{ name: 'counter', data: {} }] },
  accept
]

/**
 * A rule right before what would drop the packets: all that the administrator decides earlier still holds. Of a policy,
 * that is the end of the chain.
 */
export const exceptionChange = (
  { family, table, chain, handle }: Hindrance,
  exception: Exception,
  owner: string
): Message =>
  message('NFT_MSG_NEWRULE', NLM_F.REQUEST | NLM_F.CREATE | (handle === undefined ? NLM_F.APPEND : 0), {
    header: { nfgenFamily: family },
    attributes: {
      table,
      chain,
      ...(handle !== undefined && { position: handle }),
      expressions: statementsOf(exception).flatMap(({ expressions }) => expressions),
      userdata: { comment: commentOf(owner) }
    }
  })

/** Removes our rules from other tables, wherever they are by now. */
export const removeExceptions = (
  world: World,
  namespace: NamespaceRef | undefined,
  owner: string
): TE.TaskEither<NetlinkError, void> =>
  pipe(
    forwardChains(world, namespace),
    TE.map(tablesOf),
    TE.chain(
      TE.traverseArray(([family, table]) =>
        pipe(
          world.send(rulesOf(family, table), namespace),
          TE.map(rules =>
            rules
              .filter(({ attributes }) => attributes.userdata?.comment === commentOf(owner))
              .map(({ attributes: { chain, handle } }) =>
                message('NFT_MSG_DELRULE', NLM_F.REQUEST, {
                  header: { nfgenFamily: family },
                  attributes: { table, chain, handle }
                })
              )
          )
        )
      )
    ),
    TE.map(changes => changes.flat()),
    TE.chain(changes =>
      changes.length === 0 ? TE.right(undefined) : world.send(transaction(changes), namespace)
    )
  )
