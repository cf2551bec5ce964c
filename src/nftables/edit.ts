import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import type { Message } from '../../protocol'
import { NLM_F } from '../../protocol/netlink/header'
import { NF_NETDEV } from '../../protocol/nftables/chain'
import { VERDICT } from '../../protocol/nftables/data'
import { NFT_LIMIT_F } from '../../protocol/nftables/expression/limit'
import { NFT_FLOWTABLE } from '../../protocol/nftables/flowtable'
import { NFT_OBJECT } from '../../protocol/nftables/object'
import { NFT_RULE_COMPAT_F } from '../../protocol/nftables/rule'
import { NFT_SET, NFT_SET_POL } from '../../protocol/nftables/set'
import { NFT_TABLE_F } from '../../protocol/nftables/table'
import { message } from '../socket/message'
import { families, type TableRef } from './change'
import { type Compiler, compiler, elementData, freshId, stateful, synproxyData } from './compile'
import { type Cursor, isName, parse, type SyntaxFault } from './cursor'
import { datatype, datatypes } from './datatype'
import { type Difference, type Keyed, merged, without } from './interval'
import { type Kind, kindOf, kindsOf, misfit, numberOf } from './kind'
import {
  type IndexOf,
  keysOf,
  type Layout,
  layoutAttributes,
  layoutUserdata,
  linkNamed,
  objectNumbers,
  portions,
  wireElements
} from './layout'
import { hooksOf, priorityOf } from './listing'
import { operand, element as parseElement, values } from './operand'
import { leave, type Place, placed, type RuleName, type Verb } from './order'
import { rule as parseRule, verdict as parseVerdict } from './parser'
import { elementText, ruleText } from './print'
import { statefulAt } from './stateful'
import type { Element, ObjectKind, Operand, Rule, Stateful, Statement, Verdict } from './syntax'
import type { ChainHook, Flowtable, NftObject, NftSet } from './table'
import { policyData } from './timeout'

/** What is known where changes are made into messages. */
export interface Around {
  readonly indexOf: IndexOf
  /** Sets that the changes do not make themselves. */
  readonly layoutOf: (ref: TableRef, set: string) => Layout | undefined
  /** The rules of a chain as they stand by then, if anybody asks for their places. */
  readonly orderOf: (ref: TableRef, chain: string) => Array<RuleName> | undefined
  /** What a set with `auto-merge` has by then. */
  readonly heldBy: (ref: TableRef, set: string) => ReadonlyArray<Keyed>
  /**
   * Tells what it has from now on, and whether the kernel has none of it. The kernel is told by the last change of
   * the set, as it cannot lose what comes in the same transaction.
   */
  readonly hold: (ref: TableRef, set: string, keys: ReadonlyArray<Keyed>, emptied?: boolean) => Difference
}

/** One change of the ruleset, as a value. */
export interface Change {
  /** In the words of `nft`: `add rule inet filter input tcp dport 22 accept`. */
  readonly text: string
  /** Interfaces whose indexes it needs; which words are their names, the sets that it uses tell. */
  readonly links: (layoutOf: Around['layoutOf']) => ReadonlyArray<string>
  /** The set that it makes, which the changes behind it can use. */
  readonly makes?: { readonly ref: TableRef; readonly set: string; readonly layout: Layout }
  /** The chain in which it stands at a place by its number: the order of its rules must be known. */
  readonly beside?: { readonly ref: TableRef; readonly chain: string }
  /** The set whose elements it changes: if that merges them, those that are there must be known. */
  readonly fills?: { readonly ref: TableRef; readonly set: string }
  /** Sets that it uses. */
  readonly uses: ReadonlyArray<{ readonly ref: TableRef; readonly set: string }>
  /** What the kernel is sent, or what is wrong with the change. */
  readonly messages: (around: Around) => E.Either<string, ReadonlyArray<Message>>
}

/** A rule, or its text in the syntax of `nft`. */
export type RuleLike = Rule | E.Either<SyntaxFault, Rule> | string

/** A set to make. Datatypes are named as in `type ipv4_addr . inet_service`. */
export interface NewSet {
  readonly type?: string | ReadonlyArray<string>
  /** In place of `type`: `ip saddr . tcp dport`. */
  readonly typeof?: string | Operand
  /** What a map gives: datatypes, `verdict`, or a kind of object. */
  readonly data?: string | ReadonlyArray<string>
  readonly dataTypeof?: string | Operand
  readonly dataInterval?: boolean
  readonly flags?: NftSet['flags']
  readonly policy?: 'memory' | 'performance'
  /** How many elements there can be. */
  readonly size?: number
  /** How long elements stay, in milliseconds. */
  readonly timeout?: number
  /** How often those whose time is over are swept out, in milliseconds. */
  readonly gcInterval?: number
  readonly autoMerge?: boolean
  readonly comment?: string
  /** What each element gets of its own: `counter`, `limit rate 1/second`. */
  readonly statements?: ReadonlyArray<string | Stateful>
  readonly elements?: ReadonlyArray<ElementLike>
}

