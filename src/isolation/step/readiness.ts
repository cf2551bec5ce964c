import { setTimeout } from 'node:timers/promises'
import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import * as TE from 'fp-ts/TaskEither'
import { familyOf } from '../../ip/prefix'
import type { Link } from '../../link'
import * as link from '../../link'
import type { AwaitReadiness } from '../../recipe/step'
import * as route from '../../route'
import type { NetlinkError } from '../../socket/error'
import type { StepError } from '../error'
import { placeName } from '../world'
import { call, type StepKind, type Surroundings, unlessGone } from './kind'

/** How long it may take, and how often we look, in milliseconds. */
const patience = 1_000
const pace = 1

const isRunning = ({ state }: Link): boolean => state === 'up' || state === 'unknown'

const linksOf = (
  { links, namespace }: AwaitReadiness,
  { world, linkIn }: Surroundings
): TE.TaskEither<NetlinkError, ReadonlyArray<Link>> =>
  pipe(
    links,
    TE.traverseArray(each => world.send(link.get(linkIn(namespace, each)), namespace))
  )

/**
 * The kernel takes what is for an address once there is a local route to it. That of an IPv4 address comes with it; for
 * an IPv6 address, a worker of the kernel adds it a little later, when it has joined the group that neighbours ask in.
 */
const isAnswered = (
  address: string,
  { namespace }: AwaitReadiness,
  { world }: Surroundings
): TE.TaskEither<NetlinkError, boolean> =>
  pipe(
    world.send(route.get(address), namespace),
    TE.map(({ type }) => type === 'local'),
    TE.orElse(error => (error._tag === 'Rejected' ? TE.right(false) : TE.left(error)))
  )

const isReady = (step: AwaitReadiness, around: Surroundings): TE.TaskEither<NetlinkError, boolean> =>
  pipe(
    TE.Do,
    TE.apS('links', linksOf(step, around)),
    TE.apS(
      'answered',
      pipe(
        step.addresses.filter(each => familyOf(each) === 'ipv6'),
        TE.traverseArray(each => isAnswered(each, step, around))
      )
    ),
    TE.map(({ links, answered }) => links.every(isRunning) && answered.every(Boolean))
  )

/**
 * A veth drops packets until the kernel has noticed that its other end is up, and an IPv6 address is not answered for
 * at once. A neighbour that is asked for in between is asked for again only after a second.
 */
export const readinessStep: StepKind<AwaitReadiness, null> = {
  describe: ({ links, namespace }) => `wait for ${links.join(', ')} ${placeName(namespace)}`,
  before: () => TE.right(null),
  apply: (step, _, around) =>
    call(async () => {
      const deadline = performance.now() + patience
      for (;;) {
        const ready: E.Either<StepError, boolean> = await isReady(step, around)()
        if (E.isLeft(ready)) return ready
        // Without a cable it may never be; all is as asked for, and comes to life when there is one.
        if (ready.right || performance.now() > deadline) return E.right(undefined)
        await setTimeout(pace)
      }
    }),
  undo: () => undefined,
  check: (step, _, around) =>
    pipe(
      unlessGone(linksOf(step, around)),
      TE.map((found = []) =>
        found
          .filter(each => !isRunning(each))
          .map(({ name, state }) => `${name} ${placeName(step.namespace)} passes no packets: it is ${state}`)
      )
    ),
  /** Whoever types is slower than the kernel. */
  script: () => []
}
