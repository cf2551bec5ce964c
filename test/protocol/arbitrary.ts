/**
 * Values for any policy, made up from its type: what a definition says is all that is needed to test it. Bytes for
 * it, well-formed and not, are made up in noise.ts.
 */
import * as fc from 'fast-check'
import * as ipaddr from 'ipaddr.js'
import {
  type Alternatives,
  type ArrayOf,
  type AttributeSet,
  type Bits,
  type Body,
  bytesOf,
  type Choice,
  chosen,
  type Field,
  type Followed,
  type ListOf,
  lookUp,
  type Many,
  type Members,
  NLA_TYPE_MASK,
  type Policy,
  partsOf,
  type Records,
  type Rows,
  type Scope,
  type Struct,
  type Widths,
  writer,
  written
} from '../../protocol'

export type AnyStruct = Struct<Members>
export type AnySet = AttributeSet<Rows>
export type AnyBody = Body<Members, Policy<unknown>>
export type AnyRecords = Records<Members, string, Policy<unknown>>
export type AnyFollowed = Followed<Members, string, Policy<unknown>>
export type AnyList = ListOf<Policy<unknown>>
export type AnyArray = ArrayOf<Field<unknown>>
export type AnyMany = Many<Policy<unknown>>
export type AnyChoice = Choice<string, Alternatives>
export interface Repeat extends Field<ReadonlyArray<unknown>> {
  readonly of: Field<unknown>
}
export interface Either extends Policy<unknown> {
  readonly forms: readonly [Policy<unknown>, Policy<unknown>]
}
export interface AnyPreceded extends Policy<unknown> {
  readonly length: string
  readonly key: string
  readonly of: Policy<unknown>
}
interface Lazy extends Policy<unknown> {
  readonly of: () => Policy<unknown>
}

/** The policy itself, where a definition only promises it. */
export const forced = (policy: Policy<unknown>): Policy<unknown> =>
  policy.type === 'nest' && 'of' in policy ? forced((policy as Lazy).of()) : policy

/** The policy and all within it, each once. */
export const within = (policy: Policy<unknown>): ReadonlySet<Policy<unknown>> => {
  const found = new Set<Policy<unknown>>()
  const waiting = [policy]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const one = forced(next)
    if (found.has(one)) continue
    found.add(one)
    waiting.push(...partsOf(one))
  }
  return found
}

/** By the name of each selector that choices within the policy look up: what they know. */
type Selections = ReadonlyMap<string, ReadonlyArray<string>>

const selections = new WeakMap<Policy<unknown>, Selections>()

const selectionsOf = (policy: Policy<unknown>): Selections => {
  const known = selections.get(policy)
  if (known !== undefined) return known
  const found = new Map<string, ReadonlyArray<string>>()
  for (const each of within(policy))
    if (each.type === 'choice') {
      const { selector, table } = each as AnyChoice
      found.set(selector, [...(found.get(selector) ?? []), ...Object.keys(table)])
    } else if (each.type === 'preceded') found.set((each as AnyPreceded).length, ['0', '8', '16'])
  selections.set(policy, found)
  return found
}

const bigint = (min: bigint, max: bigint): fc.Arbitrary<bigint> => fc.bigInt({ min, max })
const int = (min: number, max: number): fc.Arbitrary<number> => fc.integer({ min, max })

/** Mostly short and plain; sometimes anything that has a UTF-8 form. */
const text = (size: number): fc.Arbitrary<string> =>
  fc
    .oneof(
      { weight: 4, arbitrary: fc.string({ maxLength: 12 }) },
      { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 12 }) },
      { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 80 }) },
      { weight: 1, arbitrary: fc.constantFrom('', '\ufeffmark', 'constructor', '__proto__', 'x'.repeat(60)) }
    )
    .map(any => {
      const plain = Array.from(any.replaceAll('\0', ''))
      while (Buffer.byteLength(plain.join('')) > size) plain.pop()
      return plain.join('')
    })

const ip4 = fc.array(int(0, 255), { minLength: 4, maxLength: 4 }).map(parts => parts.join('.'))
const ip6 = fc
  .array(fc.oneof(fc.constant(0), int(0, 0xffff)), { minLength: 8, maxLength: 8 })
  .map(parts => new ipaddr.IPv6(parts).toRFC5952String())
