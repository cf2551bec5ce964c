import type { Kind } from '../kind'
import { constantBytes, singleOf, spanBytes, spanOf } from '../layout'
import type { Operand } from '../syntax'
import { orFail, type Program } from './program'

const nothing = new Uint8Array(0)

/** One value as registers hold it, whose parts are of these kinds. */
export const bytesFor = (program: Program, kinds: ReadonlyArray<Kind>, operand: Operand): Uint8Array =>
  orFail(program, constantBytes(kinds, operand, program.indexOf), nothing)

/** The ends of a range or network, the same way. */
export const spanBytesFor = (program: Program, kinds: ReadonlyArray<Kind>, operand: Operand) =>
  orFail(program, spanBytes(kinds, operand, program.indexOf), { from: nothing, to: nothing })

/** One value as a number. */
export const numberFor = (program: Program, kind: Kind, operand: Operand): bigint =>
  orFail(program, singleOf(kind, operand, program.indexOf), 0n)

/** The ends of a range or network as numbers. */
export const spanFor = (program: Program, kind: Kind, operand: Operand) =>
  orFail(program, spanOf(kind, operand, program.indexOf), { from: 0n, to: 0n })
