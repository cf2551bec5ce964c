import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import * as TE from 'fp-ts/TaskEither'
import * as address from '../address'
import { overlap, parsePrefix } from '../ip/prefix'
import * as link from '../link'
import { exists } from '../namespace/named'
import { withReference } from '../namespace/reference'
import {
  type AddressPremise,
  type ClaimPremise,
  type LinkPremise,
  type NamespacePremise,
  type NetworkPremise,
  type ParentPremise,
  type Plan,
  type Premise,
  withUplink
} from '../recipe/plan'
import * as route from '../route'
import { type InvalidInput, invalidInput, type NetlinkError } from '../socket/error'
import type { LinkRef } from '../socket/request'
import type { IsolationError, PremiseFailed } from './error'
import type { Journal } from './journal'
import { leftover } from './leftover'
import type { Machine } from './machine'
import { wrongParent } from './parent'
import { ownerTagged } from './tag'
import { placeName, type World } from './world'

const premiseFailed = (field: string, reason: string): PremiseFailed => ({
  _tag: 'PremiseFailed',
  message: `${field}: ${reason}`,
  field
})

/** Looks up the interface of the default route, if the plan leaves the uplink to that. */
export const resolveUplink = (plan: Plan, world: World): TE.TaskEither<IsolationError, Plan> => {
  const { uplinkOf: family } = plan
  if (family === undefined) return TE.right(plan)
  return pipe(
    world.send(route.list({ family, table: route.RT_TABLE.MAIN })),
    TE.chainW(routes => {
      const [best] = routes
        .filter(({ destination }) => destination === 'default')
        .toSorted((a, b) => (a.metric ?? 0) - (b.metric ?? 0))
        .flatMap(linksOf)
      return best === undefined
        ? TE.left<IsolationError, string>(noDefaultRoute(family))
        : pipe(
            world.send(link.get(best)),
            TE.map(({ name }) => name)
          )
    }),
    TE.map(uplink => withUplink(plan, uplink))
  )
}

const noDefaultRoute = (family: string): PremiseFailed =>
  premiseFailed(
    'uplink',
    `the host has no default route for ${family} that would tell it; name the interface to the world`
  )

/** Looks whether all is as the plan takes for granted; the questions of all travel together. Changes nothing. */
export const checkPremises = (
  plan: Plan,
  world: World,
  machine: Machine
): TE.TaskEither<IsolationError, void> =>
  pipe(
    plan.premises,
    TE.traverseArray(premise => checkPremise(premise, plan, world, machine)),
    TE.map(() => undefined)
  )

const checkPremise = (
  premise: Premise,
  plan: Plan,
  world: World,
  machine: Machine
): TE.TaskEither<IsolationError, void> => {
  if ('claim' in premise) return TE.fromIOEither(() => checkClaim(premise, plan, machine.journal))
  if ('network' in premise) return checkNetwork(premise, world)
  if ('address' in premise) return checkAddress(premise, world)
  if ('parent' in premise) return checkParent(premise, plan, world, machine)
  return 'link' in premise ? checkLink(premise, world, machine) : checkNamespace(premise)
}

const checkLink = (
  { field, link: name, namespace, must }: LinkPremise,
  world: World,
  machine: Machine
): TE.TaskEither<IsolationError, void> => {
  const look = pipe(
    world.send(link.get(name), namespace),
    TE.orElse(error => (isAbsent(error) ? TE.right<NetlinkError, undefined>(undefined) : TE.left(error)))
  )
  const present =
    typeof namespace === 'string'
      ? pipe(
          exists(namespace),
          TE.chainW(there => (there ? look : TE.right(undefined)))
        )
      : look
  const where = placeName(namespace)
  return pipe(
    present,
    TE.filterOrElseW(
      there => (there !== undefined) === (must !== 'be absent'),
      there =>
        premiseFailed(
          field,
          there !== undefined
            ? `${name} ${leftover(machine, ownerTagged(there.alias)) ?? `exists already ${where}; choose another name, or remove it`}`
            : `there is no interface ${name} ${where}; name one that is there`
        )
    ),
    TE.chainW(() => (must === 'be spare' ? checkSpare(field, name, world) : TE.right(undefined)))
  )
}

/** A host without a default route cannot lose any. */
const checkSpare = (field: string, name: string, world: World): TE.TaskEither<IsolationError, void> =>
  pipe(
    TE.Do,
    TE.apS('own', world.send(link.get(name))),
    TE.apS('routes', world.send(route.list({ table: route.RT_TABLE.MAIN }))),
    TE.chainW(({ own, routes }) => {
      const ways = routes.filter(({ destination }) => destination === 'default').flatMap(linksOf)
      return ways.length > 0 && ways.every(each => each === own.index)
        ? TE.left(
            premiseFailed(
              field,
              `all default routes of the host leave by ${name}; use the recipe host-fake-ip, or give it another one first`
            )
          )
        : TE.right<IsolationError, void>(undefined)
    })
  )

