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
  writeBytes,
  written
} from './bytes'
import { compiled } from './compiled'
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
export const decode =
  <A>(policy: Policy<A>) =>
  (array: Uint8Array): E.Either<DecodeError, A> =>
    decodeAt(policy, bytesOf(array), 0, array.length)

export const decodeAt = <A>(
  policy: Policy<A>,
  bytes: Bytes,
  from: number,
  to: number
): E.Either<DecodeError, A> => {
  const quick = compiled(policy).read(bytes, from, to)
  if (quick !== undefined) return E.right(quick as A)
  bytes.irregular = false
  const value = policy.read(bytes, from, to, undefined)
  if (value === undefined) return E.left(fault(policy, bytes, from, to))
  if (bytes.irregular && typeof value === 'object' && value !== null)
    remember(value, whole, value, [copy(bytes.array, from, to)])
  return E.right(value)
}

export const encode =
  <A>(policy: Policy<A>) =>
  (value: A): E.Either<EncodeError, Uint8Array> =>
    writing(to => encodeTo(to, policy, value))

/** What `fill` writes, as bytes of their own; one writer is used again and again for it. */
export const writing = (fill: (to: Writer) => EncodeError | undefined): E.Either<EncodeError, Uint8Array> => {
  const to = borrow()
  const error = fill(to)
  const bytes = error === undefined ? written(to) : undefined
  giveBack(to)
  return error === undefined ? E.right(bytes as Uint8Array) : E.left(error)
}

/**
 * Appends the encoded value; after an error the writer's content is meaningless. `decoded` is the object that was
 * made when the value was decoded, if that is another one.
 */
export const encodeTo = <A>(
  to: Writer,
  policy: Policy<A>,
  value: A,
  decoded: unknown = value
): EncodeError | undefined => {
  const kept =
    typeof decoded === 'object' && decoded !== null
      ? payloadsOf(originalsOf(decoded), whole, decoded)?.[0]
      : undefined
  if (kept !== undefined) return void writeBytes(to, kept)
  return compiled(policy).write(to, value) ? undefined : policy.write(to, value, undefined)
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
