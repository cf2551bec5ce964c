import { pipe } from 'fp-ts/function'
import * as TE from 'fp-ts/TaskEither'
import { bridgeEndpoint, type Endpoint } from '../recipe/bridge-network'
import { type ApplyOptions, applyLocked, type Isolation } from './apply'
import { type IsolationError, notApplied } from './error'
import { changing, type Machine, membersOf, thisMachine } from './machine'
import type { Entry } from './record'
import { type Teardown, type TeardownOptions, takeDownTelling } from './teardown'
import { isUp } from './watchdog'

/**
 * Attaches a namespace to a bridge network that is up, whole or not at all, as `apply` does with those that the network
 * is made with. It costs the same however many there are. The same again repairs what was lost of it.
 */
export const attach = (
  network: string,
  endpoint: Endpoint,
  options: Omit<ApplyOptions, 'confirmWithin'> = {}
): TE.TaskEither<IsolationError, Isolation> => {
  const machine = thisMachine()
  return changing(
    machine,
    pipe(
      networkOf(machine, network),
      TE.chainEitherKW(({ plan }) => bridgeEndpoint(plan.parameters, endpoint)),
      TE.chainW(plan => applyLocked(membersOf(machine, network), plan, options))
    ),
    options.signal
  )
}

/** Detaches an endpoint, by its name, which is that of its namespace. Succeeds too when it is not there. */
export const detach = (
  network: string,
  name: string,
  options: TeardownOptions = {}
): TE.TaskEither<IsolationError, Teardown> => {
  const machine = thisMachine()
  const inner = membersOf(machine, network)
  return changing(
    machine,
    pipe(
      TE.fromIOEither(() => inner.journal.take(name)),
      TE.chainW(
        (entry): TE.TaskEither<IsolationError, Teardown> =>
          entry === undefined ? TE.right({ name, found: false }) : takeDownTelling(inner, entry, options)
      )
    ),
    options.signal
  )
}

const networkOf = (machine: Machine, name: string): TE.TaskEither<IsolationError, Entry> =>
  pipe(
    TE.fromIOEither(() => machine.journal.read(name)),
    TE.chainW(entry =>
      entry !== undefined && isUp(entry) && entry.plan.recipe === 'bridge-network'
        ? TE.right(entry)
        : TE.left<IsolationError, Entry>(
            notApplied(name, `there is no bridge network ${name} that is up; bring it up first`)
          )
    )
  )
