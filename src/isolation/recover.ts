import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import * as TE from 'fp-ts/TaskEither'
import type { IsolationError, RecoveryFailed } from './error'
import type { Progress } from './execution'
import { unrecorded } from './garbage'
import { type Machine, membersOf, thisMachine } from './machine'
import type { Entry } from './record'
import type { Recovery } from './recovery'
import { type TeardownOptions, takeDown } from './teardown'
import { isOverdue } from './watchdog'

/**
 * Brings the host back after isolink was killed: what was being applied is undone, and what was being taken down is
 * taken down. What is up stays up. Doing it again, or when nothing was cut short, is harmless.
 */
export const recover = (
  options: TeardownOptions = {}
): TE.TaskEither<IsolationError, ReadonlyArray<Recovery>> => recoverOn(thisMachine())(options)

export const recoverOn =
  (machine: Machine) =>
  (options: TeardownOptions = {}): TE.TaskEither<IsolationError, ReadonlyArray<Recovery>> =>
    machine.journal.locked(
      pipe(
        recoverAll(machine, options),
        TE.chainTaskK(({ recovered, causes }) => async (): Promise<Outcome> => {
          const lost = await unrecorded(machine)()
          return E.isLeft(lost)
            ? { recovered, causes: [...causes, lost.left] }
            : { recovered: [...recovered, ...[...lost.right.keys()].map(name => was(name, 'left'))], causes }
        }),
        TE.chainEitherKW(outcome =>
          outcome.causes.length > 0 ? E.left(recoveryFailed(outcome)) : E.right(outcome.recovered)
        )
      ),
      options.signal
    )

/** What became of those that were cut short, and what failed. */
interface Outcome {
  readonly recovered: ReadonlyArray<Recovery>
  readonly causes: ReadonlyArray<IsolationError>
}

const was = (name: string, done: Recovery['done']): Recovery => ({ name, done })

const recoveryFailed = ({ recovered, causes }: Outcome): RecoveryFailed => {
  const back = recovered.filter(({ done }) => done !== 'left').map(({ name }) => name)
  return {
    _tag: 'RecoveryFailed',
    message: `not all could be brought back: ${causes.map(({ message }) => message).join('; ')}${
      back.length === 0 ? '' : `; brought back: ${back.join(', ')}`
    }`,
    recovered,
    causes
  }
}

/** One that fails does not keep the others from being brought back. */
const recoverAll = (machine: Machine, options: Progress): TE.TaskEither<IsolationError, Outcome> =>
  pipe(
    TE.fromIOEither(machine.journal.names),
    TE.chainW(names => async (): Promise<E.Either<IsolationError, Outcome>> => {
      const recovered: Array<Recovery> = []
      const causes: Array<IsolationError> = []
      for (const name of names) {
        const outcome = await recoverOne(machine, name, options)()
        if (E.isRight(outcome)) {
          recovered.push(...outcome.right.recovered)
          causes.push(...outcome.right.causes)
        } else if (outcome.left._tag === 'CapabilityMissing') return outcome
        else causes.push(outcome.left)
      }
      const tidied = machine.journal.tidy()
      if (E.isLeft(tidied)) causes.push(tidied.left)
      return E.right({ recovered, causes })
    })
  )

const recoverOne = (
  machine: Machine,
  name: string,
  options: Progress
): TE.TaskEither<IsolationError, Outcome> =>
  pipe(
    TE.fromIOEither(() => machine.journal.take(name)),
    TE.chainW((entry): TE.TaskEither<IsolationError, Outcome> => {
      if (entry === undefined)
        return pipe(
          // Those of a network are from before the last start as well.
          recoverMembers(machine, name, options),
          TE.chainFirstW(() => TE.fromIOEither(() => machine.journal.erase(name))),
          TE.map(({ recovered, causes }) => ({
            recovered: [was(name, 'forgotten'), ...recovered.filter(({ done }) => done !== 'forgotten')],
            causes
          }))
        )
      const done = fateOf(entry)
      return done === undefined
        ? recoverMembers(machine, name, options)
        : pipe(
            takeDown(machine, entry, options),
            TE.map(() => ({ recovered: [was(name, done)], causes: [] }))
          )
    })
  )

/** What belongs to a name and was cut short: the rest of it stays up. */
const recoverMembers = (
  machine: Machine,
  name: string,
  options: Progress
): TE.TaskEither<IsolationError, Outcome> =>
  pipe(
    recoverAll(membersOf(machine, name), options),
    TE.map(({ recovered, causes }) => ({
      recovered: recovered.map(each => was(`${name}/${each.name}`, each.done)),
      causes
    }))
  )

const fateOf = (entry: Entry): Recovery['done'] | undefined => {
  if (entry.phase === 'applying') return 'undone'
  if (entry.phase === 'removing') return 'finished'
  return isOverdue(entry) ? 'expired' : undefined
}
