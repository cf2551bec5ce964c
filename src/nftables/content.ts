import type { Verdict as WireVerdict } from '../../protocol/nftables/data'
import { NFT_SET_ELEM, type Element as WireElement } from '../../protocol/nftables/element'
import { decode, flagNames, ones } from './datatype'
import { statefulOf } from './expression/stateful'
import { type Kind, padded, sizeOf } from './kind'
import { keyKinds, type Layout } from './layout'
import type { Element, Operand, Verdict } from './syntax'

/** What is needed to read what a set holds. */
export interface Reading {
  /** Names of interfaces by their indexes. */
  readonly interfaces: ReadonlyMap<number, string>
  readonly verdict: (given: WireVerdict) => Verdict
}

const interfaceText = (value: bigint, { interfaces }: Pick<Reading, 'interfaces'>): string => {
  const name = interfaces.get(Number(value))
  return name === undefined ? value.toString() : `"${name}"`
}

/** A number of a kind as `nft` writes it. */
export const textOf = (kind: Kind, value: bigint, reading: Pick<Reading, 'interfaces'>): string =>
  kind.type.name === 'iface_index'
    ? interfaceText(value, reading)
    : kind.type.print(value, Math.max(kind.bits, sizeOf(kind) * 8))

/** The same as an end of a range, which has no name. */
export const plainTextOf = (kind: Kind, value: bigint, reading: Pick<Reading, 'interfaces'>): string =>
  kind.type.name === 'iface_index'
    ? interfaceText(value, reading)
    : kind.type.printPlain(value, Math.max(kind.bits, sizeOf(kind) * 8))

export const constantOf = (kind: Kind, value: bigint, reading: Pick<Reading, 'interfaces'>): Operand => {
  const text = textOf(kind, value, reading)
  if (!kind.type.flags || !text.startsWith('0x')) return { kind: 'value', value: text }
  const names = flagNames(kind.type, value)
  return names === undefined || names.length < 2
    ? { kind: 'value', value: text }
    : { kind: 'flags', flags: names }
}

/** How many bits of the two are free, if they are the first and the last of a network. */
export const hostBits = (from: bigint, to: bigint): number | undefined => {
  const host = from ^ to
  return (host & (host + 1n)) === 0n && (from & host) === 0n
    ? host.toString(2).length - (host === 0n ? 1 : 0)
    : undefined
}

const prefixTypes: ReadonlySet<string> = new Set(['ipv4_addr', 'ipv6_addr', 'devgroup', 'mark'])

export const isPrefixType = ({ type }: Kind): boolean => prefixTypes.has(type.name)

