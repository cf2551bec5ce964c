import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import * as TE from 'fp-ts/TaskEither'
import type { Chain } from '../../../protocol/nftables/chain'
import type { Element } from '../../../protocol/nftables/element'
import type { Rule } from '../../../protocol/nftables/rule'
import type { NamespaceError } from '../../namespace/error'
import type { NamespaceRef } from '../../namespace/reference'
import { element, families, type TableRef } from '../../nftables'
import type { NetlinkError } from '../../socket/error'
import type { Request } from '../../socket/request'
import type { World } from '../world'
import { tableOf } from './layout'
import { legacyTables } from './legacy'
import type { LookUp } from './meeting'
import { chains, rulesOf, setsOf } from './ruleset'
import { type Rules, type Spot, traverse } from './traversal'

/** A table of somebody else's. */
export interface ForeignTable extends TableRef {
  /** It is one of iptables-legacy, which only that can change. */
  readonly legacy?: true
}

/** A base chain of somebody else's. */
export interface Base {
  readonly ref: ForeignTable
  readonly chain: Chain
  /** The rules of its table, where they have been read already. */
  readonly rules?: Rules['chains']
}

const familyNames: { readonly [number: number]: TableRef['family'] } = Object.fromEntries(
  Object.entries(families).map(([name, number]) => [number, name as TableRef['family']])
)

/** What keeps us from reading the tables of others. */
export type ForeignError = NetlinkError | NamespaceError

/** The base chains of others that pass. */
export const basesOf = (
  world: World,
  namespace: NamespaceRef | undefined,
  passes: (base: Base) => boolean
): TE.TaskEither<ForeignError, ReadonlyArray<Base>> =>
  pipe(
    TE.Do,
    TE.apS('all', world.send(chains, namespace)),
    TE.apSW(
      'legacy',
      TE.fromIOEither(() => legacyBases(world, namespace))
    ),
    TE.map(({ all, legacy }) =>
      [
        ...all
          .filter(({ attributes }) => attributes.hook !== undefined)
          .flatMap((chain): ReadonlyArray<Base> => {
            const family = familyNames[chain.header.nfgenFamily ?? 0]
            const { table } = chain.attributes
            return family === undefined || table === undefined ? [] : [{ ref: { family, table }, chain }]
          })
          .filter(base => base.ref.table !== tableOf('ip').table),
        ...legacy
      ].filter(passes)
    )
  )

const legacyBases = (
  world: World,
  namespace: NamespaceRef | undefined
): E.Either<NamespaceError, ReadonlyArray<Base>> =>
  pipe(
    world.at(namespace),
    E.chain(legacyTables),
    E.map(tables =>
      tables.flatMap(({ family, table, hooks, chains: rules }) =>
        hooks.map(({ chain, hooknum, policy }) => ({
          ref: { family, table, legacy: true } as const,
          chain: {
            type: 'NFT_MSG_NEWCHAIN',
            header: {},
            attributes: {
              name: chain,
              hook: { hooknum },
              policy,
              type: table === 'nat' ? 'nat' : 'filter'
            }
          } as unknown as Chain,
          rules
        }))
      )
    )
  )

const keyOf = ({ family, table, legacy }: ForeignTable): string =>
  `${family} ${table}${legacy === true ? ' of iptables-legacy' : ''}`

export const tablesOf = (bases: ReadonlyArray<Base>): ReadonlyArray<TableRef> => [
  ...new Map(
    bases.filter(({ rules }) => rules === undefined).map(({ ref }) => [keyOf(ref), ref] as const)
  ).values()
]

/** A place in a table of somebody else's. */
export interface ForeignSpot extends Spot {
  readonly ref: ForeignTable
}

/** `the policy of chain FORWARD in table ip filter`. */
export const spotName = ({ ref, chain, handle }: ForeignSpot): string =>
  `${handle === undefined ? 'the policy' : `rule ${handle}`} of chain ${chain} in table ${keyOf(ref)}`

interface Table {
  readonly ref: TableRef
  readonly chains: Rules['chains']
  /** How long the keys of its sets are, in bytes. */
  readonly keys: ReadonlyMap<string, number>
}

const byChain = (rules: ReadonlyArray<Rule>): Rules['chains'] => {
  const found = new Map<string, Array<Rule>>()
  for (const rule of rules) {
    const { chain = '' } = rule.attributes
    const own = found.get(chain)
    if (own === undefined) found.set(chain, [rule])
    else own.push(rule)
  }
  return found
}

