import { nearest } from '../../protocol/definition/nearest'

/** A field of the caller's that is wrong, and how: `timeout`, `1.5 is no …`. */
export interface FieldFault {
  readonly field: string
  readonly reason: string
}

/** What is wrong with a change: with one field of it, if that can be told. */
export type Fault = string | FieldFault

/** Says what is wrong with a value. Types say the same, and who has none is told here. */
export type Check = (value: unknown) => string | undefined

/** A check for each field: one that is not there is not wrong. */
export type Checks<T> = { readonly [K in keyof T]-?: Check }

const shown = (value: unknown): string =>
  typeof value === 'bigint'
    ? `${value}n`
    : typeof value === 'string' || (typeof value === 'object' && value !== null)
      ? JSON.stringify(value, (_, each) => (typeof each === 'bigint' ? `${each}n` : each))
      : String(value)

/** What is not like this. */
const unless =
  (fits: (value: unknown) => boolean, what: string): Check =>
  value =>
    fits(value) ? undefined : `${shown(value)} is no ${what}`

export const text: Check = unless(value => typeof value === 'string', 'text')

export const yes: Check = value =>
  typeof value === 'boolean' ? undefined : `${shown(value)} is neither true nor false`

export const word = (what: string, words: ReadonlyArray<string>): Check => {
  const fits = (value: unknown): boolean => typeof value === 'string' && words.includes(value)
  return value => {
    if (fits(value)) return undefined
    const near = typeof value === 'string' ? nearest(value, words) : ''
    return `${shown(value)} is no ${what}${near === '' ? `: ${words.join(', ')}` : near}`
  }
}

export const whole = (what: string, most: number, least = 0): Check =>
  unless(
    value => Number.isInteger(value) && Number(value) >= least && Number(value) <= most,
    `${what}, a whole number from ${least} to ${most}`
  )

/** A number of 64 bits. */
export const big = (what: string): Check =>
  unless(
    value => typeof value === 'bigint' && value >= 0n && value >> 64n === 0n,
    `${what}, a bigint of 64 bits`
  )

const u32 = 0xffffffff

export const number32 = (what: string): Check => whole(what, u32)

export const milliseconds: Check = whole('number of milliseconds', Number.MAX_SAFE_INTEGER)

export const milliseconds32: Check = number32('number of milliseconds')

/** A list of anything. */
export const items: Check = unless(Array.isArray, 'list')

export const list =
  (each: Check): Check =>
  value =>
    Array.isArray(value) ? value.map(each).find(fault => fault !== undefined) : items(value)

/** One of the two; what is wrong is told of the first. */
export const either =
  (one: Check, other: Check): Check =>
  value =>
    other(value) === undefined ? undefined : one(value)

const isDescription = (given: unknown): given is { readonly [field: string]: unknown } =>
  typeof given === 'object' && given !== null && !Array.isArray(given)

export const description: Check = unless(isDescription, 'description: { … }')

/** The first field that is wrong. */
export const faultIn = (given: unknown, checks: { readonly [field: string]: Check }): Fault | undefined => {
  if (!isDescription(given)) return description(given)
  for (const [field, check] of Object.entries(checks)) {
    const value = given[field]
    const reason = value === undefined ? undefined : check(value)
    if (reason !== undefined) return { field, reason }
  }
  return undefined
}

/** The first field that there is not: these are all that there are, and some that mean nothing here. */
export const strayIn = (
  given: unknown,
  fields: ReadonlyArray<string>,
  idle: ReadonlyArray<string> = []
): Fault | undefined => {
  if (!isDescription(given)) return description(given)
  const known = (field: string): boolean => fields.includes(field) || idle.includes(field)
  const stray = Object.keys(given).find(field => given[field] !== undefined && !known(field))
  return stray === undefined ? undefined : { field: stray, reason: `is no field${nearest(stray, fields)}` }
}

/** The first that is not there of the fields that must be. */
export const lackIn = (given: unknown, fields: ReadonlyArray<string>): Fault | undefined => {
  const lacking = isDescription(given) ? fields.find(field => given[field] === undefined) : undefined
  return lacking === undefined ? undefined : { field: lacking, reason: 'is missing' }
}

/** In a sentence. */
export const faultText = (fault: Fault): string =>
  typeof fault === 'string' ? fault : `${fault.field} ${fault.reason}`
