import { encodeError, quoted } from './error'
import { lookUp, type Policy, type Scope, type ValueOf } from './policy'

export interface Alternatives {
  readonly [selected: string | number]: Policy<unknown>
}

/** An attribute whose policy is chosen by the value of another one, its selector. */
export interface Choice<S extends string, T extends Alternatives, O extends Policy<unknown> = Policy<unknown>>
  extends Policy<ValueOf<T[keyof T]> | ValueOf<O>> {
  readonly type: 'choice'
  readonly selector: S
  readonly table: T
  /** What is meant when the table has nothing for the selector; perhaps another choice. */
  readonly otherwise: O | undefined
  /** No alternative looks up a name beyond the set that the choice stands in. */
  readonly closed?: boolean
}

/** A choice whose selector stands in the same set, so that TypeScript can tell the alternatives apart by it. */
export interface Variant<S extends string, T extends Alternatives> extends Choice<S, T, Policy<never>> {
  readonly variant: true
}

const { propertyIsEnumerable: isEnumerable } = Object.prototype

/** What a table has for a selector. It can be a module: what that has besides its exports cannot be enumerated. */
export const alternativeFor = (table: Alternatives, selected: unknown): Policy<unknown> | undefined =>
  selected !== undefined && isEnumerable.call(table, selected as string | number)
    ? table[selected as string | number]
    : undefined

/** The policy that a value's surroundings select, if the table has one. */
export const chosen = (policy: Policy<unknown>, scope: Scope | undefined): Policy<unknown> | undefined => {
  if (policy.type !== 'choice') return policy
  const { selector, table, otherwise } = policy as Choice<string, Alternatives>
  const alternative = alternativeFor(table, lookUp(scope, selector))
  return alternative ?? (otherwise === undefined ? undefined : chosen(otherwise, scope))
}

/**
 * A payload whose policy depends on a value that stands in the same set, in one around it, or in the header. With
 * any other selector, or none, it is what `otherwise` says, and without that kept as unknown bytes.
 */
export const choice = <
  const S extends string,
  const T extends Alternatives,
  O extends Policy<unknown> = Policy<never>
>(
  selector: S,
  table: T,
  otherwise?: O
): Choice<S, T, O> => {
  const policy: Choice<S, T, O> = {
    type: 'choice',
    selector,
    table,
    otherwise,
    read: (bytes, from, to, scope) =>
      chosen(policy, scope)?.read(bytes, from, to, scope) as ValueOf<T[keyof T]> | ValueOf<O> | undefined,
    write: (to, value, scope) => {
      const found = chosen(policy, scope)
      return found === undefined
        ? encodeError(
            `nothing is defined for ${selector} ${quoted(lookUp(scope, selector))}; pass its bytes under unknown`
          )
        : found.write(to, value, scope)
    }
  }
  return policy
}

/** A choice by an attribute of the same set: the set's type becomes a union told apart by the selector. */
export const variant = <const S extends string, const T extends Alternatives>(
  selector: S,
  table: T
): Variant<S, T> => ({
  ...choice<S, T>(selector, table),
  variant: true
})

/**
 * A choice of which no alternative looks up a name beyond the set that it stands in. So nobody need look into them for
 * such names, and each is loaded when it is first chosen.
 */
export const closed = <C extends { readonly closed?: boolean }>(policy: C): C => ({ ...policy, closed: true })