/** A single value, a network, names that begin alike, or a range. */
export const spanOperand = (
  kind: Kind,
  from: bigint,
  to: bigint,
  reading: Pick<Reading, 'interfaces'>
): Operand => {
  if (from === to) return constantOf(kind, from, reading)
  const free = hostBits(from, to)
  if (free !== undefined && kind.type.order === 'text' && free % 8 === 0)
    return { kind: 'value', value: textOf(kind, from, reading).replace(/"$/, '*"') }
  if (free !== undefined && isPrefixType(kind))
    return { kind: 'prefix', address: textOf(kind, from, reading), length: kind.bits - free }
  return { kind: 'range', from: plainTextOf(kind, from, reading), to: plainTextOf(kind, to, reading) }
}

/** The parts of a register's bytes, each a number. */
export const partsOf = (kinds: ReadonlyArray<Kind>, bytes: Uint8Array): ReadonlyArray<bigint> => {
  const [only] = kinds
  if (kinds.length === 1 && only !== undefined) return [decode(bytes, only.order)]
  let at = 0
  return kinds.map(kind => {
    const size = sizeOf(kind)
    const value = decode(bytes.subarray(at, at + size), kind.order)
    at += padded(size)
    return value
  })
}

/** Constants out of a register, or two of them as the ends of ranges. */
export const operandOf = (
  kinds: ReadonlyArray<Kind>,
  from: Uint8Array,
  to: Uint8Array,
  reading: Pick<Reading, 'interfaces'>,
  shift = 0
): Operand => {
  const first = partsOf(kinds, from)
  const last = from === to ? first : partsOf(kinds, to)
  const parts = kinds.map((kind, n) =>
    spanOperand(kind, (first[n] ?? 0n) >> BigInt(shift), (last[n] ?? 0n) >> BigInt(shift), reading)
  )
  return parts.length === 1 ? (parts[0] as Operand) : { kind: 'concatenation', parts }
}

const dataOf = (layout: Layout, { data, objref }: WireElement, reading: Reading): Pick<Element, 'data'> => {
  if (objref !== undefined) return { data: { kind: 'value', value: `"${objref}"` } }
  if (data?.verdict !== undefined) return { data: reading.verdict(data.verdict) }
  if (data?.value === undefined || !Array.isArray(layout.data)) return {}
  const { value } = data
  if (layout.dataInterval !== true) return { data: operandOf(layout.data, value, value, reading) }
  const half = value.length / 2
  return { data: operandOf(layout.data, value.subarray(0, half), value.subarray(half), reading) }
}

const detailsOf = (element: WireElement): Omit<Element, 'key' | 'data'> => {
  const { userdata, timeout, expiration, expr, expressions } = element
  const all = [...(expr === undefined ? [] : [expr]), ...(expressions ?? [])]
  const statements = all.flatMap(each => statefulOf(each) ?? [])
  return {
    ...(userdata?.comment !== undefined && { comment: userdata.comment }),
    ...(timeout !== undefined && { timeout: Number(timeout) }),
    ...(expiration !== undefined && { expires: Number(expiration) }),
    ...(statements.length > 0 && { statements })
  }
}

const read = (layout: Layout, element: WireElement, key: Operand, reading: Reading): Element => ({
  key,
  ...dataOf(layout, element, reading),
  ...detailsOf(element)
})

/** What nft sorts by: the bytes of all parts without gaps, as a number of the machine's order. */
const rank = (kinds: ReadonlyArray<Kind>, bytes: Uint8Array): bigint => {
  if (kinds.length === 1) {
    const [kind] = kinds
    const value = decode(bytes, kind?.order === 'text' ? 'host' : (kind?.order ?? 'network'))
    // Of several flags the lowest one counts.
    return kind?.type.flags === true ? value & -value : value
  }
  const packed: Array<number> = []
  let at = 0
  for (const kind of kinds) {
    const size = sizeOf(kind)
    packed.push(...bytes.subarray(at, at + size))
    at += padded(size)
  }
  return decode(Uint8Array.from(packed), 'host')
}

const compareBig = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0)

const isEnd = ({ flags = 0 }: WireElement): boolean => (flags & NFT_SET_ELEM.INTERVAL_END) !== 0

const isCatchall = ({ flags = 0 }: WireElement): boolean => (flags & NFT_SET_ELEM.CATCHALL) !== 0

const noBytes = new Uint8Array(0)

const keyOf = ({ key }: WireElement): Uint8Array => key?.value ?? noBytes

/** Each interval goes from an element to the next one, which begins another or only ends it. */
const intervals = (
  layout: Layout,
  kind: Kind,
  given: ReadonlyArray<WireElement>,
  reading: Reading,
  shift: number
): ReadonlyArray<Element> => {
  const sorted = given
    .map(element => ({ element, at: decode(keyOf(element), kind.order), end: isEnd(element) }))
    .sort((a, b) => compareBig(a.at, b.at) || Number(b.end) - Number(a.end))
  const all: Array<Element> = []
  for (const [n, { element, at, end }] of sorted.entries()) {
    if (end) continue
    const next = sorted[n + 1]
    const last = next === undefined ? ones(sizeOf(kind) * 8) : next.at - 1n
    all.push(
      read(layout, element, spanOperand(kind, at >> BigInt(shift), last >> BigInt(shift), reading), reading)
    )
  }
  return all
}

/** The elements of a set in the order in which `nft` lists them. */
export const elementsOf = (
  layout: Layout,
  given: ReadonlyArray<WireElement>,
  reading: Reading,
  /** Bits behind a key in its bytes. */
  shift = 0
): ReadonlyArray<Element> => {
  const kinds = keyKinds(layout)
  const [only] = kinds
  const any = given.filter(isCatchall).map(element => read(layout, element, { kind: 'any' }, reading))
  const keyed = any.length === 0 ? given : given.filter(element => !isCatchall(element))
  if (layout.interval && kinds.length === 1 && only !== undefined)
    return [...intervals(layout, only, keyed, reading, shift), ...any]
  const sorted = layout.interval
    ? keyed
    : keyed
        // Of those that begin with the same flag, nft lists the last one first.
        .toReversed()
        .map(element => ({ element, rank: rank(kinds, keyOf(element)) }))
        .sort((a, b) => compareBig(a.rank, b.rank))
        .map(({ element }) => element)
  return [
    ...sorted.map(element =>
      read(
        layout,
        element,
        operandOf(kinds, keyOf(element), element.keyEnd?.value ?? keyOf(element), reading, shift),
        reading
      )
    ),
    ...any
  ]
}
