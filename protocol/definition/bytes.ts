/** Netlink speaks the byte order of the machine; only some attributes are big-endian. */
export const littleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1

/** Messages and attributes start at multiples of four. `NLMSG_ALIGN`, `NLA_ALIGN` in <linux/netlink.h> */
export const align = (length: number): number => (length + 3) & ~3

/** Whether the padding in `[from, to)` is not the zeros that we would write, or is cut off at `end`. */
export const oddPadding = ({ array }: Bytes, from: number, to: number, end: number): boolean => {
  if (to > end) return true
  for (let at = from; at < to; at++) if (array[at] !== 0) return true
  return false
}

/** Bytes being read. They belong to the caller and are never kept: whatever is read out of them is a copy. */
export interface Bytes {
  readonly array: Uint8Array
  readonly view: DataView
  /** The copy, once something is read that is bytes itself. */
  copied: Uint8Array | undefined
  /**
   * Raised by a policy that understood a payload which it would itself write otherwise: a string without its
   * NUL, a struct longer than ours. Whoever holds the value then keeps the payload's original form.
   */
  irregular: boolean
  /** How many policies that may contain themselves are being read. */
  depth: number
}

/** How deep such policies may go: deeper than any message of the kernel's, not as deep as the stack. */
export const deepest = 32

export const bytesOf = (array: Uint8Array): Bytes => ({
  array,
  view: new DataView(array.buffer, array.byteOffset, array.byteLength),
  copied: undefined,
  irregular: false,
  depth: 0
})

/**
 * Some of the bytes, as a part of a copy of them all: memory of its own for each payload takes the engine five times as
 * long, and the garbage collector again.
 */
export const copy = (bytes: Bytes, from: number, to: number): Uint8Array => {
  // A Buffer's own `slice` would share memory, and its type would leak into values.
  bytes.copied ??= new Uint8Array(bytes.array)
  return bytes.copied.subarray(from, to)
}

/** A buffer that grows while it is written. Reserve first, then write at the offset that `reserve` gave. */
export interface Writer {
  array: Uint8Array
  view: DataView
  length: number
  /** As for {@link Bytes}. */
  depth: number
}

export const writer = (capacity = 256): Writer => {
  const array = new Uint8Array(capacity)
  return { array, view: new DataView(array.buffer), length: 0, depth: 0 }
}

/** Makes room for `size` zeroed bytes and says where they start. */
export const reserve = (to: Writer, size: number): number => {
  const offset = to.length
  const needed = offset + size
  if (needed > to.array.length) {
    const grown = new Uint8Array(Math.max(needed, to.array.length * 2))
    grown.set(to.array.subarray(0, offset))
    to.array = grown
    to.view = new DataView(grown.buffer)
  }
  to.length = needed
  return offset
}

export const writeBytes = (to: Writer, payload: Uint8Array): void => {
  const offset = reserve(to, payload.length)
  to.array.set(payload, offset)
}

/** What has been written so far, as bytes of their own. */
export const written = (from: Writer): Uint8Array => from.array.slice(0, from.length)

/** A writer that is not in use, the size that the next one starts with, and the largest that is kept. */
let idle: Writer | undefined
let usual = 4096
const largest = 65_536

/** An empty writer: the one that was given back last, unless it is in use. */
export const borrow = (): Writer => {
  const one = idle ?? writer(usual)
  idle = undefined
  return one
}

/** Ends the use of a borrowed writer, and says what has been written. Much is handed over, little copied. */
export const giveBack = (one: Writer): Uint8Array => {
  const { array, length } = one
  if (length > 4096 && length > array.length / 2) {
    usual = Math.min(array.length, largest)
    return array.subarray(0, length)
  }
  const bytes = written(one)
  if (array.length > largest) return bytes
  array.fill(0, 0, length)
  one.length = 0
  one.depth = 0
  idle = one
  return bytes
}