/** An element, or its text in the syntax of `nft`: `10.0.0.0/8`, `tcp . 80 : 10.0.0.2 . 8080`. */
export type ElementLike = string | Element

/** What can be said of rules of a chain. */
export interface RulePlace {
  /** Beside the rule with this handle: behind it, or before it when it is inserted. */
  readonly position?: bigint
  /** The same with the rule that has this place in the chain; the first is 0. */
  readonly index?: number
}

/** Changes to a table and what is in it; each says what `nft` would. */
export interface TableEdit {
  readonly ref: TableRef
  readonly chain: (name: string, options?: Partial<ChainHook> & { readonly comment?: string }) => TableEdit
  readonly renameChain: (handle: bigint, name: string) => TableEdit
  readonly flushChain: (name: string) => TableEdit
  readonly removeChain: (name: string) => TableEdit
  readonly rule: (chain: string, rule: RuleLike, place?: RulePlace) => TableEdit
  readonly insertRule: (chain: string, rule: RuleLike, place?: RulePlace) => TableEdit
  readonly replaceRule: (chain: string, handle: bigint, rule: RuleLike) => TableEdit
  readonly removeRule: (chain: string, handle: bigint) => TableEdit
  readonly set: (name: string, set: NewSet) => TableEdit
  readonly flushSet: (name: string) => TableEdit
  readonly removeSet: (name: string) => TableEdit
  /** Of a set that these changes make, or of one that there is. */
  readonly elements: (set: string, elements: ReadonlyArray<ElementLike>, exclusive?: boolean) => TableEdit
  readonly removeElements: (set: string, elements: ReadonlyArray<ElementLike>) => TableEdit
  readonly object: (object: NftObject) => TableEdit
  readonly removeObject: (kind: ObjectKind, name: string) => TableEdit
  readonly flowtable: (flowtable: Omit<Flowtable, 'hook' | 'handle'>) => TableEdit
  readonly removeFlowtable: (name: string) => TableEdit
  /** Removes the rules of all chains. */
  readonly flush: () => TableEdit
  readonly remove: () => void
}

export interface NewTable {
  readonly comment?: string
  readonly flags?: ReadonlyArray<'dormant' | 'owner' | 'persist'>
}

/** Collects changes. */
export interface Edit {
  /** Makes a table if there is none by this name. */
  readonly table: (family: TableRef['family'], name: string, options?: NewTable) => TableEdit
  /** A table that is there: nothing is made. */
  readonly existing: (family: TableRef['family'], name: string) => TableEdit
  /** Removes every table of a family, or of all. */
  readonly flushRuleset: (family?: TableRef['family']) => void
  readonly push: (...changes: ReadonlyArray<Change>) => void
}

const create = NLM_F.REQUEST | NLM_F.CREATE

const header = ({ family }: TableRef): { readonly nfgenFamily: number } => ({ nfgenFamily: families[family] })

const placeText = ({ family, table }: TableRef): string => `${family} ${table}`

const plain = (text: string, messages: Change['messages'], more: Partial<Change> = {}): Change => ({
  text,
  links: none,
  uses: [],
  messages,
  ...more
})

const none = (): ReadonlyArray<never> => []

const one = (text: string, given: () => Message): Change => plain(text, () => E.right([given()]))

/** nft keeps a comment in so many bytes, with a zero behind it. */
const longestComment = 128

const commentFault = (comment: string | undefined): string | undefined =>
  comment !== undefined && Buffer.byteLength(comment) > longestComment
    ? `a comment has ${longestComment} bytes at most, and this one ${Buffer.byteLength(comment)}`
    : undefined

/** What nft could not print so that it can be read again. */
const making = (
  text: string,
  { name, comment }: { readonly name: string; readonly comment?: string },
  messages: Change['messages'],
  more: Partial<Change> = {}
): Change => {
  const fault = isName(name)
    ? commentFault(comment)
    : `${JSON.stringify(name)} is no name: letters, digits, and _ . / - behind the first letter`
  return plain(text, fault === undefined ? messages : () => E.left(fault), more)
}

const tableFlags = {
  dormant: NFT_TABLE_F.DORMANT,
  owner: NFT_TABLE_F.OWNER,
  persist: NFT_TABLE_F.PERSIST
} as const

const addTable = (ref: TableRef, { comment, flags = [] }: NewTable): Change =>
  making(`add table ${placeText(ref)}`, { name: ref.table, ...(comment !== undefined && { comment }) }, () =>
    E.right([
      message('NFT_MSG_NEWTABLE', create, {
        header: header(ref),
        attributes: {
          name: ref.table,
          flags: flags.reduce((sum, flag) => sum | tableFlags[flag], 0),
          ...(comment !== undefined && { userdata: { comment } })
        }
      })
    ])
  )

