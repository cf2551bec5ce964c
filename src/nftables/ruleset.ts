import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import * as TE from 'fp-ts/TaskEither'
import type { Message } from '../../protocol'
import { NLM_F } from '../../protocol/netlink/header'
import { NFT_CHAIN, type Chain as WireChain } from '../../protocol/nftables/chain'
import { VERDICT } from '../../protocol/nftables/data'
import { TYPE_BITS } from '../../protocol/nftables/datatype'
import type { Element as WireElement } from '../../protocol/nftables/element'
import { NFT_FLOWTABLE, type Flowtable as WireFlowtable } from '../../protocol/nftables/flowtable'
import { NFT_OBJECT, type NftObject as WireObject } from '../../protocol/nftables/object'
import type { Rule as WireRule } from '../../protocol/nftables/rule'
import { NFT_DATA, NFT_SET, type NftSet as WireSet } from '../../protocol/nftables/set'
import type { Table as WireTable } from '../../protocol/nftables/table'
import { BYTEORDER } from '../../protocol/nftables/userdata'
import type { NetlinkError } from '../socket/error'
import { message } from '../socket/message'
import { type ListRequest, listing, type Request } from '../socket/request'
import type { Session } from '../socket/session'
import { elementsOf, type Reading } from './content'
import { type Datatype, datatype, datatypeOf, rawInteger } from './datatype'
import { decompile, type Known } from './decompile'
import { limitOf, quotaOf, statefulOf } from './expression/stateful'
import { synproxyOf } from './expression/synproxy'
import { verdictOf } from './expression/verdict'
import { type Family, familyName } from './family'
import { flagsIn, setFlags, tableFlags } from './flag'
import { generation } from './generation'
import { hookName } from './hook'
import { type Kind, kindOf, kindsOf, widthOf } from './kind'
import { type Layout, objectKind } from './layout'
import { rulesetText } from './listing'
import { nftables } from './presence'
import { ruleText } from './print'
import { priorityText } from './priority'
import type { Operand, Rule, Statement } from './syntax'
import type {
  ChainHook,
  Flowtable,
  ListedChain,
  ListedRule,
  ListedTable,
  NftObject,
  NftSet,
  Ruleset
} from './table'
import { policyOf } from './timeout'
import { type Typeof, typeofOperand } from './typeof'

type Typed<K> = Extract<Message, { readonly type: K }>

/** All messages that answer such a question. */
export const dump = <K extends Message['type'], A extends Message['type']>(
  type: K,
  answer: A,
  attributes: object = {},
  nfgenFamily = 0
): ListRequest<Typed<A>> => dumpOf(type, answer, each => [each], attributes, nfgenFamily)

/** The same, and what each message tells. */
export const dumpOf = <K extends Message['type'], A extends Message['type'], V>(
  type: K,
  answer: A,
  values: (message: Typed<A>) => ReadonlyArray<V>,
  attributes: object = {},
  nfgenFamily = 0
): ListRequest<V> =>
  listing({
    operation: 'nftables.ruleset',
    protocol: 'netfilter',
    messages: () =>
      E.right([message(type, NLM_F.REQUEST | NLM_F.DUMP, { header: { nfgenFamily }, attributes } as never)]),
    entries: each => (each.type === answer ? values(each as Typed<A>) : []),
    fields: {},
    needs: [nftables]
  })

/** The names of interfaces by their indexes; the kernel leaves statistics out. */
const interfaces: Request<ReadonlyMap<number, string>> = {
  operation: 'nftables.ruleset',
  protocol: 'route',
  answering: 'dump',
  messages: () =>
    E.right([message('RTM_GETLINK', NLM_F.REQUEST | NLM_F.DUMP, { attributes: { extMask: 8 } })]),
  read: answers =>
    new Map(
      answers.flatMap(answer =>
        answer.type === 'RTM_NEWLINK' && answer.attributes.ifname !== undefined
          ? [[answer.header.index, answer.attributes.ifname] as const]
          : []
      )
    ),
  fields: {}
}

const isBase = ({ attributes }: WireChain): boolean => attributes.hook !== undefined

const chainTypes = ['filter', 'nat', 'route'] as const

