import { operandOf } from '../content'
import { datatype, decode } from '../datatype'
import { type Base, rawName } from '../header'
import { type Kind, kindsOf, widthOf } from '../kind'
import { optionName } from '../option'
import type { Operand } from '../syntax'
import { computed, isZero, optionTrimmed, trimmed } from './bits'
import { kill, releaseFor } from './dependency'
import { fieldOf, portOf } from './field'
import type { Held } from './held'
import { lookedUp } from './key'
import { asked, type Read, shifted, whole } from './operand'
import type { Program } from './program'
import { heldAt, keyAt } from './register'

/** Names bits of a packet. */
export const payloadRead = (program: Program, base: Base, offset: number, bits: number): Read => {
  const found = fieldOf(program, base, offset, bits) ?? portOf(base, offset, bits)
  // Raw bits, and ports of any transport, do not tell which header they are of.
  if (found === undefined) return asked(rawName(base, offset, bits))
  const [header, field] = found
  // Only a comparison with one value leaves it in words of a member that tells the next header.
  if (header.name !== 'th') kill(program, base, { ...field, key: false })
  return asked(`${header.name} ${field.name}`)
}

/** Bytes of an option that nobody has a name for. */
const publicName = (name: string): string => {
  if (!name.startsWith('@exthdr ')) return name
  const [op = 0, number = 0, offset = 0, length = 0] = name.split(' ').slice(1).map(Number)
  return optionName(op, number, offset * 8, length * 8) ?? name
}

/** A member of fewer bits than were loaded; its value stands in all of their bytes. */
const trimmedRead = (program: Program, of: Held, mask: Uint8Array): Read | undefined => {
  const bits = decode(mask, 'network')
  const inner = of.held === 'payload' ? trimmed(program, of, bits) : undefined
  if (inner !== undefined && of.held === 'payload') kill(program, of.base, inner.field)
  const part = inner ?? optionTrimmed(program, of, bits)
  if (part === undefined) return undefined
  const { operand, kinds } = asked(part.name)
  return { operand, kinds: kinds.map(kind => ({ ...kind, bits: mask.length * 8 })), shift: part.shift }
}

/** Names what a register holds. */
export const read = (program: Program, held: Held): Read => {
  switch (held.held) {
    case 'payload':
      return payloadRead(program, held.base, held.offset, held.bits)
    case 'asked': {
      const name = held.operand.kind === 'asked' ? publicName(held.operand.name) : undefined
      if (name !== undefined) releaseFor(program, name)
      return {
        operand: name === undefined ? held.operand : { kind: 'asked', name },
        kinds: [held.kind],
        shift: 0
      }
    }
    case 'turned': {
      const inner = read(program, held.of)
      return { ...inner, kinds: inner.kinds.map(kind => ({ ...kind, order: 'network' as const })) }
    }
    case 'several': {
      const parts = held.parts.map(part => read(program, part))
      return {
        operand: { kind: 'concatenation', parts: parts.map(whole) },
        kinds: parts.flatMap(({ kinds }) => kinds),
        shift: 0
      }
    }
    case 'bits': {
      const part = isZero(held.xor) ? trimmedRead(program, held.of, held.mask) : undefined
      if (part !== undefined) return part
      const left = read(program, held.of)
      return { ...left, operand: computed(program, left, held.mask, held.xor) }
    }
    case 'shift': {
      const left = read(program, held.of)
      if (held.op === '>>' && left.shift >= held.by) return { ...left, shift: left.shift - held.by }
      const by = held.op === '>>' ? held.by - left.shift : held.by
      return {
        ...left,
        operand: shifted(left.operand, held.op, by),
        shift: held.op === '>>' ? 0 : left.shift
      }
    }
    case 'given': {
      const key = read(program, held.key)
      return {
        operand: lookedUp(program, held.set, held.known, key),
        kinds: Array.isArray(held.known?.layout.data) ? held.known.layout.data : key.kinds,
        shift: 0
      }
    }
    case 'hash': {
      const of = read(program, held.of)
      const operand: Operand = {
        kind: 'hash',
        of: of.operand,
        modulus: held.modulus,
        ...(held.seed !== undefined && { seed: held.seed }),
        ...(held.offset !== 0 && { offset: held.offset })
      }
      return { operand, kinds: kindsOf(operand), shift: 0 }
    }
    // A statement that stands in front tells what it is.
    case 'unknown':
      return {
        operand: { kind: 'value', value: 'unknown' },
        kinds: [{ type: datatype('integer'), bits: 32, order: 'network' }],
        shift: 0
      }
    case 'constant':
      return {
        operand: { kind: 'value', value: `0x${Buffer.from(held.bytes).toString('hex')}` },
        kinds: [{ type: datatype('integer'), bits: held.bytes.length * 8, order: 'network' }],
        shift: 0
      }
  }
}

/** What a statement sets, from a register that is of such kinds. */
export const valueAt = (
  program: Program,
  register: number | undefined,
  kinds: ReadonlyArray<Kind>
): Operand => {
  const held = kinds.length > 1 ? keyAt(program, register, widthOf(kinds)) : heldAt(program, register)
  return held.held === 'constant'
    ? operandOf(kinds, held.bytes, held.bytes, program.reading)
    : whole(read(program, held))
}