const addChain = (
  ref: TableRef,
  name: string,
  { comment, type, hook, priority, policy, devices }: Partial<ChainHook> & { readonly comment?: string }
): Change =>
  making(`add chain ${placeText(ref)} ${name}`, { name, ...(comment !== undefined && { comment }) }, () => {
    const number = hook === undefined ? undefined : hooksOf(ref.family)[hook]
    if (hook !== undefined && number === undefined)
      return E.left(
        `family ${ref.family} has no hook ${hook}: ${Object.keys(hooksOf(ref.family)).join(', ')}`
      )
    const value = priority === undefined ? 0 : priorityOf(ref.family, priority, number)
    if (value === undefined)
      return E.left(
        `priority ${priority} is neither a number nor a name that hook ${hook} has: filter, or filter - 5`
      )
    const [only] = devices ?? []
    return E.right([
      message('NFT_MSG_NEWCHAIN', create, {
        header: header(ref),
        attributes: {
          table: ref.table,
          name,
          ...(number !== undefined && {
            hook: {
              hooknum: number,
              priority: value,
              ...(devices !== undefined && devices.length === 1 && only !== undefined && { dev: only }),
              ...(devices !== undefined && devices.length > 1 && { devs: { name: devices } })
            },
            type: type ?? 'filter'
          }),
          ...(policy !== undefined && { policy: policy === 'drop' ? VERDICT.DROP : VERDICT.ACCEPT }),
          ...(comment !== undefined && { userdata: { comment } })
        }
      })
    ])
  })

const ruleOf = (given: RuleLike): E.Either<string, Rule> => {
  if (typeof given === 'string') return ruleOf(parse(cursor => wholeRule(cursor), [given]))
  if (typeof given !== 'object' || given === null) return E.left(`${given} is no rule`)
  if ('_tag' in given) return E.isLeft(given) ? E.left(given.left.message) : given
  return Array.isArray(given.statements) && given.statements.length > 0
    ? E.right(given)
    : E.left('a rule has at least one statement: { statements: [ … ] }')
}

/** A rule and nothing behind it. */
export const wholeRule = (cursor: Cursor): Rule => {
  while (cursor.peek().kind === 'newline') cursor.next()
  const found = parseRule(cursor)
  while (cursor.peek().kind === 'newline') cursor.next()
  return cursor.peek().kind === 'end' ? found : cursor.fail('one rule stands on one line')
}

/** What a rule refers to by name: interfaces that the kernel wants by their indexes, and sets. */
interface Mentioned {
  readonly links: Set<string>
  readonly sets: Set<string>
}

const mention = (kinds: ReadonlyArray<Kind>, operand: Operand | undefined, found: Mentioned): undefined => {
  switch (operand?.kind) {
    case 'value': {
      const link = kinds[0] === undefined ? undefined : linkNamed(kinds[0], operand.value)
      if (link !== undefined) found.links.add(link)
      return
    }
    case 'concatenation':
      for (const [n, part] of operand.parts.entries()) mention(kinds.slice(n, n + 1), part, found)
      return
    case 'named':
      found.sets.add(operand.name)
      return
    case 'elements':
      for (const { key, data } of operand.elements) {
        mention(kinds, key, found)
        if (data !== undefined && 'rules' in data) mentionAll(data.rules, found)
      }
      return
    case 'lookup': {
      mention(kindsOf(operand.key), operand.map, found)
      for (const { data } of operand.map.kind === 'elements' ? operand.map.elements : [])
        if (data !== undefined && 'kind' in data) mention(kinds, data, found)
    }
  }
}

const device: ReadonlyArray<Kind> = [kindOf(datatype('iface_index'))]

const mentionAll = (rules: ReadonlyArray<Rule>, found: Mentioned): undefined => {
  for (const { statements } of rules) for (const statement of statements) mentionIn(statement, found)
}

const mentionIn = (statement: Statement, found: Mentioned): undefined => {
  switch (statement.statement) {
    case 'match':
      return mention(kindsOf(statement.left), statement.right, found)
    case 'verdicts':
      return mention(kindsOf(statement.key), statement.map, found)
    case 'verdict':
      return 'rules' in statement ? mentionAll(statement.rules, found) : undefined
    case 'set':
      return mention(kindsOf({ kind: 'asked', name: statement.name }), statement.value, found)
    case 'object':
      return mention([], statement.name, found)
    case 'dup':
    case 'fwd':
      mention([], statement.address, found)
      return mention(device, statement.device, found)
    case 'snat':
    case 'dnat':
    case 'masquerade':
    case 'redirect':
    case 'tproxy':
      mention([], 'address' in statement ? statement.address : undefined, found)
      return mention([], statement.port, found)
    case 'queue':
      return mention([], statement.number, found)
    case 'add':
    case 'update':
    case 'delete':
      found.sets.add(statement.set)
  }
}

