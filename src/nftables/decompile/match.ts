import { constantOf, isPrefixType, operandOf, spanOperand, textOf } from '../content'
import { decode, ones } from '../datatype'
import { type Kind, kindsOf, sizeOf } from '../kind'
import { primaryOf } from '../primary'
import type { Match, Operand } from '../syntax'
import { learn } from './dependency'
import type { Read } from './operand'
import { type Program, push } from './program'

/** Two comparisons one behind the other may be the ends of one range. */
const merged = ({ statements }: Program, statement: Match): boolean => {
  const at = statements.length - 1
  const last = statements[at]
  if (
    last === undefined ||
    last.statement !== 'match' ||
    last.right.kind !== 'value' ||
    statement.right.kind !== 'value'
  )
    return false
  const inside = last.op === '>=' && statement.op === '<='
  const outside = last.op === '<' && statement.op === '>'
  if (!inside && !outside) return false
  if (JSON.stringify(last.left) !== JSON.stringify(statement.left)) return false
  const [kind] = kindsOf(last.left)
  const plain = (text: string): string => {
    const value = kind?.type.name === 'iface_index' ? undefined : kind?.type.parse(text)
    return kind === undefined || value === undefined || kind.type.order === 'text'
      ? text
      : kind.type.printPlain(value, kind.bits)
  }
  statements[at] = {
    ...last,
    op: inside ? (last.left.kind === 'computation' ? '==' : 'in') : '!=',
    right: { kind: 'range', from: plain(last.right.value), to: plain(statement.right.value) }
  }
  return true
}

const rightOf = ({ reading }: Program, left: Read, kind: Kind, value: Uint8Array): Operand => {
  if (kind.type.order === 'text' && value.length < sizeOf(kind) && value.at(-1) !== 0)
    return { kind: 'value', value: `"${Buffer.from(value).toString()}*"` }
  const missing = sizeOf(kind) - value.length
  if (missing > 0 && isPrefixType(kind)) {
    const from = decode(value, 'network') << BigInt(missing * 8)
    return spanOperand(kind, from, from | ones(missing * 8), reading)
  }
  const number = decode(value, kind.order) >> BigInt(left.shift)
  if (kind.type.order === 'text')
    return { kind: 'value', value: kind.type.print(decode(value, 'text'), value.length * 8) }
  const isPayload = left.operand.kind === 'asked' && primaryOf(left.operand.name)?.payload !== undefined
  return isPayload && kind.type.flags
    ? { kind: 'value', value: textOf(kind, number, reading) }
    : constantOf(kind, number, reading)
}

/** What has a name already is compared with bytes. */
export const compareRead = (
  program: Program,
  left: Read,
  kind: Kind,
  op: Match['op'],
  value: Uint8Array
): undefined => {
  const right =
    left.kinds.length > 1
      ? operandOf(left.kinds, value, value, program.reading)
      : rightOf(program, left, kind, value)
  const whole =
    (kind.type.flags && left.kinds.length === 1 && op === 'in') ||
    (left.operand.kind === 'computation' && op === 'in')
  const statement: Match = { statement: 'match', left: left.operand, op: whole ? '==' : op, right }
  if (merged(program, statement)) return
  push(program, statement)
  if (op === 'in' && left.operand.kind === 'asked' && left.kinds.length === 1)
    learn(program, left.operand.name, decode(value, kind.order) >> BigInt(left.shift))
}

/** The value that a member of a header is compared with. */
export const rightFor = ({ reading }: Program, kind: Kind, value: bigint): Operand => ({
  kind: 'value',
  value: textOf(kind, value, reading)
})
