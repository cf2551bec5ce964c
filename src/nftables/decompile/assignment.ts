import type { Expression } from '../../../protocol/nftables/expression'
import { NFT_EXTHDR_OP } from '../../../protocol/nftables/expression/exthdr'
import { constantOf } from '../content'
import { decode, ones } from '../datatype'
import type { DataOf } from '../expression/data'
import { baseOf } from '../header'
import { kindsOf } from '../kind'
import { optionPresence } from '../option'
import { nameOf } from '../primary'
import { trimmed, trimmedKind } from './bits'
import { kill } from './dependency'
import { type Program, push, unknown } from './program'
import { payloadRead, valueAt } from './read'
import { heldAt } from './register'

/** Sets bytes of a packet; a member of fewer bits is set among those around it, which were loaded before. */
export const setPayload = (
  program: Program,
  expression: Expression,
  data: DataOf<'payload'> = {}
): undefined => {
  const base = baseOf(data.base ?? 0)
  if (base === undefined) return unknown(program, expression)
  const { sreg } = data
  const offset = (data.offset ?? 0) * 8
  const bits = (data.len ?? 0) * 8
  const held = heldAt(program, sreg)
  if (held.held === 'unknown') return unknown(program, expression)
  if (
    held.held === 'bits' &&
    held.of.held === 'payload' &&
    held.of.base === base &&
    held.of.offset === offset &&
    held.of.bits === bits
  ) {
    const inner = trimmed(program, held.of, ones(bits) ^ decode(held.mask, 'network'))
    if (inner !== undefined) {
      kill(program, base, inner.field)
      const number = decode(held.xor, 'network') >> BigInt(inner.shift)
      const value = constantOf(trimmedKind(inner.field), number, program.reading)
      return push(program, { statement: 'set', name: inner.name, value })
    }
  }
  const left = payloadRead(program, base, offset, bits)
  const name = left.operand.kind === 'asked' ? left.operand.name : ''
  push(program, { statement: 'set', name, value: valueAt(program, sreg, left.kinds) })
}

/** Sets what has a name by itself. */
export const setNamed = (program: Program, expression: Expression, sreg: number | undefined): undefined => {
  const name = nameOf(expression)
  if (name === undefined || heldAt(program, sreg).held === 'unknown') return unknown(program, expression)
  push(program, {
    statement: 'set',
    name,
    value: valueAt(program, sreg, kindsOf({ kind: 'asked', name }))
  })
}

/** Takes an option out of the packet. */
export const reset = (
  program: Program,
  expression: Expression,
  { op = 0, type = 0 }: DataOf<'exthdr'> = {}
): undefined => {
  const option = op === NFT_EXTHDR_OP.TCPOPT ? optionPresence(op, type) : undefined
  return option === undefined ? unknown(program, expression) : push(program, { statement: 'reset', option })
}