const baseOf = (family: Family, { attributes: { hook, policy, type } }: WireChain): ChainHook => {
  const number = hook?.hooknum ?? 0
  const devices = [
    ...(hook?.devs?.name ?? []),
    ...(hook?.devs?.name === undefined && hook?.dev !== undefined ? [hook.dev] : [])
  ]
  return {
    type: chainTypes.find(each => each === type) ?? 'filter',
    hook: hookName(family, number),
    priority: priorityText(family, number, hook?.priority ?? 0),
    policy: policy === VERDICT.DROP ? 'drop' : 'accept',
    ...(devices.length > 0 && { devices })
  }
}

const partNumbers = (type: number): ReadonlyArray<number> => {
  const parts: Array<number> = []
  for (let rest = type; rest > 0; rest = Math.floor(rest / 2 ** TYPE_BITS))
    parts.unshift(rest % 2 ** TYPE_BITS)
  return parts
}

/** Kinds of keys or data by nft's numbers; datatypes without a size of their own take what is left. */
const kindsFrom = (type: number, size: number, byteorder: number | undefined): ReadonlyArray<Kind> => {
  const types = partNumbers(type).map(number => datatypeOf(number) ?? datatype('integer'))
  const [only] = types
  if (types.length !== 1 || only === undefined) return sized(types, size)
  if (only.bits > 0) return [kindOf(only)]
  return [
    {
      type: only,
      bits: size * 8,
      order: only.order === 'text' ? 'text' : byteorder === BYTEORDER.HOST_ENDIAN ? 'host' : 'network'
    }
  ]
}

const whole = (size: number): Kind => ({ type: rawInteger, bits: size * 8, order: 'network' })

/** A part without a size of its own takes what the others leave; of two nobody knows where the second one begins. */
const sized = (types: ReadonlyArray<Datatype>, size: number): ReadonlyArray<Kind> => {
  const left = size - widthOf(types.map(kindOf))
  const kinds = types.map(type => (type.bits === 0 ? whole(left) : kindOf(type)))
  return kinds.length > 0 && left >= 0 && widthOf(kinds) === size ? kinds : [whole(size)]
}

const has = (flags: number, flag: number): boolean => (flags & flag) !== 0

/** A set as it was told of, and how its elements are to be read. */
export interface Held {
  readonly set: Omit<NftSet, 'elements'>
  readonly layout: Layout
  readonly flags: number
}

const statementsOf = ({ expr, expressions }: WireSet['attributes']) =>
  [...(expr === undefined ? [] : [expr]), ...(expressions ?? [])].flatMap(each => statefulOf(each) ?? [])

const names = (kinds: ReadonlyArray<Kind>): ReadonlyArray<string> =>
  kinds.map(({ type, of }) => (type === rawInteger && of === undefined ? 'unknown' : type.name))

/** What nft kept of `typeof`, if it is all of it. */
const toldBy = (kept: Typeof | undefined, size: number): Operand | undefined => {
  const operand = kept === undefined ? undefined : typeofOperand(kept)
  return operand !== undefined && widthOf(kindsOf(operand)) === size ? operand : undefined
}

/** What a set is, without its elements. */
export const setFrom = ({ attributes }: WireSet): Held => {
  const {
    name = '',
    flags = 0,
    keyType = 0,
    keyLen = 4,
    dataType = 0,
    dataLen = 0,
    userdata = {},
    handle
  } = attributes
  const told = toldBy(userdata.keyTypeof, keyLen)
  const given = toldBy(userdata.dataTypeof, userdata.dataInterval === 1 ? dataLen / 2 : dataLen)
  const key = told === undefined ? kindsFrom(keyType, keyLen, userdata.keybyteorder) : kindsOf(told)
  const dataInterval = userdata.dataInterval === 1
  const size = dataInterval ? dataLen / 2 : dataLen
  const data: Layout['data'] = !has(flags, NFT_SET.MAP | NFT_SET.OBJECT)
    ? undefined
    : has(flags, NFT_SET.OBJECT)
      ? objectKind(attributes.objType)
      : dataType === NFT_DATA.VERDICT
        ? 'verdict'
        : given === undefined
          ? kindsFrom(dataType, size, userdata.databyteorder)
          : kindsOf(given)
  const layout: Layout = {
    key,
    interval: has(flags, NFT_SET.INTERVAL),
    ...(data !== undefined && { data }),
    ...(dataInterval && { dataInterval }),
    ...(userdata.mergeElements === 1 && { merge: true })
  }
  const { policy, desc, timeout, gcInterval } = attributes
  const statements = statementsOf(attributes)
  return {
    layout,
    flags,
    set: {
      name,
      ...(handle !== undefined && { handle }),
      ...(told === undefined ? { type: names(key) } : { typeof: told }),
      ...(data !== undefined && {
        data: Array.isArray(data) ? names(data) : (data as NonNullable<NftSet['data']>)
      }),
      ...(given !== undefined && { dataTypeof: given }),
      ...(dataInterval && { dataInterval }),
      ...flagsIn(setFlags, flags),
      ...(policy === 1 && { policy: 'memory' as const }),
      ...(desc?.size !== undefined && desc.size > 0 && !has(flags, NFT_SET.CONSTANT) && { size: desc.size }),
      ...(timeout !== undefined && timeout > 0n && { timeout: Number(timeout) }),
      ...(gcInterval !== undefined && gcInterval > 0 && { gcInterval }),
      ...(userdata.mergeElements === 1 && { autoMerge: true }),
      ...(userdata.comment !== undefined && { comment: userdata.comment }),
      ...(statements.length > 0 && { statements }),
      kinds: { key, ...(Array.isArray(data) && { data }) }
    }
  }
}

