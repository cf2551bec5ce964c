import { type AttributeSet, finish, type Many, NLA_F_NESTED, nests, type Rows } from '../attributes'
import { align, deepest, littleEndian as le, reserve, type Writer } from '../bytes'
import type { Alternatives, Choice } from '../choice'
import type { ArrayOf, Body, Followed, ListOf, Records } from '../composite'
import { originalsOf } from '../original'
import { elementOf } from '../parts'
import type { Field, Policy, Scope } from '../policy'
import type { Members } from '../struct'
import { setAddress } from '../text'
import {
  type AnyStruct,
  type Code,
  type Draft,
  finished,
  functionFor,
  isClosed,
  isField,
  isLazy,
  lateKeys,
  object,
  once,
  quote,
  selection,
  whenChosen
} from './draft'

/**
 * Appends the value, or says false where the code gives up; what the writer then has means nothing. A body's value
 * has `members` members, of which the code looks at two.
 */
export type Write = (to: Writer, value: unknown, scope: Scope | undefined, members?: number) => boolean

// A statement finds the value in x, and returns false where the code gives up.

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

/** A value with more members than were counted has a wrong one. */
const nothingElse = (
  values: string
): string => `for (const key in ${values}) if (${values}[key] !== undefined) n--
  if (n !== 0) return false`

/** The most bytes that a payload takes, if there is such a number and it is small. */
const most = (policy: Policy<unknown>): number | undefined => {
  if (isField(policy)) return policy.size
  if (policy.type === 'ip') return 16
  if (policy.type !== 'choice' || isClosed(policy)) return undefined
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
  if (policy.type in writers) return `if (!${writerName(draft, policy, whenMet)}(to, x, scope)) return false`
  return `if (${object(draft, policy)}.write(to, x, scope) !== undefined) return false`
}

const writerName = (draft: Draft, policy: Policy<unknown>, whenMet: boolean): string =>
  whenMet || isLazy(policy)
    ? object(draft, writerWhenMet(policy))
    : functionFor(draft, policy, name => (writers[policy.type] as Code)(draft, name, policy as never))

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
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
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
  if (isClosed(policy))
    return `if (!${object(draft, chosenWriter(policy, number))}(to, x, scope)) return false`
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

/** Writes a closed choice as an attribute of this number. */
const chosenWriter = (policy: Policy<unknown>, number: string): Write => {
  const writerIn = whenChosen(policy, form =>
    finished<Write>(
      draft =>
        `return function (to, x, scope) { ${attributeStatement(draft, number, form, true)}; return true }`
    )
  )
  return (to, value, scope) => writerIn(scope)?.(to, value, scope) ?? false
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
  count: string,
  without?: string
): string => `
  if (typeof ${value} !== 'object' || ${value} === null) return false
  const { header, attributes } = ${value}
  let parts = ${count}
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
function ${name}(to, value, outer, members = 2) {
  ${bodyStatement(draft, header, attributes, 'value', 'members')}
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
    ${bodyStatement(draft, header, attributes, 'x', '2', length)}
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

export const writerOf = once(policy =>
  finished<Write>(draft =>
    policy.type in writers && !isLazy(policy)
      ? `return ${writerName(draft, policy, false)}`
      : `return function (to, x, scope) { ${writeStatement(draft, policy)}; return true }`
  )
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
