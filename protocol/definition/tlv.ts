import type { Rows, SetValue, Unknown } from './attributes'
import { copy, reserve, type Writer } from './bytes'
import { type EncodeError, encodeError, inside, quoted } from './error'
import { u8 } from './integer'
import { nearest } from './nearest'
import type { Policy } from './policy'
import { bytes } from './text'

/** A set of records, each a byte of type, a byte of length and that many bytes, with nothing between them. */
export interface Tlvs<R extends Rows> extends Policy<SetValue<R>> {
  readonly type: 'tlvs'
  /** What the names of these records begin with: `NFTNL_UDATA_RULE`. */
  readonly prefix: string
  readonly rows: R
}

/**
 * What programs keep in a place that the kernel only stores, as libnftnl writes it. Of a record that stands twice
 * the last one counts; what has no row, or another form, is kept under `unknown`.
 */
export const tlvs = <const R extends Rows>(prefix: string, rows: R): Tlvs<R> => {
  const columns = Object.entries(rows as Rows).map(([key, [number, policy]], place) => ({
    key,
    number,
    policy,
    place
  }))
  const byNumber = new Map(columns.map(column => [column.number, column]))

  const read: Policy<SetValue<R>>['read'] = (source, from, to, scope) => {
    const starts = startsOf(source.array, from, to)
    if (starts === undefined) return undefined
    const last = new Map(starts.map(at => [source.array[at], at]))
    const values: { [key: string]: unknown } = {}
    const unknown: Array<Unknown> = []
    let place = -1
    for (const at of starts) {
      const type = source.array[at] as number
      const end = endOf(source.array, at)
      const column = last.get(type) === at ? byNumber.get(type) : undefined
      const value = column?.policy.read(source, at + 2, end, scope)
      if (column !== undefined && value !== undefined) values[column.key] = value
      else unknown.push({ type, payload: copy(source, at + 2, end) })
      const next = column !== undefined && value !== undefined ? column.place : -1
      if (next < place) source.irregular = true
      place = next
    }
    return (unknown.length === 0 ? values : { ...values, unknown }) as SetValue<R>
  }

  const write: Policy<SetValue<R>>['write'] = (to, value, scope) => {
    if (typeof value !== 'object' || value === null)
      return encodeError(`${quoted(value)} is not a set of records`)
    const { unknown, ...values } = value as { readonly [key: string]: unknown }
    for (const key in values)
      if (values[key] !== undefined && !Object.hasOwn(rows, key))
        return inside(key, encodeError(`${prefix} has no such record${nearest(key, Object.keys(rows))}`))
    const unknownError = unknown === undefined ? undefined : writeUnknown(to, unknown)
    if (unknownError !== undefined) return inside('unknown', unknownError)
    for (const { key, number, policy } of columns) {
      if (values[key] === undefined) continue
      const start = reserve(to, 2)
      const error = policy.write(to, values[key], scope) ?? finish(to.array, start, number, to.length)
      if (error !== undefined) return inside(key, error)
    }
    return undefined
  }

  return { type: 'tlvs', prefix, rows, read, write }
}

const endOf = (array: Uint8Array, at: number): number => at + 2 + (array[at + 1] as number)

/** Where the records start, if they fill `[from, to)` exactly. */
const startsOf = (array: Uint8Array, from: number, to: number): ReadonlyArray<number> | undefined => {
  const starts: Array<number> = []
  let at = from
  while (to - at >= 2) {
    starts.push(at)
    at = endOf(array, at)
  }
  return at === to ? starts : undefined
}

const writeUnknown = (to: Writer, unknown: unknown): EncodeError | undefined => {
  if (!Array.isArray(unknown)) return encodeError(`${quoted(unknown)} is not an array`)
  for (const [n, each] of (unknown as ReadonlyArray<Partial<Unknown> | null | undefined>).entries()) {
    const { type, payload } = each ?? {}
    const start = reserve(to, 2)
    const error =
      u8.writeAt(to, start, type as number) ??
      bytes.write(to, payload as Uint8Array, undefined) ??
      finish(to.array, start, type as number, to.length)
    if (error !== undefined) return inside(String(n), error)
  }
  return undefined
}

const finish = (array: Uint8Array, start: number, type: number, end: number): EncodeError | undefined => {
  const length = end - start - 2
  if (length > 0xff) return encodeError(`${length} bytes are more than a record can hold (255)`)
  array[start] = type
  array[start + 1] = length
  return undefined
}
