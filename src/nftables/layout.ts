import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import { TYPE_BITS } from '../../protocol/nftables/datatype'
import { NFT_SET_ELEM, type Element as WireElement } from '../../protocol/nftables/element'
import type { StatefulExpression } from '../../protocol/nftables/expression/stateful'
import { NFT_OBJECT } from '../../protocol/nftables/object'
import { NFT_DATA, NFT_SET } from '../../protocol/nftables/set'
import { BYTEORDER, NFT_USERDATA_MAXLEN } from '../../protocol/nftables/userdata'
import { decode, encode, ones } from './datatype'
import { type Keyed, type Span, withoutOverlap } from './interval'
import { backwards, type Kind, misfit, numberOf, padded, sizeOf, widthOf } from './kind'
import { operandText } from './print'
import type { Element, ObjectKind, Operand, Prefix, Range } from './syntax'
import { type Typeof, typeofKinds, typeofVerdict } from './typeof'

/** What a set's keys are, and what a map gives. */
export interface Layout {
  readonly key: ReadonlyArray<Kind>
  readonly data?: ReadonlyArray<Kind> | 'verdict' | ObjectKind
  /** Keys may be ranges. */
  readonly interval: boolean
  /** Data may be ranges. */
  readonly dataInterval?: boolean
  /** Keys that overlap or touch become one: `auto-merge`. */
  readonly merge?: boolean
}

/** nft's number of a concatenation: some bits for each part. */
export const typeNumber = (kinds: ReadonlyArray<Kind>): number =>
  kinds.reduce((number, { type }) => ((number << TYPE_BITS) | type.number) >>> 0, 0)

/** Ranges are compared from the first byte on, so numbers of the machine's own are turned round for them. */
const comparable = (kind: Kind, interval: boolean): Kind =>
  interval && kind.order === 'host' && sizeOf(kind) > 1 ? { ...kind, order: 'network' } : kind

/** How keys stand in a set. */
export const keyKinds = ({ key, interval }: Layout): ReadonlyArray<Kind> =>
  key.map(kind => comparable(kind, interval))

const byteorders = {
  network: BYTEORDER.BIG_ENDIAN,
  host: BYTEORDER.HOST_ENDIAN,
  text: BYTEORDER.HOST_ENDIAN
} as const

const byteorderOf = ([first, ...more]: ReadonlyArray<Kind>): number =>
  first === undefined || more.length > 0 ? BYTEORDER.INVALID : byteorders[first.order]

/** Attributes that say what a set holds. */
export const layoutAttributes = (layout: Layout) => {
  const { key, data, interval } = layout
  const concatenated = key.length > 1
  return {
    flags:
      (interval ? NFT_SET.INTERVAL : 0) | (interval && concatenated ? NFT_SET.CONCAT : 0) | flagsOf(data),
    keyType: typeNumber(key),
    keyLen: widthOf(key),
    ...(Array.isArray(data)
      ? { dataType: typeNumber(data), dataLen: widthOf(data) * (layout.dataInterval === true ? 2 : 1) }
      : {}),
    ...(data === 'verdict' && { dataType: NFT_DATA.VERDICT, dataLen: 16 }),
    ...(typeof data === 'string' && data !== 'verdict' && { objType: objectNumbers[data] }),
    ...(interval && concatenated && { concat: key.map(kind => ({ len: padded(sizeOf(kind)) })) })
  }
}

const flagsOf = (data: Layout['data']): number =>
  data === undefined ? 0 : typeof data === 'string' && data !== 'verdict' ? NFT_SET.OBJECT : NFT_SET.MAP

/** Types and lengths of records, and the four numbers that there may be beside. */
const recordBytes = 2
const numberBytes = recordBytes + 4
const otherBytes = 4 * numberBytes

const typeofBytes = (kept: Required<Typeof> | undefined): number =>
  kept === undefined ? 0 : 2 * recordBytes + numberBytes + kept.data.length

/** What nft keeps with a set to print it; typeof of many parts is left out, as the kernel keeps so much only. */
export const layoutUserdata = ({ key, data, interval, dataInterval }: Layout, comment?: string) => {
  const keyTypeof = typeofKinds(key)
  const dataTypeof = Array.isArray(data)
    ? typeofKinds(data)
    : data === 'verdict' && keyTypeof !== undefined
      ? typeofVerdict
      : undefined
  const commentBytes = comment === undefined ? 0 : recordBytes + Buffer.byteLength(comment) + 1
  const fits =
    typeofBytes(keyTypeof) + typeofBytes(dataTypeof) + commentBytes + otherBytes <= NFT_USERDATA_MAXLEN
  return {
    keybyteorder: byteorderOf(key.map(kind => comparable(kind, interval))),
    ...(Array.isArray(data) && { databyteorder: byteorderOf(data) }),
    ...(dataInterval === true && { dataInterval: 1 }),
    ...(fits && keyTypeof !== undefined && { keyTypeof }),
    ...(fits && dataTypeof !== undefined && { dataTypeof }),
    ...(comment !== undefined && { comment })
  }
}