const plain = { noNullPrototype: true } as const
const sockaddr6 = fc.record(
  {
    addr: ip6,
    port: int(0, 0xffff),
    flowinfo: int(0, 0xffffffff),
    scopeId: int(0, 0xffffffff)
  },
  plain
)
const mac = (minLength: number, maxLength: number): fc.Arbitrary<string> =>
  fc
    .array(int(0, 255), { minLength, maxLength })
    .map(parts => parts.map(part => part.toString(16).padStart(2, '0')).join(':'))
const binary = (minLength: number, maxLength: number): fc.Arbitrary<Uint8Array> =>
  fc.uint8Array({ minLength, maxLength })

const sizeOf = (policy: Policy<unknown>): number | undefined => (policy as Partial<Field<unknown>>).size

/** What has no parts. */
const leaves: { readonly [type: string]: (policy: Policy<unknown>) => fc.Arbitrary<unknown> } = {
  u8: () => int(0, 0xff),
  s8: () => int(-0x80, 0x7f),
  u16: () => int(0, 0xffff),
  s16: () => int(-0x8000, 0x7fff),
  u32: () => int(0, 0xffffffff),
  s32: () => int(-0x80000000, 0x7fffffff),
  u64: () => bigint(0n, 2n ** 64n - 1n),
  s64: () => bigint(-(2n ** 63n), 2n ** 63n - 1n),
  be16: () => int(0, 0xffff),
  be32: () => int(0, 0xffffffff),
  be64: () => bigint(0n, 2n ** 64n - 1n),
  sbe32: () => int(-0x80000000, 0x7fffffff),
  sbe64: () => bigint(-(2n ** 63n), 2n ** 63n - 1n),
  flag: () => fc.constant(true),
  ip4: () => ip4,
  ip6: () => ip6,
  ip: () => fc.oneof(ip4, ip6, fc.constant('')),
  mac6: () => mac(6, 6),
  mac: () => mac(0, 32),
  string: policy => text(sizeOf(policy) ?? Number.POSITIVE_INFINITY),
  bytes: policy => binary(sizeOf(policy) ?? 0, sizeOf(policy) ?? 40),
  sockaddr: () => fc.oneof(fc.record({ addr: ip4, port: int(0, 0xffff) }, plain), sockaddr6),
  uint: () => bigint(0n, 2n ** 64n - 1n),
  bits: policy => {
    const widths = Object.entries((policy as Bits<Widths>).widths)
    return fc
      .tuple(...widths.map(([, width]) => int(0, 2 ** width - 1)))
      .map(fields => Object.fromEntries(widths.map(([name], n) => [name, fields[n]])))
  }
}

/** fc.gen() tells arbitraries apart by what made them, so one that is drawn again must be made by the same function. */
type Maker<A> = () => fc.Arbitrary<A>

const makers = new WeakMap<object, Maker<unknown>>()

const makerOf = <A>(owner: object, make: Maker<A>): Maker<A> => {
  const known = makers.get(owner)
  if (known === undefined) makers.set(owner, make)
  return (known ?? make) as Maker<A>
}

const coin: Maker<boolean> = () => fc.boolean()
const oneIn8: Maker<boolean> = () => int(0, 7).map(n => n === 7)
const oneIn16: Maker<boolean> = () => int(0, 15).map(n => n === 15)
const upTo2: Maker<number> = () => int(0, 2)
const u16: Maker<number> = () => int(0, 0xffff)
const few: Maker<Uint8Array> = () => binary(0, 9)

const leaf = (policy: Policy<unknown>): Maker<unknown> =>
  makerOf(policy, () => {
    const arbitrary = leaves[policy.type]?.(policy)
    if (arbitrary === undefined) throw new Error(`values of type ${policy.type} cannot be made up yet`)
    return arbitrary
  })

/** Draws one value after the other: what is drawn first is the surroundings of what comes later. */
interface Drawing {
  readonly draw: <A>(from: Maker<A>) => A
  /** How deep nests may still go. */
  readonly depth: number
}

type Values = { [key: string]: unknown }

const deeper = (drawing: Drawing): Drawing => ({ ...drawing, depth: drawing.depth - 1 })

const several = (drawing: Drawing, least: number, one: (n: number) => unknown): ReadonlyArray<unknown> =>
  Array.from({ length: least + drawing.draw(upTo2) }, (_, n) => one(n))

