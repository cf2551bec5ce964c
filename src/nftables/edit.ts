import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import type { Message } from '../../protocol'
import { NLM_F } from '../../protocol/netlink/header'
import { NF_NETDEV } from '../../protocol/nftables/chain'
import { VERDICT } from '../../protocol/nftables/data'
import { NFT_FLOWTABLE } from '../../protocol/nftables/flowtable'
import { NFT_OBJECT } from '../../protocol/nftables/object'
import { NFT_RULE_COMPAT_F } from '../../protocol/nftables/rule'
import { NFT_SET, NFT_SET_POL } from '../../protocol/nftables/set'
import { message } from '../socket/message'
import { families, type TableRef } from './change'
import { type Compiler, compiler, elementData } from './compile'
import {
  type Cursor,
  type Excerpt,
  excerptText,
  isName,
  parse,
  parseExcerpt,
  type SyntaxFault
} from './cursor'
import { datatype, datatypes } from './datatype'
import {
  big,
  type Check,
  type Checks,
  description,
  either,
  type Fault,
  faultIn,
  faultText,
  items,
  lackIn,
  list,
  milliseconds,
  milliseconds32,
  number32,
  text,
  whole,
  word,
  yes
} from './described'
import { limitData, quotaData, stateful } from './expression/stateful'
import { synproxyData } from './expression/synproxy'
import { verdictData } from './expression/verdict'
import { bitsOf, setFlags, tableFlags } from './flag'
import { freshId } from './id'
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
import { operand, element as parseElement, elements as parseElements, values } from './operand'
import { type Place, placed, type RuleName, type Verb } from './order'
import { rule as parseRule, verdict as parseVerdict } from './parser'
import { elementText, operandText, ruleText } from './print'
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

/** What a change does, and to what, by the words of `nft`. */
export interface ChangeKind {
  readonly verb: 'add' | 'create' | 'insert' | 'replace' | 'rename' | 'flush' | 'delete'
  readonly object:
    | 'ruleset'
    | 'table'
    | 'chain'
    | 'rule'
    | 'set'
    | 'map'
    | 'element'
    | 'flowtable'
    | ObjectKind
    | 'unknown'
}

/** One change of the ruleset, as a value. */
export interface Change {
  /** What it does, and to what: what there is to decide about a change is decided by this, and not by its text. */
  readonly kind: ChangeKind
  /** Where, and what there: `inet filter input tcp dport 22 accept`. */
  readonly subject: string
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
  readonly messages: (around: Around) => E.Either<Fault, ReadonlyArray<Message>>
}

/** A rule, or its text in the syntax of `nft`. */
export type RuleLike = Rule | E.Either<SyntaxFault, Rule> | string

/**
 * A set to make, or a map if it says what keys give: `nft add set`. It has a `type` or a `typeof`. What is wrong with a
 * field is InvalidInput that names it, and nothing is sent. NFTA_SET_* of <linux/netfilter/nf_tables.h>
 */
export interface NewSet {
  /** What keys are, by the names of datatypes: `ipv4_addr . inet_service`, or a list of them. */
  readonly type?: string | ReadonlyArray<string>
  /** In place of `type`, what is looked up: `ip saddr . tcp dport`. */
  readonly typeof?: string | Operand
  /** What a map gives: datatypes, `verdict`, or a kind of object. Default: nothing, so it is a set. */
  readonly data?: string | ReadonlyArray<string>
  /** In place of `data`, something of a packet that is of the same kind: `meta mark`. */
  readonly dataTypeof?: string | Operand
  /** What the map gives may be ranges and networks. Default false. */
  readonly dataInterval?: boolean
  /**
   * `interval`: keys may be ranges and networks. `timeout`: elements may have a time of their own. `dynamic`: rules add
   * elements. `constant`: nobody does once rules use it. Default none; `timeout` is implied by the field of this name.
   * NFT_SET_*
   */
  readonly flags?: NftSet['flags']
  /** What the kernel chooses the kind of set by. Default performance. NFT_SET_POL_* */
  readonly policy?: 'memory' | 'performance'
  /** How many elements there can be. Default: no limit, and 65,535 if rules add them. NFTA_SET_DESC_SIZE */
  readonly size?: number
  /** Milliseconds that elements stay which have no time of their own. Default: for ever. NFTA_SET_TIMEOUT */
  readonly timeout?: number
  /** Milliseconds between the times when those whose time is over are swept out. NFTA_SET_GC_INTERVAL */
  readonly gcInterval?: number
  /** Keys that overlap or touch become one. For sets with the flag `interval`. Default false. */
  readonly autoMerge?: boolean
  /** Of 128 bytes at most. */
  readonly comment?: string
  /** What each element gets of its own: `counter`, `limit rate 1/second`. Default nothing. NFTA_SET_EXPRESSIONS */
  readonly statements?: ReadonlyArray<string | Stateful>
  /** What it has from the beginning. Default nothing. */
  readonly elements?: ReadonlyArray<ElementLike>
}