/** One for each table of a transaction. */
const compilers = new WeakMap<Around, Map<TableRef, Compiler>>()

const compilerFor = (around: Around, ref: TableRef): Compiler => {
  const known = compilers.get(around) ?? new Map<TableRef, Compiler>()
  compilers.set(around, known)
  const { indexOf, layoutOf } = around
  const compile = known.get(ref) ?? compiler({ ref, indexOf, layoutOf: set => layoutOf(ref, set) })
  known.set(ref, compile)
  return compile
}

/** Matches and targets of iptables want to be told which protocol the rule is for. */
const compatOf = ({ statements }: Rule) => {
  if (!statements.some(({ statement }) => statement === 'xt')) return {}
  for (const statement of statements) {
    if (
      statement.statement !== 'match' ||
      statement.left.kind !== 'asked' ||
      statement.right.kind !== 'value'
    )
      continue
    if (!['meta l4proto', 'ip protocol', 'ip6 nexthdr'].includes(statement.left.name)) continue
    const flags = statement.op === '!=' ? NFT_RULE_COMPAT_F.INV : 0
    return { compat: { proto: protocolNumber(statement.right.value), flags } }
  }
  return { compat: { proto: 0, flags: 0 } }
}

const ruleChange = (ref: TableRef, chain: string, given: RuleLike, verb: Verb, place: Place): Change => {
  const found = ruleOf(given)
  const where = `${verb} rule ${placeText(ref)} ${chain}`
  if (E.isLeft(found))
    return plain(`${where} ${typeof given === 'string' ? given : ''}`.trim(), () => E.left(found.left))
  const rule = found.right
  const mentioned: Mentioned = { links: new Set(), sets: new Set() }
  mentionAll([rule], mentioned)
  const flags = verb === 'replace' ? NLM_F.REPLACE : NLM_F.CREATE | (verb === 'add' ? NLM_F.APPEND : 0)
  return {
    get text() {
      return `${where} ${ruleText(rule)}`
    },
    links: () => [...mentioned.links],
    uses: [...mentioned.sets].map(set => ({ ref, set })),
    ...(place.index !== undefined && { beside: { ref, chain } }),
    messages: around => {
      const compiled = compilerFor(around, ref)(rule)
      const fault = compiled.fault ?? commentFault(rule.comment)
      if (fault !== undefined) return E.left(fault)
      const where = placed(around.orderOf(ref, chain), verb, place, freshId())
      return E.isLeft(where)
        ? where
        : E.right([
            ...compiled.before,
            message('NFT_MSG_NEWRULE', NLM_F.REQUEST | flags, {
              header: header(ref),
              attributes: {
                table: ref.table,
                chain,
                ...where.right,
                expressions: compiled.expressions,
                ...compatOf(rule),
                ...(rule.comment !== undefined && { userdata: { comment: rule.comment } })
              }
            })
          ])
    }
  }
}

const listOf = (given: string | ReadonlyArray<string>): ReadonlyArray<string> =>
  typeof given === 'string' ? given.split('.').map(part => part.trim()) : given

const kindsNamed = (names: ReadonlyArray<string>): E.Either<string, ReadonlyArray<Kind>> => {
  const kinds: Array<Kind> = []
  for (const name of names) {
    const found = datatypes.get(name)
    if (found === undefined || found.bits === 0)
      return E.left(`${name} is no datatype with a size of its own; use typeof`)
    kinds.push(kindOf(found))
  }
  return E.right(kinds)
}

const operandFrom = (given: string | Operand): E.Either<string, Operand> => {
  if (typeof given !== 'string') return E.right(given)
  const parsed = parse(cursor => operand(cursor, 'no map'), [given])
  return E.isLeft(parsed) ? E.left(parsed.left.message) : parsed
}

const objectKinds = Object.keys(objectNumbers)

const describe = (set: NewSet): E.Either<string, Layout> => {
  const told = set.typeof === undefined ? undefined : operandFrom(set.typeof)
  if (told !== undefined && E.isLeft(told)) return told
  const key = told === undefined ? kindsNamed(listOf(set.type ?? [])) : E.right(kindsOf(told.right))
  if (E.isLeft(key)) return key
  if (key.right.length === 0) return E.left('a set needs a type, or typeof')
  if (set.autoMerge === true && (set.data !== undefined || set.dataTypeof !== undefined))
    return E.left('autoMerge is for sets, and not for maps')
  if (set.autoMerge === true && set.flags?.includes('interval') !== true)
    return E.left('autoMerge is for sets with flags interval')
  const given = set.dataTypeof === undefined ? undefined : operandFrom(set.dataTypeof)
  if (given !== undefined && E.isLeft(given)) return given
  const data = dataOf(set, given?.right)
  if (E.isLeft(data)) return data
  return E.right({
    key: key.right,
    interval: set.flags?.includes('interval') === true,
    ...(data.right !== undefined && { data: data.right }),
    ...(set.dataInterval === true && { dataInterval: true }),
    ...(set.autoMerge === true && { merge: true })
  })
}

