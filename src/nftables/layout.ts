import { TYPE_BITS } from '../../protocol/nftables/datatype'
import type { Element as WireElement } from '../../protocol/nftables/element'
import { NFT_SET_ELEM } from '../../protocol/nftables/element'
import type { StatefulExpression } from '../../protocol/nftables/expression/stateful'
import { NFT_DATA, NFT_SET } from '../../protocol/nftables/set'
import { BYTEORDER, NFT_USERDATA_MAXLEN } from '../../protocol/nftables/userdata'
import { decode, encode } from './datatype'
import { type Kind, padded, sizeOf, widthOf } from './kind'
import type { Element, ObjectKind, Operand } from './syntax'
import { type Typeof, typeofKinds, typeofVerdict } from './typeof'

/** What a set's keys are, and what a map gives. */
export interface Layout {
  readonly key: ReadonlyArray<Kind>
  readonly data?: ReadonlyArray<Kind> | 'verdict' | ObjectKind
  /** Keys may be ranges. */
  readonly interval: boolean
  /** Data may be ranges. */
  readonly dataInterval?: boolean
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
  counter: 1,
  quota: 2,
  'ct helper': 3,
  limit: 4,
  tunnel: 6,
  'ct timeout': 7,
  secmark: 8,
  'ct expectation': 9,
  synproxy: 10
}

/** First and last value of what stands for one part of a key. */
interface Span {
  readonly from: bigint
  readonly to: bigint
}

/** The index of an interface by its name. */
export type IndexOf = (name: string) => number

const numberFor = (kind: Kind, text: string, indexOf: IndexOf): bigint => {
  if (kind.type.name === 'iface_index' && text.startsWith('"')) return BigInt(indexOf(text.slice(1, -1)))
  return kind.type.order === 'text' ? textNumber(text, kind.bits / 8) : (kind.type.parse(text) ?? 0n)
}

/** Text with zeros behind it. */
const textNumber = (text: string, size: number): bigint =>
  decode(Buffer.concat([Buffer.from(text.replace(/^"(.*)"$/, '$1').replace(/\\\*$/, '*'))], size), 'network')

const ones = (bits: number): bigint => (1n << BigInt(bits)) - 1n

/** A name with a star at its end stands for all that begin so. */
export const wildcard = (kind: Kind, text: string): string | undefined =>
  kind.type.order === 'text' && text.endsWith('*"') && !text.endsWith('\\*"')
    ? `${text.slice(0, -2)}"`
    : undefined

export const spanOf = (kind: Kind, operand: Operand, indexOf: IndexOf): Span => {
  switch (operand.kind) {
    case 'value': {
      const beginning = wildcard(kind, operand.value)
      if (beginning !== undefined) {
        const from = numberFor(kind, beginning, indexOf)
        return { from, to: from | ones(kind.bits - Buffer.byteLength(beginning.slice(1, -1)) * 8) }
      }
      const value = numberFor(kind, operand.value, indexOf)
      return { from: value, to: value }
    }
    case 'flags': {
      const value = operand.flags.reduce((sum, flag) => sum | numberFor(kind, flag, indexOf), 0n)
      return { from: value, to: value }
    }
    case 'range':
      return { from: numberFor(kind, operand.from, indexOf), to: numberFor(kind, operand.to, indexOf) }
    case 'prefix': {
      const from = numberFor(kind, operand.address, indexOf)
      return { from, to: from | ones(kind.bits - operand.length) }
    }
    default:
      return { from: 0n, to: 0n }
  }
}

/** Whether an operand stands for more than one value. */
export const isSpan = (operand: Operand): boolean =>
  operand.kind === 'range' ||
  operand.kind === 'prefix' ||
  (operand.kind === 'value' && /[^\\]\*"$/.test(operand.value)) ||
  (operand.kind === 'concatenation' && operand.parts.some(isSpan))

const partsOf = (operand: Operand): ReadonlyArray<Operand> =>
  operand.kind === 'concatenation' ? operand.parts : [operand]

const bytesOf = (
  kinds: ReadonlyArray<Kind>,
  spans: ReadonlyArray<Span>,
  end: 'from' | 'to',
  shift: number
): Uint8Array => {
  const [only] = kinds
  if (kinds.length === 1 && only !== undefined)
    return encode((spans[0]?.[end] ?? 0n) << BigInt(shift), sizeOf(only), only.order)
  const bytes = new Uint8Array(widthOf(kinds))
  let at = 0
  for (const [n, kind] of kinds.entries()) {
    bytes.set(encode(spans[n]?.[end] ?? 0n, sizeOf(kind), kind.order), at)
    at += padded(sizeOf(kind))
  }
  return bytes
}

/** Constants as a register holds them. */
export const constantBytes = (
  kinds: ReadonlyArray<Kind>,
  operand: Operand,
  indexOf: IndexOf,
  end: 'from' | 'to' = 'from'
): Uint8Array => {
  const parts = partsOf(operand)
  return bytesOf(
    kinds,
    kinds.map((kind, n) => spanOf(kind, parts[n] ?? operand, indexOf)),
    end,
    0
  )
}

type Given = Pick<WireElement, 'data' | 'objref'>

/** Two elements make an interval: its first key, and the key behind its last. */
export const wireElements = (
  layout: Layout,
  elements: ReadonlyArray<Element>,
  indexOf: IndexOf,
  given: (element: Element) => Given,
  stateful: (element: Element) => ReadonlyArray<StatefulExpression>,
  /** Bits behind a key in its bytes. */
  shift = 0
): ReadonlyArray<WireElement> => {
  const kinds = keyKinds(layout)
  const concatenated = kinds.length > 1
  const all: Array<WireElement> = []
  for (const element of elements) {
    const { key, comment, timeout, expires } = element
    const own = stateful(element)
    const rest = {
      ...given(element),
      ...(timeout !== undefined && { timeout: BigInt(timeout) }),
      ...(expires !== undefined && { expiration: BigInt(expires) }),
      ...(own.length === 1 && { expr: own[0] as StatefulExpression }),
      ...(own.length > 1 && { expressions: own })
    }
    const note = comment === undefined ? {} : { comment }
    if (key.kind === 'any') {
      all.push({ flags: NFT_SET_ELEM.CATCHALL, ...rest, ...(comment !== undefined && { userdata: note }) })
      continue
    }
    const parts = partsOf(key)
    const spans = kinds.map((kind, n) => spanOf(kind, parts[n] ?? key, indexOf))
    const first = bytesOf(kinds, spans, 'from', shift)
    if (!layout.interval || concatenated) {
      all.push({
        key: { value: first },
        ...(layout.interval && { keyEnd: { value: bytesOf(kinds, spans, 'to', shift) } }),
        ...rest,
        ...(comment !== undefined && { userdata: note })
      })
      continue
    }
    const [kind] = kinds
    const [span] = spans
    if (kind === undefined || span === undefined) continue
    const open = span.to === ones(kind.bits)
    all.push({
      key: { value: first },
      ...rest,
      ...((comment !== undefined || open) && { userdata: { ...note, ...(open && { flags: 1 }) } })
    })
    if (!open)
      all.push({
        key: { value: encode((span.to + 1n) << BigInt(shift), sizeOf(kind), kind.order) },
        flags: NFT_SET_ELEM.INTERVAL_END
      })
  }
  return all
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
