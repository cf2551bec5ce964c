import type { Rows } from '../attributes'
import { type Alternatives, alternativeFor, type Choice, chosen } from '../choice'
import { type Parts, partsOf, selectorsOf } from '../parts'
import { type Field, lookUp, type Policy, type Scope } from '../policy'
import type { Members, Struct } from '../struct'

/** Code under way: functions that call each other, and the objects that they refer to. */
export interface Draft {
  readonly functions: Array<string>
  /** Of the functions: by the policy that they are for, or the selector that they look up. */
  readonly names: Map<Policy<unknown> | string, string>
  readonly objects: Array<unknown>
}

/** How the code calls an object of ours. */
export const object = (draft: Draft, given: unknown): string => {
  const known = draft.objects.indexOf(given)
  return `o${known >= 0 ? known : draft.objects.push(given) - 1}`
}

/** How the code calls a function of its own. */
export const functionFor = (
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

/** Runs the code: `make` adds what is needed to the draft, and gives the statement that returns the result. */
export const finished = <F>(make: (draft: Draft) => string): F => {
  const draft: Draft = { functions: [], names: new Map(), objects: [] }
  const main = make(draft)
  const code = `'use strict'\n${draft.functions.join('\n')}\n${main}`
  return new Function(...draft.objects.map((_, n) => `o${n}`), code)(...draft.objects) as F
}

export const quote = JSON.stringify

/** Keeps what was made for a policy. */
export const once = <A>(make: (policy: Policy<unknown>) => A): ((policy: Policy<unknown>) => A) => {
  const made = new WeakMap<Policy<unknown>, A>()
  return policy => {
    const known = made.get(policy)
    if (known !== undefined) return known
    const one = make(policy)
    made.set(policy, one)
    return one
  }
}

export const isField = (policy: Policy<unknown>): policy is Field<unknown> => 'readAt' in policy

/** A policy that only says where another one is to be found. */
export const isLazy = (policy: Policy<unknown>): boolean => policy.type === 'nest' && !('rows' in policy)

export type AnyStruct = Struct<Members>

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

/**
 * What was made for the form that a closed choice takes. Its forms are met one by one, since each is loaded when it is
 * first looked at.
 */
export const whenChosen = <F>(
  policy: Policy<unknown>,
  make: (form: Policy<unknown>) => F
): ((scope: Scope | undefined) => F | undefined) => {
  const { selector, table } = policy as Choice<string, Alternatives>
  const madeFor = once(make)
  /** By the selector, which is quicker; what the table has nothing for depends on others, too. */
  const met = new Map<unknown, F>()
  return scope => {
    const selected = lookUp(scope, selector)
    const known = met.get(selected)
    if (known !== undefined) return known
    const form = chosen(policy, scope)
    if (form === undefined) return undefined
    const made = madeFor(form)
    if (form === alternativeFor(table, selected)) met.set(selected, made)
    return made
  }
}

export const isClosed = (policy: Policy<unknown>): boolean =>
  policy.type === 'choice' && (policy as Choice<string, Alternatives>).closed === true

/** A case for each form of a choice. */
export const selection = (
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

/** How many rows and members the code of a policy has: not those of forms that are met later. */
export const rowsOf = (policy: Policy<unknown>): number => {
  const parts = new Set<Parts>([policy])
  let rows = 0
  for (const part of parts) {
    rows += Object.keys(part.rows ?? part.members ?? {}).length
    if (!isClosed(part) && !isLazy(part)) for (const each of partsOf(part)) parts.add(each)
  }
  return rows
}

/** The attributes that depend on their siblings, so that they are read after them. */
export const lateKeys = (rows: Rows): ReadonlySet<string> =>
  new Set(
    Object.entries(rows)
      .filter(([, [, policy]]) => [...selectorsOf(policy)].some(name => Object.hasOwn(rows, name)))
      .map(([key]) => key)
  )

/** Writes the function of a policy, under a name. */
export type Code = (draft: Draft, name: string, policy: never) => string
