import {
  type AttributeSet,
  finish,
  type Many,
  NLA_F_NESTED,
  nests,
  type Rows,
  type Unknown
} from './attributes'
import { align, type Bytes, copy, deepest, littleEndian as le, reserve, type Writer } from './bytes'
import type { Alternatives, Choice } from './choice'
import type { ArrayOf, Body, Followed, ListOf, Records } from './composite'
import { originalsOf } from './original'
import { elementOf, selectorsOf } from './parts'
import type { Field, Policy, Scope } from './policy'
import type { Members, Struct } from './struct'
import { setAddress } from './text'

/**
 * Code made for one policy. It knows only what is regular: payloads as the policy itself would write them, values
 * that it would not have to explain. At anything else it gives up, and the policy does the work. It is two to four
 * times as fast as the policy, which it is held against by the tests.
 */
export interface Compiled {
  /** The value; undefined where the code gives up. */
  read(bytes: Bytes, from: number, to: number): unknown
  /** Whether the value has been appended. If not, the writer is as it was. */
  write(to: Writer, value: unknown): boolean
}

type Read = (bytes: Bytes, from: number, to: number, scope: Scope | undefined) => unknown
type Write = (to: Writer, value: unknown, scope: Scope | undefined) => boolean

/** Code under way: functions that call each other, and the objects that they refer to. */
interface Draft {
  readonly functions: Array<string>
  /** Of the functions: by the policy that they are for, or the selector that they look up. */
  readonly names: Map<Policy<unknown> | string, string>
  readonly objects: Array<unknown>
}

/** How the code calls an object of ours. */
const object = (draft: Draft, given: unknown): string => {
  const known = draft.objects.indexOf(given)
  return `o${known >= 0 ? known : draft.objects.push(given) - 1}`
}

/** How the code calls a function of its own. */
const functionFor = (
  draft: Draft,
  owner: Policy<unknown> | string,
  code: (name: string) => string
): string => {
  const known = draft.names.get(owner)
  if (known !== undefined) return known
  const name = `f${draft.names.size}`
  draft.names.set(owner, name)
  draft.functions.push(code(name))
  return name
}

const finished = <F>(make: (draft: Draft) => string): F => {
  const draft: Draft = { functions: [], names: new Map(), objects: [] }
  const main = make(draft)
  const code = `'use strict'\n${draft.functions.join('\n')}\n${main}`
  return new Function(...draft.objects.map((_, n) => `o${n}`), code)(...draft.objects) as F
}

const quote = JSON.stringify

/** Keeps what was made for a policy. */
const once = <A>(make: (policy: Policy<unknown>) => A): ((policy: Policy<unknown>) => A) => {
  const made = new WeakMap<Policy<unknown>, A>()
  return policy => {
    const known = made.get(policy)
    if (known !== undefined) return known
    const one = make(policy)
    made.set(policy, one)
    return one
  }
}

const isField = (policy: Policy<unknown>): policy is Field<unknown> => 'readAt' in policy

/** A policy that only says where another one is to be found. */
const isLazy = (policy: Policy<unknown>): boolean => policy.type === 'nest' && !('rows' in policy)

type AnyStruct = Struct<Members>

/** The function that finds a selector's value: what `lookUp` does, and faster, as it knows the name. */
const lookUpName = (draft: Draft, selector: string): string =>
  functionFor(
    draft,
    selector,
    name => `
function ${name}(scope) {
  for (let at = scope; at !== undefined; at = at.outer) {
    const value = at.values[${quote(selector)}]
    if (value !== undefined) return value
  }
}`
  )

