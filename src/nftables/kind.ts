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
}

const unknownKind: Kind = { type: datatype('integer'), bits: 32, order: 'network' }

/** Kinds of what an operand gives; of a map, what its first element gives. */
export const kindsOf = (operand: Operand): ReadonlyArray<Kind> => {
  switch (operand.kind) {
    case 'asked': {
      const primary = primaryOf(operand.name)
      return primary === undefined
        ? [unknownKind]
        : [{ type: primary.type, bits: primary.bits, order: primary.order, of: operand }]
    }
    case 'concatenation':
      return operand.parts.flatMap(kindsOf)
    case 'computation':
      return kindsOf(operand.left)
    case 'hash':
      return [{ type: hostInteger, bits: 32, order: 'host' }]
    default:
      return [unknownKind]
  }
}

/** In whole bytes. */
export const sizeOf = ({ bits }: Kind): number => Math.ceil(bits / 8)

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
