import layouts from 'struct-fu'
import { littleEndian, reserve } from './bytes'
import { encodeError, quoted } from './error'
import type { Field, Layout } from './policy'

/** A field of a named type, so that a table can be printed and values for it can be made up. */
export interface Typed<A, T extends string> extends Field<A> {
  readonly type: T
}

/** A field made of how to read it and how to write it. */
export const field = <A, T extends string>(
  type: T,
  size: number,
  layout: Field<A>['layout'],
  readAt: Field<A>['readAt'],
  writeAt: Field<A>['writeAt']
): Typed<A, T> => ({
  type,
  size,
  layout,
  readAt,
  writeAt,
  read: (bytes, from, to) => (to - from === size ? readAt(bytes, from) : undefined),
  write: (to, value) => writeAt(to, reserve(to, size), value)
})

type Get<A> = (view: DataView, offset: number) => A
type Set<A> = (view: DataView, offset: number, value: A) => void

const number = <T extends string>(
  type: T,
  bits: 8 | 16 | 32,
  signed: boolean,
  layout: Field<number>['layout'],
  get: Get<number>,
  set: Set<number>
) => {
  const least = signed ? -(2 ** (bits - 1)) : 0
  const most = least + 2 ** bits - 1
  return field<number, T>(
    type,
    bits / 8,
    layout,
    (bytes, offset) => get(bytes.view, offset),
    (to, offset, value) => {
      if (!Number.isInteger(value) || value < least || value > most)
        return encodeError(`${quoted(value)} is not an integer from ${least} to ${most}`)
      set(to.view, offset, value)
      return undefined
    }
  )
}

const bigint = <T extends string>(type: T, signed: boolean, get: Get<bigint>, set: Set<bigint>) => {
  const least = signed ? -(2n ** 63n) : 0n
  const most = least + 2n ** 64n - 1n
  return field<bigint, T>(
    type,
    8,
    name => bytes64(name, get, set),
    (bytes, offset) => get(bytes.view, offset),
    (to, offset, value) => {
      if (typeof value !== 'bigint' || value < least || value > most)
        return encodeError(`${quoted(value)} is not a bigint from ${least} to ${most}`)
      set(to.view, offset, value)
      return undefined
    }
  )
}

/** struct-fu has no 64-bit integers; it lets one derive them from bytes. */
const bytes64 = (name: string, get: Get<bigint>, set: Set<bigint>): Layout =>
  layouts.derive(
    layouts.byte('', 8),
    (value: bigint) => {
      const bytes = Buffer.alloc(8)
      set(new DataView(bytes.buffer, bytes.byteOffset, 8), 0, value)
      return bytes
    },
    (bytes: Buffer) => get(new DataView(bytes.buffer, bytes.byteOffset, 8), 0)
  )(name)

const le = littleEndian
const host = le
  ? { u16: layouts.uint16le, u32: layouts.uint32le, s16: layouts.int16le, s32: layouts.int32le }
  : { u16: layouts.uint16, u32: layouts.uint32, s16: layouts.int16, s32: layouts.int32 }

export const u8 = number(
  'u8',
  8,
  false,
  layouts.uint8,
  (v, o) => v.getUint8(o),
  (v, o, n) => v.setUint8(o, n)
)
export const s8 = number(
  's8',
  8,
  true,
  layouts.int8,
  (v, o) => v.getInt8(o),
  (v, o, n) => v.setInt8(o, n)
)
export const u16 = number(
  'u16',
  16,
  false,
  host.u16,
  (v, o) => v.getUint16(o, le),
  (v, o, n) => v.setUint16(o, n, le)
)
export const s16 = number(
  's16',
  16,
  true,
  host.s16,
  (v, o) => v.getInt16(o, le),
  (v, o, n) => v.setInt16(o, n, le)
)
export const u32 = number(
  'u32',
  32,
  false,
  host.u32,
  (v, o) => v.getUint32(o, le),
  (v, o, n) => v.setUint32(o, n, le)
)
export const s32 = number(
  's32',
  32,
  true,
  host.s32,
  (v, o) => v.getInt32(o, le),
  (v, o, n) => v.setInt32(o, n, le)
)
export const u64 = bigint(
  'u64',
  false,
  (v, o) => v.getBigUint64(o, le),
  (v, o, n) => v.setBigUint64(o, n, le)
)
export const s64 = bigint(
  's64',
  true,
  (v, o) => v.getBigInt64(o, le),
  (v, o, n) => v.setBigInt64(o, n, le)
)

export const be16 = number(
  'be16',
  16,
  false,
  layouts.uint16,
  (v, o) => v.getUint16(o),
  (v, o, n) => v.setUint16(o, n)
)
export const be32 = number(
  'be32',
  32,
  false,
  layouts.uint32,
  (v, o) => v.getUint32(o),
  (v, o, n) => v.setUint32(o, n)
)
export const be64 = bigint(
  'be64',
  false,
  (v, o) => v.getBigUint64(o),
  (v, o, n) => v.setBigUint64(o, n)
)
/** Signed and big-endian, as nftables writes verdicts and priorities. */
export const sbe32 = number(
  'sbe32',
  32,
  true,
  layouts.int32,
  (v, o) => v.getInt32(o),
  (v, o, n) => v.setInt32(o, n)
)
export const sbe64 = bigint(
  'sbe64',
  true,
  (v, o) => v.getBigInt64(o),
  (v, o, n) => v.setBigInt64(o, n)
)