/** NFT_OBJECT_* of the kinds of objects. */
export const objectNumbers: { readonly [K in ObjectKind]: number } = {
  counter: NFT_OBJECT.COUNTER,
  quota: NFT_OBJECT.QUOTA,
  'ct helper': NFT_OBJECT.CT_HELPER,
  limit: NFT_OBJECT.LIMIT,
  tunnel: NFT_OBJECT.TUNNEL,
  'ct timeout': NFT_OBJECT.CT_TIMEOUT,
  secmark: NFT_OBJECT.SECMARK,
  'ct expectation': NFT_OBJECT.CT_EXPECT,
  synproxy: NFT_OBJECT.SYNPROXY
}

/** The kind of object by its number; one that nobody knows is taken for a counter. */
export const objectKind = (number: number | undefined): ObjectKind =>
  (Object.entries(objectNumbers).find(([, each]) => each === number)?.[0] as ObjectKind | undefined) ??
  'counter'

/** The index of an interface by its name; 0 if there is none. */
export type IndexOf = (name: string) => number

const unquoted = (text: string): string => text.replace(/^"(.*)"$/, '$1')

/** The link that a value names, which the kernel knows by an index. */
export const linkNamed = ({ type }: Kind, text: string): string | undefined =>
  type.name !== 'iface_index' || /^\d+$/.test(text) ? undefined : unquoted(text)

const numberFor = (kind: Kind, text: string, indexOf: IndexOf): E.Either<string, bigint> => {
  const link = linkNamed(kind, text)
  if (link !== undefined) {
    const index = indexOf(link)
    return index === 0 ? E.left(`there is no link ${link}`) : E.right(BigInt(index))
  }
  const value = kind.type.order === 'text' ? textNumber(text, kind.bits / 8) : numberOf(kind, text)
  return value === undefined ? E.left(misfit(kind, text)) : E.right(value)
}

/** Text with zeros behind it; undefined if it is too long. */
const textNumber = (text: string, size: number): bigint | undefined => {
  const bytes = Buffer.from(unquoted(text).replace(/\\\*$/, '*'))
  return bytes.length > size ? undefined : decode(Buffer.concat([bytes], size), 'network')
}

/** A name with a star at its end stands for all that begin so. */
export const wildcard = (kind: Kind, text: string): string | undefined =>
  kind.type.order === 'text' && text.endsWith('*"') && !text.endsWith('\\*"')
    ? `${text.slice(0, -2)}"`
    : undefined

const spanFor = (kind: Kind, text: string, indexOf: IndexOf): E.Either<string, Span> => {
  const beginning = wildcard(kind, text)
  const found = numberFor(kind, beginning ?? text, indexOf)
  if (E.isLeft(found)) return found
  const from = found.right
  const open = beginning === undefined ? 0 : kind.bits - Buffer.byteLength(unquoted(beginning)) * 8
  return E.right({ from, to: open === 0 ? from : from | ones(open) })
}

const flagsSpan = (kind: Kind, flags: ReadonlyArray<string>, indexOf: IndexOf): E.Either<string, Span> =>
  pipe(
    E.traverseArray((flag: string) => numberFor(kind, flag, indexOf))(flags),
    E.map(bits => bits.reduce((sum, bit) => sum | bit, 0n)),
    E.map(value => ({ from: value, to: value }))
  )

const rangeSpan = (kind: Kind, range: Range, indexOf: IndexOf): E.Either<string, Span> =>
  pipe(
    E.Do,
    E.apS('from', numberFor(kind, range.from, indexOf)),
    E.apS('to', numberFor(kind, range.to, indexOf)),
    E.filterOrElse(
      ({ from, to }) => !backwards(kind, from, to),
      () => `${range.from}-${range.to} ends before it begins`
    )
  )

const prefixSpan = (kind: Kind, { address, length }: Prefix, indexOf: IndexOf): E.Either<string, Span> =>
  length < 0 || length > kind.bits
    ? E.left(`a ${kind.type.name} has ${kind.bits} bits, not ${length}`)
    : pipe(
        numberFor(kind, address, indexOf),
        E.map(value => value & ~ones(kind.bits - length)),
        E.map(from => ({ from, to: from | ones(kind.bits - length) }))
      )

