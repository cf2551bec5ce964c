import { NFT_BITWISE } from '../../../protocol/nftables/expression/bitwise'
import { NFT_BYTEORDER } from '../../../protocol/nftables/expression/byteorder'
import { NFT_HASH } from '../../../protocol/nftables/expression/hash'
import { datatype, encode, ones } from '../datatype'
import { type Kind, kindsOf, padded, sizeOf, widthOf } from '../kind'
import { primaryOf } from '../primary'
import type { Computation, Hash, Operand } from '../syntax'
import { numberFor } from './constant'
import { prepare } from './dependency'
import { emit, fail, mask, type Program, register, turn } from './program'

export interface Loaded {
  /** What is in the registers. */
  readonly kinds: ReadonlyArray<Kind>
  /** Bits behind the value there. */
  readonly shift: number
}

/** Brings something of a packet into registers. */
export const load = (program: Program, operand: Operand, index: number): Loaded => {
  prepare(program, operand)
  return loadPrepared(program, operand, index)
}

const loadPrepared = (program: Program, operand: Operand, index: number): Loaded => {
  switch (operand.kind) {
    case 'asked':
      return loadAsked(program, operand, index)
    case 'concatenation': {
      const kinds: Array<Kind> = []
      let at = index
      for (const part of operand.parts) {
        const [kind] = settle(program, loadPrepared(program, part, at), at)
        if (kind === undefined) continue
        kinds.push({ ...kind, ...toldBy(part) })
        at += padded(sizeOf(kind)) / 4
      }
      return { kinds, shift: 0 }
    }
    case 'computation': {
      const kinds = settle(program, loadPrepared(program, operand.left, index), index)
      const [kind] = kinds
      if (kind !== undefined) compute(program, operand, kind, index)
      return { kinds: kinds.map(({ of: _, ...computed }) => computed), shift: 0 }
    }
    case 'hash':
      return loadHash(program, operand, index)
    default:
      fail(program, `${operand.kind} cannot be asked of a packet`)
      return { kinds: kindsOf(operand), shift: 0 }
  }
}

const loadAsked = (
  program: Program,
  operand: Extract<Operand, { readonly kind: 'asked' }>,
  index: number
): Loaded => {
  const primary = primaryOf(operand.name)
  if (primary === undefined) {
    fail(program, `${operand.name} is nothing that a packet has`)
    return { kinds: kindsOf(operand), shift: 0 }
  }
  emit(program, primary.load(register(index)))
  const { shift, bits, type, order, below } = primary
  if (bits % 8 !== 0 || shift > 0) {
    const size = primary.payload?.place.size ?? Math.ceil((bits + shift) / 8)
    mask(program, index, size, encode(ones(bits) << BigInt(shift), size, order))
    return { kinds: [{ type, bits, order, size }], shift }
  }
  const limit = below === undefined ? {} : { below }
  return { kinds: [{ type, bits, order, of: operand, ...limit }], shift: 0 }
}

const loadHash = (program: Program, operand: Hash, index: number): Loaded => {
  const { of, modulus, seed, offset = 0 } = operand
  const kinds = settle(program, loadPrepared(program, of, index + 1), index + 1)
  emit(program, {
    name: 'hash',
    data: {
      sreg: register(index + 1),
      dreg: register(index),
      len: widthOf(kinds),
      modulus,
      ...(seed !== undefined && { seed }),
      offset,
      type: NFT_HASH.JENKINS
    }
  })
  return { kinds: kindsOf(operand), shift: 0 }
}

/** What a part of a concatenation is, which needs to be told also if it is computed. */
const toldBy = (part: Operand): Pick<Kind, 'of'> => {
  const of = part.kind === 'hash' ? part : kindsOf(part)[0]?.of
  return of === undefined ? {} : { of }
}

const shiftBits = (program: Program, index: number, size: number, op: number, by: bigint): undefined =>
  emit(program, {
    name: 'bitwise',
    data: {
      sreg: register(index),
      dreg: register(index),
      len: size,
      op,
      data: { value: encode(by, 4, 'host') }
    }
  })

/** Drops the bits behind a value, so that it stands in a register as in sets and elsewhere. */
export const settle = (program: Program, { kinds, shift }: Loaded, index: number): ReadonlyArray<Kind> => {
  const [kind] = kinds
  if (kind === undefined || shift === 0) return kinds
  const { size: _, ...settled } = kind
  if (sizeOf(kind) > 1) turn(program, index, kind, NFT_BYTEORDER.NTOH)
  shiftBits(program, index, sizeOf(kind), NFT_BITWISE.RSHIFT, BigInt(shift))
  if (sizeOf(settled) > 1) turn(program, index, settled, NFT_BYTEORDER.HTON)
  return [settled]
}

/** How many bits a value is shifted by. */
const shiftKind: Kind = { type: datatype('integer'), bits: 32, order: 'host' }

const compute = (program: Program, { op, right }: Computation, kind: Kind, index: number): undefined => {
  const size = sizeOf(kind)
  if (op === '<<' || op === '>>') {
    const turned = kind.order === 'network' && size > 1
    if (turned) turn(program, index, kind, NFT_BYTEORDER.NTOH)
    const by = numberFor(program, shiftKind, right)
    shiftBits(program, index, size, op === '<<' ? NFT_BITWISE.LSHIFT : NFT_BITWISE.RSHIFT, by)
    if (turned) turn(program, index, kind, NFT_BYTEORDER.HTON)
    return
  }
  const value = numberFor(program, kind, right)
  const all = ones(size * 8)
  const bits = encode(op === '&' ? value : op === '|' ? all ^ value : all, size, kind.order)
  const xor = encode(op === '&' ? 0n : value, size, kind.order)
  const before = maskedBefore(program, index, size)
  if (before === undefined) return mask(program, index, size, bits, xor)
  program.expressions.pop()
  mask(
    program,
    index,
    size,
    bits.map((byte, n) => byte & (before.mask?.value?.[n] ?? 0)),
    xor.map((byte, n) => byte ^ ((bits[n] ?? 0) & (before.xor?.value?.[n] ?? 0)))
  )
}

/** What a register was masked by just before, which makes one mask with the next. */
const maskedBefore = ({ expressions }: Program, index: number, size: number) => {
  const last = expressions.at(-1)
  if (last?.name !== 'bitwise' || last.data?.op !== NFT_BITWISE.MASK_XOR) return undefined
  return last.data.dreg === register(index) && last.data.len === size ? last.data : undefined
}

/** Turns numbers of the machine's own round, part by part, where ranges are looked up. */
export const align = (program: Program, kinds: ReadonlyArray<Kind>, index: number): ReadonlyArray<Kind> => {
  let at = index
  return kinds.map(kind => {
    const size = sizeOf(kind)
    const turned = kind.order === 'host' && size > 1
    if (turned) turn(program, at, kind, NFT_BYTEORDER.HTON)
    at += padded(size) / 4
    return turned ? { ...kind, order: 'network' as const } : kind
  })
}