/** A case for each form of a choice. */
const selection = (
  draft: Draft,
  policy: Policy<unknown>,
  statement: (form: Policy<unknown>) => string,
  none: string
): string => {
  const { selector, table, otherwise } = policy as Choice<string, Alternatives>
  const labels = new Map<Policy<unknown>, string>()
  for (const [selected, form] of Object.entries(table)) {
    const number = String(Number(selected)) === selected ? ` case ${selected}:` : ''
    labels.set(form, `${labels.get(form) ?? ''} case ${quote(selected)}:${number}`)
  }
  const cases = [...labels].map(([form, label]) => `${label} { ${statement(form)}; break }`)
  const last = otherwise === undefined ? none : statement(otherwise)
  return `switch (${lookUpName(draft, selector)}(scope)) {${cases.join('')} default: { ${last} } }`
}

// Reading: a statement finds the payload between f and t, and puts the value into x.

const getters: { readonly [type: string]: (at: string) => string } = {
  u8: at => `view.getUint8(${at})`,
  s8: at => `view.getInt8(${at})`,
  u16: at => `view.getUint16(${at}, ${le})`,
  s16: at => `view.getInt16(${at}, ${le})`,
  u32: at => `view.getUint32(${at}, ${le})`,
  s32: at => `view.getInt32(${at}, ${le})`,
  u64: at => `view.getBigUint64(${at}, ${le})`,
  s64: at => `view.getBigInt64(${at}, ${le})`,
  be16: at => `view.getUint16(${at})`,
  be32: at => `view.getUint32(${at})`,
  be64: at => `view.getBigUint64(${at})`,
  sbe32: at => `view.getInt32(${at})`,
  sbe64: at => `view.getBigInt64(${at})`
}

const fieldAt = (draft: Draft, field: Field<unknown>, at: string): string => {
  if (field.type === 'struct') return `{ ${membersAt(draft, field as unknown as AnyStruct, at)} }`
  return getters[field.type]?.(at) ?? `${object(draft, field)}.readAt(bytes, ${at})`
}

/** A struct's members as they stand in an object literal. */
const membersAt = (draft: Draft, { members, offsets }: AnyStruct, at: string, without?: string): string =>
  Object.entries(members)
    .filter(([name, { type }]) => type !== 'pad' && name !== without)
    .map(([name, member]) => `${quote(name)}: ${fieldAt(draft, member, `${at} + ${offsets[name]}`)}`)
    .join(', ')

/** Looks at a struct's pads: if they are not zero, they raise `irregular`. */
const padsAt = (draft: Draft, { members, offsets }: AnyStruct, at: string): string =>
  Object.entries(members)
    .map(([name, member]) => {
      const place = `${at} + ${offsets[name]}`
      if (member.type === 'struct') return padsAt(draft, member as unknown as AnyStruct, place)
      return member.type === 'pad' ? `${object(draft, member)}.readAt(bytes, ${place}); ` : ''
    })
    .join('')

const readStatement = (draft: Draft, policy: Policy<unknown>, whenMet = false): string => {
  if (isField(policy)) {
    const pads = policy.type === 'struct' ? padsAt(draft, policy as unknown as AnyStruct, 'f') : ''
    return `if (t - f !== ${policy.size}) return; ${pads}x = ${fieldAt(draft, policy, 'f')}`
  }
  if (policy.type === 'choice')
    return selection(draft, policy, form => readStatement(draft, form, true), 'return')
  const name = readerName(draft, policy, whenMet)
  return `x = ${name}(bytes, f, t, scope); if (x === undefined) return`
}

const readerName = (draft: Draft, policy: Policy<unknown>, whenMet: boolean): string => {
  const code = readers[policy.type]
  if (code === undefined) return `${object(draft, policy)}.read`
  if (whenMet || isLazy(policy)) return object(draft, readerWhenMet(policy))
  return functionFor(draft, policy, name => code(draft, name, policy as never))
}

const attributeLoop = (statement: string): string => `
  const view = bytes.view
  let at = from
  while (to - at >= 4) {
    const length = view.getUint16(at, ${le})
    const f = at + 4
    const t = at + length
    if (length < 4 || t > to) return
    const type = view.getUint16(at + 2, ${le}) & ${0xffff & ~NLA_F_NESTED}
    let x
    ${statement}
    at += (length + 3) & ~3
  }
  if (at < to) return`