const protocolText = (number: number | undefined): string =>
  datatype('inet_proto').print(BigInt(number ?? 0), 8)

export const objectFrom = ({ attributes }: WireObject): NftObject => {
  const { name = '', handle, type = 0, userdata } = attributes
  const common = {
    name,
    ...(handle !== undefined && { handle }),
    ...(userdata?.comment !== undefined && { comment: userdata.comment })
  }
  switch (attributes.type) {
    case NFT_OBJECT.COUNTER:
      return {
        ...common,
        object: 'counter',
        packets: attributes.data?.packets ?? 0n,
        bytes: attributes.data?.bytes ?? 0n
      }
    case NFT_OBJECT.QUOTA:
      return { ...common, object: 'quota', ...quotaOf(attributes.data ?? {}) }
    case NFT_OBJECT.LIMIT:
      return { ...common, object: 'limit', ...limitOf(attributes.data ?? {}) }
    case NFT_OBJECT.CT_HELPER:
      return {
        ...common,
        object: 'ct helper',
        type: attributes.data?.name ?? '',
        protocol: protocolText(attributes.data?.l4proto),
        l3proto: familyName(attributes.data?.l3proto ?? 1)
      }
    case NFT_OBJECT.CT_TIMEOUT: {
      const protocol = protocolText(attributes.data?.l4proto)
      return {
        ...common,
        object: 'ct timeout',
        protocol,
        l3proto: familyName(attributes.data?.l3proto ?? 1),
        policy: policyOf(protocol, (attributes.data?.data ?? {}) as { readonly [key: string]: unknown })
      }
    }
    case NFT_OBJECT.CT_EXPECT: {
      const { l3proto = 1, l4proto, dport = 0, timeout = 0, size = 0 } = attributes.data ?? {}
      return {
        ...common,
        object: 'ct expectation',
        protocol: protocolText(l4proto),
        dport,
        timeout,
        size,
        l3proto: familyName(l3proto)
      }
    }
    case NFT_OBJECT.SYNPROXY:
      return { ...common, object: 'synproxy', ...synproxyOf(attributes.data ?? {}) }
    case NFT_OBJECT.SECMARK:
      return { ...common, object: 'secmark', context: attributes.data?.ctx ?? '' }
    default:
      return { ...common, object: 'unknown', type, data: attributes.data ?? {} }
  }
}

export const flowtableFrom = ({ attributes }: WireFlowtable): Flowtable => {
  const { name = '', handle, hook, flags = 0 } = attributes
  return {
    name,
    ...(handle !== undefined && { handle }),
    hook: 'ingress',
    priority: priorityText('netdev', 0, hook?.priority ?? 0),
    devices: hook?.devs?.name ?? [],
    ...(has(flags, NFT_FLOWTABLE.HW_OFFLOAD) && { offload: true }),
    ...(has(flags, NFT_FLOWTABLE.COUNTER) && { counter: true })
  }
}

/** What the kernel told of all tables. */
export interface Dumped {
  readonly tables: ReadonlyArray<WireTable>
  readonly chains: ReadonlyArray<WireChain>
  readonly rules: ReadonlyArray<WireRule>
  readonly sets: ReadonlyArray<WireSet>
  readonly elements: ReadonlyMap<WireSet, ReadonlyArray<WireElement>>
  readonly objects: ReadonlyArray<WireObject>
  readonly flowtables: ReadonlyArray<WireFlowtable>
  readonly interfaces: ReadonlyMap<number, string>
}

interface Addressed {
  readonly header: { readonly nfgenFamily: number }
  readonly attributes: { readonly table?: string }
}

