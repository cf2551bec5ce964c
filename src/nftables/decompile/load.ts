import type { Expression } from '../../../protocol/nftables/expression'
import { NFT_BITWISE } from '../../../protocol/nftables/expression/bitwise'
import { datatype, decode } from '../datatype'
import type { DataOf } from '../expression/data'
import { baseOf } from '../header'
import { type Kind, kindsOf, sizeOf } from '../kind'
import { nameOf } from '../primary'
import { noBytes } from './held'
import { type Program, push, unknown } from './program'
import { heldAt, hold, keyAt } from './register'

export const loadPayload = (
  program: Program,
  expression: Expression,
  { dreg, base = 0, offset = 0, len = 0 }: DataOf<'payload'> = {}
): undefined => {
  const from = baseOf(base)
  if (from === undefined) return loadUnknown(program, expression, dreg)
  hold(program, dreg, { held: 'payload', base: from, offset: offset * 8, bits: len * 8 }, len)
}

/** What is made of it is as little known. */
const loadUnknown = (program: Program, expression: Expression, dreg: number | undefined): undefined => {
  unknown(program, expression)
  hold(program, dreg, { held: 'unknown' }, 4)
}

/** What has a name by itself. */
export const loadNamed = (program: Program, expression: Expression, dreg: number | undefined): undefined => {
  const name = nameOf(expression)
  const kinds = name === undefined ? [] : kindsOf({ kind: 'asked', name })
  const [kind] = kinds
  if (name === undefined || kind === undefined) return loadUnknown(program, expression, dreg)
  hold(program, dreg, { held: 'asked', operand: { kind: 'asked', name }, kind }, sizeOf(kind))
}

/** Bytes of an option; a mask behind them may leave a member that has a name. */
export const loadOption = (
  program: Program,
  expression: Expression,
  data: DataOf<'exthdr'> = {}
): undefined => {
  const { dreg, op, type, offset, len = 1 } = data
  if (nameOf(expression)?.includes('@') === false) return loadNamed(program, expression, dreg)
  const name = `@exthdr ${op ?? 0} ${type ?? 0} ${offset ?? 0} ${len}`
  const kind: Kind = { type: datatype('integer'), bits: len * 8, order: 'network' }
  hold(program, dreg, { held: 'asked', operand: { kind: 'asked', name }, kind }, len)
}

/** A constant, or a verdict, which is a statement. */
export const loadConstant = (program: Program, { dreg, data }: DataOf<'immediate'> = {}): undefined => {
  if (data?.verdict !== undefined)
    return push(program, { statement: 'verdict', ...program.reading.verdict(data.verdict) })
  const bytes = data?.value ?? noBytes
  hold(program, dreg, { held: 'constant', bytes }, bytes.length)
}

export const loadHash = (
  program: Program,
  expression: Expression,
  { sreg, dreg, len = 4, modulus = 0, seed, offset = 0 }: DataOf<'hash'> = {}
): undefined => {
  const of = keyAt(program, sreg, len)
  if (of.held === 'unknown') return loadUnknown(program, expression, dreg)
  hold(program, dreg, { held: 'hash', of, modulus, seed, offset }, 4)
}

export const bitwise = (
  program: Program,
  expression: Expression,
  given: DataOf<'bitwise'> = {}
): undefined => {
  const { sreg, dreg, len = 4, mask, xor, op = NFT_BITWISE.MASK_XOR, data: operand } = given
  const of = keyAt(program, sreg, len)
  if (of.held === 'unknown') return loadUnknown(program, expression, dreg)
  if (op === NFT_BITWISE.LSHIFT || op === NFT_BITWISE.RSHIFT)
    return hold(
      program,
      dreg,
      {
        held: 'shift',
        of: of.held === 'turned' ? of.of : of,
        op: op === NFT_BITWISE.LSHIFT ? '<<' : '>>',
        by: Number(decode(operand?.value ?? noBytes, 'host'))
      },
      len
    )
  hold(program, dreg, { held: 'bits', of, mask: mask?.value ?? noBytes, xor: xor?.value ?? noBytes }, len)
}

/** Turned twice is as it was. */
export const turn = (
  program: Program,
  expression: Expression,
  { sreg, dreg, len = 4 }: DataOf<'byteorder'> = {}
): undefined => {
  const of = heldAt(program, sreg)
  if (of.held === 'unknown') return loadUnknown(program, expression, dreg)
  hold(program, dreg, of.held === 'turned' ? of.of : of.held === 'shift' ? of : { held: 'turned', of }, len)
}
