import { NFT_BYTEORDER } from '../../../protocol/nftables/expression/byteorder'
import { type Kind, padded, sizeOf } from '../kind'
import { isSpan } from '../layout'
import { operandText } from '../print'
import type { Operand } from '../syntax'
import { bytesFor, spanBytesFor } from './constant'
import { fits, kindsText } from './fit'
import { load, settle } from './load'
import { lookup } from './lookup'
import { fail, type Program, putBytes, register, turn } from './program'

/** Whether it is something of a packet, and no constant. */
const isAsked = (operand: Operand): boolean =>
  operand.kind === 'concatenation'
    ? operand.parts.some(isAsked)
    : ['asked', 'computation', 'hash'].includes(operand.kind)

/** Puts a value that a statement needs into registers; what it is, is known. */
export const put = (
  program: Program,
  operand: Operand,
  kinds: ReadonlyArray<Kind>,
  index: number
): undefined => {
  if (operand.kind === 'lookup') {
    const layout = lookup(program, operand.map, operand.key, kinds, { index, dreg: register(index) })
    if (layout?.dataInterval === true)
      fail(program, `${operandText(operand)} gives ranges, where one value belongs`)
    return
  }
  if (isAsked(operand)) return putAsked(program, operand, kinds, index)
  putBytes(program, index, bytesFor(program, kinds, operand))
}

/** What of a packet is put where something of these kinds belongs. */
const putAsked = (
  program: Program,
  operand: Operand,
  kinds: ReadonlyArray<Kind>,
  index: number
): undefined => {
  const found = settle(program, load(program, operand, index), index)
  const [from] = found
  if (!fits(found, kinds)) {
    const turned =
      from?.type.name === 'integer' ? `: its ${from.bits} bits would be read in another order` : ''
    return fail(program, `${operandText(operand)} is ${kindsText(found)}, not ${kindsText(kinds)}${turned}`)
  }
  const [to] = kinds
  if (from?.order !== 'host' || to?.order !== 'network' || sizeOf(to) === 1) return
  // Of a number with more bytes, those that count would be elsewhere.
  if (sizeOf(from) !== sizeOf(to))
    return fail(program, `${operandText(operand)} has ${from.bits} bits, and ${kindsText(kinds)} ${to.bits}`)
  turn(program, index, from, NFT_BYTEORDER.HTON)
}

/** The registers of a value, or of the first and the last one. */
export interface Held {
  readonly min: number
  readonly max?: number
  /** The register behind. */
  readonly next: number
}

/** First and last value, in registers of their own. */
export const putRange = (program: Program, operand: Operand, kind: Kind, index: number): Held => {
  // A register of sixteen bytes for each keeps what nft prints in order.
  const width = Math.max(padded(sizeOf(kind)) / 4, 4)
  if (operand.kind !== 'range' && operand.kind !== 'prefix') {
    put(program, operand, [kind], index)
    return { min: register(index), next: index + width }
  }
  const { from, to } = spanBytesFor(program, [kind], operand)
  putBytes(program, index, from)
  putBytes(program, index + width, to)
  return { min: register(index), max: register(index + width), next: index + 2 * width }
}

/** One value in registers of its own. */
export const putOne = (program: Program, operand: Operand, kind: Kind, index: number): Held => {
  if (!isSpan(operand)) return putRange(program, operand, kind, index)
  fail(program, `${operandText(operand)} is more than one ${kind.type.name}`)
  return { min: register(index), next: index }
}
