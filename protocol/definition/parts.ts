import type { Policy } from './policy'
import type { Members, Struct } from './struct'

/** A policy, seen by whatever parts the policies have. */
export interface Parts extends Policy<unknown> {
  readonly prefix?: string
  readonly rows?: {
    readonly [key: string]: readonly [number: number, policy: Policy<unknown>, name?: string]
  }
  readonly members?: Members
  readonly header?: Struct<Members>
  readonly attributes?: Policy<unknown>
  readonly key?: string
  readonly of?: Policy<unknown> | (() => Policy<unknown>)
  readonly table?: { readonly [selected: string]: Policy<unknown> }
  readonly otherwise?: Policy<unknown>
  readonly forms?: ReadonlyArray<Policy<unknown>>
  /** The name that it looks up in the values around it. */
  readonly selector?: string
  readonly closed?: boolean
}

/** What a policy of many is made of, or what a lazy one stands for. */
export const elementOf = ({ of }: Parts): Policy<unknown> | undefined =>
  typeof of === 'function' ? of() : of

/** The forms that a payload may have, where the policy has several. */
export const formsOf = ({ table = {}, otherwise, forms = [] }: Parts): ReadonlyArray<Policy<unknown>> =>
  [...Object.values(table), otherwise, ...forms].filter(form => form !== undefined)

/** All that a policy is made of. */
export const partsOf = (policy: Parts): ReadonlyArray<Policy<unknown>> => [
  ...Object.values(policy.rows ?? {}).map(([, part]) => part),
  ...Object.values(policy.members ?? {}),
  ...[policy.header, policy.attributes, elementOf(policy)].filter(part => part !== undefined),
  ...formsOf(policy)
]

/** The parts that may look up names in the values around the policy. */
const lookingOut = (policy: Parts): ReadonlyArray<Policy<unknown>> =>
  policy.closed === true ? formsOf({ ...policy, table: {} }) : partsOf(policy)

const none: ReadonlySet<string> = new Set()
const selectors = new WeakMap<Policy<unknown>, ReadonlySet<string>>()

/** The names that a policy looks up in the values around it, or that one within it does. */
export const selectorsOf = (policy: Parts): ReadonlySet<string> => {
  const known = selectors.get(policy)
  if (known !== undefined) return known
  const names = typeof policy.of === 'function' ? selectorsWithin(policy) : selectorsIn(policy)
  selectors.set(policy, names)
  return names
}

const selectorsIn = (policy: Parts): ReadonlySet<string> => {
  const all = lookingOut(policy)
    .map(selectorsOf)
    .filter(({ size }) => size > 0)
  if (policy.selector !== undefined) all.push(new Set([policy.selector]))
  return all.length === 0 ? none : new Set(all.flatMap(names => [...names]))
}

/** Of one that may contain itself. */
const selectorsWithin = (policy: Parts): ReadonlySet<string> => {
  const names = new Set<string>()
  const all = new Set<Parts>([policy])
  for (const each of all) {
    if (each.selector !== undefined) names.add(each.selector)
    for (const part of lookingOut(each)) all.add(part)
  }
  return names
}
