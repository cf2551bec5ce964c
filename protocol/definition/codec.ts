import * as E from 'fp-ts/Either'
import { positions } from './attributes'
import {
  align,
  type Bytes,
  borrow,
  bytesOf,
  copy,
  giveBack,
  littleEndian as le,
  type Writer,
  writeBytes
} from './bytes'
import { type Compiled, compiled } from './compiled'
import type { Body } from './composite'
import { type DecodeError, decodeError, type EncodeError } from './error'
import { originalsOf, payloadsOf, remember, whole } from './original'
import type { Policy } from './policy'
import type { Members } from './struct'

/**
 * Bytes to value and back. Laws:
 *
 * 1. `decode(p)(encode(p)(value))` is the value
 * 2. `encode(p)(decode(p)(bytes))` is the bytes, but for the order of attributes, NLA_F_NESTED and padding
 * 3. neither throws, whatever it is given
 */
export const decode = <A>(policy: Policy<A>): ((array: Uint8Array) => E.Either<DecodeError, A>) => {
  const codec = codecOf(policy)
  return array => decodeAt(codec, bytesOf(array), 0, array.length)
}

export const encode = <A>(policy: Policy<A>): ((value: A) => E.Either<EncodeError, Uint8Array>) => {
  const codec = codecOf(policy)
  return value => writing(to => encodeTo(to, codec, value))
}

/** A policy, and the code made for it. */
export interface Codec<A> {
  readonly policy: Policy<A>
  readonly code: Compiled
}

export const codecOf = <A>(policy: Policy<A>): Codec<A> => ({ policy, code: compiled(policy) })

export const decodeAt = <A>(
  { policy, code }: Codec<A>,
  bytes: Bytes,
  from: number,
  to: number
): E.Either<DecodeError, A> => {
  const quick = code.read(bytes, from, to)
  if (quick !== undefined) return E.right(quick as A)
  bytes.irregular = false
  const value = policy.read(bytes, from, to, undefined)
  if (value === undefined) return E.left(fault(policy, bytes, from, to))
  if (bytes.irregular && typeof value === 'object' && value !== null)
    remember(value, whole, value, [copy(bytes, from, to)])
  return E.right(value)
}

/**
 * Appends the encoded value; after an error the writer's content is meaningless. `decoded` is the object that was
 * made when the value was decoded, if that is another one.
 */
export const encodeTo = <A>(
  to: Writer,
  { policy, code }: Codec<A>,
  value: A,
  decoded: unknown = value
): EncodeError | undefined => {
  const kept =
    typeof decoded === 'object' && decoded !== null
      ? payloadsOf(originalsOf(decoded), whole, decoded)?.[0]
      : undefined
  if (kept !== undefined) return void writeBytes(to, kept)
  return code.write(to, value) ? undefined : policy.write(to, value, undefined)
}

/** What `fill` writes, as bytes of their own; one writer is used again and again for it. */
export const writing = (fill: (to: Writer) => EncodeError | undefined): E.Either<EncodeError, Uint8Array> => {
  const to = borrow()
  const error = fill(to)
  const bytes = giveBack(to)
  return error === undefined ? E.right(bytes) : E.left(error)
}

/** Says where bytes stop making sense: at the first attribute whose length cannot be. */
const fault = (policy: Policy<unknown>, bytes: Bytes, from: number, to: number): DecodeError => {
  if (policy.type !== 'body') return decodeError('', from, `${to - from} bytes are no ${policy.type}`)
  const start = Math.min(from + align((policy as Body<Members, Policy<unknown>>).header.size), to)
  const last = positions(bytes, start, to).at(-1)
  const at = last === undefined ? start : last + align(bytes.view.getUint16(last, le))
  const length = to - at >= 2 ? bytes.view.getUint16(at, le) : 0
  return decodeError(
    'attributes',
    at,
    `an attribute says it is ${length} bytes long, and ${to - at} are left`
  )
}