const tableIn = (
  world: World,
  namespace: NamespaceRef | undefined,
  ref: TableRef
): TE.TaskEither<NetlinkError, Table> =>
  pipe(
    TE.Do,
    TE.apS('rules', world.send(rulesOf(ref), namespace)),
    TE.apS('sets', world.send(setsOf(ref), namespace)),
    TE.map(({ rules, sets }) => ({
      ref,
      chains: byChain(rules),
      keys: new Map(sets.map(({ attributes: { name = '', keyLen = 0 } }) => [name, keyLen] as const))
    }))
  )

/** What a packet meets: whether a set of a table holds a key. */
interface Question {
  readonly ref: TableRef
  readonly set: string
  readonly key: Uint8Array
}

const idOf = ({ ref, set, key }: Question): string =>
  `${keyOf(ref)} ${set} ${Buffer.from(key).toString('hex')}`

type Answers = ReadonlyMap<string, ReturnType<LookUp>>

const nothingKnown: LookUp = () => undefined

/** What is not answered yet is unknown, and is asked. */
const lookUpIn =
  ({ ref, keys }: Table, answers: Answers, asked: Map<string, Question>): LookUp =>
  (set, keyFrom) => {
    const key = keyFrom(keys.get(set) ?? 0)
    if (key === undefined || key.length === 0) return undefined
    const question = { ref, set, key }
    const id = idOf(question)
    if (answers.has(id)) return answers.get(id)
    asked.set(id, question)
    return undefined
  }

/** Which of the keys are there; of a set that cannot be asked, nothing is known. */
const answered = (
  world: World,
  namespace: NamespaceRef | undefined,
  asked: ReadonlyMap<string, Question>
): TE.TaskEither<NetlinkError, Answers> =>
  pipe(
    TE.fromEither(world.session(namespace)),
    TE.chainTaskK(({ batch }) =>
      batch(
        [...asked.values()].map(({ ref, set, key }): Request<Element | undefined> => element(ref, set, [key]))
      )
    ),
    TE.map(
      results =>
        new Map(
          [...asked.keys()].map((id, n): [string, ReturnType<LookUp>] => {
            const result = results[n]
            if (result === undefined) return [id, undefined]
            if (E.isRight(result))
              return [
                id,
                { held: true, ...(result.right?.data !== undefined && { data: result.right.data }) }
              ]
            const { left } = result
            return [id, left._tag === 'Rejected' && left.code === 'ENOENT' ? { held: false } : undefined]
          })
        )
    )
  )

/** Each answer may lead to another set; so many in a row are looked at. */
const mostRounds = 8

/**
 * What becomes of packets in the base chains of others, in each of them as far as anything certain does. What they meet
 * in sets on their way is looked up key by key, however large those are.
 */
export const fates = <P extends Parameters<typeof traverse>[2], F>(
  world: World,
  namespace: NamespaceRef | undefined,
  bases: ReadonlyArray<Base>,
  packets: ReadonlyArray<P>,
  judge: (ending: ReturnType<typeof traverse>, base: Base, packet: P) => F | undefined
): TE.TaskEither<NetlinkError, ReadonlyArray<ReadonlyArray<F>>> => {
  const walkAll = (
    tables: ReadonlyArray<Table>,
    answers: Answers,
    rounds: number
  ): TE.TaskEither<NetlinkError, ReadonlyArray<ReadonlyArray<F>>> => {
    const asked = new Map<string, Question>()
    const byTable = new Map(tables.map(table => [keyOf(table.ref), table]))
    const found = packets.map(packet =>
      bases.flatMap(base => {
        const table = byTable.get(keyOf(base.ref))
        if (!concerns(base.ref.family, packet.family)) return []
        const rules = {
          chains: base.rules ?? table?.chains ?? new Map(),
          lookUp: table === undefined ? nothingKnown : lookUpIn(table, answers, asked)
        }
        return judge(traverse(base.chain, rules, packet), base, packet) ?? []
      })
    ) as ReadonlyArray<ReadonlyArray<F>>
    return asked.size === 0 || rounds === 0
      ? TE.right(found)
      : pipe(
          answered(world, namespace, asked),
          TE.chain(more => walkAll(tables, new Map([...answers, ...more]), rounds - 1))
        )
  }
  return bases.length === 0
    ? TE.right(packets.map(() => []))
    : pipe(
        tablesOf(bases),
        TE.traverseArray(ref => tableIn(world, namespace, ref)),
        TE.chain(tables => walkAll(tables, new Map(), mostRounds))
      )
}

/** Tables of these families see packets of the one family. */
const concerns = (family: TableRef['family'], packet: 'ip' | 'ip6'): boolean =>
  family === 'inet' || family === 'bridge' || family === packet
