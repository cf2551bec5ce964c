import {
  align,
  type Bytes,
  copy,
  littleEndian as le,
  oddPadding,
  reserve,
  type Writer,
  writeBytes
} from './bytes'
import { chosen } from './choice'
import { type EncodeError, encodeError, inside, quoted } from './error'
import { nearest } from './nearest'
import { forget, originalsOf, payloadsOf, remember } from './original'
import { selectorsOf } from './parts'
import type { Policy, Scope, Shown, ValueOf } from './policy'

/** An attribute: its number and its policy. A third entry is its kernel name, where prefix and key do not give it. */
export type Row = readonly [number: number, policy: Policy<unknown>, name?: string]

export interface Rows {
  readonly [key: string]: Row
}

/** An attribute that no row defines, or whose payload is not of its row's form. The type has its flag bits. */
export interface Unknown {
  readonly type: number
  readonly payload: Uint8Array
}

/** A row whose attribute is chosen by another one of the same set, seen by its parts alone. */
interface Chosen<S extends string, T> {
  readonly variant: true
  readonly selector: S
  readonly table: T
}

type VariantKey<R extends Rows> = {
  [K in keyof R]: R[K][1] extends Chosen<string, unknown> ? K : never
}[keyof R]

type Selector<P> = P extends Chosen<infer S, unknown> ? S : never

type One<S extends string, K extends PropertyKey, N, A> = { readonly [_ in S]: N } & { readonly [_ in K]?: A }

type NoneOf<S extends string, K extends PropertyKey, N> = { readonly [_ in S]?: N } & {
  readonly [_ in K]?: undefined
}

type UnionOf<R extends Rows, K extends keyof R> =
  R[K][1] extends Chosen<infer S, infer T>
    ? { [N in keyof T]: Shown<One<S, K, N, ValueOf<T[N]>>> }[keyof T] | Shown<NoneOf<S, K, ValueOf<R[S][1]>>>
    : never

/** All of the set's unions at once: what takes each one as its argument takes their intersection. */
type Unions<R extends Rows> = { [K in VariantKey<R>]: (one: UnionOf<R, K>) => void }[VariantKey<R>] extends (
  all: infer U
) => void
  ? U
  : unknown

type Plain<R extends Rows> = Shown<
  {
    readonly [K in keyof R as K extends VariantKey<R> | Selector<R[keyof R][1]> ? never : K]?: ValueOf<
      R[K][1]
    >
  } & {
    /** What no row defines, as it came; it is written back as it is. */
    readonly unknown?: ReadonlyArray<Unknown>
  }
>

/** The value of a set: each attribute that is there, by its key. */
export type SetValue<R extends Rows> = [VariantKey<R>] extends [never] ? Plain<R> : Plain<R> & Unions<R>

export interface AttributeSet<R extends Rows> extends Policy<SetValue<R>> {
  readonly type: 'nest'
  /** What the kernel's names of these attributes begin with: `IFA`. */
  readonly prefix: string
  readonly rows: R
}

/** An attribute that may stand several times in its set, collected in order. */
export interface Many<P extends Policy<unknown>> extends Policy<ReadonlyArray<ValueOf<P>>> {
  readonly type: 'many'
  readonly of: P
}

export const many = <P extends Policy<unknown>>(of: P): Many<P> => ({
  type: 'many',
  of,
  read: () => undefined,
  write: () => encodeError('an attribute that repeats can only stand in a set')
})

export const NLA_F_NESTED = 0x8000
export const NLA_F_NET_BYTEORDER = 0x4000
export const NLA_TYPE_MASK = 0x3fff

/** Policies whose attributes bear NLA_F_NESTED. */
export const nests: ReadonlySet<string> = new Set(['nest', 'list', 'indexed', 'numbered'])

/** Writes one attribute: its header, and the payload by `write`. */
export const writeAttribute = (
  to: Writer,
  number: number,
  policy: Policy<unknown>,
  value: unknown,
  scope: Scope | undefined
): EncodeError | undefined => {
  const start = reserve(to, 4)
  const form = chosen(policy, scope)
  const error = (form ?? policy).write(to, value, scope)
  if (error !== undefined) return error
  return finish(to, start, nests.has(form?.type ?? '') ? number | NLA_F_NESTED : number)
}

/** Writes what no row defines: whatever types and payloads it is given, but nothing that is neither. */
export const writeUnknown = (to: Writer, unknown: unknown): EncodeError | undefined => {
  if (!Array.isArray(unknown)) return encodeError(`${quoted(unknown)} is not an array`)
  return first(unknown as ReadonlyArray<Partial<Unknown> | null | undefined>, (each, n) => {
    const { type, payload } = each ?? {}
    const typed = typeof type === 'number' && Number.isInteger(type) && type >= 0 && type <= 0xffff
    if (typed && payload instanceof Uint8Array) return writePayload(to, type, payload)
    return inside(String(n), encodeError('not { type, payload }: a number of 16 bits, and a Uint8Array'))
  })
}

