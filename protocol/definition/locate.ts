import { type AttributeSet, type Many, NLA_TYPE_MASK, positions, type Rows } from './attributes'
import { align, type Bytes, littleEndian as le } from './bytes'
import { chosen } from './choice'
import type { Body, ListOf } from './composite'
import type { Policy, Scope } from './policy'
import type { Members, Struct } from './struct'

/** A place in a message, by the names of the definitions, and the policy that governs it. */
export interface Place {
  readonly path: ReadonlyArray<string>
  readonly policy: Policy<unknown>
}

/** What stands at `offset`: the way back from the kernel's extended ACK to the member that was given. */
export const locate = (
  policy: Policy<unknown>,
  bytes: Bytes,
  from: number,
  to: number,
  offset: number
): Place => find({ path: [], policy }, bytes, from, to, offset, undefined)

const find = (
  place: Place,
  bytes: Bytes,
  from: number,
  to: number,
  offset: number,
  scope: Scope | undefined
): Place => {
  switch (place.policy.type) {
    case 'body':
      return inBody(place, place.policy as Body<Members, Policy<unknown>>, bytes, from, to, offset, scope)
    case 'nest':
      return inSet(place, place.policy, bytes, from, to, offset, scope)
    case 'list':
    case 'indexed':
      return inList(place, place.policy as ListOf<Policy<unknown>>, bytes, from, to, offset, scope)
    default:
      return place
  }
}

const inBody = (
  place: Place,
  { header, attributes }: Body<Members, Policy<unknown>>,
  bytes: Bytes,
  from: number,
  to: number,
  offset: number,
  scope: Scope | undefined
): Place => {
  const start = Math.min(from + align(header.size), to)
  if (offset < start) {
    const member = memberAt(header, offset - from)
    return { path: [...place.path, 'header', ...(member === undefined ? [] : [member])], policy: header }
  }
  const values = header.read(bytes, from, Math.min(from + header.size, to), scope)
  const inner = values === undefined ? scope : { values, outer: scope }
  return find({ path: [...place.path, 'attributes'], policy: attributes }, bytes, start, to, offset, inner)
}

const memberAt = (header: Struct<Members>, offset: number): string | undefined =>
  Object.keys(header.members).find(key => {
    const start = header.offsets[key] ?? 0
    return offset >= start && offset < start + (header.members[key]?.size ?? 0)
  })

const inSet = (
  place: Place,
  policy: Policy<unknown>,
  bytes: Bytes,
  from: number,
  to: number,
  offset: number,
  outer: Scope | undefined
): Place => {
  const set = resolve(policy)
  const at = attributeAt(bytes, from, to, offset)
  if (set === undefined || at === undefined) return { ...place, policy: set ?? policy }
  const number = bytes.view.getUint16(at + 2, le) & NLA_TYPE_MASK
  const found = Object.entries(set.rows).find(([, row]) => row[0] === number)
  if (found === undefined) return { path: [...place.path, String(number)], policy }
  const [key, [, given]] = found
  const values = set.read(bytes, from, to, outer) as { readonly [key: string]: unknown } | undefined
  const scope = values === undefined ? outer : { values, outer }
  const element = given.type === 'many' ? (given as Many<Policy<unknown>>).of : given
  const inner = { path: [...place.path, key], policy: chosen(element, scope) ?? element }
  return offset < at + 4
    ? inner
    : find(inner, bytes, at + 4, at + bytes.view.getUint16(at, le), offset, scope)
}

const inList = (
  place: Place,
  { of }: ListOf<Policy<unknown>>,
  bytes: Bytes,
  from: number,
  to: number,
  offset: number,
  scope: Scope | undefined
): Place => {
  const at = attributeAt(bytes, from, to, offset)
  if (at === undefined) return place
  const n = positions(bytes, from, to).indexOf(at)
  const inner = { path: [...place.path, String(n)], policy: of }
  return offset < at + 4
    ? inner
    : find(inner, bytes, at + 4, at + bytes.view.getUint16(at, le), offset, scope)
}

const attributeAt = (bytes: Bytes, from: number, to: number, offset: number): number | undefined =>
  positions(bytes, from, to).find(at => offset >= at && offset < at + align(bytes.view.getUint16(at, le)))

/** The set behind a policy, looking through `lazy`. */
const resolve = (policy: Policy<unknown>): AttributeSet<Rows> | undefined => {
  if ('rows' in policy) return policy as AttributeSet<Rows>
  const of = (policy as { readonly of?: unknown }).of
  return typeof of === 'function' ? resolve(of() as Policy<unknown>) : undefined
}

/** The key of an attribute's number in the set at a place, as the kernel names the one it misses. */
export const keyOf = (policy: Policy<unknown>, number: number): string | undefined => {
  const set =
    policy.type === 'body' ? resolve((policy as Body<Members, Policy<unknown>>).attributes) : resolve(policy)
  return Object.entries(set?.rows ?? {}).find(([, row]) => row[0] === number)?.[0]
}
