import * as E from 'fp-ts/Either'
import { quoted } from '../../protocol/definition/error'
import { nearest } from '../../protocol/definition/nearest'
import { type InvalidInput, invalidInput } from '../socket/error'

/** What a number may be. */
export interface Range {
  readonly least: number
  readonly most: number
  readonly whole?: true
  readonly needed?: true
  /** What it is, for who gave another. */
  readonly words: string
}

export const needed = (range: Range): Range => ({ ...range, needed: true })

/** The kernel counts in bytes: less than 8 bits are none. */
export const bitRate: Range = {
  least: 8,
  most: Number.MAX_SAFE_INTEGER,
  words: 'number of bits a second, which is 8 at least'
}

export const milliseconds: Range = { least: 0, most: 9e12, words: 'number of milliseconds' }

export const share: Range = { least: 0, most: 1, words: 'share, which is from 0 to 1' }

/** Of bytes that become a time. */
export const amount: Range = { least: 0, most: Number.MAX_SAFE_INTEGER, words: 'number of bytes' }

export const whole = (least = 0, most = 0xffffffff): Range => ({
  least,
  most,
  whole: true,
  words: `whole number from ${least} to ${most}`
})

const fits = (value: unknown, range: Range): boolean =>
  typeof value === 'number' &&
  value >= range.least &&
  value <= range.most &&
  (range.whole === undefined || Number.isInteger(value))

/** Where what cannot be made says why. Spread into a request, it stays, and no listing of keys has it. */
const wrong = Symbol('wrong')

interface Wrong {
  readonly [wrong]?: { readonly field: string; readonly reason: string }
}

/**
 * What is made of numbers, if each of them is in its range, and of what else is `true` there. If not, it is what says so to the verb that it is given to:
 * what makes options sends nothing, and so has no error to answer with.
 */
export const within = <G extends object, A extends { readonly kind: string }>(
  kind: A['kind'],
  given: G,
  ranges: Ranges<G>,
  make: (given: G) => A
): A => {
  const refuse = (field: string, reason: string): A => ({ kind, [wrong]: { field, reason } }) as unknown as A
  for (const field of Object.keys(given))
    if (!Object.hasOwn(ranges, field))
      return refuse(field, `is no field${nearest(field, Object.keys(ranges))}`)
  for (const [field, range] of Object.entries<Range | true>(ranges)) {
    const value: unknown = given[field as keyof G]
    if (range === true || fits(value, range) || (value === undefined && range.needed === undefined)) continue
    return refuse(field, value === undefined ? 'is missing' : `${quoted(value)} is no ${range.words}`)
  }
  return make(given)
}

type Ranges<G> = { readonly [K in keyof Required<G>]: Range | true }

/** Left says which number was out of its range when a part of a request was made. */
export const ranged = (operation: string, part: object, path = ''): E.Either<InvalidInput, undefined> => {
  const found = (part as Wrong)[wrong]
  return found === undefined
    ? E.right(undefined)
    : E.left(invalidInput(operation, `${path}${found.field}`, found.reason))
}
