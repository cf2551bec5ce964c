import { littleEndian } from '../../protocol'

/** The order in which a value's bytes stand: that of packets, or the machine's own. */
export type Order = 'network' | 'host'

const reversed = (order: Order): boolean => order === 'host' && littleEndian

/** The bytes of a number, `size` of them; higher ones are cut off. */
export const bytesOf = (value: bigint, size: number, order: Order = 'network'): Uint8Array => {
  const bytes = new Uint8Array(size)
  let rest = value
  for (let n = size - 1; n >= 0; n--) {
    bytes[n] = Number(rest & 0xffn)
    rest >>= 8n
  }
  return reversed(order) ? bytes.reverse() : bytes
}

/** The number that bytes stand for. */
export const integerOf = (bytes: Uint8Array, order: Order = 'network'): bigint => {
  let value = 0n
  for (const byte of reversed(order) ? bytes.toReversed() : bytes) value = (value << 8n) | BigInt(byte)
  return value
}

/** A number of so many ones. */
export const ones = (bits: number): bigint => (1n << BigInt(bits)) - 1n

/** A mask whose first `length` bits of `bits` are set. */
export const prefixMask = (length: number, bits: number): bigint => ones(length) << BigInt(bits - length)

/** How many zeros a number ends with; of 0 all the bits. */
export const trailingZeros = (value: bigint, bits: number): number => {
  for (let n = 0; n < bits; n++) if (((value >> BigInt(n)) & 1n) === 1n) return n
  return bits
}

/** The length of a number in bits. */
export const widthOf = (value: bigint): number => value.toString(2).length - (value === 0n ? 1 : 0)

/** The length of the prefix that a mask leaves; undefined if it is not one. */
export const prefixOf = (mask: bigint, bits: number): number | undefined => {
  const zeros = trailingZeros(mask, bits)
  return mask === prefixMask(bits - zeros, bits) ? bits - zeros : undefined
}

/** The bits of a number, the lowest first. */
export const bitsOf = (value: bigint): ReadonlyArray<bigint> => {
  const bits: Array<bigint> = []
  for (let bit = 1n; bit <= value; bit <<= 1n) if ((value & bit) !== 0n) bits.push(bit)
  return bits
}

/** A number if it is exact as one. */
export const numberOf = (value: bigint): number | bigint =>
  value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value

/** `22`, `0x16`, `026`, as C reads it; undefined if the text is none. */
export const parseInteger = (text: string): bigint | undefined => {
  if (/^0[0-7]+$/.test(text)) return BigInt(`0o${text.slice(1)}`)
  return /^(\d+|0x[\da-f]+)$/i.test(text) ? BigInt(text) : undefined
}
