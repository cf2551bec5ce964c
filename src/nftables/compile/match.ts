import * as E from 'fp-ts/Either'
import { NFT_CMP } from '../../../protocol/nftables/expression/cmp'
import { NFT_LOOKUP_F } from '../../../protocol/nftables/expression/lookup'
import { NFT_RANGE } from '../../../protocol/nftables/expression/range'
import { encode, ones } from '../datatype'
import { type Kind, kindOf, kindsOf, sizeOf } from '../kind'
import { elementKeysOf, isSpan, wildcard } from '../layout'
import { primaryOf } from '../primary'
import { operandText } from '../print'
import type { Element, Elements, Match, Named, Operand } from '../syntax'
import { bytesFor, numberFor, spanBytesFor, spanFor } from './constant'
import { learn, learnSet, need } from './dependency'
import { align, load } from './load'
import { lookup } from './lookup'
import { compare, emit, fail, loadPayload, mask, type Program, register } from './program'

const comparisons = {
  '==': NFT_CMP.EQ,
  in: NFT_CMP.EQ,
  '!=': NFT_CMP.NEQ,
  '<': NFT_CMP.LT,
  '<=': NFT_CMP.LTE,
  '>': NFT_CMP.GT,
  '>=': NFT_CMP.GTE,
  '!': NFT_CMP.EQ
} as const

/** A comparison, which may be with what a set has. */
export const match = (program: Program, statement: Match): undefined => {
  const { left, op, right, mask: flags } = withoutSet(program, statement)
  if (right.kind === 'elements' || right.kind === 'named') return matchSet(program, left, op, right)
  if (isSpan(right) && !['in', '==', '!='].includes(op))
    return fail(program, `${operandText(right)} is more than one value, which ${op} cannot be asked of`)
  if (left.kind === 'asked' && right.kind === 'prefix' && matchPrefix(program, left.name, op, right)) return
  const { kinds, shift } = load(program, left, 0)
  const [kind] = kinds
  if (kind === undefined) return
  if (left.kind === 'concatenation')
    return compare(program, 0, bytesFor(program, kinds, right), comparisons[op])
  if (flags !== undefined) {
    mask(program, 0, sizeOf(kind), valueBytes(program, kind, flags, shift))
    return compare(program, 0, valueBytes(program, kind, right, shift), comparisons[op])
  }
  const bits =
    kind.type.flags && (right.kind === 'value' || right.kind === 'flags') && left.kind !== 'computation'
  if (bits && (op === 'in' || op === '!')) {
    mask(program, 0, sizeOf(kind), valueBytes(program, kind, right, shift))
    return compare(program, 0, new Uint8Array(sizeOf(kind)), op === '!' ? NFT_CMP.EQ : NFT_CMP.NEQ)
  }
  matchConstant(program, kind, op, right, shift)
  if (left.kind === 'asked' && (op === 'in' || op === '==') && right.kind === 'value')
    learn(program, left.name, spanFor(program, kind, right).from)
}

/** A set of one element is that element; what of it would be lost, and flags, of which one would be enough, keep it. */
const withoutSet = ({ indexOf }: Program, statement: Match): Match => {
  const { left, right } = statement
  if (right.kind !== 'elements' || right.elements.length !== 1) return statement
  const [{ key, ...more }] = right.elements as [Element]
  const kinds = kindsOf(left)
  const plain =
    ['value', 'range', 'prefix'].includes(key.kind) &&
    Object.keys(more).length === 0 &&
    kinds.every(({ type }) => !type.flags) &&
    E.isRight(elementKeysOf({ key: kinds, interval: true }, right.elements, indexOf))
  return plain ? { ...statement, right: key } : statement
}

const matchSet = (program: Program, key: Operand, op: Match['op'], set: Elements | Named): undefined => {
  lookup(program, set, key, undefined, op === '!=' ? { flags: NFT_LOOKUP_F.INV } : {})
  if (op !== '!=' && set.kind === 'elements' && key.kind === 'asked') learnSet(program, key.name, set)
}

const shifted = (kind: Kind, value: bigint, shift: number): Uint8Array =>
  encode(value << BigInt(shift), sizeOf(kind), kind.order)

const valueBytes = (program: Program, kind: Kind, operand: Operand, shift: number): Uint8Array =>
  shifted(kind, numberFor(program, kind, operand), shift)

const matchConstant = (
  program: Program,
  kind: Kind,
  op: Match['op'],
  right: Operand,
  shift: number
): undefined => {
  const beginning = right.kind === 'value' ? wildcard(kind, right.value) : undefined
  if (beginning !== undefined) {
    const name = bytesFor(program, [kind], { kind: 'value', value: beginning })
    return compare(program, 0, name.subarray(0, Buffer.byteLength(beginning) - 2), comparisons[op])
  }
  const ordered = op !== 'in' && op !== '==' && op !== '!='
  const [turned = kind] = ordered || right.kind === 'range' ? align(program, [kind], 0) : [kind]
  if (right.kind === 'range') return matchRange(program, turned, op, right, shift)
  if (right.kind === 'prefix') {
    const size = sizeOf(kind)
    const host = ones(kind.bits - right.length)
    mask(program, 0, size, encode(ones(kind.bits) ^ host, size, kind.order))
    return compare(program, 0, spanBytesFor(program, [kind], right).from, comparisons[op])
  }
  compare(program, 0, valueBytes(program, turned, right, shift), comparisons[op])
}

/** A range that goes round is all but what lies between its ends. */
const matchRange = (
  program: Program,
  kind: Kind,
  op: Match['op'],
  right: Operand,
  shift: number
): undefined => {
  const { from, to } = spanFor(program, kind, right)
  const round = from > to
  const low = shifted(kind, round ? to : from, shift)
  const high = shifted(kind, round ? from : to, shift)
  if ((op === '!=') !== round)
    return emit(program, {
      name: 'range',
      data: { sreg: register(0), op: NFT_RANGE.NEQ, fromData: { value: low }, toData: { value: high } }
    })
  compare(program, 0, low, NFT_CMP.GTE)
  compare(program, 0, high, NFT_CMP.LTE)
}

/** A network of whole bytes needs no mask: only these bytes are loaded. */
const matchPrefix = (
  program: Program,
  name: string,
  op: Match['op'],
  network: Extract<Operand, { readonly kind: 'prefix' }>
): boolean => {
  const { length } = network
  const primary = primaryOf(name)
  const place = primary?.payload?.place
  if (primary === undefined || place === undefined || length % 8 !== 0 || length === 0 || primary.shift > 0)
    return false
  need(program, primary)
  const size = length / 8
  loadPayload(program, { ...place, size })
  const { from } = spanBytesFor(program, [kindOf(primary.type)], network)
  compare(program, 0, from.subarray(0, size), comparisons[op])
  return true
}