const readSet = (draft: Draft, name: string, { rows }: AttributeSet<Rows>): string => {
  const lates = lateKeys(rows)
  const all = Object.entries(rows)
  const late = all.filter(([key, [, { type }]]) => lates.has(key) && type !== 'many')
  const cases = all.map(([key, [number, policy]], n) => {
    const value = `v[${quote(key)}]`
    if (policy.type === 'many' && lates.has(key)) return `case ${number}: return`
    if (policy.type === 'many') {
      const statement = readStatement(draft, (policy as Many<Policy<unknown>>).of)
      return `case ${number}: ${statement}; if (${value} === undefined) ${value} = [x]; else ${value}.push(x); break`
    }
    const first = `if (s${n >> 5} & ${1 << (n & 31)}) return; s${n >> 5} |= ${1 << (n & 31)}`
    if (lates.has(key)) return `case ${number}: ${first}; at${number} = at; break`
    return `case ${number}: ${first}; ${readStatement(draft, policy)}; ${value} = x; break`
  })
  const lateReads = late.map(
    ([key, [number, policy]]) => `
  if (at${number} >= 0) {
    const f = at${number} + 4
    const t = at${number} + view.getUint16(at${number}, ${le})
    let x
    ${readStatement(draft, policy)}
    v[${quote(key)}] = x
  }`
  )
  return `
function ${name}(bytes, from, to, outer) {
  const v = {}
  const scope = ${late.length > 0 ? '{ values: v, outer }' : 'outer'}
  let ${
    all
      .map((_, n) => n)
      .filter(n => n % 32 === 0)
      .map(n => `s${n >> 5} = 0`)
      .join(', ') || 's'
  }
  ${late.map(([, [number]]) => `let at${number} = -1;`).join(' ')}
  ${attributeLoop(`switch (type) {
      ${cases.join('\n      ')}
      default:
        if (type & 0x4000) return
        ${object(draft, keepUnknown)}(v, bytes, at, t)
    }`)}
  ${lateReads.join('')}
  return v
}`
}

const keepUnknown = (values: { unknown?: Array<Unknown> }, bytes: Bytes, at: number, end: number): void => {
  values.unknown ??= []
  values.unknown.push({ type: bytes.view.getUint16(at + 2, le), payload: copy(bytes.array, at + 4, end) })
}

/** The attributes that depend on their siblings, so that they are read after them. */
const lateKeys = (rows: Rows): ReadonlySet<string> =>
  new Set(
    Object.entries(rows)
      .filter(([, [, policy]]) => [...selectorsOf(policy)].some(name => Object.hasOwn(rows, name)))
      .map(([key]) => key)
  )

const readList = (draft: Draft, name: string, { type, number, of }: ListOf<Policy<unknown>>): string => `
function ${name}(bytes, from, to, scope) {
  const all = []
  ${attributeLoop(`if (type !== ${number}${type === 'indexed' ? ' + all.length' : ''}) return
    ${readStatement(draft, of)}
    all.push(x)`)}
  return all
}`

const readArray = (draft: Draft, name: string, { of }: ArrayOf<Field<unknown>>): string => `
function ${name}(bytes, from, to) {
  if ((to - from) % ${of.size} !== 0) return
  const view = bytes.view
  const all = []
  for (let f = from; f < to; f += ${of.size}) {
    ${of.type === 'struct' ? padsAt(draft, of as unknown as AnyStruct, 'f') : ''}
    all.push(${fieldAt(draft, of, 'f')})
  }
  return all
}`

const readFollowed = (
  draft: Draft,
  name: string,
  { header, key, of }: Followed<Members, string, Policy<unknown>>
): string => `
function ${name}(bytes, from, to, scope) {
  const view = bytes.view
  const f = from + ${header.size}
  const t = to
  if (f > t) return
  let x
  ${readStatement(draft, of)}
  ${padsAt(draft, header, 'from')}
  return { ${membersAt(draft, header, 'from')}, ${quote(key)}: x }
}`

