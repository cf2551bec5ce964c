import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import type { Step } from '../../recipe/step'
import { addressStep } from './address'
import { firewallStep } from './firewall'
import type { StepKind } from './kind'
import { addLinkStep, type LinkBefore, setLinkStep } from './link'
import { namespaceStep } from './namespace'
import { moveStep } from './nic'
import { passageStep } from './passage'
import { readinessStep } from './readiness'
import { routeStep } from './route'
import { forwardStep, sysctlStep } from './sysctl'
import { joinVlanStep } from './vlan'

export { type Act, call, type Surroundings, unlessGone } from './kind'
export { homeOf, type LinkBefore } from './link'

const kinds = {
  CreateNamespace: namespaceStep,
  AddLink: addLinkStep,
  SetLink: setLinkStep,
  AwaitReadiness: readinessStep,
  JoinVlan: joinVlanStep,
  MoveLink: moveStep,
  AddAddress: addressStep,
  AddRoute: routeStep,
  SetSysctl: sysctlStep,
  Forward: forwardStep,
  AddEntries: firewallStep,
  PassFirewalls: passageStep
} as const

/** What can be done with a step: to describe it, look before it, do it, undo it, print it. */
export const kindOf = (step: Step): StepKind<Step, unknown> =>
  kinds[step._tag] as unknown as StepKind<Step, unknown>

/** What a step does, in words. One that no recipe makes may lack what it takes to tell. */
export const describe = (step: Step): string =>
  pipe(
    E.tryCatch(() => kindOf(step).describe(step), String),
    E.getOrElse(() => String(step._tag))
  )

/** What there is to say of a step besides. */
export const detailsOf = (step: Step): ReadonlyArray<string> => kindOf(step).details?.(step) ?? []

/** The links that a plan makes, each with the index chosen for it. */
export const newLinks = (
  steps: ReadonlyArray<Step>,
  before: ReadonlyArray<unknown>
): ReadonlyArray<{
  readonly step: Extract<Step, { readonly _tag: 'AddLink' }>
  readonly before: LinkBefore
}> => steps.flatMap((step, n) => (step._tag === 'AddLink' ? [{ step, before: before[n] as LinkBefore }] : []))