const dataOf = ({ data }: NewSet, told: Operand | undefined): E.Either<string, Layout['data']> => {
  if (told !== undefined) return E.right(kindsOf(told))
  if (data === undefined) return E.right(undefined)
  if (data === 'verdict') return E.right('verdict')
  if (typeof data === 'string' && objectKinds.includes(data)) return E.right(data as ObjectKind)
  return kindsNamed(listOf(data))
}

/** Parses elements of a set of such a layout. */
export const elementOf =
  (layout: Layout) =>
  (cursor: Cursor): Element =>
    parseElement(cursor, layout.key, dataParser(layout))

export const dataParser = ({ data }: Layout): ((cursor: Cursor) => Operand | Verdict) | undefined =>
  data === undefined
    ? undefined
    : data === 'verdict'
      ? parseVerdict
      : typeof data === 'string'
        ? cursor => ({ kind: 'value', value: `"${cursor.name('object')}"` })
        : cursor => values(cursor, data)

const elementsFrom = (
  layout: Layout,
  given: ReadonlyArray<ElementLike>
): E.Either<string, ReadonlyArray<Element>> => {
  const all: Array<Element> = []
  for (const each of given) {
    if (typeof each !== 'string') {
      if (typeof each?.key?.kind !== 'string')
        return E.left(
          `${JSON.stringify(each)} is no element: a text, or { key: { kind: 'value', value: … } }`
        )
      all.push(each)
      continue
    }
    const parsed = parse(
      cursor => {
        const found = elementOf(layout)(cursor)
        return cursor.peek().kind === 'end' ? found : cursor.fail('one element stands by itself')
      },
      [each]
    )
    if (E.isLeft(parsed)) return E.left(`element ${each}: ${parsed.left.message}`)
    all.push(parsed.right)
  }
  return E.right(all)
}

const verdictOf = (verdict: Verdict) =>
  verdict.verdict === 'jump' || verdict.verdict === 'goto'
    ? {
        code: verdict.verdict === 'jump' ? VERDICT.JUMP : VERDICT.GOTO,
        ...('chain' in verdict && { chain: verdict.chain })
      }
    : { code: plainVerdicts[verdict.verdict] }

type ElementsSent = 'NFT_MSG_NEWSETELEM' | 'NFT_MSG_DELSETELEM'

/** Elements of one set, in as many messages as they need. */
const elementMessages = (
  ref: TableRef,
  set: string,
  layout: Layout,
  keys: ReadonlyArray<Keyed>,
  { indexOf }: Around,
  type: ElementsSent,
  flags: number
): E.Either<string, ReadonlyArray<Message>> =>
  pipe(
    wireElements(
      layout,
      keys,
      each => elementData(layout, each.data, indexOf, verdictOf),
      each => (each.statements ?? []).map(stateful)
    ),
    E.map(all =>
      portions(all).map(portion =>
        message(type, NLM_F.REQUEST | flags, {
          header: header(ref),
          attributes: { table: ref.table, set, elements: portion }
        } as never)
      )
    )
  )

const keysFrom = (
  layout: Layout,
  given: ReadonlyArray<ElementLike>,
  { indexOf }: Around
): E.Either<string, ReadonlyArray<Keyed>> =>
  pipe(
    elementsFrom(layout, given),
    E.chain(elements => {
      const wordy = elements.find(({ comment }) => commentFault(comment) !== undefined)
      return wordy === undefined
        ? keysOf(layout, elements, indexOf)
        : E.left(commentFault(wordy.comment) ?? '')
    })
  )

/** Keys alone, as elements are taken away by. */
const bare = (keys: ReadonlyArray<Keyed>): ReadonlyArray<Keyed> =>
  keys.map(({ element, spans }) => ({ element: { key: element.key }, spans }))

/** What became of a set that merges its elements. */
const differenceMessages = (
  ref: TableRef,
  set: string,
  layout: Layout,
  { removed, added }: Difference,
  around: Around
): E.Either<string, ReadonlyArray<Message>> =>
  pipe(
    E.Do,
    E.apS('gone', elementMessages(ref, set, layout, bare(removed), around, 'NFT_MSG_DELSETELEM', 0)),
    E.apS('come', elementMessages(ref, set, layout, added, around, 'NFT_MSG_NEWSETELEM', NLM_F.CREATE)),
    E.map(({ gone, come }) => [...gone, ...come])
  )

const plainVerdicts = {
  accept: VERDICT.ACCEPT,
  drop: VERDICT.DROP,
  continue: VERDICT.CONTINUE,
  return: VERDICT.RETURN
} as const