const readBody = (
  draft: Draft,
  name: string,
  { header, attributes }: Body<Members, Policy<unknown>>
): string => `
function ${name}(bytes, from, to, outer) {
  const view = bytes.view
  if (to - from < ${header.size}) return
  ${padsAt(draft, header, 'from')}
  const header = { ${membersAt(draft, header, 'from')} }
  const scope = { values: header, outer }
  const f = Math.min(from + ${align(header.size)}, to)
  const t = to
  let x
  ${readStatement(draft, attributes)}
  return { header, attributes: x }
}`

const readRecords = (
  draft: Draft,
  name: string,
  { header, length, attributes }: Records<Members, string, Policy<unknown>>
): string => `
function ${name}(bytes, from, to, outer) {
  const view = bytes.view
  const all = []
  let at = from
  while (to - at >= ${header.size}) {
    const size = ${fieldAt(draft, header.members[length] as Field<unknown>, `at + ${header.offsets[length]}`)}
    if (size < ${align(header.size)} || at + size > to) return
    ${padsAt(draft, header, 'at')}
    const header = { ${membersAt(draft, header, 'at', length)} }
    const scope = { values: header, outer }
    const f = at + ${align(header.size)}
    const t = at + size
    let x
    ${readStatement(draft, attributes)}
    all.push({ header, attributes: x })
    at += (size + 3) & ~3
  }
  return at < to ? undefined : all
}`

type Code = (draft: Draft, name: string, policy: never) => string

const readers: { readonly [type: string]: Code } = {
  nest: readSet,
  list: readList,
  indexed: readList,
  array: readArray,
  followed: readFollowed,
  body: readBody,
  records: readRecords
}

/** The whole code for reading a policy. */
const readerOf = once(policy =>
  finished<Read>(draft =>
    readers[policy.type] === undefined || isLazy(policy)
      ? `return function (bytes, f, t, scope) { const view = bytes.view; let x; ${readStatement(draft, policy)}; return x }`
      : `return ${readerName(draft, policy, false)}`
  )
)

/** Made when it is first called: most processes see few of the many forms of a link, or of an expression. */
const readerWhenMet = once((policy): Read => {
  if (!isLazy(policy)) return (bytes, from, to, scope) => readerOf(policy)(bytes, from, to, scope)
  return (bytes, from, to, scope) => {
    if (bytes.depth === deepest) return undefined
    bytes.depth++
    const value = readerOf(elementOf(policy) as Policy<unknown>)(bytes, from, to, scope)
    bytes.depth--
    return value
  }
})

// Writing: a statement finds the value in x, and returns false where the code gives up.

type Setter = readonly [fits: string, set: string]

const integer = (fits: string, set: string): Setter => [`typeof x !== 'number' || (${fits}) !== x`, set]
const long = (fits: string, set: string): Setter => [
  `typeof x !== 'bigint' || BigInt.${fits}(64, x) !== x`,
  set
]

/** What is wrong with an integer x, and how it is set at @. */
const setters: { readonly [type: string]: Setter } = {
  u8: integer('x & 0xff', 'view.setUint8(@, x)'),
  s8: integer('x << 24 >> 24', 'view.setInt8(@, x)'),
  u16: integer('x & 0xffff', `view.setUint16(@, x, ${le})`),
  s16: integer('x << 16 >> 16', `view.setInt16(@, x, ${le})`),
  u32: integer('x >>> 0', `view.setUint32(@, x, ${le})`),
  s32: integer('x | 0', `view.setInt32(@, x, ${le})`),
  u64: long('asUintN', `view.setBigUint64(@, x, ${le})`),
  s64: long('asIntN', `view.setBigInt64(@, x, ${le})`),
  be16: integer('x & 0xffff', 'view.setUint16(@, x)'),
  be32: integer('x >>> 0', 'view.setUint32(@, x)'),
  be64: long('asUintN', 'view.setBigUint64(@, x)'),
  sbe32: integer('x | 0', 'view.setInt32(@, x)'),
  sbe64: long('asIntN', 'view.setBigInt64(@, x)')
}