/** The selector's value: mostly one that a choice further in knows. */
const selector = (drawing: Drawing, policy: Policy<unknown>, known: ReadonlyArray<string>): unknown => {
  if (known.length === 0 || drawing.draw(oneIn8)) return drawing.draw(leaf(policy))
  const one = drawing.draw(makerOf(known, () => fc.constantFrom(...known)))
  return policy.type === 'string' ? one : Number(one)
}

const structValue = (drawing: Drawing, { members }: AnyStruct, known: Selections): Values => {
  const values: Values = {}
  for (const [name, member] of Object.entries(members))
    if (member.type !== 'pad') {
      const selected = known.get(name)
      values[name] =
        selected === undefined ? drawValue(drawing, member, undefined) : selector(drawing, member, selected)
    }
  return values
}

const unknownOf = (drawing: Drawing, rows: Rows): unknown => {
  const taken = new Set(Object.values(rows).map(([number]) => number))
  const type = drawing.draw(u16)
  const foreign = !taken.has(type & NLA_TYPE_MASK) || (type & 0x4000) !== 0
  return foreign ? [{ type, payload: drawing.draw(few) }] : undefined
}

const nestValue = (drawing: Drawing, { rows }: AnySet, outer: Scope | undefined, wanted?: string): Values => {
  const values: Values = {}
  const scope = { values, outer }
  const keys = Object.keys(rows)
  if (keys.length === 0) return values
  const picked = new Set(
    drawing.draw(makerOf(rows, () => fc.subarray(keys, { maxLength: Math.min(5, keys.length) })))
  )
  if (wanted !== undefined) picked.add(wanted)
  const known = new Map<string, ReadonlyArray<string>>()
  for (const key of picked)
    for (const [name, selected] of selectionsOf((rows[key] as Rows[string])[1]))
      if (Object.hasOwn(rows, name)) known.set(name, selected)
  for (const [name, selected] of known)
    values[name] = selector(drawing, (rows[name] as Rows[string])[1], selected)
  for (const key of keys)
    if (picked.has(key) && !known.has(key)) {
      const [, policy] = rows[key] as Rows[string]
      const element = policy.type === 'many' ? (policy as AnyMany).of : policy
      if (drawing.depth <= 0 && partsOf(forced(element)).length > 0 && sizeOf(element) === undefined) continue
      const one = (): unknown => drawValue(deeper(drawing), element, scope)
      const value = policy.type === 'many' ? several(drawing, 1, one) : one()
      if (value !== undefined) values[key] = value
    }
  const unknown = drawing.draw(oneIn16) ? unknownOf(drawing, rows) : undefined
  if (unknown !== undefined) values.unknown = unknown
  return values
}

/** A record holds 255 bytes at most. */
const recordValue = (drawing: Drawing, { rows }: AnySet): Values => {
  const values: Values = {}
  for (const [key, [, policy]] of Object.entries(rows)) {
    const value = drawing.draw(coin) ? drawValue(drawing, policy, undefined) : undefined
    const fits = typeof value !== 'string' || Buffer.byteLength(value) < 255
    if (value !== undefined && fits) values[key] = value
  }
  return values
}

const numberedValue = (drawing: Drawing, { of }: AnyList, scope: Scope | undefined): Values => {
  const values: Values = {}
  for (let n = drawing.draw(upTo2); n > 0; n--)
    values[drawing.draw(u16) & NLA_TYPE_MASK] = drawValue(deeper(drawing), of, scope)
  return values
}

const bodyValue = (
  drawing: Drawing,
  { header, attributes }: AnyBody,
  outer: Scope | undefined,
  without?: string
): Values => {
  const values = structValue(drawing, header, selectionsOf(attributes))
  if (without !== undefined) delete values[without]
  return { header: values, attributes: drawValue(drawing, attributes, { values, outer }) }
}

/** A value of the second form counts only if the first one would not take it for its own. */
const eitherValue = (
  drawing: Drawing,
  { forms: [first, second] }: Either,
  scope: Scope | undefined
): unknown => {
  if (drawing.draw(coin)) return drawValue(drawing, first, scope)
  const value = drawValue(drawing, second, scope)
  const to = writer()
  if (first.write(to, value, scope) === undefined) return drawValue(drawing, first, scope)
  const plain = writer()
  second.write(plain, value, scope)
  const bytes = bytesOf(written(plain))
  const taken = first.read(bytes, 0, bytes.array.length, scope) !== undefined && !bytes.irregular
  return taken ? drawValue(drawing, first, scope) : value
}