/** An element, or its text in the syntax of `nft`: `10.0.0.0/8`, `tcp . 80 : 10.0.0.2 . 8080`. */
export type ElementLike = string | Element

/** Where a rule is to stand. Default: at the end, or at the beginning when it is inserted. */
export interface RulePlace {
  /** Beside the rule with this handle: behind it, or before it when it is inserted. ENOENT if there is none. */
  readonly position?: bigint
  /**
   * The same with the rule that has this place in the chain when the change has its turn; the first is 0. InvalidInput
   * if the chain has not as many.
   */
  readonly index?: number
}

/**
 * Changes to a table and what is in it; each says what `nft` would, and gives the same again, so that one follows the
 * other. None is sent or looked at before all are: what is wrong with one is the transaction's error and names it.
 */
export interface TableEdit {
  /** The table. */
  readonly ref: TableRef
  /**
   * A chain, if there is none by this name: `nft add chain`. With a `hook` it is a base chain, of type filter and
   * priority 0 unless said otherwise; `type`, `priority` and `devices` are for those. One that is there takes over a
   * `policy`; EEXIST or EOPNOTSUPP if it has another hook. NFTA_CHAIN_* of <linux/netfilter/nf_tables.h>
   */
  readonly chain: (
    name: string,
    options?: Partial<ChainHook> & {
      /** Of 128 bytes at most. */
      readonly comment?: string
    }
  ) => TableEdit
  /** Gives the chain with this handle another name: `nft rename chain`. ENOENT if there is none, EEXIST if the name is taken. */
  readonly renameChain: (handle: bigint, name: string) => TableEdit
  /** Removes the rules of a chain: `nft flush chain`. ENOENT if there is no such chain. */
  readonly flushChain: (name: string) => TableEdit
  /** Removes a chain with its rules: `nft delete chain`. ENOENT if there is none, EBUSY if rules or maps jump there. */
  readonly removeChain: (name: string) => TableEdit
  /** A rule at the chain's end, or behind another one: `nft add rule`. ENOENT if there is no such chain. */
  readonly rule: (chain: string, rule: RuleLike, place?: RulePlace) => TableEdit
  /** A rule at the chain's beginning, or before another one: `nft insert rule`. ENOENT if there is no such chain. */
  readonly insertRule: (chain: string, rule: RuleLike, place?: RulePlace) => TableEdit
  /** A rule in place of the one with this handle, which a listing has: `nft replace rule`. ENOENT if there is none. */
  readonly replaceRule: (chain: string, handle: bigint, rule: RuleLike) => TableEdit
  /** Removes the rule with this handle, which a listing has: `nft delete rule`. ENOENT if there is none. */
  readonly removeRule: (chain: string, handle: bigint) => TableEdit
  /** A set or map, if there is none by this name: `nft add set`, `nft add map`. EEXIST if there is another one. */
  readonly set: (name: string, set: NewSet) => TableEdit
  /** Removes the elements of a set or map: `nft flush set`. ENOENT if there is no such set. */
  readonly flushSet: (name: string) => TableEdit
  /** Removes a set or map: `nft delete set`. ENOENT if there is none, EBUSY if rules use it. */
  readonly removeSet: (name: string) => TableEdit
  /**
   * Adds elements to a set that these changes make, or to one that there is: `nft add element`. Those that are there
   * with the same data remain as they are; EEXIST if it is other data, or, with `exclusive`, in any case, as with
   * `nft create element`. Default false.
   */
  readonly elements: (set: string, elements: ReadonlyArray<ElementLike>, exclusive?: boolean) => TableEdit
  /** Removes elements by their keys: `nft delete element`. ENOENT if the set has not all of them. */
  readonly removeElements: (set: string, elements: ReadonlyArray<ElementLike>) => TableEdit
  /**
   * A counter, quota, limit, `ct helper` … with a name, if there is none: `nft add counter`. EEXIST if there is another
   * one. NFT_OBJECT_* of <linux/netfilter/nf_tables.h>
   */
  readonly object: (object: NftObject) => TableEdit
  /** Removes an object with a name: `nft delete counter`. ENOENT if there is none, EBUSY if rules or maps use it. */
  readonly removeObject: (kind: ObjectKind, name: string) => TableEdit
  /** A flowtable, if there is none by this name: `nft add flowtable`. NFTA_FLOWTABLE_* */
  readonly flowtable: (flowtable: Omit<Flowtable, 'hook' | 'handle'>) => TableEdit
  /** Removes a flowtable: `nft delete flowtable`. ENOENT if there is none, EBUSY if rules use it. */
  readonly removeFlowtable: (name: string) => TableEdit
  /** Removes the rules of all chains: `nft flush table`. ENOENT if there is no such table. */
  readonly flush: () => TableEdit
  /** Removes the table with all that is in it: `nft delete table`. ENOENT if there is none. */
  readonly remove: () => void
}

