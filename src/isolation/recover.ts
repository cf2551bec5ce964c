import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import * as TE from 'fp-ts/TaskEither'
import type { IsolationError } from './error'
import type { Progress } from './execution'
import { unrecorded } from './garbage'
import { type Machine, membersOf, thisMachine } from './machine'
import type { Entry } from './record'
import { type TeardownOptions, takeDown } from './teardown'
import { isOverdue } from './watchdog'

/** What a run that was cut short had left, and what has become of it. */
export interface Recovery {
  readonly name: string
  readonly done: /** It was being applied: all of it has been undone. */
    | 'undone'
    /** It was being taken down: that has been finished. */
    | 'finished'
    /** Nobody had confirmed it in time, nor undone it: it has been undone. */
    | 'expired'
    /** The machine was started anew since, and nothing of it was left. */
    | 'forgotten'
    /** It has no record, and something bears its mark still: nothing has been done. `collectGarbage` tells what it is. */
    | 'left'
}

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
        TE.fromIOEither(machine.journal.names),
        TE.chainW(names => async () => {
          const done: Array<Recovery> = []
          let failure: E.Left<IsolationError> | undefined
          // One that fails does not keep the others from being brought back.
          for (const name of names) {
            const recovered = await recoverOne(machine, name, options)()
            if (E.isLeft(recovered)) failure ??= recovered
            else done.push(...recovered.right)
          }
          if (failure !== undefined) return failure
          const tidied = machine.journal.tidy()
          if (E.isLeft(tidied)) return tidied
          const lost = await unrecorded(machine)()
          return E.isLeft(lost)
            ? lost
            : E.right([...done, ...[...lost.right.keys()].map(name => ({ name, done: 'left' }) as const)])
        })
      ),
      options.signal
    )

const recoverOne = (
  machine: Machine,
  name: string,
  options: Progress
): TE.TaskEither<IsolationError, ReadonlyArray<Recovery>> =>
  pipe(
    TE.fromIOEither(() => machine.journal.take(name)),
    TE.chainW((entry): TE.TaskEither<IsolationError, ReadonlyArray<Recovery>> => {
      if (entry === undefined)
        return pipe(
          TE.fromIOEither(() => machine.journal.erase(name)),
          TE.map(() => [{ name, done: 'forgotten' }])
        )
      const done = fateOf(entry)
      return done === undefined
        ? recoverMembers(machine, name, options)
        : pipe(
            takeDown(machine, entry, options),
            TE.map(() => [{ name, done }])
          )
    })
  )

/** What belongs to a name and was cut short: the rest of it stays up. */
const recoverMembers = (
  machine: Machine,
  name: string,
  options: Progress
): TE.TaskEither<IsolationError, ReadonlyArray<Recovery>> => {
  const inner = membersOf(machine, name)
  return pipe(
    TE.fromIOEither(inner.journal.names),
    TE.chainW(TE.traverseSeqArray(member => recoverOne(inner, member, options))),
    TE.map(all => all.flat().map(each => ({ ...each, name: `${name}/${each.name}` }))),
    TE.chainFirstW(() => TE.fromIOEither(inner.journal.tidy))
  )
}

const fateOf = (entry: Entry): Recovery['done'] | undefined => {
  if (entry.phase === 'applying') return 'undone'
  if (entry.phase === 'removing') return 'finished'
  return isOverdue(entry) ? 'expired' : undefined
}
