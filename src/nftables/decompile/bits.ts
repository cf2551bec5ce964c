import { constantOf } from '../content'
import { decode, ones } from '../datatype'
import type { Field } from '../header'
import type { Kind } from '../kind'
import { optionKinds } from '../option'
import { primaryOf } from '../primary'
import type { Computation, Operand } from '../syntax'
import { releaseFor } from './dependency'
import { fieldsAt } from './field'
import type { Held, Payload } from './held'
import type { Read } from './operand'
import type { Program } from './program'

export const isZero = (bytes: Uint8Array): boolean => bytes.every(byte => byte === 0)

/** Some of the bits that were loaded. */
interface Trimmed {
  readonly name: string
  /** Bits behind it. */
  readonly shift: number
}

/** A member of some bits of what was loaded, if the mask leaves just that. */
export const trimmed = (
  program: Program,
  { base, offset, bits }: Payload,
  mask: bigint
): (Trimmed & { readonly field: Field }) | undefined => {
  if (mask === 0n) return undefined
  let shift = 0
  while ((mask >> BigInt(shift)) % 2n === 0n) shift++
  const width = (mask >> BigInt(shift)).toString(2)
  if (width.includes('0') || width.length === bits) return undefined
  const found = fieldsAt(program, base).find(
    ([, field]) => field.offset === offset + bits - shift - width.length && field.bits === width.length
  )
  return found === undefined
    ? undefined
    : { name: `${found[0].name} ${found[1].name}`, field: found[1], shift }
}

/** A member of some bits of an option's bytes, likewise. */
export const optionTrimmed = (program: Program, held: Held, mask: bigint): Trimmed | undefined => {
  if (held.held !== 'asked' || held.operand.kind !== 'asked' || !held.operand.name.startsWith('@exthdr '))
    return undefined
  const [, op, number, offset, length] = held.operand.name.split(' ').map(Number)
  for (const kind of optionKinds)
    for (const field of kind.op === op && kind.number === number ? kind.fields : []) {
      const shift = ((offset ?? 0) + (length ?? 0)) * 8 - field.offset - field.bits
      if (shift < 0 || mask !== ones(field.bits) << BigInt(shift)) continue
      const name = `${kind.prefix}${kind.name} ${field.name}`
      releaseFor(program, name)
      return { name, shift }
    }
  return undefined
}

/** The kind of a member's bits without those around them. */
export const trimmedKind = ({ type, bits }: Field): Kind => ({ type, bits, order: 'network' })

/** The bits of what is asked, which may be fewer than those of its bytes. */
const widthIn = (operand: Operand): number | undefined =>
  operand.kind === 'asked' ? primaryOf(operand.name)?.bits : undefined

/** `(x & mask) ^ xor`, in the signs of nft. */
export const computed = (
  { reading }: Program,
  { operand, kinds, shift }: Read,
  maskBytes: Uint8Array,
  xorBytes: Uint8Array
): Operand => {
  const [kind] = kinds
  if (kind === undefined) return operand
  const all = ones(widthIn(operand) ?? maskBytes.length * 8 - shift)
  const given = decode(xorBytes, kind.order) >> BigInt(shift)
  const plainMask = decode(maskBytes, kind.order) >> BigInt(shift)
  const or = given === 0n ? 0n : (plainMask & given) ^ given
  const xor = given & plainMask
  const mask = plainMask | or
  const step = (left: Operand, op: Computation['op'], value: bigint): Operand => ({
    kind: 'computation',
    op,
    left,
    right: constantOf(kind, value, reading)
  })
  const masked = (mask & all) === all ? operand : step(operand, '&', mask)
  const turned = xor === 0n ? masked : step(masked, '^', xor)
  return or === 0n ? turned : step(turned, '|', or)
}
