import * as E from 'fp-ts/Either'
import { quoted } from '../../protocol/definition/error'
import { nearest } from '../../protocol/definition/nearest'
import { type InvalidInput, invalidInput } from './error'
import type { ListRequest } from './request'

/** What there is under each key. */
export interface Table {
  readonly [key: string]: boolean | Table
}

/** Also those that only some members of a union have. */
export type KeyOf<A> = A extends unknown ? keyof A : never

/**
 * The keys of what a verb takes: true for what is read, or its own keys where that is an object or a list of them; false
 * for what only a listing has, and is passed over so that what was listed can be given back.
 */
type Keys<Given, Listed> = { readonly [K in KeyOf<Given>]: true | Table } & {
  readonly [K in Exclude<KeyOf<Listed>, KeyOf<Given>>]: false
}

/** Without a prototype, as `constructor` is no key. */
export const keysOf = <Given, Listed = never>(keys: Keys<Given, Listed>): Table =>
  Object.assign(Object.create(null), keys)

interface Stray {
  readonly path: string
  readonly reason: string
}

const isObject = (given: unknown): given is object => typeof given === 'object' && given !== null

/** The first that is no object, or key that there is not. Nothing is made where there is none: routes come in hundreds of thousands. */
const strayIn = (given: unknown, known: Table): Stray | undefined => {
  if (!isObject(given)) return { path: '', reason: `${quoted(given)} is no object` }
  if (Array.isArray(given)) {
    for (let n = 0; n < given.length; n++) {
      const stray = strayIn(given[n], known)
      if (stray !== undefined) return under(String(n), stray)
    }
    return undefined
  }
  for (const key in given) {
    const inner = known[key]
    if (inner === undefined) return { path: key, reason: `is no field${nearest(key, takenBy(known))}` }
    const value: unknown = given[key as never]
    if (typeof inner === 'boolean' || value === undefined) continue
    const stray = strayIn(value, inner)
    if (stray !== undefined) return under(key, stray)
  }
  return undefined
}

const under = (key: string, { path, reason }: Stray): Stray => ({
  path: path === '' ? key : `${key}.${path}`,
  reason
})

const takenBy = (known: Table): ReadonlyArray<string> =>
  Object.keys(known).filter(each => known[each] !== false)

/** A request that fails, whatever it was to be. */
interface Refused extends Omit<ListRequest<never>, 'read'> {
  readonly read: () => never
}

export const refused = (error: InvalidInput): Refused => ({
  operation: error.operation,
  protocol: 'route',
  answering: 'dump',
  messages: () => E.left(error),
  read: () => undefined as never,
  entries: () => [],
  fields: {}
})

/**
 * The first key of what was given that is not known, which only those can give who have no types: it would be passed
 * over, and something else be done than was meant.
 */
const wrongKey = (
  operation: string,
  given: unknown,
  keys: Table,
  name = 'request'
): InvalidInput | undefined => {
  const stray = strayIn(given, keys)
  return stray === undefined ? undefined : invalidInput(operation, stray.path || name, stray.reason)
}

/** What stands for the request if a key of what was given is not known. */
export const misspelt = (operation: string, given: unknown, keys: Table): Refused | undefined => {
  const wrong = wrongKey(operation, given, keys)
  return wrong === undefined ? undefined : refused(wrong)
}

/** Also one of another realm's, or of a package that stands in for it. */
const isSignal = (given: unknown): boolean =>
  typeof given === 'object' && given !== null && 'aborted' in given && 'addEventListener' in given

/** What options may have: what there is, and of numbers the least that each may be. */
interface OptionTable<Options> {
  readonly keys: Table
  readonly least: { readonly [K in keyof Options]?: number }
}

/** What is wrong with options, if anything is: whoever has no types may give any. */
export const wrongOptions = <Options extends object>(
  operation: string,
  options: Options,
  { keys, least }: OptionTable<Options>
): InvalidInput | undefined => {
  const wrong = wrongKey(operation, options, keys, 'options')
  if (wrong !== undefined) return wrong
  for (const key in least) {
    const value: unknown = options[key]
    const from = Number(least[key])
    if (value !== undefined && !(typeof value === 'number' && value >= from))
      return invalidInput(operation, key, `${quoted(value)} is no number of ${from} or more`)
  }
  const { signal } = options as { readonly signal?: AbortSignal }
  return signal === undefined || isSignal(signal)
    ? undefined
    : invalidInput(operation, 'signal', 'is no AbortSignal')
}
