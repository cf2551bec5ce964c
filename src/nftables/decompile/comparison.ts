import type { Expression } from '../../../protocol/nftables/expression'
import { NFT_CMP } from '../../../protocol/nftables/expression/cmp'
import { NFT_RANGE } from '../../../protocol/nftables/expression/range'
import { constantOf, plainTextOf, textOf } from '../content'
import { decode, ones } from '../datatype'
import type { DataOf } from '../expression/data'
import { rawName } from '../header'
import { type Kind, kindOf } from '../kind'
import type { Match, Operand } from '../syntax'
import { isZero } from './bits'
import { kill, learn } from './dependency'
import { fieldOf, fieldsAt, fits } from './field'
import { type Held, noBytes, type Payload } from './held'
import { compareMasked } from './mask'
import { compareRead, rightFor } from './match'
import { asked } from './operand'
import { type Program, push, unknown } from './program'
import { read } from './read'
import { heldAt, keyAt } from './register'

const signs: { readonly [op: number]: Match['op'] } = {
  [NFT_CMP.EQ]: 'in',
  [NFT_CMP.NEQ]: '!=',
  [NFT_CMP.LT]: '<',
  [NFT_CMP.LTE]: '<=',
  [NFT_CMP.GT]: '>',
  [NFT_CMP.GTE]: '>='
}

/** Bytes that were loaded at once may be several members, or the beginning of one. */
const comparePayload = (
  program: Program,
  { base, offset, bits }: Payload,
  op: Match['op'],
  value: Uint8Array
): undefined => {
  const { reading } = program
  let at = offset
  let left = bits
  let rest = decode(value, 'network')
  while (left > 0) {
    const exactRaw = fieldOf(program, base, at, left)
    const found =
      exactRaw ?? fieldsAt(program, base).find(([, field]) => field.offset === at && fits(program, field))
    const [header, field] = found ?? []
    if (header === undefined || field === undefined || (field.bits < left && header.name === 'th')) {
      const raw = asked(rawName(base, at, left))
      push(program, {
        statement: 'match',
        left: raw.operand,
        op,
        right: constantOf(raw.kinds[0] as Kind, rest, reading)
      })
      return
    }
    const name = `${header.name} ${field.name}`
    const width = Math.min(field.bits, left)
    const part = rest >> BigInt(left - width)
    if (header.name !== 'th') kill(program, base, field)
    const whole: Kind = { ...kindOf(field.type), bits: field.bits }
    const right: Operand =
      width < field.bits
        ? {
            kind: 'prefix',
            address: textOf(whole, part << BigInt(field.bits - width), reading),
            length: width
          }
        : rightFor(program, whole, part)
    push(program, {
      statement: 'match',
      left: { kind: 'asked', name },
      op: op === 'in' && field.type.flags && right.kind === 'value' ? '==' : op,
      right
    })
    if (op === 'in' && width === field.bits) learn(program, name, part)
    rest &= ones(left - width)
    at += width
    left -= width
  }
}

const compareHeld = (program: Program, held: Held, op: Match['op'], value: Uint8Array): undefined => {
  if (held.held === 'payload' && (op === 'in' || op === '!=')) return comparePayload(program, held, op, value)
  if (held.held === 'bits' && isZero(held.xor) && (op === 'in' || op === '!=')) {
    if (compareMasked(program, held.of, op, held.mask, value)) return
  }
  const left = read(program, held)
  const [kind] = left.kinds
  if (kind === undefined) return
  compareRead(program, left, kind, op, value)
}

export const compare = (
  program: Program,
  expression: Expression,
  { sreg, op = 0, data }: DataOf<'cmp'> = {}
): undefined => {
  const value = data?.value ?? noBytes
  const held = keyAt(program, sreg, value.length)
  if (held.held === 'unknown') return unknown(program, expression)
  compareHeld(program, held, signs[op] ?? 'in', value)
}

export const compareRange = (
  program: Program,
  expression: Expression,
  { sreg, op, fromData, toData }: DataOf<'range'> = {}
): undefined => {
  const held = heldAt(program, sreg)
  if (held.held === 'unknown') return unknown(program, expression)
  const left = read(program, held)
  const [kind] = left.kinds
  if (kind === undefined) return
  const end = (bytes: Uint8Array = noBytes): string =>
    plainTextOf(kind, decode(bytes, kind.order) >> BigInt(left.shift), program.reading)
  push(program, {
    statement: 'match',
    left: left.operand,
    op: op === NFT_RANGE.NEQ ? '!=' : left.operand.kind === 'computation' ? '==' : 'in',
    right: { kind: 'range', from: end(fromData?.value), to: end(toData?.value) }
  })
}