const writePayload = (to: Writer, type: number, payload: Uint8Array): EncodeError | undefined => {
  const start = reserve(to, 4)
  writeBytes(to, payload)
  return finish(to, start, type)
}

/** Completes the attribute that began at `start`. */
export const finish = (to: Writer, start: number, type: number): EncodeError | undefined => {
  const length = to.length - start
  if (length > 0xffff) return encodeError(`${length} bytes are more than an attribute can hold (65535)`)
  to.view.setUint16(start, length, le)
  to.view.setUint16(start + 2, type, le)
  reserve(to, align(length) - length)
  return undefined
}

interface Column {
  readonly key: string
  readonly number: number
  readonly policy: Policy<unknown>
  readonly many: boolean
}

const columnsOf = (prefix: string, rows: Rows): ReadonlyArray<Column> => {
  const taken = new Map<number, string>()
  return Object.entries(rows).map(([key, [number, policy]]) => {
    const owner = taken.get(number)
    if (owner !== undefined) throw new Error(`${prefix}: ${owner} and ${key} both have number ${number}`)
    taken.set(number, key)
    const repeats = policy.type === 'many'
    const element = repeats ? (policy as Many<Policy<unknown>>).of : policy
    return { key, number, policy: element, many: repeats }
  })
}

/**
 * A set of attributes. Keys are the kernel's names in lower camel, without the prefix; attributes are written in the
 * order of the rows. What a value does not have is not sent; what the rows do not have is kept under `unknown`.
 */
export const attributes = <const R extends Rows>(prefix: string, rows: R): AttributeSet<R> => {
  const columns = columnsOf(prefix, rows)
  const byNumber: Array<Column | undefined> = []
  for (const column of columns) byNumber[column.number] = column
  /** Columns that depend on their siblings, so they are read after them. */
  let late: ReadonlySet<Column> | undefined
  const lateOnes = (): ReadonlySet<Column> => {
    late ??= new Set(
      columns.filter(({ policy }) => [...selectorsOf(policy)].some(name => Object.hasOwn(rows, name)))
    )
    return late
  }

  const read = (
    bytes: Bytes,
    from: number,
    to: number,
    outer: Scope | undefined
  ): SetValue<R> | undefined => {
    const values: Values = {}
    const places: Places = []
    const last = lateOnes()
    const scope = last.size > 0 ? { values, outer } : outer
    let waits = false
    let at = from
    while (to - at >= 4) {
      const length = bytes.view.getUint16(at, le)
      if (length < 4 || at + length > to) return undefined
      const type = bytes.view.getUint16(at + 2, le)
      const column = byNumber[type & NLA_TYPE_MASK]
      if (column !== undefined && last.has(column)) waits = true
      else take(values, places, bytes, from, at, column, scope)
      const end = at + length
      at += align(length)
      if (end < at && oddPadding(bytes, end, at, to)) bytes.irregular = true
    }
    if (at < to) bytes.irregular = true
    return (waits ? takeLate(values, places, bytes, from, to, scope) : values) as SetValue<R>
  }

  const takeLate = (
    values: Values,
    places: Places,
    bytes: Bytes,
    from: number,
    to: number,
    scope: Scope | undefined
  ): Values => {
    const irregular = bytes.irregular
    bytes.irregular = false
    for (const at of positions(bytes, from, to)) {
      const column = byNumber[typeAt(bytes, at)]
      if (column !== undefined && lateOnes().has(column)) take(values, places, bytes, from, at, column, scope)
    }
    bytes.irregular = irregular
    return values
  }

  const write = (to: Writer, value: SetValue<R>, outer: Scope | undefined): EncodeError | undefined => {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return encodeError(`${quoted(value)} is not a set of attributes`)
    const values = value as Values
    const scope = lateOnes().size > 0 ? { values, outer } : outer
    const originals = originalsOf(values)
    let written = 0
    // What is unknown goes first: of an attribute that stands twice, the last one counts.
    const unknownError = values.unknown === undefined ? undefined : writeUnknown(to, values.unknown)
    if (unknownError !== undefined) return inside('unknown', unknownError)
    for (const column of columns) {
      const member = values[column.key]
      if (member === undefined) continue
      written++
      const error = writeColumn(to, column, member, payloadsOf(originals, column.number, member), scope)
      if (error !== undefined) return inside(column.key, error)
    }
    return written === membersOf(values) ? undefined : strayKey(prefix, rows, values)
  }

  return { type: 'nest', prefix, rows, read, write }
}

type Values = { [key: string]: unknown }

