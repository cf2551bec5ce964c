import { NFPROTO } from '../../../protocol/nfnetlink/header'
import { spanOperand } from '../content'
import { decode } from '../datatype'
import { type Kind, port as portKind } from '../kind'
import type { Operand } from '../syntax'
import type { Program } from './program'
import { valueAt } from './read'
import { foundAt, heldAt } from './register'

/** A value of a kind, or those from one register's to another's. */
export const rangeAt = (
  program: Program,
  min: number | undefined,
  max: number | undefined,
  kind: Kind
): Operand | undefined => {
  if (min === undefined) return undefined
  const first = foundAt(program, min)
  // It comes with the address, out of one map.
  if (first === undefined) return { kind: 'any' }
  const last = max === undefined || max === min ? undefined : foundAt(program, max)
  if (first.held !== 'constant' || last?.held !== 'constant') return valueAt(program, min, [kind])
  return spanOperand(kind, decode(first.bytes, kind.order), decode(last.bytes, kind.order), program.reading)
}

/** Ports mean nothing without a transport, so what says which one stays. */
export const portAt = (program: Program, min: number | undefined, max?: number): Operand | undefined => {
  const said = program.dependencies
  program.dependencies = {}
  const port = rangeAt(program, min, max, portKind)
  program.dependencies = said
  return port
}

/** The addresses of a network. */
export const prefixAt = (
  program: Program,
  min: number | undefined,
  max: number | undefined,
  kind: Kind
): Operand => {
  const first = heldAt(program, min)
  const last = heldAt(program, max)
  return first.held === 'constant' && last.held === 'constant'
    ? spanOperand(kind, decode(first.bytes, kind.order), decode(last.bytes, kind.order), program.reading)
    : valueAt(program, min, [kind])
}

/** The family of an address. */
export const familyNamed = (nfproto: number | undefined): 'ip' | 'ip6' | undefined =>
  nfproto === NFPROTO.IPV4 ? 'ip' : nfproto === NFPROTO.IPV6 ? 'ip6' : undefined