const setFlags = {
  constant: NFT_SET.CONSTANT,
  dynamic: NFT_SET.EVAL,
  interval: NFT_SET.INTERVAL,
  timeout: NFT_SET.TIMEOUT
} as const

const isLink = ({ type }: Kind): boolean => type.name === 'iface_index'

const linksIn = (layout: Layout | undefined, given: ReadonlyArray<ElementLike>): ReadonlyArray<string> => {
  if (layout === undefined) return []
  const data = Array.isArray(layout.data) ? layout.data : []
  if (![...layout.key, ...data].some(isLink)) return []
  const elements = elementsFrom(layout, given)
  // What is wrong with them is told where they become messages.
  if (E.isLeft(elements)) return []
  const found: Mentioned = { links: new Set(), sets: new Set() }
  for (const each of elements.right) {
    mention(layout.key, each.key, found)
    if (each.data !== undefined && 'kind' in each.data) mention(data, each.data, found)
  }
  return [...found.links]
}

const statementsOf = (given: ReadonlyArray<string | Stateful>): E.Either<string, ReadonlyArray<Stateful>> => {
  const all: Array<Stateful> = []
  for (const each of given) {
    if (typeof each !== 'string') {
      all.push(each)
      continue
    }
    const parsed = parse(
      cursor => statefulAt(cursor) ?? cursor.fail('elements can have a counter, limit, quota'),
      [each]
    )
    if (E.isLeft(parsed)) return E.left(parsed.left.message)
    all.push(parsed.right)
  }
  return E.right(all)
}

const addSet = (ref: TableRef, name: string, set: NewSet): Change => {
  const described = describe(set)
  const text = `add ${set.data === undefined && set.dataTypeof === undefined ? 'set' : 'map'} ${placeText(ref)} ${name}`
  if (E.isLeft(described)) return plain(text, () => described)
  const layout = described.right
  return making(
    text,
    { name, ...(set.comment !== undefined && { comment: set.comment }) },
    around => {
      const own = statementsOf(set.statements ?? [])
      if (E.isLeft(own)) return own
      const { concat, flags, ...attributes } = layoutAttributes(layout)
      const wire = own.right.map(stateful)
      const given = (set.flags ?? []).reduce((sum, flag) => sum | setFlags[flag], flags)
      const made = message('NFT_MSG_NEWSET', create, {
        header: header(ref),
        attributes: {
          table: ref.table,
          name,
          flags:
            given | (set.timeout !== undefined ? NFT_SET.TIMEOUT : 0) | (wire.length > 1 ? NFT_SET.EXPR : 0),
          ...attributes,
          ...(set.policy === 'memory' && { policy: NFT_SET_POL.MEMORY }),
          ...((concat !== undefined || set.size !== undefined) && {
            desc: {
              ...(set.size !== undefined && { size: set.size }),
              ...(concat !== undefined && { concat })
            }
          }),
          id: freshId(),
          ...(set.timeout !== undefined && { timeout: BigInt(set.timeout) }),
          ...(set.gcInterval !== undefined && { gcInterval: set.gcInterval }),
          userdata: {
            ...layoutUserdata(layout, set.comment),
            ...(set.autoMerge === true && { mergeElements: 1 })
          },
          ...(wire.length === 1 && wire[0] !== undefined && { expr: wire[0] }),
          ...(wire.length > 1 && { expressions: wire })
        }
      })
      return pipe(
        keysFrom(layout, set.elements ?? [], around),
        E.chain(keys => {
          const added = layout.merge === true ? around.hold(ref, name, keys, true).added : keys
          return elementMessages(ref, name, layout, added, around, 'NFT_MSG_NEWSETELEM', NLM_F.CREATE)
        }),
        E.map(filled => [made, ...filled])
      )
    },
    { links: () => linksIn(layout, set.elements ?? []), makes: { ref, set: name, layout } }
  )
}

const elementsChange = (
  ref: TableRef,
  set: string,
  elements: ReadonlyArray<ElementLike>,
  verb: 'add' | 'create' | 'delete'
): Change => ({
  get text() {
    const shown = elements.slice(0, 4).map(each => (typeof each === 'string' ? each : elementText(each)))
    return `${verb} element ${placeText(ref)} ${set} { ${shown.join(', ')}${elements.length > 4 ? ', …' : ''} }`
  },
  links: layoutOf => linksIn(layoutOf(ref, set), elements),
  uses: [{ ref, set }],
  fills: { ref, set },
  messages: around => {
    const layout = around.layoutOf(ref, set)
    if (layout === undefined)
      return E.left(
        `nothing is known of set ${set}: make it in the same transaction, or let a connection look it up`
      )
    if (verb === 'delete') return removalMessages(ref, set, layout, elements, around)
    return pipe(
      keysFrom(layout, elements, around),
      E.chain(keys =>
        verb === 'add' && layout.merge === true
          ? differenceMessages(
              ref,
              set,
              layout,
              around.hold(ref, set, merged([...around.heldBy(ref, set), ...keys])),
              around
            )
          : elementMessages(
              ref,
              set,
              layout,
              keys,
              around,
              'NFT_MSG_NEWSETELEM',
              NLM_F.CREATE | (verb === 'create' ? NLM_F.EXCL : 0)
            )
      )
    )
  }
})

