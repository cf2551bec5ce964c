import type { Bytes, Writer } from './bytes'
import type { EncodeError } from './error'

/** The values around the one at hand, innermost first: what a `choice` looks its selector up in. */
export interface Scope {
  readonly values: { readonly [key: string]: unknown }
  readonly outer: Scope | undefined
}

/**
 * How one payload is read and written. Laws, for every policy:
 *
 * 1. what `write` wrote, `read` reads as the same value, without raising `irregular`
 * 2. what `read` reads without raising `irregular`, `write` writes as the same bytes
 */
export interface Policy<A> {
  /** The policy's name in the printed protocol: `u32`, `string`, `nest`. */
  readonly type: string
  /** The value in `[from, to)`, or undefined when the payload has another form; it is then kept as bytes. */
  read(bytes: Bytes, from: number, to: number, scope: Scope | undefined): A | undefined
  /** Appends the payload. The writer's content is meaningless after an error. */
  write(to: Writer, value: A, scope: Scope | undefined): EncodeError | undefined
}

/** What struct-fu knows of a member: sizes and offsets, and how it would read and write it itself. */
export interface Layout {
  readonly size: number
  readonly offset?: number
  readonly fields?: { readonly [name: string]: Layout }
  pack(value: unknown): Uint8Array
  unpack(bytes: Uint8Array): unknown
}

/** A policy whose payload always has the same size, so that it can be a member of a struct too. */
export interface Field<A> extends Policy<A> {
  readonly size: number
  /** Its place in a struct, as struct-fu lays it out. */
  layout(name: string): Layout
  readAt(bytes: Bytes, offset: number): A
  writeAt(to: Writer, offset: number, value: A): EncodeError | undefined
}

export type ValueOf<P> = P extends Policy<infer A> ? A : never

/** Prints the members of a computed type instead of its formula. */
export type Shown<A> = A extends infer B ? { readonly [K in keyof B]: B[K] } : never

export const lookUp = (scope: Scope | undefined, key: string): unknown => {
  for (let at = scope; at !== undefined; at = at.outer) {
    const value = at.values[key]
    if (value !== undefined) return value
  }
  return undefined
}