/** What a table has of its own. */
export interface NewTable {
  /** Of 128 bytes at most. */
  readonly comment?: string
  /**
   * `dormant`: its chains see no packets. `owner`: only the connection that made it can change it, and it goes with
   * that. `persist`: it stays without its owner. Default none. NFT_TABLE_F_* of <linux/netfilter/nf_tables.h>
   */
  readonly flags?: ReadonlyArray<'dormant' | 'owner' | 'persist'>
}

/** Collects changes. */
export interface Edit {
  /** Makes a table if there is none by this name: `nft add table`. */
  readonly table: (family: TableRef['family'], name: string, options?: NewTable) => TableEdit
  /** A table that is there: nothing is made. */
  readonly existing: (family: TableRef['family'], name: string) => TableEdit
  /** Removes every table of a family, or of all: `nft flush ruleset`. */
  readonly flushRuleset: (family?: TableRef['family']) => void
  /** Changes from elsewhere: those of `script`, or of another `changes`. */
  readonly push: (...changes: ReadonlyArray<Change>) => void
}

const create = NLM_F.REQUEST | NLM_F.CREATE

const header = ({ family }: TableRef): { readonly nfgenFamily: number } => ({ nfgenFamily: families[family] })

const placeText = ({ family, table }: TableRef): string => `${family} ${table}`

type Said = Omit<Change, 'kind' | 'subject' | 'text'>

/** A change with its words, which are put together when somebody asks for them. */
const worded = (kind: ChangeKind, subject: () => string, said: Said): Change => ({
  kind,
  get subject() {
    return subject()
  },
  get text() {
    return `${kind.verb} ${kind.object} ${subject()}`.trimEnd()
  },
  ...said
})

const plain = (
  kind: ChangeKind,
  subject: string,
  messages: Change['messages'],
  more: Partial<Said> = {}
): Change => worded(kind, () => subject, { links: none, uses: [], messages, ...more })

/** The same, refused if there is one already. */
export const created = ({ kind, subject, text: _, messages, ...said }: Change): Change =>
  worded({ ...kind, verb: 'create' }, () => subject, {
    ...said,
    messages: around =>
      pipe(
        messages(around),
        E.map(all => all.map(each => ({ ...each, flags: each.flags | NLM_F.EXCL })))
      )
  })

