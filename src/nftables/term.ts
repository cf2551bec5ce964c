import { type Datatype, datatypes, type Literal } from './datatype'
import { bitsOf, ones, prefixMask, widthOf } from './integer'
import { type Selector, type Type, typeOfSelector } from './selector'
import type { Stateful } from './stateful'
import type { Verdict } from './verdict'

/** From one value to another, both included: `1-1023`. */
export interface Range<A = unknown> {
  readonly _tag: 'Range'
  readonly from: Literal
  readonly to: Literal
  readonly values?: A
}

/** Any of several bits: `established,related`. */
export interface Flags<A = unknown> {
  readonly _tag: 'Flags'
  readonly flags: ReadonlyArray<Literal>
  readonly values?: A
}

/** A set or map by its name: `@blocked`. */
export interface Reference {
  readonly _tag: 'Reference'
  readonly name: string
}

/** One value; a prefix is a literal, too: `10.0.0.0/8`. */
export type Value = Literal | Range | Flags

/** A value, or several for a concatenation: `10.0.0.1 . 80`. */
export type Key = Value | ReadonlyArray<Value>

/** What a set or map holds. */
export interface Element {
  /** `*` is every key that no other element has. */
  readonly key: Key
  /** What a map gives for it; of a map of objects the name of one. */
  readonly data?: Key | Verdict
  readonly comment?: string
  /** Milliseconds that it stays. */
  readonly timeout?: bigint
  /** Milliseconds that it still stays; only what is read has this. */
  readonly expires?: bigint
  /** What it counts by itself. */
  readonly statements?: ReadonlyArray<Stateful>
}

/** A set or map that goes with its rule: `{ 22, 80 }`. */
export interface Elements {
  readonly _tag: 'Elements'
  readonly elements: ReadonlyArray<Element>
}

/** `ct mark & 0xff` */
export interface Computed {
  readonly _tag: 'Computed'
  readonly operator: '&' | '|' | '^' | '<<' | '>>'
  readonly left: Term
  readonly right: Term
}

/** What a map gives for a key: `ip saddr map @gateways`. */
export interface Mapped {
  readonly _tag: 'Mapped'
  readonly key: Term
  readonly map: Reference | Elements
}

/** A hash of what is loaded: `jhash ip saddr mod 4`. */
export interface Jhash {
  readonly _tag: 'Jhash'
  readonly of: Term
  readonly modulus: number
  readonly seed?: number
  /** Default 0. */
  readonly offset?: number
}

/** What a statement works with: loaded, computed or constant. Several of them in an array are a concatenation. */
export type Term = Selector | Computed | Mapped | Jhash | Value | Reference | Elements | ReadonlyArray<Term>

export const range = <A extends Literal>(from: A, to: A): Range<A> => ({ _tag: 'Range', from, to })

export const flags = <A extends Literal>(...all: ReadonlyArray<A>): Flags<A> => ({ _tag: 'Flags', flags: all })

/** A set or map of the table, by its name. */
export const named = (name: string): Reference => ({ _tag: 'Reference', name })

/** A set that goes with its rule. */
export const anyOf = (keys: ReadonlyArray<Key>): Elements => ({
  _tag: 'Elements',
  elements: keys.map(key => ({ key }))
})

/** A map that goes with its rule. */
export const mapping = (pairs: ReadonlyArray<readonly [key: Key, data: Key | Verdict]>): Elements => ({
  _tag: 'Elements',
  elements: pairs.map(([key, data]) => ({ key, data }))
})

export const mapped = (key: Term, map: Reference | Elements): Mapped => ({ _tag: 'Mapped', key, map })

export const computed = (left: Term, operator: Computed['operator'], right: Term): Computed => ({
  _tag: 'Computed',
  operator,
  left,
  right
})

export const jhash = (of: Term, modulus: number, options: Pick<Jhash, 'seed' | 'offset'> = {}): Jhash => ({
  _tag: 'Jhash',
  of,
  modulus,
  ...options
})

/** An array of type parameters cannot be told from others at run time. */
export const isConcatenation = (term: Term | Verdict): term is ReadonlyArray<Term> => Array.isArray(term)