/** Sets x at a place that has been reserved. */
const setStatement = (draft: Draft, field: Field<unknown>, at: string): string => {
  if (field.type === 'struct') return `{ ${membersStatement(draft, field as unknown as AnyStruct, at, 'x')} }`
  const setter = setters[field.type]
  return setter === undefined
    ? `if (${object(draft, field)}.writeAt(to, ${at}, x) !== undefined) return false`
    : `if (${setter[0]}) return false; ${setter[1].replace('@', at)}`
}

/** Sets the members of a struct; `others` are keys that its value has besides, `without` one that it has not. */
const membersStatement = (
  draft: Draft,
  { members, offsets }: AnyStruct,
  at: string,
  value: string,
  others: ReadonlyArray<string> = [],
  without?: string
): string => {
  const sets = Object.entries(members)
    .filter(([name, { type }]) => type !== 'pad' && name !== without)
    .map(([name, member]) =>
      present(`members`, name, setStatement(draft, member, `${at} + ${offsets[name]}`))
    )
  return `
  if (typeof ${value} !== 'object' || ${value} === null) return false
  const members = ${value}
  let n = 0
  ${sets.join('\n  ')}
  ${others.map(key => `if (members[${quote(key)}] !== undefined) n++`).join('; ')}
  ${nothingElse('members')}`
}

/** The statement for a member if it is there, which is counted. */
const present = (values: string, key: string, statement: string): string =>
  `{ const x = ${values}[${quote(key)}]; if (x !== undefined) { n++; ${statement} } }`

/** A value with more keys than were counted has a wrong one, or one that is undefined. */
const nothingElse = (values: string): string => `for (const key in ${values}) n--
  if (n !== 0) return false`

/** The most bytes that a payload takes, if there is such a number and it is small. */
const most = (policy: Policy<unknown>): number | undefined => {
  if (isField(policy)) return policy.size
  if (policy.type === 'ip') return 16
  if (policy.type !== 'choice') return undefined
  const { table, otherwise } = policy as Choice<string, Alternatives>
  const sizes = [...Object.values(table), ...(otherwise === undefined ? [] : [otherwise])].map(most)
  return sizes.includes(undefined) ? undefined : Math.max(...(sizes as ReadonlyArray<number>))
}

const headerOf = (length: number, type: number): number =>
  (le ? (type << 16) | length : (length << 16) | type) >>> 0

/** Writes x as an attribute at `at`, which has been reserved, and moves on. */
const smallStatement = (draft: Draft, number: string, policy: Policy<unknown>): string => {
  if (policy.type === 'choice')
    return selection(draft, policy, form => smallStatement(draft, number, form), 'return false')
  if (policy.type === 'ip')
    return `{
    const size = ${object(draft, setAddress)}(array, at + 4, x)
    if (size < 0) return false
    view.setUint16(at, 4 + size, ${le}); view.setUint16(at + 2, ${number}, ${le}); at += 4 + size }`
  const { size } = policy as Field<unknown>
  const header = Number.isNaN(Number(number))
    ? `view.setUint16(at, ${4 + size}, ${le}); view.setUint16(at + 2, ${number}, ${le})`
    : `view.setUint32(at, ${headerOf(4 + size, Number(number))}, ${le})`
  return `${setStatement(draft, policy as Field<unknown>, 'at + 4')}; ${header}; at += ${4 + align(size)}`
}

/** Writes x as an attribute of any size. */
const largeStatement = (draft: Draft, number: string, policy: Policy<unknown>, whenMet: boolean): string => {
  const type = nests.has(policy.type) ? `${number} | ${NLA_F_NESTED}` : number
  return `{
    const start = ${object(draft, reserve)}(to, 4)
    ${writeStatement(draft, policy, whenMet)}
    if (${object(draft, finish)}(to, start, ${type}) !== undefined) return false }`
}

