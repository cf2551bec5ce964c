import { pipe } from 'fp-ts/function'
import * as TE from 'fp-ts/TaskEither'
import { type IsolationError, notApplied } from './error'
import { type Machine, thisMachine } from './machine'
import type { Entry } from './record'

export interface Confirmation {
  readonly name: string
  /** Whether it was still to be confirmed. */
  readonly changed: boolean
}

export interface ConfirmationOptions {
  /** Ends the wait for another isolink on this machine. */
  readonly signal?: AbortSignal
}

/** Keeps what was applied with `confirmWithin`. What has been confirmed already, or needed it never, stays as it is. */
export const confirm = (
  name: string,
  options: ConfirmationOptions = {}
): TE.TaskEither<IsolationError, Confirmation> => confirmOn(thisMachine())(name, options)

export const confirmOn =
  ({ journal }: Machine) =>
  (name: string, { signal }: ConfirmationOptions = {}): TE.TaskEither<IsolationError, Confirmation> =>
    journal.locked(
      pipe(
        TE.fromIOEither(() => journal.read(name)),
        TE.chainW((entry): TE.TaskEither<IsolationError, Confirmation> => {
          if (entry?.phase !== 'applied')
            return TE.left(
              notApplied(
                name,
                `${name} is not up: it never was, or it has been undone because nobody confirmed it in time`
              )
            )
          if (entry.pending === undefined) return TE.right({ name, changed: false })
          return pipe(
            TE.fromIOEither(() => journal.write(confirmed(entry))),
            TE.map(() => ({ name, changed: true }))
          )
        })
      ),
      signal
    )

const confirmed = ({ pending: _, ...entry }: Entry): Entry => entry
