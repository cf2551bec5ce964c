import type { Base } from '../header'
import { type Kind, padded, sizeOf, widthOf } from '../kind'
import type { Operand } from '../syntax'
import type { Known } from './surroundings'

/** Bits of a packet, counted from the beginning of a header. */
export interface Payload {
  readonly held: 'payload'
  readonly base: Base
  readonly offset: number
  readonly bits: number
}

/** What a register holds. */
export type Held =
  | Payload
  /** What nobody has a name for. */
  | { readonly held: 'unknown' }
  | { readonly held: 'asked'; readonly operand: Operand; readonly kind: Kind }
  | { readonly held: 'constant'; readonly bytes: Uint8Array }
  | { readonly held: 'bits'; readonly of: Held; readonly mask: Uint8Array; readonly xor: Uint8Array }
  | { readonly held: 'shift'; readonly of: Held; readonly op: '<<' | '>>'; readonly by: number }
  | { readonly held: 'turned'; readonly of: Held }
  | { readonly held: 'several'; readonly parts: ReadonlyArray<Held> }
  | { readonly held: 'given'; readonly key: Held; readonly set: string; readonly known: Known | undefined }
  | {
      readonly held: 'hash'
      readonly of: Held
      readonly modulus: number
      readonly seed: number | undefined
      readonly offset: number
    }

export const noBytes = new Uint8Array(0)

/** In bytes. */
export const sizeIn = (held: Held): number => {
  switch (held.held) {
    case 'payload':
      return Math.max(1, Math.ceil(held.bits / 8))
    case 'asked':
      return Math.max(1, sizeOf(held.kind))
    case 'constant':
      return Math.max(1, held.bytes.length)
    case 'several':
      return held.parts.reduce((sum, part) => sum + padded(sizeIn(part)), 0)
    case 'given':
      return Array.isArray(held.known?.layout.data) ? widthOf(held.known.layout.data) : 4
    case 'hash':
    case 'unknown':
      return 4
    default:
      return sizeIn(held.of)
  }
}
