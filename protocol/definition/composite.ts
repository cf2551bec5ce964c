import { NLA_F_NESTED, positions, writeAttribute } from './attributes'
import { align, borrow, deepest, giveBack, littleEndian as le, oddPadding, reserve } from './bytes'
import { encodeError, inside, quoted } from './error'
import type { Field, Policy, Scope, Shown, ValueOf } from './policy'
import type { Members, Struct, StructValue } from './struct'

/** A packed array: `__u32[]`, `struct nexthop_grp[]`. */
export interface ArrayOf<F extends Field<unknown>> extends Policy<ReadonlyArray<ValueOf<F>>> {
  readonly type: 'array'
  readonly of: F
}

export const arrayOf = <F extends Field<unknown>>(of: F): ArrayOf<F> => ({
  type: 'array',
  of,
  read: (bytes, from, to) => {
    if ((to - from) % of.size !== 0) return undefined
    return Array.from(
      { length: (to - from) / of.size },
      (_, n) => of.readAt(bytes, from + n * of.size) as ValueOf<F>
    )
  },
  write: (to, value) => {
    if (!Array.isArray(value)) return encodeError(`${quoted(value)} is not an array`)
    for (let n = 0; n < value.length; n++) {
      const error = of.writeAt(to, reserve(to, of.size), value[n])
      if (error !== undefined) return inside(String(n), error)
    }
    return undefined
  }
})

/** A nest of equal attributes: all of one number (`list`), or counted up from a first one (`indexed`). */
export interface ListOf<P extends Policy<unknown>> extends Policy<ReadonlyArray<ValueOf<P>>> {
  readonly type: 'list' | 'indexed'
  /** The number of each member, or of the first. */
  readonly number: number
  readonly of: P
}

const numberAt = (type: ListOf<Policy<unknown>>['type'], number: number, n: number): number =>
  type === 'list' ? number : number + n

const listOf = <P extends Policy<unknown>>(type: ListOf<P>['type'], number: number, of: P): ListOf<P> => ({
  type,
  number,
  of,
  read: (bytes, from, to, scope) => {
    const values: Array<ValueOf<P>> = []
    let end = from
    for (const at of positions(bytes, from, to)) {
      const length = bytes.view.getUint16(at, le)
      const value = of.read(bytes, at + 4, at + length, scope)
      if (value === undefined) return undefined
      if ((bytes.view.getUint16(at + 2, le) & ~NLA_F_NESTED) !== numberAt(type, number, values.length))
        bytes.irregular = true
      values.push(value as ValueOf<P>)
      end = at + align(length)
      if (at + length < end && oddPadding(bytes, at + length, end, to)) bytes.irregular = true
    }
    return end < to ? undefined : values
  },
  write: (to, value, scope) => {
    if (!Array.isArray(value)) return encodeError(`${quoted(value)} is not an array`)
    for (let n = 0; n < value.length; n++) {
      const error = writeAttribute(to, numberAt(type, number, n), of, value[n], scope)
      if (error !== undefined) return inside(String(n), error)
    }
    return undefined
  }
})

/** A nest whose members all have this number: `NFTA_LIST_ELEM`. Other numbers are tolerated. */
export const list = <P extends Policy<unknown>>(number: number, of: P): ListOf<P> =>
  listOf('list', number, of)

/** A nest whose members are numbered from `start` on, in order. Other numbers are tolerated. */
export const indexed = <P extends Policy<unknown>>(start: number, of: P): ListOf<P> =>
  listOf('indexed', start, of)

/** A struct, then something else up to the payload's end, which becomes a further member. */
export interface Followed<M extends Members, K extends string, P extends Policy<unknown>>
  extends Policy<Shown<StructValue<M> & { readonly [_ in K]: ValueOf<P> }>> {
  readonly type: 'followed'
  readonly header: Struct<M>
  readonly key: K
  readonly of: P
}

export const followed = <M extends Members, const K extends string, P extends Policy<unknown>>(
  header: Struct<M>,
  key: K,
  of: P
): Followed<M, K, P> => ({
  type: 'followed',
  header,
  key,
  of,
  read: (bytes, from, to, scope) => {
    if (to - from < header.size) return undefined
    const rest = of.read(bytes, from + header.size, to, scope)
    if (rest === undefined) return undefined
    return { ...header.readAt(bytes, from), [key]: rest } as never
  },
  write: (to, value, scope) => {
    if (typeof value !== 'object' || value === null)
      return encodeError(`${quoted(value)} is not a struct ${header.name}`)
    const { [key]: rest, ...members } = value as { readonly [key: string]: unknown }
    const error = header.write(to, members as unknown as StructValue<M>, scope)
    if (error !== undefined) return error
    if (rest === undefined) return undefined
    const restError = of.write(to, rest, scope)
    return restError === undefined ? undefined : inside(key, restError)
  }
})

/** A fixed header and the attributes behind it: what a message is, and what a veth's peer is inside one. */
export interface Body<M extends Members, P extends Policy<unknown>> extends Policy<BodyValue<M, P>> {
  readonly type: 'body'
  readonly header: Struct<M>
  readonly attributes: P
}

export interface BodyValue<M extends Members, P> {
  readonly header: StructValue<M>
  readonly attributes: ValueOf<P>
}