const none = (): ReadonlyArray<never> => []

const one = (kind: ChangeKind, subject: string, given: () => Message): Change =>
  plain(kind, subject, () => E.right([given()]))

/** nft keeps a comment in so many bytes, with a zero behind it. */
const longestComment = 128

const commentFault = (comment: string | undefined): string | undefined =>
  comment !== undefined && Buffer.byteLength(comment) > longestComment
    ? `a comment has ${longestComment} bytes at most, and this one ${Buffer.byteLength(comment)}`
    : undefined

const nameFault = (name: unknown): Fault | undefined =>
  typeof name === 'string' && isName(name)
    ? undefined
    : {
        field: 'name',
        reason: `${JSON.stringify(name)} is no name: letters, digits, and _ . / - behind the first letter`
      }

/** What is made by a name and a description, neither of which has what nft could not print to be read again. */
const making = (
  object: ChangeKind['object'],
  ref: TableRef,
  name: string,
  given: unknown,
  checks: { readonly [field: string]: Check },
  make: () => Pick<Change, 'messages'> & Partial<Said>
): Change => {
  const kind = { verb: 'add', object } as const
  const subject = object === 'table' ? placeText(ref) : `${placeText(ref)} ${name}`
  const fault = nameFault(name) ?? faultIn(given, { ...checks, comment })
  if (fault !== undefined) return plain(kind, subject, () => E.left(fault))
  const { messages, ...more } = make()
  return plain(kind, subject, messages, more)
}

const comment: Check = value =>
  text(value) ??
  (commentFault(value as string) === undefined
    ? undefined
    : `of ${Buffer.byteLength(value as string)} bytes is too long: ${longestComment} bytes at most are kept`)

const tableChecks: Checks<Omit<NewTable, 'comment'>> = {
  flags: list(word('flag of a table', Object.keys(tableFlags)))
}

const addTable = (ref: TableRef, given: NewTable): Change =>
  making('table', ref, ref.table, given, tableChecks, () => ({
    messages: () => {
      const { comment, flags = [] } = given
      return E.right([
        message('NFT_MSG_NEWTABLE', create, {
          header: header(ref),
          attributes: {
            name: ref.table,
            flags: bitsOf(tableFlags, flags),
            ...(comment !== undefined && { userdata: { comment } })
          }
        })
      ])
    }
  }))

type ChainOptions = Partial<ChainHook> & { readonly comment?: string }

const priority = either(whole('name or number of a priority', 0x7fffffff, -0x80000000), text)

const chainChecks: Checks<ChainHook> = {
  type: word('type of a chain', ['filter', 'nat', 'route']),
  hook: text,
  priority,
  policy: word('policy of a chain', ['accept', 'drop']),
  devices: list(text)
}

/** What only base chains have. */
const hooked = ['type', 'priority', 'devices'] as const

const addChain = (ref: TableRef, name: string, given: ChainOptions): Change =>
  making('chain', ref, name, given, chainChecks, () => ({
    messages: () => {
      const { comment, type, hook, priority, policy, devices } = given
      const hooks: { readonly [hook: string]: number } = hooksOf(ref.family)
      const number = hook !== undefined && Object.hasOwn(hooks, hook) ? hooks[hook] : undefined
      if (hook !== undefined && number === undefined)
        return E.left({
          field: 'hook',
          reason: `${hook} is none of family ${ref.family}: ${Object.keys(hooks).join(', ')}`
        })
      const idle = hook === undefined ? hooked.find(field => given[field] !== undefined) : undefined
      if (idle !== undefined) return E.left({ field: idle, reason: 'is for chains with a hook' })
      const value = priority === undefined ? 0 : priorityOf(ref.family, priority, number)
      if (value === undefined)
        return E.left({
          field: 'priority',
          reason: `${priority} is neither a number nor a name that hook ${hook} has: filter, or filter - 5`
        })
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
    }
  }))

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

const handle: Check = big('handle')

const handled = (given: bigint): Fault | undefined =>
  lackIn({ handle: given }, ['handle']) ?? faultIn({ handle: given }, { handle })

