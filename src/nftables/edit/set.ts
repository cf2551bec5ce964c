import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import { NLM_F } from '../../../protocol/netlink/header'
import { NFT_SET, NFT_SET_POL } from '../../../protocol/nftables/set'
import { message } from '../../socket/message'
import { parse } from '../cursor'
import { datatypes } from '../datatype'
import {
  type Checks,
  description,
  either,
  type Fault,
  faultIn,
  list,
  milliseconds,
  milliseconds32,
  number32,
  text,
  word,
  yes
} from '../described'
import { stateful } from '../expression/stateful'
import { familyHeader, type TableRef } from '../family'
import { bitsOf, setFlags } from '../flag'
import { freshId } from '../id'
import { type Kind, kindOf, kindsOf } from '../kind'
import { type Layout, layoutAttributes, layoutUserdata, objectNumbers } from '../layout'
import { operand } from '../operand'
import { statefulAt } from '../stateful'
import type { ObjectKind, Operand, Stateful } from '../syntax'
import type { NftSet } from '../table'
import { type Change, plain, unlessWrong } from './change'
import { create, making } from './creation'
import { elementMessages, keysFrom } from './element'
import { nameFault, placeText } from './name'
import { removal } from './removal'
import { type ElementLike, linksIn } from './written'

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

export const addSet = (ref: TableRef, name: string, set: NewSet): Change => {
  const described = describe(set)
  const object = set?.data === undefined && set?.dataTypeof === undefined ? 'set' : 'map'
  if (E.isLeft(described)) return plain({ verb: 'add', object }, `${placeText(ref)} ${name}`, () => described)
  const layout = described.right
  return making(object, ref, name, set, setChecks, () => ({
    links: () => linksIn(layout, set.elements ?? []),
    makes: { ref, set: name, layout },
    messages: around => {
      const own = statementsOf(set.statements ?? [])
      if (E.isLeft(own)) return own
      const { concat, flags, ...attributes } = layoutAttributes(layout)
      const wire = own.right.map(stateful)
      const given = flags | bitsOf(setFlags, set.flags ?? [])
      const made = message('NFT_MSG_NEWSET', create, {
        header: familyHeader(ref),
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

export const flushSet = (ref: TableRef, name: string): Change =>
  unlessWrong(
    nameFault(name),
    plain({ verb: 'flush', object: 'set' }, `${placeText(ref)} ${name}`, around => {
      around.hold(ref, name, [], true)
      return E.right([
        message('NFT_MSG_DELSETELEM', NLM_F.REQUEST, {
          header: familyHeader(ref),
          attributes: { table: ref.table, set: name }
        })
      ])
    })
  )

export const removeSet = (ref: TableRef, name: string): Change =>
  removal(ref, 'set', name, 'NFT_MSG_DELSET', { name })