/** All values that a constant stands for. */
export const spanOf = (kind: Kind, operand: Operand, indexOf: IndexOf): E.Either<string, Span> => {
  switch (operand.kind) {
    case 'value':
      return spanFor(kind, operand.value, indexOf)
    case 'flags':
      return flagsSpan(kind, operand.flags, indexOf)
    case 'range':
      return rangeSpan(kind, operand, indexOf)
    case 'prefix':
      return prefixSpan(kind, operand, indexOf)
    default:
      return E.left(`${operandText(operand)} stands where a ${kind.type.name} belongs`)
  }
}

/** The value of a constant that stands for one. */
export const singleOf = (kind: Kind, operand: Operand, indexOf: IndexOf): E.Either<string, bigint> =>
  isSpan(operand)
    ? E.left(`${operandText(operand)} is more than one ${kind.type.name}`)
    : pipe(
        spanOf(kind, operand, indexOf),
        E.map(({ from }) => from)
      )

/** Whether an operand stands for more than one value. */
export const isSpan = (operand: Operand): boolean =>
  operand.kind === 'range' ||
  operand.kind === 'prefix' ||
  (operand.kind === 'value' && /[^\\]\*"$/.test(operand.value)) ||
  (operand.kind === 'concatenation' && operand.parts.some(isSpan))

const partsOf = (operand: Operand): ReadonlyArray<Operand> =>
  operand.kind === 'concatenation' ? operand.parts : [operand]

/** Something of each part of a constant, which has as many as there are kinds. */
const ofParts = <A>(
  kinds: ReadonlyArray<Kind>,
  operand: Operand,
  each: (kind: Kind, part: Operand) => E.Either<string, A>
): E.Either<string, ReadonlyArray<A>> => {
  const parts = partsOf(operand)
  if (parts.length !== kinds.length)
    return E.left(
      `${operandText(operand)} has ${parts.length} part${parts.length === 1 ? '' : 's'}, not ${kinds.length}`
    )
  const found: Array<A> = []
  for (const [n, kind] of kinds.entries()) {
    const one = each(kind, parts[n] as Operand)
    if (E.isLeft(one)) return one
    found.push(one.right)
  }
  return E.right(found)
}

const bytesOf = (kinds: ReadonlyArray<Kind>, numbers: ReadonlyArray<bigint>, shift = 0): Uint8Array => {
  const [only] = kinds
  if (kinds.length === 1 && only !== undefined)
    return encode((numbers[0] ?? 0n) << BigInt(shift), sizeOf(only), only.order)
  const bytes = new Uint8Array(widthOf(kinds))
  let at = 0
  for (const [n, kind] of kinds.entries()) {
    bytes.set(encode(numbers[n] ?? 0n, sizeOf(kind), kind.order), at)
    at += padded(sizeOf(kind))
  }
  return bytes
}

/** A constant as a register holds it. */
export const constantBytes = (
  kinds: ReadonlyArray<Kind>,
  operand: Operand,
  indexOf: IndexOf
): E.Either<string, Uint8Array> =>
  pipe(
    ofParts(kinds, operand, (kind, part) => singleOf(kind, part, indexOf)),
    E.map(numbers => bytesOf(kinds, numbers))
  )

/** The first and the last of the values that a constant stands for. */
export const spanBytes = (
  kinds: ReadonlyArray<Kind>,
  operand: Operand,
  indexOf: IndexOf
): E.Either<string, { readonly from: Uint8Array; readonly to: Uint8Array }> =>
  pipe(
    ofParts(kinds, operand, (kind, part) => spanOf(kind, part, indexOf)),
    E.map(spans => ({
      from: bytesOf(
        kinds,
        spans.map(({ from }) => from)
      ),
      to: bytesOf(
        kinds,
        spans.map(({ to }) => to)
      )
    }))
  )

type Given = Pick<WireElement, 'data' | 'objref'>

const keyed = (
  layout: Layout,
  kinds: ReadonlyArray<Kind>,
  element: Element,
  indexOf: IndexOf
): E.Either<string, Keyed> => {
  const { key } = element
  if (key.kind === 'any') return E.right({ element, spans: [] })
  if (!layout.interval && isSpan(key))
    return E.left(`${operandText(key)} is more than one key, for which a set needs flags interval`)
  const spans = ofParts(kinds, key, (kind, part) => spanOf(kind, part, indexOf))
  if (E.isLeft(spans)) return spans
  return spans.right.every(({ from, to }) => from <= to)
    ? E.right({ element, spans: spans.right })
    : E.left(`${operandText(key)} ends before it begins`)
}

/** What an element has besides its key. */
type Rest = (element: Element) => E.Either<string, Partial<WireElement>>

const restOf =
  (
    given: (element: Element) => E.Either<string, Given>,
    stateful: (element: Element) => ReadonlyArray<StatefulExpression>
  ): Rest =>
  element => {
    const { timeout, expires } = element
    const own = stateful(element)
    const data = given(element)
    if (E.isLeft(data)) return data
    return E.right({
      ...data.right,
      ...(timeout !== undefined && { timeout: BigInt(timeout) }),
      ...(expires !== undefined && { expiration: BigInt(expires) }),
      ...(own.length === 1 && { expr: own[0] as StatefulExpression }),
      ...(own.length > 1 && { expressions: own })
    })
  }

/** In a set of intervals two elements make one: its first key, and the key behind its last. */
const wireOf = (
  layout: Layout,
  kinds: ReadonlyArray<Kind>,
  { element, spans }: Keyed,
  rest: Partial<WireElement>,
  shift: number
): ReadonlyArray<WireElement> => {
  const { comment } = element
  const note = comment === undefined ? {} : { comment }
  const noted = comment === undefined ? {} : { userdata: note }
  if (spans.length === 0) return [{ flags: NFT_SET_ELEM.CATCHALL, ...rest, ...noted }]
  const bytes = (end: 'from' | 'to'): Uint8Array =>
    bytesOf(
      kinds,
      spans.map(span => span[end]),
      shift
    )
  const key = { value: bytes('from') }
  if (!layout.interval) return [{ key, ...rest, ...noted }]
  if (kinds.length > 1) return [{ key, keyEnd: { value: bytes('to') }, ...rest, ...noted }]
  const [kind] = kinds as [Kind]
  const { to } = spans[0] as Span
  if (to === ones(kind.bits)) return [{ key, ...rest, userdata: { ...note, flags: 1 } }]
  return [
    { key, ...rest, ...noted },
    { key: { value: bytesOf(kinds, [to + 1n], shift) }, flags: NFT_SET_ELEM.INTERVAL_END }
  ]
}

/** What the keys of elements stand for, no two of which overlap. */
export const elementKeysOf = (
  layout: Layout,
  elements: ReadonlyArray<Element>,
  indexOf: IndexOf
): E.Either<string, ReadonlyArray<Keyed>> => {
  const kinds = keyKinds(layout)
  const all: Array<Keyed> = []
  for (const element of elements) {
    const one = keyed(layout, kinds, element, indexOf)
    if (E.isLeft(one)) return one
    all.push(one.right)
  }
  return withoutOverlap(layout, all)
}

/** Elements as the kernel has them. */
export const wireElements = (
  layout: Layout,
  keys: ReadonlyArray<Keyed>,
  given: (element: Element) => E.Either<string, Given>,
  stateful: (element: Element) => ReadonlyArray<StatefulExpression>,
  /** Bits behind a key in its bytes. */
  shift = 0
): E.Either<string, ReadonlyArray<WireElement>> => {
  const kinds = keyKinds(layout)
  const rest = restOf(given, stateful)
  const wire: Array<WireElement> = []
  for (const each of keys) {
    const more = rest(each.element)
    if (E.isLeft(more)) return more
    for (const one of wireOf(layout, kinds, each, more.right, shift)) wire.push(one)
  }
  return E.right(wire)
}

/** Most bytes of elements in one message, whose list of them can have 65,535. */
const mostBytes = 40_000

const weightOf = ({ key, data, userdata, expr, expressions }: WireElement): number =>
  48 +
  2 * (key?.value?.length ?? 0) +
  (data?.value?.length ?? 24) +
  (userdata?.comment?.length ?? 0) +
  (expr === undefined ? 0 : 80) +
  80 * (expressions?.length ?? 0)

/** Elements in portions that a message can hold. */
export const portions = (elements: ReadonlyArray<WireElement>): ReadonlyArray<ReadonlyArray<WireElement>> => {
  const all: Array<Array<WireElement>> = []
  let left = 0
  for (const element of elements) {
    left -= weightOf(element)
    const last = all.at(-1)
    if (last === undefined || left < 0) {
      all.push([element])
      left = mostBytes - weightOf(element)
    } else last.push(element)
  }
  return all
}
