import { nearest } from '../../protocol/definition/nearest'
import { type Datatype, datatype, hostInteger, type Order } from './datatype'
import { primaryOf } from './primary'
import type { Operand } from './syntax'

/** What the values of an operand are: each part of a concatenation by itself. */
export interface Kind {
  readonly type: Datatype
  readonly bits: number
  readonly order: Order
  /** The operand that it was told by. */
  readonly of?: Operand
  /** In bytes, where it stands in more of them than its bits need. */
  readonly size?: number
  /** What its values are less than, if that is not for its bits to say. */
  readonly below?: bigint
}

const unknownKind: Kind = { type: datatype('integer'), bits: 32, order: 'network' }

/** Kinds of what an operand gives; of a map, what its first element gives. */
export const kindsOf = (operand: Operand): ReadonlyArray<Kind> => {
  switch (operand.kind) {
    case 'asked': {
      const primary = primaryOf(operand.name)
      return primary === undefined
        ? [unknownKind]
        : [
            {
              type: primary.type,
              bits: primary.bits,
              order: primary.order,
              of: operand,
              ...(primary.below !== undefined && { below: primary.below })
            }
          ]
    }
    case 'concatenation':
      return operand.parts.flatMap(kindsOf)
    case 'computation':
      return kindsOf(operand.left)
    case 'hash':
      return [
        {
          type: hostInteger,
          bits: 32,
          order: 'host',
          ...((operand.offset ?? 0) === 0 && { below: BigInt(operand.modulus) })
        }
      ]
    default:
      return [unknownKind]
  }
}

/** In whole bytes. */
export const sizeOf = ({ bits, size }: Kind): number => size ?? Math.ceil(bits / 8)

/** Fields of a concatenation stand at multiples of four bytes. */
export const padded = (size: number): number => (size + 3) & ~3

export const widthOf = (kinds: ReadonlyArray<Kind>): number =>
  kinds.length === 1
    ? sizeOf(kinds[0] as Kind)
    : kinds.reduce((width, kind) => width + padded(sizeOf(kind)), 0)

/** The kind of a datatype that has a size of its own. */
export const kindOf = (type: Datatype): Kind => ({ type, bits: type.bits, order: type.order })

const kindLike = (type: Datatype, name: string): Kind => ({ ...kindOf(type), of: { kind: 'asked', name } })

export const address: { readonly ip: Kind; readonly ip6: Kind } = {
  ip: kindLike(datatype('ipv4_addr'), 'ip daddr'),
  ip6: kindLike(datatype('ipv6_addr'), 'ip6 daddr')
}

export const port: Kind = kindLike(datatype('inet_service'), 'th dport')

/** The number that a text means; undefined if it is no such value, or one with more bits. */
export const numberOf = ({ type, bits, below }: Kind, text: string): bigint | undefined => {
  const value = type.parse(text)
  if (value === undefined || value < 0n || value >> BigInt(bits) > 0n) return undefined
  return below !== undefined && value >= below ? undefined : value
}

/** Hours go round: a range of them may begin in the evening and end in the morning. */
const goesRound = ({ type }: Kind): boolean => type.name === 'hour'

/** Whether a range ends before it begins. */
export const backwards = (kind: Kind, from: bigint, to: bigint): boolean => from > to && !goesRound(kind)

/** Why a text is no value of a kind, and what could have been meant. */
export const misfit = ({ type, bits, below }: Kind, given: string, shown = given): string => {
  const names = Object.keys(type.symbols)
  const near = nearest(given, names)
  const known = near === '' && names.length > 0 && names.length <= 24 ? `: ${names.join(', ')}` : near
  // nft takes 10/8 for 0.0.0.10/8, which nobody means.
  if (type.name === 'ipv4_addr' && /^[\d.]+$/.test(given))
    return `${shown} is no ${type.name}: write all four numbers, 10.0.0.0`
  const limit = below === undefined ? `has ${bits} bits` : `is below ${below}`
  const range = type.parse(given) === undefined ? '' : `, which ${limit}`
  return `${shown} is no ${type.name}${range}${known}`
}
