import type { NamespaceRef } from '../namespace/reference'
import type { Step } from './step'

/** A link that must be there, or must not, before anything is changed. */
export interface LinkPremise {
  /** The parameter that names it. */
  readonly field: string
  readonly link: string
  readonly namespace?: NamespaceRef
  /** One that is to be spare is there, and the host's way to the world is another. */
  readonly must: 'exist' | 'be absent' | 'be spare'
}

/** A network of which no address of the host may be: its packets would go astray, or ours. */
export interface NetworkPremise {
  /** The parameter that tells it. */
  readonly field: string
  readonly network: string
  readonly must: 'be unused'
}

/** A namespace that is not ours to make: a process's, or one that is mounted on a file. */
export interface NamespacePremise {
  /** The parameter that tells it. */
  readonly field: string
  readonly namespace: NamespaceRef
  readonly must: 'exist'
}

/** An address that no interface of the host has. */
export interface AddressPremise {
  /** The parameter that tells it. */
  readonly field: string
  readonly address: string
  readonly must: 'be free'
}

/** An interface of the host that is up and can have the links on top that the plan puts there. */
export interface ParentPremise {
  /** The parameter that names it. */
  readonly field: string
  readonly parent: string
  readonly must: 'carry'
}

/** Something that only one of those that belong to the same name can have, such as an address on a network. */
export interface ClaimPremise {
  /** The parameter that tells it. */
  readonly field: string
  readonly claim: string
  readonly must: 'be nobody else’s'
}

export type Premise =
  | LinkPremise
  | NetworkPremise
  | NamespacePremise
  | AddressPremise
  | ParentPremise
  | ClaimPremise

/**
 * What is to be done, as data: nothing has been looked up or changed. The same plan is applied, printed as a script,
 * checked, and undone.
 */
export interface Plan {
  /** The recipe's name: `veth-masquerade`. */
  readonly recipe: string
  /** By which it is torn down: the namespace's or the bridge's name, unless one was given. */
  readonly name: string
  readonly parameters: { readonly [key: string]: unknown }
  readonly premises: ReadonlyArray<Premise>
  /** In order; each needs those before it. */
  readonly steps: ReadonlyArray<Step>
  /** Isolations that belong to this one: each has a record of its own, and all go with it. */
  readonly members?: ReadonlyArray<Plan>
  /** The families of whose default route the interface stands for `defaultUplink` in the steps. */
  readonly uplinkOf?: 'ipv4' | 'ipv6'
  /** That interface, once it has been looked up. */
  readonly uplink?: string
}

/** The steps of a plan, and of all that belongs to it. */
export const allSteps = ({ steps, members = [] }: Plan): ReadonlyArray<Step> => [
  ...steps,
  ...members.flatMap(allSteps)
]

/** Stands for the interface of the default route, until it is looked up; in a script, a shell's variable. */
export const defaultUplink = '$uplink'

/** The plan with its uplink looked up. */
export const withUplink = (plan: Plan, uplink: string): Plan => {
  const { uplinkOf, ...rest } = plan
  return { ...rest, ...replaced({ premises: plan.premises, steps: plan.steps }, uplink), uplink }
}

const replaced = <A>(value: A, uplink: string): A => {
  if (value === defaultUplink) return uplink as A
  if (Array.isArray(value)) return value.map(each => replaced(each, uplink)) as A
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, replaced(each, uplink)])) as A
  return value
}

/** Parameters that no plan can be made of. */
export interface InvalidParameters {
  readonly _tag: 'InvalidParameters'
  /** One sentence: the field, what is wrong, what to do. */
  readonly message: string
  readonly recipe: string
  /** The first field at fault: `publish.0.hostPort`. */
  readonly field: string
}

export const invalidParameters = (recipe: string, field: string, reason: string): InvalidParameters => ({
  _tag: 'InvalidParameters',
  // Where no recipe is known yet, the parameter of that name stands for it, and is named once.
  message: `${recipe}: ${field === '' || field === recipe ? '' : `${field}: `}${reason}`,
  recipe,
  field
})
