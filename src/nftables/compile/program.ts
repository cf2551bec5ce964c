import * as E from 'fp-ts/Either'
import type { Message } from '../../../protocol'
import { NFT_REG32_00 } from '../../../protocol/nftables/data'
import type { Expression } from '../../../protocol/nftables/expression'
import { NFT_BITWISE } from '../../../protocol/nftables/expression/bitwise'
import type { NFT_BYTEORDER } from '../../../protocol/nftables/expression/byteorder'
import { NFT_CMP } from '../../../protocol/nftables/expression/cmp'
import type { TableRef } from '../family'
import { bases, type Place } from '../header'
import { type Kind, sizeOf } from '../kind'
import type { IndexOf, Layout } from '../layout'
import type { Rule } from '../syntax'

/** What a rule is compiled for. */
export interface Surroundings {
  readonly ref: TableRef
  /** The sets of the table, as far as they are known. */
  readonly layoutOf: (set: string) => Layout | undefined
  readonly indexOf: IndexOf
}

export interface Compiled {
  readonly expressions: ReadonlyArray<Expression>
  /** What must be there before the rule: sets of its own. */
  readonly before: ReadonlyArray<Message>
  /** What is wrong with the rule. */
  readonly fault: string | undefined
}

/** Compiles rules of one table, one after the other. */
export type Compiler = (rule: Rule) => Compiled

/** What a rule has said of the packet so far; several names are what it may be, one or another. */
export interface Known {
  link?: 'ether' | 'vlan' | 'untagged' | 'stacked'
  networks: ReadonlyArray<string>
  transports: ReadonlyArray<string>
  icmpType?: number
}

/** A rule while it is compiled. */
export interface Program extends Surroundings {
  readonly family: TableRef['family']
  readonly expressions: Array<Expression>
  readonly before: Array<Message>
  readonly known: Known
  /** Rules of a chain that belongs to this one. */
  readonly compileInner: Compiler
  fault: string | undefined
}

/** The first thing that is wrong with a rule is what is told. */
export const fail = (program: Program, reason: string): undefined => {
  program.fault ??= reason
}

/** What was asked for, or what stands for it in a rule that is refused anyway. */
export const orFail = <A>(program: Program, found: E.Either<string, A>, otherwise: A): A => {
  if (E.isRight(found)) return found.right
  fail(program, found.left)
  return otherwise
}

export const emit = (program: Program, expression: Expression): undefined => {
  program.expressions.push(expression)
}

/** Registers are counted in steps of four bytes. */
export const register = (index: number): number => NFT_REG32_00 + index

export const compare = (
  program: Program,
  index: number,
  value: Uint8Array,
  op: number = NFT_CMP.EQ
): undefined => emit(program, { name: 'cmp', data: { sreg: register(index), op, data: { value } } })

export const mask = (
  program: Program,
  index: number,
  size: number,
  bits: Uint8Array,
  xor: Uint8Array = new Uint8Array(size)
): undefined =>
  emit(program, {
    name: 'bitwise',
    data: {
      sreg: register(index),
      dreg: register(index),
      len: size,
      op: NFT_BITWISE.MASK_XOR,
      mask: { value: bits },
      xor: { value: xor }
    }
  })

/** Turns a number round, from or to the machine's own order. */
export const turn = (
  program: Program,
  index: number,
  kind: Kind,
  op: (typeof NFT_BYTEORDER)[keyof typeof NFT_BYTEORDER]
): undefined => {
  const size = sizeOf(kind)
  if (![2, 4, 8].includes(size))
    return fail(program, `the kernel cannot compute with the ${size} bytes of a ${kind.type.name}`)
  return emit(program, {
    name: 'byteorder',
    data: { sreg: register(index), dreg: register(index), op, len: size, size }
  })
}

export const loadPayload = (
  program: Program,
  { base, offset, size }: Pick<Place, 'base' | 'offset' | 'size'>
): undefined =>
  emit(program, { name: 'payload', data: { dreg: register(0), base: bases[base], offset, len: size } })

export const putBytes = (program: Program, index: number, value: Uint8Array): undefined =>
  emit(program, { name: 'immediate', data: { dreg: register(index), data: { value } } })

/** The network that all packets of such a table are of. */
export const ownNetwork = ({ family }: Pick<Program, 'family'>): 'ip' | 'ip6' | 'arp' | undefined =>
  family === 'ip' || family === 'ip6' || family === 'arp' ? family : undefined