const typeAt = (bytes: Bytes, at: number): number => bytes.view.getUint16(at + 2, le) & NLA_TYPE_MASK

/** Where the attributes that count stand, by their numbers. */
type Places = Array<number | undefined>

/** Reads the attribute at `at` into the values, or keeps it as unknown. */
const take = (
  values: Values,
  places: Places,
  bytes: Bytes,
  from: number,
  at: number,
  column: Column | undefined,
  scope: Scope | undefined
): void => {
  const before = bytes.irregular
  bytes.irregular = false
  const value = column === undefined ? undefined : readAttribute(bytes, at, column, scope)
  if (column === undefined || value === undefined) keep(values, bytes, at)
  else if (column.many) takeOneMore(values, bytes, from, at, column, value, scope)
  else {
    const { key, number } = column
    const earlier = places[number]
    // Of an attribute that stands twice the last one counts, as for the kernel.
    if (earlier !== undefined) {
      keep(values, bytes, earlier)
      forget(values, number)
    }
    places[number] = at
    values[key] = value
    if (bytes.irregular) remember(values, number, value, [payloadAt(bytes, at)])
  }
  bytes.irregular = before
}

const takeOneMore = (
  values: Values,
  bytes: Bytes,
  from: number,
  at: number,
  column: Column,
  value: unknown,
  scope: Scope | undefined
): void => {
  const { key, number } = column
  const list = (values[key] ?? []) as Array<unknown>
  list.push(value)
  values[key] = list
  const kept = payloadsOf(originalsOf(values), number, list) as Array<Uint8Array> | undefined
  if (kept !== undefined) kept.push(payloadAt(bytes, at))
  else if (bytes.irregular)
    remember(
      values,
      number,
      list,
      positions(bytes, from, at + bytes.view.getUint16(at, le))
        .filter(
          each => typeAt(bytes, each) === number && readAttribute(bytes, each, column, scope) !== undefined
        )
        .map(each => payloadAt(bytes, each))
    )
}

/** No attribute of ours says its byte order: one that does is of another form. */
const readAttribute = (bytes: Bytes, at: number, column: Column, scope: Scope | undefined): unknown =>
  (bytes.view.getUint16(at + 2, le) & NLA_F_NET_BYTEORDER) !== 0
    ? undefined
    : column.policy.read(bytes, at + 4, at + bytes.view.getUint16(at, le), scope)

const payloadAt = (bytes: Bytes, at: number): Uint8Array =>
  copy(bytes, at + 4, at + bytes.view.getUint16(at, le))

const keep = (values: Values, bytes: Bytes, at: number): void => {
  const unknown = (values.unknown ?? []) as Array<Unknown>
  unknown.push({ type: bytes.view.getUint16(at + 2, le), payload: payloadAt(bytes, at) })
  values.unknown = unknown
}

/** Where the attributes in `[from, to)` start, as far as they are well formed. */
export const positions = (bytes: Bytes, from: number, to: number): ReadonlyArray<number> => {
  const found: Array<number> = []
  for (let at = from; to - at >= 4; at += align(bytes.view.getUint16(at, le))) {
    const length = bytes.view.getUint16(at, le)
    if (length < 4 || at + length > to) break
    found.push(at)
  }
  return found
}

const writeColumn = (
  to: Writer,
  column: Column,
  member: unknown,
  kept: ReadonlyArray<Uint8Array> | undefined,
  scope: Scope | undefined
): EncodeError | undefined => {
  if (kept !== undefined) {
    const type = nests.has(chosen(column.policy, scope)?.type ?? '')
      ? column.number | NLA_F_NESTED
      : column.number
    return first(kept, payload => writePayload(to, type, payload))
  }
  if (!column.many) return writeAttribute(to, column.number, column.policy, member, scope)
  if (!Array.isArray(member)) return encodeError(`${quoted(member)} is not an array`)
  return first(member, (element, n) => {
    const error = writeAttribute(to, column.number, column.policy, element, scope)
    return error === undefined ? undefined : inside(String(n), error)
  })
}

const first = <A>(
  items: ReadonlyArray<A>,
  write: (item: A, n: number) => EncodeError | undefined
): EncodeError | undefined => {
  for (let n = 0; n < items.length; n++) {
    const error = write(items[n] as A, n)
    if (error !== undefined) return error
  }
  return undefined
}

const membersOf = (values: Values): number => {
  let count = 0
  for (const key in values) if (key !== 'unknown' && values[key] !== undefined) count++
  return count
}

const strayKey = (prefix: string, rows: Rows, values: Values): EncodeError => {
  const key =
    Object.keys(values).find(
      each => each !== 'unknown' && values[each] !== undefined && !Object.hasOwn(rows, each)
    ) ?? ''
  return inside(key, encodeError(`${prefix} has no such attribute${nearest(key, Object.keys(rows))}`))
}
