import type { AttributeSet, Many, Rows, Unknown } from '../attributes'
import { NLA_F_NESTED } from '../attributes'
import { align, type Bytes, copy, deepest, littleEndian as le } from '../bytes'
import type { ArrayOf, Body, Followed, ListOf, Records } from '../composite'
import { elementOf } from '../parts'
import type { Field, Policy, Scope } from '../policy'
import type { Members } from '../struct'
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

/** The value in `[from, to)`; undefined where the code gives up. */
export type Read = (bytes: Bytes, from: number, to: number, scope: Scope | undefined) => unknown

// A statement finds the payload between f and t, and puts the value into x.

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
  if (policy.type === 'choice' && !isClosed(policy))
    return selection(draft, policy, form => readStatement(draft, form, true), 'return')
  const name = readerName(draft, policy, whenMet)
  return `x = ${name}(bytes, f, t, scope); if (x === undefined) return`
}

const readerName = (draft: Draft, policy: Policy<unknown>, whenMet: boolean): string => {
  if (isClosed(policy)) return object(draft, chosenReader(policy))
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
    if (at > to) return
    for (let pad = t; pad < at; pad++) if (bytes.array[pad] !== 0) return
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
  values.unknown.push({ type: bytes.view.getUint16(at + 2, le), payload: copy(bytes, at + 4, end) })
}

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
export const readerOf = once(policy =>
  finished<Read>(draft =>
    readers[policy.type] === undefined || isLazy(policy)
      ? `return function (bytes, f, t, scope) { const view = bytes.view; let x; ${readStatement(draft, policy)}; return x }`
      : `return ${readerName(draft, policy, false)}`
  )
)

const chosenReader = once((policy): Read => {
  const readerIn = whenChosen(policy, readerWhenMet)
  return (bytes, from, to, scope) => readerIn(scope)?.(bytes, from, to, scope)
})

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
