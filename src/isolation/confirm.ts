import { pipe } from 'fp-ts/function'
import * as TE from 'fp-ts/TaskEither'
import { type IsolationError, notApplied } from './error'
import { type Machine, thisMachine, type Waiting } from './machine'
import type { Entry } from './record'
import { isUp } from './watchdog'

export interface Confirmation {
  readonly name: string
  /** Whether it was still to be confirmed. */
  readonly changed: boolean
}

export interface ConfirmationOptions extends Waiting {}

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
          if (entry === undefined || !isUp(entry)) return TE.left(notApplied(name, whyNot(name, entry)))
          if (entry.pending === undefined) return TE.right({ name, changed: false })
          return pipe(
            TE.fromIOEither(() => journal.write(confirmed(entry))),
            TE.map(() => ({ name, changed: true }))
          )
        })
      ),
      signal
    )

/** Whoever was to undo it when the time was over may be dead, or not have come to it yet. */
const whyNot = (name: string, entry: Entry | undefined): string =>
  entry?.phase === 'applied'
    ? `${name} was not confirmed in time, and is to be undone: isolink recover does so`
    : `${name} is not up: it never was, or it has been undone because nobody confirmed it in time`

const confirmed = ({ pending: _, ...entry }: Entry): Entry => entry