export const isLiteral = (term: Term | Verdict): term is Literal => typeof term !== 'object'

export const partsOf = (term: Term): ReadonlyArray<Term> => (isConcatenation(term) ? term : [term])

const hashed: Type = { datatype: datatypes.integer, bits: 32, order: 'host' }

/** What a term that loads something loads; undefined of constants and maps. */
export const typeOf = (term: Term): Type | undefined => {
  if (isLiteral(term) || isConcatenation(term)) return undefined
  switch (term._tag) {
    case 'Computed':
      return typeOf(term.left) ?? typeOf(term.right)
    case 'Jhash':
      return hashed
    case 'Mapped':
    case 'Range':
    case 'Flags':
    case 'Reference':
    case 'Elements':
      return undefined
    default:
      return typeOfSelector(term)
  }
}

/** The types of what a key is made of. */
export const typesOf = (term: Term): ReadonlyArray<Type> =>
  partsOf(term).map(part => typeOf(part) ?? { datatype: datatypes.integer, bits: 32, order: 'host' })

/** A literal's prefix in two; undefined if it is none. */
export const splitPrefix = (literal: Literal, datatype: Datatype): readonly [Literal, number] | undefined => {
  if (typeof literal !== 'string' || !datatype.prefixes) return undefined
  const [, value, length] = /^(.+)\/(\d+)$/.exec(literal) ?? []
  return value === undefined ? undefined : [value, Number(length)]
}

/** First and last of the numbers that a value stands for; undefined if it fits the type in no way. */
export const boundsOf = (value: Value, { datatype, bits }: Type): readonly [bigint, bigint] | undefined => {
  const fits = (literal: Literal): bigint | undefined => {
    const number = datatype.parse(literal, bits)
    return number === undefined || widthOf(number) > bits ? undefined : number
  }
  if (typeof value === 'object') {
    if (value._tag === 'Flags') {
      const numbers = value.flags.map(fits)
      if (numbers.some(number => number === undefined)) return undefined
      const all = numbers.reduce<bigint>((sum, number) => sum | (number ?? 0n), 0n)
      return [all, all]
    }
    const from = fits(value.from)
    const to = fits(value.to)
    return from === undefined || to === undefined ? undefined : [from, to]
  }
  const prefix = splitPrefix(value, datatype)
  if (prefix !== undefined) {
    const [first, length] = prefix
    const number = fits(first)
    if (number === undefined || length > bits) return undefined
    const mask = prefixMask(length, bits)
    return [number & mask, (number & mask) | (mask ^ ones(bits))]
  }
  if (datatype.kind === 'string' && typeof value === 'string' && value.endsWith('*') && !value.endsWith('\\*')) {
    const start = fits(value.slice(0, -1))
    const free = bits - 8 * new TextEncoder().encode(value.slice(0, -1)).length
    return start === undefined || value === '*' ? undefined : [start, start | ones(free)]
  }
  const number = fits(value)
  return number === undefined ? undefined : [number, number]
}

/** The one form of a value, as `nft` writes it; undefined if it fits the type in no way. */
export const canonical = (value: Value, type: Type): Value | undefined => {
  const { datatype, bits } = type
  const bounds = boundsOf(value, type)
  if (bounds === undefined) return undefined
  const [first, last] = bounds
  if (typeof value === 'object')
    return value._tag === 'Flags' ? bitsText(first, type) : boundText(first, last, type)
  if (datatype.kind === 'string') return value
  const prefix = splitPrefix(value, datatype)
  if (prefix !== undefined && first !== last) return `${datatype.print(first, bits)}/${prefix[1]}`
  return datatype.kind === 'bitmask' ? bitsText(first, type) : datatype.print(first, bits)
}

const boundText = (first: bigint, last: bigint, { datatype, bits }: Type): Range =>
  range(datatype.printBound(first, bits), datatype.printBound(last, bits))

/** A number as the bits that it has, or as the only one. */
export const bitsText = (value: bigint, { datatype, bits }: Type): Literal | Flags => {
  const each = bitsOf(value)
  return each.length < 2
    ? datatype.print(value, bits)
    : flags(...each.map(bit => datatype.print(bit, bits)))
}