const removalMessages = (
  ref: TableRef,
  set: string,
  full: Layout,
  elements: ReadonlyArray<ElementLike>,
  around: Around
): E.Either<string, ReadonlyArray<Message>> => {
  const { data: _, ...layout } = full
  return pipe(
    keysFrom(layout, elements, around),
    // Who names them with what they give means the same.
    E.alt(() => keysFrom(full, elements, around)),
    E.chain(keys => {
      const before = layout.merge === true ? around.heldBy(ref, set) : []
      const left = before.length === 0 ? before : without(before, keys)
      if (before.length - left.length === keys.length)
        return differenceMessages(ref, set, layout, around.hold(ref, set, left), around)
      return elementMessages(ref, set, layout, bare(keys), around, 'NFT_MSG_DELSETELEM', 0)
    })
  )
}

const protocolNumber = (name: string): number => Number(datatype('inet_proto').parse(name) ?? 0n)

const familyNumber = (name: string | undefined): number =>
  name !== undefined && Object.hasOwn(families, name)
    ? families[name as keyof typeof families]
    : families.inet

const objectFault = (object: NftObject): string | undefined => {
  if ('l3proto' in object && object.l3proto !== undefined && !Object.hasOwn(families, object.l3proto))
    return `${object.l3proto} is no family: ${Object.keys(families).join(', ')}`
  const protocol = kindOf(datatype('inet_proto'))
  return 'protocol' in object && numberOf(protocol, object.protocol) === undefined
    ? misfit(protocol, object.protocol)
    : undefined
}

const objectData = (object: NftObject, ref: TableRef): object => {
  const l3proto = familyNumber(
    'l3proto' in object && object.l3proto !== undefined ? object.l3proto : ref.family
  )
  switch (object.object) {
    case 'counter':
      return { type: NFT_OBJECT.COUNTER, data: { packets: object.packets, bytes: object.bytes } }
    case 'quota':
      return {
        type: NFT_OBJECT.QUOTA,
        data: stateful({ statement: 'quota', ...strip(object) } as Stateful).data
      }
    case 'limit': {
      const { data } = stateful({ statement: 'limit', ...strip(object) } as Stateful)
      return { type: NFT_OBJECT.LIMIT, data: { ...data, flags: object.over === true ? NFT_LIMIT_F.INV : 0 } }
    }
    case 'ct helper':
      return {
        type: NFT_OBJECT.CT_HELPER,
        data: { name: object.type, l3proto, l4proto: protocolNumber(object.protocol) }
      }
    case 'ct timeout':
      return {
        type: NFT_OBJECT.CT_TIMEOUT,
        data: {
          l3proto,
          l4proto: protocolNumber(object.protocol),
          data: policyData(object.protocol, object.policy)
        }
      }
    case 'ct expectation':
      return {
        type: NFT_OBJECT.CT_EXPECT,
        data: {
          l3proto,
          l4proto: protocolNumber(object.protocol),
          dport: object.dport,
          timeout: object.timeout,
          size: object.size
        }
      }
    case 'synproxy':
      return { type: NFT_OBJECT.SYNPROXY, data: synproxyData(object) }
    case 'secmark':
      return { type: NFT_OBJECT.SECMARK, data: { ctx: object.context } }
    case 'unknown':
      return { type: object.type, data: object.data }
  }
}

const strip = ({ object: _, name: __, comment: ___, handle: ____, ...rest }: NftObject): object => rest

const addObject = (ref: TableRef, object: NftObject): Change =>
  making(`add ${object.object} ${placeText(ref)} ${object.name}`, object, () => {
    const fault = objectFault(object)
    if (fault !== undefined) return E.left(fault)
    return E.right([
      message('NFT_MSG_NEWOBJ', create, {
        header: header(ref),
        attributes: {
          table: ref.table,
          name: object.name,
          ...objectData(object, ref),
          ...(object.comment !== undefined && { userdata: { comment: object.comment } })
        } as never
      })
    ])
  })

const addFlowtable = (
  ref: TableRef,
  { name, priority, devices, offload, counter }: Omit<Flowtable, 'hook' | 'handle'>
): Change =>
  making(`add flowtable ${placeText(ref)} ${name}`, { name }, () => {
    const value = priorityOf('netdev', priority)
    if (value === undefined) return E.left(`priority ${priority} is neither a number nor filter, filter - 5`)
    return E.right([
      message('NFT_MSG_NEWFLOWTABLE', create, {
        header: header(ref),
        attributes: {
          table: ref.table,
          name,
          hook: { num: NF_NETDEV.INGRESS, priority: value, devs: { name: devices } },
          flags:
            (offload === true ? NFT_FLOWTABLE.HW_OFFLOAD : 0) | (counter === true ? NFT_FLOWTABLE.COUNTER : 0)
        }
      })
    ])
  })

