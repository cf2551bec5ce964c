import { copy, writeBytes } from './bytes'
import { encodeError, inside, quoted } from './error'
import { originalsOf, remember } from './original'
import { lookUp, type Policy, type Scope, type Shown, type ValueOf } from './policy'

/** Plain bytes, as many as a member of the header says, and behind them something else with members of its own. */
export interface Preceded<L extends string, K extends string, P extends Policy<unknown>>
  extends Policy<Shown<{ readonly [_ in K]: Uint8Array } & ValueOf<P>>> {
  readonly type: 'preceded'
  readonly selector: L
  /** The member that says how many. */
  readonly length: L
  readonly key: K
  readonly of: P
}

/** Bytes are a further member, under `key`. */
export const preceded = <const L extends string, const K extends string, P extends Policy<unknown>>(
  length: L,
  key: K,
  of: P
): Preceded<L, K, P> => {
  const lengthIn = (scope: Scope | undefined): number => Number(lookUp(scope, length) ?? 0)
  return {
    type: 'preceded',
    selector: length,
    length,
    key,
    of,
    read: (bytes, from, to, scope) => {
      const start = from + lengthIn(scope)
      if (start > to) return undefined
      const rest = of.read(bytes, start, to, scope)
      return rest === undefined
        ? undefined
        : (Object.assign(rest as object, { [key]: copy(bytes, from, start) }) as never)
    },
    write: (to, value, scope) => {
      if (typeof value !== 'object' || value === null)
        return encodeError(`${quoted(value)} is not a set of attributes`)
      const { [key]: first, ...rest } = value as { readonly [key: string]: unknown }
      const expected = lengthIn(scope)
      if (!(first instanceof Uint8Array))
        return inside(key, encodeError(`${quoted(first)} is not a Uint8Array`))
      if (first.length !== expected)
        return inside(key, encodeError(`${first.length} bytes, and ${length} says ${expected}`))
      writeBytes(to, first)
      for (const [number, kept] of originalsOf(value as object) ?? [])
        remember(rest, number, kept.value, kept.payloads)
      return of.write(to, rest, scope)
    }
  }
}