const placeChecks: Checks<Place> = { position: handle, index: number32('place in a chain'), handle }

const ruleChange = (ref: TableRef, chain: string, given: RuleLike, verb: Verb, place: Place): Change => {
  const found = ruleOf(given)
  const kind = { verb, object: 'rule' } as const
  const where = `${placeText(ref)} ${chain}`
  const fault = faultIn({ chain }, { chain: text }) ?? faultIn(place, placeChecks)
  if (fault !== undefined) return plain(kind, where, () => E.left(fault))
  if (E.isLeft(found))
    return plain(kind, typeof given === 'string' ? `${where} ${given}` : where, () => E.left(found.left))
  const rule = found.right
  const mentioned: Mentioned = { links: new Set(), sets: new Set() }
  mentionAll([rule], mentioned)
  const flags = verb === 'replace' ? NLM_F.REPLACE : NLM_F.CREATE | (verb === 'add' ? NLM_F.APPEND : 0)
  return worded(kind, () => `${where} ${ruleText(rule)}`, {
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
  })
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

const datatypeNames = either(text, list(text))

const packetPart = either(text, description)

const setChecks: Checks<Omit<NewSet, 'comment'>> = {
  type: datatypeNames,
  typeof: packetPart,
  data: datatypeNames,
  dataTypeof: packetPart,
  dataInterval: yes,
  flags: list(word('flag of a set', Object.keys(setFlags))),
  policy: word('policy of a set', ['memory', 'performance']),
  size: number32('number of elements'),
  timeout: milliseconds,
  gcInterval: milliseconds32,
  autoMerge: yes,
  statements: list(either(text, description)),
  elements: list(either(text, description))
}

const inField = <A>(field: string, found: E.Either<string, A>): E.Either<Fault, A> =>
  pipe(
    found,
    E.mapLeft(reason => ({ field, reason }))
  )

const describe = (set: NewSet): E.Either<Fault, Layout> => {
  const fault = faultIn(set, setChecks)
  if (fault !== undefined) return E.left(fault)
  const told = set.typeof === undefined ? undefined : inField('typeof', operandFrom(set.typeof))
  if (told !== undefined && E.isLeft(told)) return told
  const key =
    told === undefined ? inField('type', kindsNamed(listOf(set.type ?? []))) : E.right(kindsOf(told.right))
  if (E.isLeft(key)) return key
  if (key.right.length === 0)
    return E.left({ field: 'type', reason: 'is missing: a set needs a type, or typeof' })
  if (set.autoMerge === true && (set.data !== undefined || set.dataTypeof !== undefined))
    return E.left({ field: 'autoMerge', reason: 'is for sets, and not for maps' })
  if (set.autoMerge === true && set.flags?.includes('interval') !== true)
    return E.left({ field: 'autoMerge', reason: 'is for sets with flags interval' })
  const given = set.dataTypeof === undefined ? undefined : inField('dataTypeof', operandFrom(set.dataTypeof))
  if (given !== undefined && E.isLeft(given)) return given
  const data = inField('data', dataOf(set, given?.right))
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

const elementChecks: Checks<Pick<Element, 'comment' | 'timeout' | 'expires' | 'statements'>> = {
  comment: text,
  timeout: milliseconds,
  expires: milliseconds,
  statements: list(description)
}

/** Elements as values and texts, or as they stand in a text that has more. */
type Written = ReadonlyArray<ElementLike> | Excerpt

const isExcerpt = (given: Written): given is Excerpt =>
  typeof given === 'object' && given !== null && 'tokens' in given

const elementsFrom = (layout: Layout, given: Written): E.Either<string, ReadonlyArray<Element>> => {
  if (isExcerpt(given))
    return pipe(
      parseExcerpt(cursor => parseElements(cursor, layout.key, dataParser(layout)), given),
      E.mapLeft(({ message }) => message)
    )
  const all: Array<Element> = []
  for (const each of given) {
    if (typeof each !== 'string') {
      if (typeof each?.key?.kind !== 'string')
        return E.left(
          `${JSON.stringify(each)} is no element: a text, or { key: { kind: 'value', value: … } }`
        )
      const fault = faultIn(each, elementChecks)
      if (fault !== undefined) return E.left(`element ${operandText(each.key)}: ${faultText(fault)}`)
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
      each => elementData(layout, each.data, indexOf, verdictData),
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
  given: Written,
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

const isLink = ({ type }: Kind): boolean => type.name === 'iface_index'

const linksIn = (layout: Layout | undefined, given: Written): ReadonlyArray<string> => {
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
  const object = set?.data === undefined && set?.dataTypeof === undefined ? 'set' : 'map'
  if (E.isLeft(described)) return plain({ verb: 'add', object }, `${placeText(ref)} ${name}`, () => described)
  const layout = described.right
  return making(object, ref, name, set, {}, () => ({
    links: () => linksIn(layout, set.elements ?? []),
    makes: { ref, set: name, layout },
    messages: around => {
      const own = statementsOf(set.statements ?? [])
      if (E.isLeft(own)) return own
      const { concat, flags, ...attributes } = layoutAttributes(layout)
      const wire = own.right.map(stateful)
      const given = flags | bitsOf(setFlags, set.flags ?? [])
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
    }
  }))
}

const writtenText = (elements: Written): string => {
  if (isExcerpt(elements)) return excerptText(elements, 16)
  const shown = elements.slice(0, 4).map(each => (typeof each === 'string' ? each : elementText(each)))
  return `{ ${shown.join(', ')}${elements.length > 4 ? ', …' : ''} }`
}

export const elementsChange = (
  ref: TableRef,
  set: string,
  elements: Written,
  verb: 'add' | 'create' | 'delete'
): Change => {
  const kind = { verb, object: 'element' } as const
  const fault = isExcerpt(elements) ? undefined : faultIn({ set, elements }, { set: text, elements: items })
  if (fault !== undefined) return plain(kind, `${placeText(ref)} ${set}`, () => E.left(fault))
  return worded(kind, () => `${placeText(ref)} ${set} ${writtenText(elements)}`, {
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
}

const removalMessages = (
  ref: TableRef,
  set: string,
  full: Layout,
  elements: Written,
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

const protocolCheck: Check = value => {
  const protocol = kindOf(datatype('inet_proto'))
  return (
    text(value) ??
    (numberOf(protocol, value as string) === undefined ? misfit(protocol, value as string) : undefined)
  )
}

const bytes = big('number of bytes')
const l3proto = word('family', Object.keys(families))

/** What objects of each kind have, and what of it they must have. */
const objectChecks: {
  readonly [kind in NftObject['object']]: {
    readonly checks: { readonly [field: string]: Check }
    readonly needs: ReadonlyArray<string>
  }
} = {
  counter: { checks: { packets: big('number of packets'), bytes }, needs: ['packets', 'bytes'] },
  quota: { checks: { bytes, over: yes, used: bytes }, needs: ['bytes'] },
  limit: {
    checks: {
      rate: big('rate'),
      of: word('unit of a limit', ['packets', 'bytes']),
      per: word('period', ['second', 'minute', 'hour', 'day', 'week']),
      burst: number32('burst'),
      over: yes
    },
    needs: ['rate', 'of', 'per']
  },
  'ct helper': { checks: { type: text, protocol: protocolCheck, l3proto }, needs: ['type', 'protocol'] },
  'ct timeout': {
    checks: { protocol: protocolCheck, l3proto, policy: description },
    needs: ['protocol', 'policy']
  },
  'ct expectation': {
    checks: {
      protocol: protocolCheck,
      l3proto,
      dport: whole('port', 0xffff),
      timeout: milliseconds32,
      size: whole('number of expectations', 0xff)
    },
    needs: ['protocol', 'dport', 'timeout', 'size']
  },
  synproxy: {
    checks: {
      mss: whole('number of bytes', 0xffff),
      wscale: whole('shift of a window', 0xff),
      timestamp: yes,
      sackPerm: yes
    },
    needs: []
  },
  secmark: { checks: { context: text }, needs: ['context'] },
  unknown: { checks: { type: number32('kind of object') }, needs: ['type'] }
}

const objectKind = word('kind of object', Object.keys(objectChecks))

const objectFault = (object: NftObject): Fault | undefined => {
  const fault = faultIn(object, { object: objectKind }) ?? lackIn(object, ['object', 'name'])
  if (fault !== undefined) return fault
  const { checks, needs } = objectChecks[object.object]
  return faultIn(object, checks) ?? lackIn(object, needs)
}

const objectData = (object: NftObject, ref: TableRef): object => {
  const l3proto = familyNumber(
    'l3proto' in object && object.l3proto !== undefined ? object.l3proto : ref.family
  )
  switch (object.object) {
    case 'counter':
      return { type: NFT_OBJECT.COUNTER, data: { packets: object.packets, bytes: object.bytes } }
    case 'quota':
      return { type: NFT_OBJECT.QUOTA, data: quotaData(object) }
    case 'limit':
      return { type: NFT_OBJECT.LIMIT, data: limitData(object) }
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

const addObject = (ref: TableRef, object: NftObject): Change => {
  const fault = objectFault(object)
  if (fault !== undefined)
    return plain({ verb: 'add', object: object?.object }, `${placeText(ref)} ${object?.name}`, () =>
      E.left(fault)
    )
  return making(object.object, ref, object.name, object, {}, () => ({
    messages: () =>
      E.right([
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
  }))
}

type NewFlowtable = Omit<Flowtable, 'hook' | 'handle'>

const flowtableChecks: Checks<Omit<NewFlowtable, 'name'>> = {
  priority,
  devices: list(text),
  offload: yes,
  counter: yes
}

const addFlowtable = (ref: TableRef, given: NewFlowtable): Change =>
  making('flowtable', ref, given?.name, given, flowtableChecks, () => ({
    messages: () => {
      const { name, priority, devices, offload, counter } = given
      const lacking = lackIn(given, ['priority', 'devices'])
      if (lacking !== undefined) return E.left(lacking)
      const value = priorityOf('netdev', priority)
      if (value === undefined)
        return E.left({
          field: 'priority',
          reason: `${priority} is neither a number nor filter, filter - 5`
        })
      return E.right([
        message('NFT_MSG_NEWFLOWTABLE', create, {
          header: header(ref),
          attributes: {
            table: ref.table,
            name,
            hook: { num: NF_NETDEV.INGRESS, priority: value, devs: { name: devices } },
            flags:
              (offload === true ? NFT_FLOWTABLE.HW_OFFLOAD : 0) |
              (counter === true ? NFT_FLOWTABLE.COUNTER : 0)
          }
        })
      ])
    }
  }))

const family = word('family', Object.keys(families))

const refFault = ({ family: given, table }: TableRef): Fault | undefined =>
  lackIn({ family: given, name: table }, ['family', 'name']) ??
  faultIn({ family: given, name: table }, { family, name: text })

/** A change that is none if something is wrong with what it is said by. */
const unlessWrong = (fault: Fault | undefined, change: Change): Change =>
  fault === undefined ? change : plain(change.kind, change.subject, () => E.left(fault))

const removable = word('kind of object', ['chain', 'set', 'flowtable', ...Object.keys(objectNumbers)])

const tableEdit = (ref: TableRef, push: Edit['push']): TableEdit => {
  const place = placeText(ref)
  const wrong = refFault(ref)
  const add = (change: Change, fault?: Fault): TableEdit => {
    push(unlessWrong(wrong ?? fault, change))
    return edit
  }
  const named = (name: string): Fault | undefined =>
    lackIn({ name }, ['name']) ?? faultIn({ name }, { name: text })
  const removing = (
    object: ChangeKind['object'],
    name: string,
    type: Message['type'],
    attributes: object
  ): TableEdit =>
    add(
      one({ verb: 'delete', object }, `${place} ${name}`, () =>
        message(type, NLM_F.REQUEST, {
          header: header(ref),
          attributes: { table: ref.table, ...attributes }
        } as never)
      ),
      named(name) ?? faultIn({ kind: object }, { kind: removable })
    )
  const edit: TableEdit = {
    ref,
    chain: (name, options = {}) => add(addChain(ref, name, options)),
    renameChain: (handle, name) =>
      add(
        one({ verb: 'rename', object: 'chain' }, `${place} handle ${handle} ${name}`, () =>
          message('NFT_MSG_NEWCHAIN', NLM_F.REQUEST, {
            header: header(ref),
            attributes: { table: ref.table, handle, name }
          })
        ),
        handled(handle) ?? nameFault(name)
      ),
    flushChain: name =>
      add(
        one({ verb: 'flush', object: 'chain' }, `${place} ${name}`, () =>
          message('NFT_MSG_DELRULE', NLM_F.REQUEST, {
            header: header(ref),
            attributes: { table: ref.table, chain: name }
          })
        ),
        named(name)
      ),
    removeChain: name => removing('chain', name, 'NFT_MSG_DELCHAIN', { name }),
    rule: (chain, rule, where = {}) => add(ruleChange(ref, chain, rule, 'add', where)),
    insertRule: (chain, rule, where = {}) => add(ruleChange(ref, chain, rule, 'insert', where)),
    replaceRule: (chain, handle, rule) =>
      add(ruleChange(ref, chain, rule, 'replace', { handle }), handled(handle)),
    removeRule: (chain, handle) =>
      add(
        one({ verb: 'delete', object: 'rule' }, `${place} ${chain} handle ${handle}`, () =>
          message('NFT_MSG_DELRULE', NLM_F.REQUEST, {
            header: header(ref),
            attributes: { table: ref.table, chain, handle }
          })
        ),
        faultIn({ chain }, { chain: text }) ?? handled(handle)
      ),
    set: (name, set) => add(addSet(ref, name, set)),
    flushSet: name =>
      add(
        plain({ verb: 'flush', object: 'set' }, `${place} ${name}`, around => {
          around.hold(ref, name, [], true)
          return E.right([
            message('NFT_MSG_DELSETELEM', NLM_F.REQUEST, {
              header: header(ref),
              attributes: { table: ref.table, set: name }
            })
          ])
        }),
        named(name)
      ),
    removeSet: name => removing('set', name, 'NFT_MSG_DELSET', { name }),
    elements: (set, elements, exclusive = false) =>
      add(elementsChange(ref, set, elements, exclusive ? 'create' : 'add')),
    removeElements: (set, elements) => add(elementsChange(ref, set, elements, 'delete')),
    object: object => add(addObject(ref, object)),
    removeObject: (kind, name) => removing(kind, name, 'NFT_MSG_DELOBJ', { name, type: objectNumbers[kind] }),
    flowtable: flowtable => add(addFlowtable(ref, flowtable)),
    removeFlowtable: name => removing('flowtable', name, 'NFT_MSG_DELFLOWTABLE', { name }),
    flush: () =>
      add(
        one({ verb: 'flush', object: 'table' }, place, () =>
          message('NFT_MSG_DELRULE', NLM_F.REQUEST, { header: header(ref), attributes: { table: ref.table } })
        )
      ),
    remove: () => {
      add(
        one({ verb: 'delete', object: 'table' }, place, () =>
          message('NFT_MSG_DELTABLE', NLM_F.REQUEST, { header: header(ref), attributes: { name: ref.table } })
        )
      )
    }
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
      push(unlessWrong(refFault(ref), addTable(ref, options)))
      return tableEdit(ref, push)
    },
    existing: (family, table) => tableEdit({ family, table }, push),
    flushRuleset: given =>
      push(
        unlessWrong(
          faultIn({ family: given }, { family }),
          one({ verb: 'flush', object: 'ruleset' }, given ?? '', () =>
            message('NFT_MSG_DELTABLE', NLM_F.REQUEST, {
              header: { nfgenFamily: given === undefined ? 0 : families[given] }
            })
          )
        )
      ),
    push
  })
  return all
}
