import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import * as TE from 'fp-ts/TaskEither'
import * as link from '../link'
import { exists } from '../namespace/named'
import { defaultUplink, type Plan, type Premise, withUplink } from '../recipe/plan'
import * as route from '../route'
import type { NetlinkError } from '../socket/error'
import type { IsolationError, PremiseFailed } from './error'
import { placeName, type World } from './world'

const premiseFailed = ({ field, link: name }: Premise, reason: string): PremiseFailed => ({
  _tag: 'PremiseFailed',
  message: `${field}: ${reason}`,
  field,
  link: name
})

/** Looks up the interface of the default route, if the plan leaves the uplink to that. */
export const resolveUplink = (plan: Plan, world: World): TE.TaskEither<IsolationError, Plan> => {
  const { uplinkOf: family } = plan
  if (family === undefined) return TE.right(plan)
  return pipe(
    world.send(route.list({ family, table: route.RT_TABLE.MAIN })),
    TE.chainW(routes => {
      const [best] = routes
        .filter(({ destination, link: out }) => destination === 'default' && out !== undefined)
        .toSorted((a, b) => (a.metric ?? 0) - (b.metric ?? 0))
      return best?.link === undefined
        ? TE.left<IsolationError, string>(noDefaultRoute(family))
        : pipe(
            world.send(link.get(best.link)),
            TE.map(({ name }) => name)
          )
    }),
    TE.map(uplink => withUplink(plan, uplink))
  )
}

const noDefaultRoute = (family: string): PremiseFailed => ({
  _tag: 'PremiseFailed',
  message: `uplink: the host has no default route for ${family} that would tell it; name the interface to the world`,
  field: 'uplink',
  link: defaultUplink
})

/** Looks whether the plan's links are there, or are not, as it takes for granted. Changes nothing. */
export const checkPremises = (plan: Plan, world: World): TE.TaskEither<IsolationError, void> =>
  pipe(
    plan.premises,
    TE.traverseSeqArray(premise => checkPremise(premise, world)),
    TE.map(() => undefined)
  )

const checkPremise = (premise: Premise, world: World): TE.TaskEither<IsolationError, void> => {
  const { namespace, must, link: name } = premise
  const look = pipe(
    world.send(link.get(name), namespace),
    TE.map(() => true),
    TE.orElse(error => (isAbsent(error) ? TE.right<NetlinkError, boolean>(false) : TE.left(error)))
  )
  const present =
    typeof namespace === 'string'
      ? pipe(
          exists(namespace),
          TE.chainW(there => (there ? look : TE.right(false)))
        )
      : look
  return pipe(
    present,
    TE.chainW(there => {
      if (must === 'exist')
        return there
          ? TE.right(undefined)
          : TE.left(
              premiseFailed(
                premise,
                `there is no interface ${name} ${placeName(namespace)}; name one that is there`
              )
            )
      return there
        ? TE.left(
            premiseFailed(
              premise,
              `${name} exists already ${placeName(namespace)}; choose another name, or remove it`
            )
          )
        : TE.right(undefined)
    })
  )
}

const isAbsent = (error: NetlinkError): boolean =>
  error._tag === 'NotFound' || (error._tag === 'Rejected' && error.code === 'ENODEV')

/** A recipe's answer: the plan, or why there is none. */
export type Planned<L> = Plan | E.Either<L, Plan>

export const planOf = <L>(given: Planned<L>): E.Either<L, Plan> => ('_tag' in given ? given : E.right(given))
