import type { Message } from '../../protocol'
import { NLM_F } from '../../protocol/netlink/header'
import { NF_INET } from '../../protocol/nftables/chain'
import { DATATYPE, TYPE_BITS } from '../../protocol/nftables/datatype'
import type { Element } from '../../protocol/nftables/element'
import { NFT_SET } from '../../protocol/nftables/set'
import { message } from '../socket/message'
import { familyHeader, type TableRef } from './family'
import { freshId } from './id'
import { padded } from './kind'
import type { Selector } from './selector'
import type { Statement } from './statement'

export interface Hook {
  readonly type: 'filter' | 'nat' | 'route'
  readonly hook: 'prerouting' | 'input' | 'forward' | 'output' | 'postrouting'
  readonly priority: number
}

const hooks = {
  prerouting: NF_INET.PRE_ROUTING,
  input: NF_INET.LOCAL_IN,
  forward: NF_INET.FORWARD,
  output: NF_INET.LOCAL_OUT,
  postrouting: NF_INET.POST_ROUTING
} as const

export interface SetShape {
  /** What a key is made of, in order. */
  readonly key: ReadonlyArray<Selector<never>>
  /** What a map gives, in order; none for a set. */
  readonly data?: ReadonlyArray<Selector<never>>
  /** Keys may be ranges. */
  readonly interval?: boolean
}

/** A key or datum of an element: its parts, and of an interval its last key too. */
export interface NewElement {
  readonly key: ReadonlyArray<Uint8Array>
  readonly keyEnd?: ReadonlyArray<Uint8Array>
  readonly data?: ReadonlyArray<Uint8Array>
  readonly comment?: string
}

const create = NLM_F.REQUEST | NLM_F.CREATE

/** `nft add table`; refused if there is one by this name. */
export const addTable = (ref: TableRef, comment?: string): Message =>
  message('NFT_MSG_NEWTABLE', create | NLM_F.EXCL, {
    header: familyHeader(ref),
    attributes: { name: ref.table, flags: 0, ...(comment !== undefined && { userdata: { comment } }) }
  })

/** `nft delete table`, with all that is in it. */
export const removeTable = (ref: TableRef): Message =>
  message('NFT_MSG_DELTABLE', NLM_F.REQUEST, { header: familyHeader(ref), attributes: { name: ref.table } })

/** `nft add chain`. */
export const addChain = (ref: TableRef, name: string, hook?: Hook): Message =>
  message('NFT_MSG_NEWCHAIN', create, {
    header: familyHeader(ref),
    attributes: {
      table: ref.table,
      name,
      ...(hook !== undefined && {
        hook: { hooknum: hooks[hook.hook], priority: hook.priority },
        type: hook.type
      })
    }
  })

/** `nft add rule`: at the chain's end. */
export const addRule = (ref: TableRef, chain: string, statements: ReadonlyArray<Statement>): Message =>
  message('NFT_MSG_NEWRULE', create | NLM_F.APPEND, {
    header: familyHeader(ref),
    attributes: { table: ref.table, chain, expressions: expressionsOf(statements) }
  })

const expressionsOf = (statements: ReadonlyArray<Statement>): Statement['expressions'] => {
  const [only] = statements
  return only !== undefined && statements.length === 1
    ? only.expressions
    : statements.flatMap(({ expressions }) => expressions)
}

const widthOf = (selectors: ReadonlyArray<Selector<never>>): number =>
  selectors.length === 1
    ? (selectors[0]?.size ?? 0)
    : selectors.reduce((width, { size }) => width + padded(size), 0)

/** nft's number of a concatenation: some bits for each part. */
const datatypeOf = (selectors: ReadonlyArray<Selector<never>>): number =>
  selectors.reduce((number, { type }) => (number << TYPE_BITS) | DATATYPE[type].number, 0)

/** Without it nft prints the names of interfaces as empty. */
const byteorderOf = ([first, ...more]: ReadonlyArray<Selector<never>>): object =>
  first === undefined || more.length > 0 ? {} : { userdata: { keybyteorder: DATATYPE[first.type].byteorder } }

/** `nft add set`, or `nft add map` if it has data. */
export const addSet = (ref: TableRef, name: string, { key, data, interval }: SetShape): Message => {
  const concatenated = key.length > 1
  const flags =
    (data === undefined ? 0 : NFT_SET.MAP) |
    (interval === true ? NFT_SET.INTERVAL | (concatenated ? NFT_SET.CONCAT : 0) : 0)
  return message('NFT_MSG_NEWSET', create, {
    header: familyHeader(ref),
    attributes: {
      table: ref.table,
      name,
      flags,
      keyType: datatypeOf(key),
      keyLen: widthOf(key),
      ...byteorderOf(key),
      ...(data !== undefined && { dataType: datatypeOf(data), dataLen: widthOf(data) }),
      ...(interval === true &&
        concatenated && { desc: { concat: key.map(({ size }) => ({ len: padded(size) })) } }),
      id: freshId()
    }
  })
}

/** Parts of a key or a datum as one. */
export const concatenation = (parts: ReadonlyArray<Uint8Array>): Uint8Array => {
  if (parts.length === 1) return parts[0] as Uint8Array
  const bytes = new Uint8Array(parts.reduce((size, part) => size + padded(part.length), 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += padded(part.length)
  }
  return bytes
}

const elementOf = ({ key, keyEnd, data, comment }: NewElement): Element => ({
  key: { value: concatenation(key) },
  ...(keyEnd !== undefined && { keyEnd: { value: concatenation(keyEnd) } }),
  ...(data !== undefined && { data: { value: concatenation(data) } }),
  ...(comment !== undefined && { userdata: { comment } })
})

/** `nft create element`, refused if the set has the key; or `nft add element`, which then changes nothing. */
export const addElements = (
  ref: TableRef,
  set: string,
  elements: ReadonlyArray<NewElement>,
  exclusive = true
): Message =>
  message('NFT_MSG_NEWSETELEM', create | (exclusive ? NLM_F.EXCL : 0), {
    header: familyHeader(ref),
    attributes: { table: ref.table, set, elements: elements.map(elementOf) }
  })

/** `nft delete element`. */
export const removeElements = (ref: TableRef, set: string, elements: ReadonlyArray<NewElement>): Message =>
  message('NFT_MSG_DELSETELEM', NLM_F.REQUEST, {
    header: familyHeader(ref),
    attributes: {
      table: ref.table,
      set,
      elements: elements.map(({ key, keyEnd }) => elementOf({ key, ...(keyEnd !== undefined && { keyEnd }) }))
    }
  })