const drawValue = (drawing: Drawing, lazy: Policy<unknown>, scope: Scope | undefined): unknown => {
  const policy = forced(lazy)
  switch (policy.type) {
    case 'nest':
      return nestValue(drawing, policy as AnySet, scope)
    case 'tlvs':
      return recordValue(drawing, policy as AnySet)
    case 'struct':
      return structValue(drawing, policy as AnyStruct, new Map())
    case 'body':
      return bodyValue(drawing, policy as AnyBody, scope)
    case 'records':
      return several(drawing, 0, () =>
        bodyValue(drawing, policy as never, scope, (policy as AnyRecords).length)
      )
    case 'followed': {
      const { header, key, of } = policy as AnyFollowed
      return { ...structValue(drawing, header, new Map()), [key]: drawValue(drawing, of, scope) }
    }
    case 'list':
    case 'indexed':
      return several(drawing, 0, () => drawValue(deeper(drawing), (policy as AnyList).of, scope))
    case 'numbered':
      return numberedValue(drawing, policy as AnyList, scope)
    case 'preceded': {
      const { length, key, of } = policy as AnyPreceded
      const first = new Uint8Array(lookUp(scope, length) as number).fill(0x5a)
      return { ...(drawValue(drawing, of, scope) as Values), [key]: first }
    }
    case 'array':
      return several(drawing, 0, () => drawValue(drawing, (policy as AnyArray).of, scope))
    case 'repeat': {
      const { size, of } = policy as Repeat
      return Array.from({ length: size / of.size }, () => drawValue(drawing, of, scope))
    }
    case 'choice': {
      const found = chosen(policy, scope)
      return found === undefined ? undefined : drawValue(drawing, found, scope)
    }
    case 'either':
      return eitherValue(drawing, policy as Either, scope)
    default:
      return drawing.draw(leaf(policy))
  }
}

const drawn = <A>(make: (drawing: Drawing) => A): fc.Arbitrary<A> =>
  fc.gen().map(draw => make({ draw, depth: 5 }))

/** Any value that the policy can write. */
export const valuesOf = <A>(policy: Policy<A>): fc.Arbitrary<A> =>
  drawn(drawing => drawValue(drawing, policy, undefined) as A)

/** A value of the set which has this attribute, if there can be one without the sets around it. */
export const valuesWith = (set: AnySet, key: string): fc.Arbitrary<unknown> =>
  drawn(drawing => nestValue(drawing, set, undefined, key))

/** A value within a value: where it is, what it should be, and the whole with another one in its place. */
export interface Place {
  readonly path: string
  readonly policy: Policy<unknown>
  readonly put: (other: unknown) => unknown
}

const below = (owner: string, { path, policy, put }: Place, over: (part: unknown) => unknown): Place => ({
  path: path === '' ? owner : `${owner}.${path}`,
  policy,
  put: other => over(put(other))
})