/** Appends x. */
const writeStatement = (draft: Draft, policy: Policy<unknown>, whenMet = false): string => {
  if (isField(policy))
    return `{ const at = ${object(draft, reserve)}(to, ${policy.size})
    const view = to.view
    ${setStatement(draft, policy, 'at')} }`
  const code = writers[policy.type]
  if (code === undefined)
    return `if (${object(draft, policy)}.write(to, x, scope) !== undefined) return false`
  const name =
    whenMet || isLazy(policy)
      ? object(draft, writerWhenMet(policy))
      : functionFor(draft, policy, own => code(draft, own, policy as never))
  return `if (!${name}(to, x, scope)) return false`
}

/** Room for the small attributes is made at once: at the start, and again after each large one. */
const writeSet = (draft: Draft, name: string, { rows }: AttributeSet<Rows>): string => {
  const all = Object.entries(rows)
  const rooms = all.map(([, [, policy]]) => roomOf(policy))
  const makeRoom = (after: number): string => {
    const room = rooms.slice(after).reduce((sum: number, each) => sum + (each ?? 0), 0)
    return `at = ${object(draft, reserve)}(to, ${room}); view = to.view; array = to.array`
  }
  const statements = all.map(([key, [number, policy]], n) =>
    present(
      'value',
      key,
      rooms[n] !== undefined
        ? smallStatement(draft, String(number), policy)
        : `to.length = at; ${attributeStatement(draft, String(number), policy)}; ${makeRoom(n + 1)}`
    )
  )
  const scope = lateKeys(rows).size > 0 ? '{ values: value, outer }' : 'outer'
  return `
function ${name}(to, value, outer) {
  if (typeof value !== 'object' || value === null) return false
  if (${object(draft, originalsOf)}(value) !== undefined) return false
  const scope = ${scope}
  let n = 0
  let at, view, array
  ${makeRoom(0)}
  ${statements.join('\n  ')}
  to.length = at
  ${nothingElse('value')}
  return true
}`
}

/** The most room that an attribute takes, if it is small. */
const roomOf = (policy: Policy<unknown>): number | undefined => {
  const size = most(policy)
  return size === undefined ? undefined : 4 + align(size)
}

/** Writes x as an attribute, or as several. */
const attributeStatement = (
  draft: Draft,
  number: string,
  policy: Policy<unknown>,
  whenMet = false
): string => {
  const room = roomOf(policy)
  if (policy.type === 'choice' && room === undefined)
    return selection(draft, policy, form => attributeStatement(draft, number, form, true), 'return false')
  if (policy.type === 'many')
    return eachOf('x', attributeStatement(draft, number, (policy as Many<Policy<unknown>>).of))
  return room === undefined
    ? largeStatement(draft, number, policy, whenMet)
    : `{
    let at = ${object(draft, reserve)}(to, ${room})
    const view = to.view
    const array = to.array
    ${smallStatement(draft, number, policy)}
    to.length = at }`
}

const eachOf = (values: string, statement: string): string => `{
    const all = ${values}
    if (!Array.isArray(all)) return false
    for (let i = 0; i < all.length; i++) {
      const x = all[i]
      if (x === undefined) return false
      ${statement}
    } }`

const writeList = (draft: Draft, name: string, { type, number, of }: ListOf<Policy<unknown>>): string => `
function ${name}(to, value, scope) {
  ${eachOf('value', attributeStatement(draft, type === 'indexed' ? `(${number} + i)` : String(number), of))}
  return true
}`

const writeArray = (draft: Draft, name: string, { of }: ArrayOf<Field<unknown>>): string => `
function ${name}(to, value, scope) {
  ${eachOf(
    'value',
    `const at = ${object(draft, reserve)}(to, ${of.size})
    const view = to.view
    ${setStatement(draft, of, 'at')}`
  )}
  return true
}`

