import { constantOf, isPrefixType, spanOperand, textOf } from '../content'
import { decode, flagNames, ones } from '../datatype'
import type { Kind } from '../kind'
import type { Operand } from '../syntax'
import { optionTrimmed, trimmed, trimmedKind } from './bits'
import { kill, learn } from './dependency'
import type { Held } from './held'
import { compareRead, rightFor } from './match'
import { asked } from './operand'
import { type Program, push } from './program'
import { read } from './read'

const compareFlags = (
  program: Program,
  left: Operand,
  kind: Kind,
  op: 'in' | '!=',
  bits: bigint,
  number: bigint
): undefined => {
  const flags = (given: bigint): Operand => {
    const names = flagNames(kind.type, given)
    return names === undefined || names.length === 0
      ? { kind: 'value', value: textOf(kind, given, program.reading) }
      : names.length === 1
        ? { kind: 'value', value: names[0] as string }
        : { kind: 'flags', flags: names }
  }
  if (number === 0n)
    push(program, { statement: 'match', left, op: op === '!=' ? 'in' : '!', right: flags(bits) })
  else if (number === bits && flags(bits).kind === 'value')
    push(program, {
      statement: 'match',
      left: { kind: 'computation', op: '&', left, right: flags(bits) },
      op: op === 'in' ? '==' : op,
      right: flags(number)
    })
  else
    push(program, {
      statement: 'match',
      left,
      op: op === 'in' ? '==' : op,
      right: flags(number),
      mask: flags(bits)
    })
}

/** A member of some bits, of a header or of an option; false if the mask does not leave just one. */
const compareTrimmed = (
  program: Program,
  of: Held,
  op: 'in' | '!=',
  mask: bigint,
  value: bigint
): boolean => {
  const inner = of.held === 'payload' ? trimmed(program, of, mask) : undefined
  if (inner !== undefined && of.held === 'payload') {
    kill(program, of.base, inner.field)
    const number = value >> BigInt(inner.shift)
    push(program, {
      statement: 'match',
      left: { kind: 'asked', name: inner.name },
      op,
      right: rightFor(program, trimmedKind(inner.field), number)
    })
    if (op === 'in') learn(program, inner.name, number)
    return true
  }
  const option = optionTrimmed(program, of, mask)
  if (option === undefined) return false
  const { operand, kinds } = asked(option.name)
  const right = rightFor(program, kinds[0] as Kind, value >> BigInt(option.shift))
  push(program, { statement: 'match', left: operand, op, right })
  return true
}

/** What a mask before a comparison means: flags, a network, or a member of some bits. */
export const compareMasked = (
  program: Program,
  of: Held,
  op: 'in' | '!=',
  mask: Uint8Array,
  value: Uint8Array
): boolean => {
  if (compareTrimmed(program, of, op, decode(mask, 'network'), decode(value, 'network'))) return true
  const left = read(program, of)
  const [kind] = left.kinds
  if (kind === undefined || left.kinds.length > 1) return false
  const bits = decode(mask, kind.order) >> BigInt(left.shift)
  const number = decode(value, kind.order) >> BigInt(left.shift)
  const free = ones(mask.length * 8 - left.shift) ^ bits
  if (free === 0n) compareRead(program, left, kind, op, value)
  else if (kind.type.flags) compareFlags(program, left.operand, kind, op, bits, number)
  else if (isPrefixType(kind) && (free & (free + 1n)) === 0n)
    push(program, {
      statement: 'match',
      left: left.operand,
      op,
      right: spanOperand({ ...kind, bits: mask.length * 8 }, number, number | free, program.reading)
    })
  else
    push(program, {
      statement: 'match',
      left: {
        kind: 'computation',
        op: '&',
        left: left.operand,
        right: constantOf(kind, bits, program.reading)
      },
      op: op === 'in' ? '==' : op,
      right: constantOf(kind, number, program.reading)
    })
  return true
}
