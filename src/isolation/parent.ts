import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import * as TE from 'fp-ts/TaskEither'
import type { Link, NewLink } from '../link'
import * as link from '../link'
import type { Plan } from '../recipe/plan'
import type { NetlinkError } from '../socket/error'
import type { JournalFailed } from './error'
import type { Journal } from './journal'
import type { World } from './world'

const modes = { ipvlan: link.IPVLAN_MODE, macvlan: link.MACVLAN_MODE } as const
type Kind = keyof typeof modes

/** A link on top of the parent. */
interface Child {
  readonly kind: Kind
  /** `the macvlan eth0 of red` */
  readonly called: string
  readonly mode: number
  readonly flags: number
}

/** Those that hand their packets to programs differ in nothing else. */
const kindsOf: { readonly [kind: string]: Kind | undefined } = {
  ipvlan: 'ipvlan',
  ipvtap: 'ipvlan',
  macvlan: 'macvlan',
  macvtap: 'macvlan'
}

const childOf = (
  { kind = '', options = {} }: { readonly kind?: string; readonly options?: object | undefined },
  called: string
): ReadonlyArray<Child> => {
  const known = Object.hasOwn(kindsOf, kind) ? kindsOf[kind] : undefined
  const { mode = 0, flags = 0 } = options as { readonly mode?: number; readonly flags?: number }
  return known === undefined ? [] : [{ kind: known, called: `the ${kind} ${called}`, mode, flags }]
}

/** What a plan puts on the parent. */
const childrenIn = ({ steps }: Plan, parent: string, owner = ''): ReadonlyArray<Child> =>
  steps.flatMap(step =>
    step._tag === 'AddLink' && step.namespace === undefined && step.link.parent === parent
      ? childOf(step.link as NewLink & { readonly options?: object }, `${step.link.name}${owner}`)
      : []
  )

/** Children are hidden from the host once they are in their namespaces: of those we know by our own records. */
const childrenOf = (
  parent: Link,
  plan: Plan,
  world: World,
  { records }: Journal
): TE.TaskEither<NetlinkError | JournalFailed, ReadonlyArray<Child>> =>
  pipe(
    world.send(link.list()),
    TE.map(links =>
      links
        .filter(each => each.parent === parent.index && each.parentNamespace === undefined)
        .flatMap(each => childOf(each, each.name))
    ),
    TE.chainW(visible =>
      pipe(
        TE.fromEither(
          pipe(
            records(),
            E.map(({ entries }) => entries.filter(entry => entry.plan.name !== plan.name))
          )
        ),
        TE.map(entries => [
          ...visible,
          ...entries.flatMap(entry => childrenIn(entry.plan, parent.name, ` of ${entry.plan.name}`))
        ])
      )
    )
  )

const modeName = ({ kind, mode }: Child): string =>
  Object.entries(modes[kind])
    .find(([, number]) => number === mode)?.[0]
    .toLowerCase() ?? String(mode)

const isAlone = ({ kind, mode }: Child): boolean => kind === 'macvlan' && mode === link.MACVLAN_MODE.PASSTHRU

/** Why a new child cannot be beside one that is there, if it cannot. */
const conflict = (parent: string, own: Child, there: Child): string | undefined => {
  if (own.kind !== there.kind)
    return `${parent} carries ${there.called}, and a parent takes either ipvlan or macvlan; use another parent, or ${there.kind}`
  if (isAlone(own) || isAlone(there))
    return `${parent} carries ${there.called}, and in mode passthru one has its parent for itself; use another parent or mode`
  // The kernel would change those that are there.
  return own.kind === 'ipvlan' && (own.mode !== there.mode || own.flags !== there.flags)
    ? `${parent} carries ${there.called} in mode ${modeName(there)}, and all on one parent have the same mode and flag`
    : undefined
}

/** A bridge, a bond or a team takes all that comes in by its ports; a VRF only routes it. */
const takesAll = ({ kind }: Link): boolean => kind !== 'vrf'

/** Why an interface that is there cannot carry what a plan puts on it, if it cannot. */
export const wrongParent = (
  parent: Link,
  plan: Plan,
  world: World,
  journal: Journal
): TE.TaskEither<NetlinkError | JournalFailed, string | undefined> => {
  const { name, up, master } = parent
  if (!up) return TE.right(`${name} is down on the host; set it up first: ip link set ${name} up`)
  const owner: TE.TaskEither<NetlinkError, Link | undefined> =
    master === undefined ? TE.right(undefined) : world.send(link.get(master))
  return pipe(
    owner,
    TE.chainW(owner =>
      owner !== undefined && takesAll(owner)
        ? TE.right(
            `${name} is a port of ${owner.name}, which takes all that comes in by it; use ${owner.name} as the parent`
          )
        : pipe(
            childrenOf(parent, plan, world, journal),
            TE.map(there =>
              childrenIn(plan, name)
                .flatMap(own => there.map(each => conflict(name, own, each)))
                .find(reason => reason !== undefined)
            )
          )
    )
  )
}