const tableEdit = (ref: TableRef, push: Edit['push']): TableEdit => {
  const add = (change: Change): TableEdit => {
    push(change)
    return edit
  }
  const removing = (what: string, type: Message['type'], attributes: object): TableEdit =>
    add(
      one(`delete ${what}`, () =>
        message(type, NLM_F.REQUEST, {
          header: header(ref),
          attributes: { table: ref.table, ...attributes }
        } as never)
      )
    )
  const place = placeText(ref)
  const edit: TableEdit = {
    ref,
    chain: (name, options = {}) => add(addChain(ref, name, options)),
    renameChain: (handle, name) =>
      add(
        one(`rename chain ${place} handle ${handle} ${name}`, () =>
          message('NFT_MSG_NEWCHAIN', NLM_F.REQUEST, {
            header: header(ref),
            attributes: { table: ref.table, handle, name }
          })
        )
      ),
    flushChain: name =>
      add(
        plain(`flush chain ${place} ${name}`, around => {
          around.orderOf(ref, name)?.splice(0)
          return E.right([
            message('NFT_MSG_DELRULE', NLM_F.REQUEST, {
              header: header(ref),
              attributes: { table: ref.table, chain: name }
            })
          ])
        })
      ),
    removeChain: name => removing(`chain ${place} ${name}`, 'NFT_MSG_DELCHAIN', { name }),
    rule: (chain, rule, where = {}) => add(ruleChange(ref, chain, rule, 'add', where)),
    insertRule: (chain, rule, where = {}) => add(ruleChange(ref, chain, rule, 'insert', where)),
    replaceRule: (chain, handle, rule) => add(ruleChange(ref, chain, rule, 'replace', { handle })),
    removeRule: (chain, handle) =>
      add(
        plain(`delete rule ${place} ${chain} handle ${handle}`, around => {
          leave(around.orderOf(ref, chain), handle)
          return E.right([
            message('NFT_MSG_DELRULE', NLM_F.REQUEST, {
              header: header(ref),
              attributes: { table: ref.table, chain, handle }
            })
          ])
        })
      ),
    set: (name, set) => add(addSet(ref, name, set)),
    flushSet: name =>
      add(
        plain(`flush set ${place} ${name}`, around => {
          around.hold(ref, name, [], true)
          return E.right([
            message('NFT_MSG_DELSETELEM', NLM_F.REQUEST, {
              header: header(ref),
              attributes: { table: ref.table, set: name }
            })
          ])
        })
      ),
    removeSet: name => removing(`set ${place} ${name}`, 'NFT_MSG_DELSET', { name }),
    elements: (set, elements, exclusive = false) =>
      add(elementsChange(ref, set, elements, exclusive ? 'create' : 'add')),
    removeElements: (set, elements) => add(elementsChange(ref, set, elements, 'delete')),
    object: object => add(addObject(ref, object)),
    removeObject: (kind, name) =>
      removing(`${kind} ${place} ${name}`, 'NFT_MSG_DELOBJ', { name, type: objectNumbers[kind] }),
    flowtable: flowtable => add(addFlowtable(ref, flowtable)),
    removeFlowtable: name => removing(`flowtable ${place} ${name}`, 'NFT_MSG_DELFLOWTABLE', { name }),
    flush: () =>
      add(
        one(`flush table ${place}`, () =>
          message('NFT_MSG_DELRULE', NLM_F.REQUEST, { header: header(ref), attributes: { table: ref.table } })
        )
      ),
    remove: () =>
      push(
        one(`delete table ${place}`, () =>
          message('NFT_MSG_DELTABLE', NLM_F.REQUEST, { header: header(ref), attributes: { name: ref.table } })
        )
      )
  }
  return edit
}

/** Changes as values, said one after the other: `changes(tx => { tx.table('inet', 'filter').chain('input') })`. */
export const changes = (say: (tx: Edit) => void): ReadonlyArray<Change> => {
  const all: Array<Change> = []
  const push: Edit['push'] = (...given) => {
    for (const change of given) all.push(change)
  }
  say({
    table: (family, table, options = {}) => {
      const ref = { family, table }
      push(addTable(ref, options))
      return tableEdit(ref, push)
    },
    existing: (family, table) => tableEdit({ family, table }, push),
    flushRuleset: family =>
      push(
        one(family === undefined ? 'flush ruleset' : `flush ruleset ${family}`, () =>
          message('NFT_MSG_DELTABLE', NLM_F.REQUEST, {
            header: { nfgenFamily: family === undefined ? 0 : families[family] }
          })
        )
      ),
    push
  })
  return all
}
