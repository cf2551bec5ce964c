import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import * as TE from 'fp-ts/TaskEither'
import type { Link } from '../../link'
import * as link from '../../link'
import { cookie } from '../../namespace/cookie'
import type { NamespaceError } from '../../namespace/error'
import { exists } from '../../namespace/named'
import type { CreateNamespace } from '../../recipe/step'
import { isGone, type StepError } from '../error'
import { guestsIn } from '../guest'
import { tagOf } from '../tag'
import { call, recall, type StepKind, type Surroundings, unlessGone, word } from './kind'

interface Before {
  /** It was there already, so it is not ours to remove. */
  readonly existed: boolean
  /** Of the one that we made: another one by its name is not ours. */
  readonly cookie?: string
}

/** A named namespace: `ip netns add`. It is there before it has its name, so what we are to make is known beforehand. */
export const namespaceStep: StepKind<CreateNamespace, Before> = {
  describe: ({ name }) => `make the namespace ${name}`,
  before: ({ name }, around) =>
    pipe(
      exists(name),
      TE.chainW(existed => (existed ? TE.right<StepError, Before>({ existed }) : make(name, around)))
    ),
  apply: ({ name }, { existed }, { world }) => call(existed ? TE.right(undefined) : world.attach(name)),
  undo: ({ name }, { existed, cookie: ours }, around) =>
    existed
      ? undefined
      : recall(
          pipe(
            TE.fromIOEither(() => stateOf(name, ours)),
            TE.chainW(
              (state): TE.TaskEither<StepError, ReadonlyArray<string>> =>
                state === 'another one' ? TE.right([]) : vacate(name, around)
            )
          )
        ),
  check: ({ name }, { cookie: ours }) =>
    pipe(
      TE.fromIOEither(() => stateOf(name, ours)),
      TE.map(state => (state === 'ours' ? [] : [`the namespace ${name} is ${state}`]))
    ),
  renew: ({ name }, before, around) => {
    // Processes in it may have kept it, and then it only lacks its name.
    if (E.isRight(around.world.at(name))) return TE.right({ ...before, existed: false })
    return make(name, around)
  },
  script: ({ name }) => [`ip netns add ${word(name)}`, `ip -n ${word(name)} link set lo up`]
}

/** Takes the name away, and with it what is in there: what of it was not ours. */
const vacate = (
  name: string,
  { world, owner }: Surroundings
): TE.TaskEither<StepError, ReadonlyArray<string>> =>
  pipe(
    unlessGone(guestsIn(world, name, owner)),
    TE.chainFirstW(() => world.detach(name)),
    TE.map((guests = []) => guests.map(each => lossOf(name, each)))
  )

/** Hardware has no kind. */
const lossOf = (namespace: string, { kind, name }: Link): string =>
  kind === undefined
    ? `what ${name}, which no isolation had put there, had in the namespace ${namespace}`
    : `the ${kind} ${name}, which no isolation made, ended with the namespace ${namespace}`

/** LOOPBACK_IFINDEX: `lo` is the first link of every namespace. <net/flow.h> */
const loopback = 1

/** A namespace that bears our mark before anybody can see it. */
const make = (name: string, { world, owner }: Surroundings): TE.TaskEither<StepError, Before> =>
  pipe(
    TE.fromIOEither(() => world.make(name)),
    TE.chainFirstW(() => world.send(link.set(loopback, { alias: tagOf(owner) }), name)),
    TE.map(made => ({ existed: false, cookie: made }))
  )

/** What the name means now. The file of a namespace that was never mounted on it, or has been unmounted, means none. */
const stateOf = (
  name: string,
  ours: string | undefined
): E.Either<NamespaceError, 'ours' | 'gone' | 'another one'> =>
  pipe(
    cookie(name),
    E.map((found): 'ours' | 'another one' => (ours === undefined || found === ours ? 'ours' : 'another one')),
    E.orElse(error => (isGone(error) ? E.right('gone') : E.left(error)))
  )