const placeOf = ({ header, attributes }: Addressed): string =>
  `${header.nfgenFamily} ${attributes.table ?? ''}`

const grouped = <A>(
  all: ReadonlyArray<A>,
  keyOf: (each: A) => string
): ReadonlyMap<string, ReadonlyArray<A>> => {
  const groups = new Map<string, Array<A>>()
  for (const each of all) {
    const key = keyOf(each)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [each])
    else group.push(each)
  }
  return groups
}

/** A rule is put into words when somebody looks at it. */
const lazyRule = ({ attributes }: WireRule, read: () => ReadonlyArray<Statement>): ListedRule => {
  const { userdata, handle = 0n } = attributes
  let statements: ReadonlyArray<Statement> | undefined
  const comment = userdata?.comment
  const look = (): ReadonlyArray<Statement> => {
    statements ??= read()
    return statements
  }
  return {
    handle,
    get statements() {
      return look()
    },
    ...(comment !== undefined && { comment }),
    get text() {
      return ruleText({ statements: look(), ...(comment !== undefined && { comment }) }, '\t\t')
    }
  }
}

const properties = ({ header, attributes }: WireTable) => {
  const { name = '', handle = 0n, flags = 0, userdata } = attributes
  return {
    family: familyName(header.nfgenFamily),
    name,
    handle,
    ...flagsIn(tableFlags, flags),
    ...(userdata?.comment !== undefined && { comment: userdata.comment })
  }
}

export const tableFrom = (table: WireTable) => {
  const { name, ...rest } = properties(table)
  return { table: name, ...rest }
}

export const chainFrom = (
  family: Family,
  chain: WireChain,
  rulesOf: (chain: string) => ReadonlyArray<ListedRule>
): ListedChain => {
  const { name = '', handle = 0n, userdata } = chain.attributes
  return {
    name,
    handle,
    ...(userdata?.comment !== undefined && { comment: userdata.comment }),
    ...(isBase(chain) && { base: baseOf(family, chain) }),
    rules: rulesOf(name)
  }
}

/** Puts together what belongs together. */
export const tablesFrom = (dumped: Dumped): ReadonlyArray<ListedTable> => {
  const chains = grouped(dumped.chains, placeOf)
  const sets = grouped(dumped.sets, placeOf)
  const objects = grouped(dumped.objects as ReadonlyArray<WireObject & Addressed>, placeOf)
  const flowtables = grouped(dumped.flowtables, placeOf)
  const rules = grouped(dumped.rules, each => `${placeOf(each)} ${each.attributes.chain ?? ''}`)
  return dumped.tables.map(table => {
    const { name = '' } = table.attributes
    const family = familyName(table.header.nfgenFamily)
    const place = `${table.header.nfgenFamily} ${name}`
    const held = new Map(
      (sets.get(place) ?? []).map(set => [set.attributes.name ?? '', { of: set, ...setFrom(set) }] as const)
    )
    const setOf = (each: string): Known | undefined => {
      const found = held.get(each)
      return found === undefined
        ? undefined
        : {
            layout: found.layout,
            elements: dumped.elements.get(found.of) ?? [],
            anonymous: has(found.flags, NFT_SET.ANONYMOUS),
            size: found.set.size
          }
    }
    const own = new Set(
      (chains.get(place) ?? [])
        .filter(({ attributes }) => has(attributes.flags ?? 0, NFT_CHAIN.BINDING))
        .map(({ attributes }) => attributes.name ?? '')
    )
    const rulesOf = (chain: string): ReadonlyArray<ListedRule> =>
      (rules.get(`${place} ${chain}`) ?? []).map(each =>
        lazyRule(each, () => decompile(each.attributes.expressions ?? [], surroundings))
      )
    const surroundings = {
      family,
      setOf,
      ownRules: (chain: string): ReadonlyArray<Rule> | undefined =>
        own.has(chain) ? rulesOf(chain) : undefined,
      interfaces: dumped.interfaces
    }
    const reading: Reading = {
      interfaces: dumped.interfaces,
      verdict: given => verdictOf(given, surroundings.ownRules)
    }
    return {
      ...properties(table),
      objects: (objects.get(place) ?? []).map(objectFrom),
      sets: [...held.values()]
        .filter(each => !has(each.flags, NFT_SET.ANONYMOUS))
        .map(({ set, layout, of }) => ({
          ...set,
          elements: elementsOf(layout, dumped.elements.get(of) ?? [], reading)
        })),
      flowtables: (flowtables.get(place) ?? []).map(flowtableFrom),
      chains: (chains.get(place) ?? [])
        .filter(({ attributes }) => !own.has(attributes.name ?? ''))
        .map(chain => chainFrom(family, chain, rulesOf))
    }
  })
}