/** The links that a route leaves by, of which there are several where it balances. */
export const linksOf = ({ link: single, nexthops = [] }: route.Route): ReadonlyArray<LinkRef> =>
  [single, ...nexthops.map(each => each.link)].filter(each => each !== undefined)

const checkNetwork = (
  { field, network }: NetworkPremise,
  world: World
): TE.TaskEither<IsolationError, void> =>
  pipe(
    TE.fromEither(E.mapLeft((reason: string) => premiseFailed(field, reason))(parsePrefix(network))),
    TE.bindTo('wanted'),
    TE.bindW('addresses', ({ wanted: { family } }) => world.send(address.list({ family }))),
    TE.chainW(({ addresses, wanted }) => {
      const rival = addresses.find(({ family, address: own, prefixLength }) =>
        overlap(wanted, { family, address: own, length: prefixLength })
      )
      if (rival === undefined) return TE.right<IsolationError, void>(undefined)
      const prefix = `${rival.address}/${rival.prefixLength}`
      return pipe(
        world.send(link.get(rival.link)),
        TE.chainW(({ name }) =>
          TE.left(
            premiseFailed(
              field,
              `${network} overlaps ${prefix}, which ${name} has on the host; choose another network`
            )
          )
        )
      )
    })
  )

/** An address that the host has itself would be answered for by it, or by nobody. */
const checkAddress = (
  { field, address: wanted }: AddressPremise,
  world: World
): TE.TaskEither<IsolationError, void> =>
  pipe(
    world.send(address.list()),
    TE.chainW(addresses => {
      const own = addresses.find(({ address: each }) => each === wanted)
      return own === undefined
        ? TE.right<IsolationError, void>(undefined)
        : pipe(
            world.send(link.get(own.link)),
            TE.chainW(({ name }) =>
              TE.left(premiseFailed(field, `${name} has ${wanted} on the host; choose another address`))
            )
          )
    })
  )

const checkClaim = (
  { field, claim }: ClaimPremise,
  { name }: Plan,
  journal: Journal
): E.Either<IsolationError, void> =>
  pipe(
    journal.claimant(claim),
    E.chainW(claimant =>
      claimant === undefined || claimant === name
        ? E.right(undefined)
        : E.left(premiseFailed(field, `${claim} is that of ${claimant}; choose another one`))
    )
  )

const checkParent = (
  { field, parent: name }: ParentPremise,
  plan: Plan,
  world: World,
  machine: Machine
): TE.TaskEither<IsolationError, void> =>
  pipe(
    checkLink({ field, link: name, must: 'exist' }, world, machine),
    TE.chainW(() => world.send(link.get(name))),
    TE.chainW(parent => wrongParent(parent, plan, world, machine.journal)),
    TE.chainW(reason =>
      reason === undefined ? TE.right<IsolationError, void>(undefined) : TE.left(premiseFailed(field, reason))
    )
  )

const checkNamespace = ({ field, namespace }: NamespacePremise): TE.TaskEither<IsolationError, void> =>
  pipe(
    TE.fromEither(withReference(namespace, () => E.right(undefined))),
    TE.mapLeft(error => premiseFailed(field, error.message))
  )

const isAbsent = (error: NetlinkError): boolean =>
  error._tag === 'NotFound' || (error._tag === 'Rejected' && error.code === 'ENODEV')

/** A recipe's answer: the plan, or why there is none. */
export type Planned<L> = Plan | E.Either<L, Plan>

/** The plan itself. Whoever has no types may give anything: parameters as they were read, most often. */
export const planOf = <L>(operation: string, given: Planned<L>): E.Either<L | InvalidInput, Plan> => {
  const answer: unknown = given
  if (isObject(answer) && answer._tag === 'Left' && 'left' in answer) return given as E.Left<L>
  const plan = isObject(answer) && answer._tag === 'Right' ? answer.right : answer
  return isPlan(plan)
    ? E.right(plan)
    : E.left(
        invalidInput(
          operation,
          'plan',
          'is none: give what a recipe returns, or planFrom(parameters) for parameters as they were read from a file'
        )
      )
}

const isObject = (given: unknown): given is { readonly [key: string]: unknown } =>
  typeof given === 'object' && given !== null

const isPlan = (given: unknown): given is Plan =>
  isObject(given) &&
  typeof given.recipe === 'string' &&
  typeof given.name === 'string' &&
  isObject(given.parameters) &&
  Array.isArray(given.premises) &&
  Array.isArray(given.steps)