export const body = <M extends Members, P extends Policy<unknown>>(
  header: Struct<M>,
  attributes: P
): Body<M, P> => ({
  type: 'body',
  header,
  attributes,
  read: (bytes, from, to, scope) => {
    const headerEnd = Math.min(from + header.size, to)
    const fixed = header.read(bytes, from, headerEnd, scope)
    if (fixed === undefined) return undefined
    const start = Math.min(from + align(header.size), to)
    const rest = attributes.read(bytes, start, to, { values: fixed, outer: scope })
    return rest === undefined ? undefined : { header: fixed, attributes: rest as ValueOf<P> }
  },
  write: (to, value, scope) => {
    if (typeof value !== 'object' || value === null)
      return encodeError(`${quoted(value)} is not { header, attributes }`)
    const stray = Object.keys(value).find(each => each !== 'header' && each !== 'attributes')
    if (stray !== undefined) return inside(stray, encodeError('only header and attributes can stand here'))
    const { header: fixed = {}, attributes: set = {} } = value as {
      readonly header?: object
      readonly attributes?: object
    }
    const error = header.write(to, fixed as StructValue<M>, scope)
    if (error !== undefined) return inside('header', error)
    reserve(to, align(header.size) - header.size)
    const rest = attributes.write(to, set, { values: fixed as never, outer: scope })
    return rest === undefined ? undefined : inside('attributes', rest)
  }
})

/** Records one after the other, each a struct that says its own length and the attributes behind it. */
export interface Records<M extends Members, L extends keyof M & string, P extends Policy<unknown>>
  extends Policy<
    ReadonlyArray<{ readonly header: Omit<StructValue<M>, L>; readonly attributes: ValueOf<P> }>
  > {
  readonly type: 'records'
  readonly header: Struct<M>
  readonly length: L
  readonly attributes: P
}

export const records = <M extends Members, const L extends keyof M & string, P extends Policy<unknown>>(
  header: Struct<M>,
  length: L,
  attributes: P
): Records<M, L, P> => {
  type Record = { readonly header: Omit<StructValue<M>, L>; readonly attributes: ValueOf<P> }
  const lengthField = header.members[length] as unknown as Field<number>
  const lengthOffset = header.offsets[length]
  return {
    type: 'records',
    header,
    length,
    attributes,
    read: (bytes, from, to, scope) => {
      const values: Array<Record> = []
      let at = from
      while (to - at >= header.size) {
        const size = lengthField.readAt(bytes, at + lengthOffset)
        if (size < header.size || at + size > to) return undefined
        const { [length]: _, ...fixed } = header.readAt(bytes, at) as { readonly [key: string]: unknown }
        const rest = attributes.read(bytes, at + align(header.size), at + size, {
          values: fixed,
          outer: scope
        })
        if (rest === undefined) return undefined
        values.push({ header: fixed as unknown as Record['header'], attributes: rest as ValueOf<P> })
        at += align(size)
      }
      return at < to ? undefined : values
    },
    write: (to, value, scope) => {
      if (!Array.isArray(value)) return encodeError(`${quoted(value)} is not an array`)
      for (const [n, each] of (value as ReadonlyArray<Record>).entries()) {
        const start = to.length
        const error = body(header, attributes).write(to, each as never, scope)
        if (error !== undefined) return inside(String(n), error)
        const size = to.length - start
        const tooLong = lengthField.writeAt(to, start + lengthOffset, size)
        if (tooLong !== undefined) return inside(String(n), tooLong)
        reserve(to, align(size) - size)
      }
      return undefined
    }
  }
}

/** A policy that is only looked at when it is needed, so that definitions may contain themselves. */
export const lazy = <A>(
  of: () => Policy<A>
): Policy<A> & { readonly type: 'nest'; readonly of: () => Policy<A> } => ({
  type: 'nest',
  of,
  read: (bytes, from, to, scope) => {
    if (bytes.depth === deepest) return undefined
    bytes.depth++
    const value = of().read(bytes, from, to, scope)
    bytes.depth--
    return value
  },
  write: (to, value, scope) => {
    if (to.depth === deepest) return encodeError(`this is nested more than ${deepest} times`)
    to.depth++
    const error = of().write(to, value, scope)
    to.depth--
    return error
  }
})

/** Tries it out, in a writer that is there already: making one takes longer than the writing. */
const canWrite = <A>(policy: Policy<A>, value: A, scope: Scope | undefined): boolean => {
  const to = borrow()
  const error = policy.write(to, value, scope)
  giveBack(to)
  return error === undefined
}

/** Two forms of one attribute, told apart by the payload: the first that fits is meant. */
export const either = <A, B>(
  a: Policy<A>,
  b: Policy<B>
): Policy<A | B> & { readonly type: 'either'; readonly forms: readonly [Policy<A>, Policy<B>] } => ({
  type: 'either',
  forms: [a, b],
  read: (bytes, from, to, scope) => {
    const before = bytes.irregular
    bytes.irregular = false
    const one = a.read(bytes, from, to, scope)
    if (one !== undefined && !bytes.irregular) {
      bytes.irregular = before
      return one
    }
    bytes.irregular = false
    const other = b.read(bytes, from, to, scope)
    // The first form would write it otherwise: six bytes of a link-layer address can look like an IP address.
    const mistakable = other !== undefined && canWrite(a, other as never, scope)
    bytes.irregular ||= before || mistakable || other === undefined
    return other ?? one
  },
  write: (to, value, scope) => {
    const start = to.length
    const error = a.write(to, value as A, scope)
    if (error === undefined) return undefined
    to.array.fill(0, start, to.length)
    to.length = start
    return b.write(to, value as B, scope)
  }
})