type Sending = Pick<Session, 'send' | 'batch'>

const elementsIn = (set: WireSet): ListRequest<WireElement> =>
  dumpOf(
    'NFT_MSG_GETSETELEM',
    'NFT_MSG_NEWSETELEM',
    ({ attributes }) => attributes.elements ?? [],
    { table: set.attributes.table, set: set.attributes.name },
    set.header.nfgenFamily
  )

const firstLeft = <A>(
  results: ReadonlyArray<E.Either<NetlinkError, A>>
): E.Either<NetlinkError, ReadonlyArray<A>> => {
  const values: Array<A> = []
  for (const result of results) {
    if (E.isLeft(result)) return result
    values.push(result.right)
  }
  return E.right(values)
}

/** One look at everything; what changes meanwhile shows in the generation. */
const dumpAll = ({ send, batch }: Sending): TE.TaskEither<NetlinkError, Dumped> =>
  pipe(
    TE.Do,
    TE.apSW('tables', send(dump('NFT_MSG_GETTABLE', 'NFT_MSG_NEWTABLE'))),
    TE.apSW('chains', send(dump('NFT_MSG_GETCHAIN', 'NFT_MSG_NEWCHAIN'))),
    TE.apSW('rules', send(dump('NFT_MSG_GETRULE', 'NFT_MSG_NEWRULE'))),
    TE.apSW('sets', send(dump('NFT_MSG_GETSET', 'NFT_MSG_NEWSET'))),
    TE.apSW('objects', send(dump('NFT_MSG_GETOBJ', 'NFT_MSG_NEWOBJ'))),
    TE.apSW('flowtables', optional(send(dump('NFT_MSG_GETFLOWTABLE', 'NFT_MSG_NEWFLOWTABLE')))),
    TE.apSW('interfaces', send(interfaces)),
    TE.bindW('elements', ({ sets }) =>
      pipe(
        TE.fromTask<ReadonlyArray<E.Either<NetlinkError, ReadonlyArray<WireElement>>>, NetlinkError>(
          batch(sets.map(elementsIn)) as never
        ),
        TE.chainEitherKW(firstLeft),
        TE.map(all => new Map(sets.map((set, n) => [set, all[n] ?? []] as const)))
      )
    )
  )

/** A kernel without flowtables has none. */
const optional = <A>(
  look: TE.TaskEither<NetlinkError, ReadonlyArray<A>>
): TE.TaskEither<NetlinkError, ReadonlyArray<A>> =>
  pipe(
    look,
    TE.orElse(error =>
      error._tag === 'Rejected' && error.code === 'EOPNOTSUPP'
        ? TE.right<NetlinkError, ReadonlyArray<A>>([])
        : TE.left(error)
    )
  )

/** How often the ruleset is read again when it changed meanwhile. */
const attempts = 10

/** A set may be gone when its elements are asked for. */
const changedMeanwhile = (error: NetlinkError): boolean =>
  error._tag === 'Rejected' && error.code === 'ENOENT'

/**
 * All tables with all that is in them, of one generation: it is read again while others change it, and after ten
 * times `complete` is false.
 */
export const ruleset = (session: Sending): TE.TaskEither<NetlinkError, Ruleset> => {
  const attempt = (left: number): TE.TaskEither<NetlinkError, Ruleset> =>
    pipe(
      TE.Do,
      TE.bind('before', () => session.send(generation)),
      TE.bind('dumped', () =>
        pipe(
          dumpAll(session),
          TE.map((dumped): Dumped | undefined => dumped),
          // A set that is gone when its elements are asked for.
          TE.orElse(error => (left > 0 && changedMeanwhile(error) ? TE.right(undefined) : TE.left(error)))
        )
      ),
      TE.bind('after', () => session.send(generation)),
      TE.chain(({ before, dumped, after }) => {
        if (dumped === undefined || (before !== after && left > 0)) return attempt(left - 1)
        const tables = tablesFrom(dumped)
        return TE.right<NetlinkError, Ruleset>({
          generation: before,
          complete: before === after,
          tables,
          get text() {
            return rulesetText(tables)
          }
        })
      })
    )
  return attempt(attempts)
}
