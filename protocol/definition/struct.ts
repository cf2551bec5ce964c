import layouts from 'struct-fu'
import { bytesOf, reserve } from './bytes'
import { encodeError, inside, quoted } from './error'
import { field } from './integer'
import type { Field, Layout, ValueOf } from './policy'

/** Bytes of a struct that carry nothing. They are written as zeros and have no member in the value. */
export interface Pad extends Field<Uint8Array> {
  readonly type: 'pad'
}

export const pad = (size: number): Pad =>
  field<Uint8Array, 'pad'>(
    'pad',
    size,
    name => layouts.byte(name, size) as Layout,
    (bytes, offset) => {
      for (let at = offset; at < offset + size; at++) if (bytes.array[at] !== 0) bytes.irregular = true
      return new Uint8Array(0)
    },
    () => undefined
  )

export interface Members {
  readonly [name: string]: Field<unknown>
}

type Named<M extends Members> = { [K in keyof M]: M[K] extends Pad ? never : K }[keyof M]

/** The value of a struct: each member by name, all of them present. */
export type StructValue<M extends Members> = {
  readonly [K in keyof M as K extends Named<M> ? K : never]: ValueOf<M[K]>
}

export interface Struct<M extends Members> extends Field<StructValue<M>> {
  readonly type: 'struct'
  /** The kernel's name for it: `ifaddrmsg`. */
  readonly name: string
  readonly members: M
  /** Where each member starts, in bytes, as struct-fu lays it out. */
  readonly offsets: { readonly [K in keyof M]: number }
  /** struct-fu's own view of the struct: the oracle of our readers. */
  readonly fu: Layout
  /** The struct with every member zero, to spread other members over. */
  readonly zero: StructValue<M>
}

/**
 * A C struct of the kernel, padding spelt out. A longer payload than ours is a newer kernel's, a shorter one an
 * older's: missing members read as zero. A member missing from a value is written as zero, as C would.
 */
export const struct = <const M extends Members>(name: string, members: M): Struct<M> => {
  const names = Object.keys(members)
  const fields = names.map(key => members[key] as Field<unknown>)
  const layout = (as: string): Layout =>
    layouts.struct(
      as,
      names.map((key, n) => (fields[n] as Field<unknown>).layout(key) as never)
    ) as Layout
  const fu = layout('')
  const offsets = names.map(key => fu.fields?.[key]?.offset ?? 0)
  const size = fu.size
  const padded = fields.map(member => member.type === 'pad')

  const readAt: Field<StructValue<M>>['readAt'] = (bytes, offset) => {
    const value: { [name: string]: unknown } = {}
    for (let n = 0; n < fields.length; n++) {
      const member = (fields[n] as Field<unknown>).readAt(bytes, offset + (offsets[n] as number))
      if (!padded[n]) value[names[n] as string] = member
    }
    return value as StructValue<M>
  }

  const writeAt: Field<StructValue<M>>['writeAt'] = (to, offset, value) => {
    if (typeof value !== 'object' || value === null)
      return encodeError(`${quoted(value)} is not a struct ${name}`)
    for (let n = 0; n < fields.length; n++) {
      const member = (value as { readonly [name: string]: unknown })[names[n] as string]
      if (member === undefined || padded[n]) continue
      const error = (fields[n] as Field<unknown>).writeAt(to, offset + (offsets[n] as number), member)
      if (error !== undefined) return inside(names[n] as string, error)
    }
    for (const key in value)
      if (!Object.hasOwn(members, key) && (value as { readonly [name: string]: unknown })[key] !== undefined)
        return inside(key, encodeError(`struct ${name} has no such member`))
    return undefined
  }

  const atZero = (): StructValue<M> => readAt(bytesOf(new Uint8Array(size)), 0)

  return {
    type: 'struct',
    name,
    members,
    size,
    fu,
    offsets: Object.fromEntries(names.map((key, n) => [key, offsets[n]])) as {
      readonly [K in keyof M]: number
    },
    get zero() {
      return atZero()
    },
    layout,
    readAt,
    writeAt,
    read: (bytes, from, to) => {
      if (to - from === size) return readAt(bytes, from)
      bytes.irregular = true
      if (to - from > size) return readAt(bytes, from)
      const whole = bytesOf(new Uint8Array(size))
      whole.array.set(bytes.array.subarray(from, to))
      return readAt(whole, 0)
    },
    write: (to, value) => writeAt(to, reserve(to, size), value)
  }
}

/** A fixed number of equal members: `__u32 data[4]`. */
export const repeat = <A>(
  count: number,
  of: Field<A>
): Field<ReadonlyArray<A>> & { readonly type: 'repeat'; readonly of: Field<A> } => ({
  ...field<ReadonlyArray<A>, 'repeat'>(
    'repeat',
    count * of.size,
    name => {
      const element = of.layout('')
      return layouts.derive(
        layouts.byte('', count * of.size),
        (value: ReadonlyArray<A>) => Buffer.concat(value.map(each => element.pack(each))),
        (source: Buffer) =>
          Array.from({ length: count }, (_, n) =>
            element.unpack(source.subarray(n * of.size, (n + 1) * of.size))
          )
      )(name) as Layout
    },
    (bytes, offset) => Array.from({ length: count }, (_, n) => of.readAt(bytes, offset + n * of.size)),
    (to, offset, value) => {
      if (!Array.isArray(value) || value.length !== count) return encodeError(`not an array of ${count}`)
      for (let n = 0; n < count; n++) {
        const error = of.writeAt(to, offset + n * of.size, value[n] as A)
        if (error !== undefined) return inside(String(n), error)
      }
      return undefined
    }
  ),
  of
})