const writeFollowed = (
  draft: Draft,
  name: string,
  { header, key, of }: Followed<Members, string, Policy<unknown>>
): string => `
function ${name}(to, value, scope) {
  const at = ${object(draft, reserve)}(to, ${header.size})
  const view = to.view
  ${membersStatement(draft, header, 'at', 'value', [key])}
  const x = value[${quote(key)}]
  if (x !== undefined) { ${writeStatement(draft, of)} }
  return true
}`

/** Writes `header` and `attributes` of a value. */
const bodyStatement = (
  draft: Draft,
  header: AnyStruct,
  attributes: Policy<unknown>,
  value: string,
  without?: string
): string => `
  if (typeof ${value} !== 'object' || ${value} === null) return false
  const { header, attributes } = ${value}
  let parts = 2
  for (const key in ${value}) parts--
  if (parts !== 0 || attributes === undefined) return false
  {
    const at = ${object(draft, reserve)}(to, ${align(header.size)})
    const view = to.view
    ${membersStatement(draft, header, 'at', 'header', [], without)}
  }
  {
    const x = attributes
    const scope = { values: header, outer }
    ${writeStatement(draft, attributes)}
  }`

const writeBody = (
  draft: Draft,
  name: string,
  { header, attributes }: Body<Members, Policy<unknown>>
): string => `
function ${name}(to, value, outer) {
  ${bodyStatement(draft, header, attributes, 'value')}
  return true
}`

const writeRecords = (
  draft: Draft,
  name: string,
  { header, length, attributes }: Records<Members, string, Policy<unknown>>
): string => `
function ${name}(to, value, outer) {
  ${eachOf(
    'value',
    `const start = to.length
    ${bodyStatement(draft, header, attributes, 'x', length)}
    {
      const x = to.length - start
      const view = to.view
      ${setStatement(draft, header.members[length] as Field<unknown>, `start + ${header.offsets[length]}`)}
      ${object(draft, reserve)}(to, ((x + 3) & ~3) - x)
    }`
  )}
  return true
}`

const writers: { readonly [type: string]: Code } = {
  nest: writeSet,
  list: writeList,
  indexed: writeList,
  array: writeArray,
  followed: writeFollowed,
  body: writeBody,
  records: writeRecords
}

const writerOf = once(policy =>
  finished<Write>(draft => {
    return `return function (to, x, scope) { ${writeStatement(draft, policy)}; return true }`
  })
)

const writerWhenMet = once((policy): Write => {
  if (!isLazy(policy)) return (to, value, scope) => writerOf(policy)(to, value, scope)
  return (to, value, scope) => {
    if (to.depth === deepest) return false
    to.depth++
    const done = writerOf(elementOf(policy) as Policy<unknown>)(to, value, scope)
    to.depth--
    return done
  }
})

/** Makes the code at once. */
export const compile = (policy: Policy<unknown>): Compiled => {
  const read = readerOf(policy)
  const write = writerOf(policy)
  return {
    read: (bytes, from, to) => {
      bytes.irregular = false
      const value = read(bytes, from, to, undefined)
      if (value !== undefined && !bytes.irregular) return value
      bytes.depth = 0
      return undefined
    },
    write: (to, value) => {
      const start = to.length
      if (write(to, value, undefined)) return true
      to.array.fill(0, start, to.length)
      to.length = start
      to.depth = 0
      return false
    }
  }
}

/** A process that reads a handful of messages should not wait for code to be made. */
const patience = 32

/** Whether code may be made at all: `--disallow-code-generation-from-strings`, and some bundlers, forbid it. */
const allowed = (): boolean => {
  try {
    return new Function('return true')()
  } catch {
    return false
  }
}

/** Makes the code once the policy has been used often enough to be worth it, if that is allowed. */
export const compiled = once((policy): Compiled => {
  let uses = 0
  const use = (): void => {
    if (++uses === patience && allowed()) Object.assign(own, compile(policy))
  }
  const own: Compiled = {
    read: () => void use(),
    write: () => {
      use()
      return false
    }
  }
  return own
})