/** Every place in a value where something wrong could stand. What has two forms has too many right ones. */
export const placesIn = (
  lazy: Policy<unknown>,
  value: unknown,
  scope: Scope | undefined
): ReadonlyArray<Place> => {
  const policy = forced(lazy)
  const self: Place = { path: '', policy, put: other => other }
  const selected = selectionsOf(policy)
  const member = (
    values: Values,
    key: string,
    of: Policy<unknown>,
    inner: Scope | undefined
  ): ReadonlyArray<Place> =>
    values[key] === undefined || selected.has(key)
      ? []
      : placesIn(of, values[key], inner).map(place => below(key, place, part => ({ ...values, [key]: part })))
  const elements = (of: Policy<unknown>): ReadonlyArray<Place> => {
    const all = value as ReadonlyArray<unknown>
    return all.flatMap((each, n) =>
      placesIn(of, each, scope).map(place => below(String(n), place, part => all.with(n, part)))
    )
  }
  const body = ({ header, attributes }: AnyBody, whole: Values): ReadonlyArray<Place> => [
    ...member(whole, 'header', header, scope),
    ...member(whole, 'attributes', attributes, { values: whole.header as Values, outer: scope })
  ]
  switch (policy.type) {
    case 'nest': {
      const values = value as Values
      const rows = Object.entries((policy as AnySet).rows)
      return [self, ...rows.flatMap(([key, [, of]]) => member(values, key, of, { values, outer: scope }))]
    }
    case 'struct':
      return [
        self,
        ...Object.entries((policy as AnyStruct).members).flatMap(([key, of]) =>
          member(value as Values, key, of, scope)
        )
      ]
    case 'body':
      return [self, ...body(policy as AnyBody, value as Values)]
    case 'records':
      return [
        self,
        ...(value as ReadonlyArray<Values>).flatMap((each, n) =>
          body(policy as never, each).map(place =>
            below(String(n), place, part => (value as ReadonlyArray<unknown>).with(n, part))
          )
        )
      ]
    case 'followed': {
      const { header, key, of } = policy as AnyFollowed
      const values = value as Values
      return [
        self,
        ...member(values, key, of, scope),
        ...Object.entries(header.members).flatMap(([name, field]) => member(values, name, field, scope))
      ]
    }
    case 'preceded': {
      const { key, of } = policy as AnyPreceded
      const values = value as Values
      const { [key]: _, ...rest } = values
      const inner = placesIn(of, rest, scope).filter(({ path }) => path !== '')
      return inner.map(place => ({
        ...place,
        put: (other: unknown) => ({ ...values, ...(place.put(other) as Values) })
      }))
    }
    case 'numbered': {
      const values = value as Values
      return [self, ...Object.keys(values).flatMap(key => member(values, key, (policy as AnyList).of, scope))]
    }
    case 'many':
    case 'list':
    case 'indexed':
    case 'array':
    case 'repeat':
      return [self, ...elements((policy as AnyMany).of)]
    case 'choice':
      return placesIn(chosen(policy, scope) as Policy<unknown>, value, scope)
    case 'either':
      return []
    default:
      return [self]
  }
}

const numbers = (least: number, most: number): ReadonlyArray<unknown> => [
  least - 1,
  most + 1,
  1.5,
  Number.NaN,
  '1',
  1n,
  null,
  {}
]
const bigints = (least: bigint, most: bigint): ReadonlyArray<unknown> => [
  least - 1n,
  most + 1n,
  1,
  '1',
  null,
  []
]
const texts = [5, 1n, null, {}, Symbol('text')]
const groups = [5, 'text', null, { stray: 1 }]
const arrays = [5, 'text', null, {}]

const wrong: { readonly [type: string]: ReadonlyArray<unknown> } = {
  u8: numbers(0, 0xff),
  s8: numbers(-0x80, 0x7f),
  u16: numbers(0, 0xffff),
  s16: numbers(-0x8000, 0x7fff),
  u32: numbers(0, 0xffffffff),
  s32: numbers(-0x80000000, 0x7fffffff),
  u64: bigints(0n, 2n ** 64n - 1n),
  s64: bigints(-(2n ** 63n), 2n ** 63n - 1n),
  be16: numbers(0, 0xffff),
  be32: numbers(0, 0xffffffff),
  be64: bigints(0n, 2n ** 64n - 1n),
  sbe32: numbers(-0x80000000, 0x7fffffff),
  sbe64: bigints(-(2n ** 63n), 2n ** 63n - 1n),
  flag: [false, 1, 'true', null],
  ip4: ['', '::1', '1.2.3', '1.2.3.256', '01.2.3.4', ...texts],
  ip6: ['', '1.2.3.4', '::1%lo', '1::2::3', ...texts],
  ip: ['1.2.3', '1.2.3.4/24', '::1%lo', 'localhost', ...texts],
  mac: ['02:4', '02-42', '0g', ':', ...texts],
  mac6: ['', '02:42', '02:42:ac:11:00:02:03', ...texts],
  string: ['a\0b', '\ud800', ...texts],
  bytes: ['text', [1, 2], ...texts],
  sockaddr: texts,
  uint: bigints(0n, 2n ** 64n - 1n),
  bits: groups,
  numbered: groups,
  preceded: groups,
  nest: groups,
  tlvs: groups,
  struct: groups,
  followed: groups,
  body: groups,
  many: arrays,
  list: arrays,
  indexed: arrays,
  array: arrays,
  records: arrays,
  repeat: arrays
}

/** Values that a policy must refuse. */
export const wrongFor = (policy: Policy<unknown>): ReadonlyArray<unknown> => {
  const found = wrong[policy.type]
  if (found === undefined) throw new Error(`wrong values of type ${policy.type} cannot be made up yet`)
  return found
}
