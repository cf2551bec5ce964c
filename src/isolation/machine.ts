import { pipe } from 'fp-ts/function'
import * as TE from 'fp-ts/TaskEither'
import { checkCapabilities } from './capability'
import type { IsolationError } from './error'
import { type Journal, journalIn, stateDirectory } from './journal'
import { type Arm, arm } from './watchdog'
import { type OpenWorld, openWorld } from './world'

/** What isolations are made with: the way to the kernel, the records, and whoever undoes what nobody confirms. */
export interface Machine {
  readonly openWorld: OpenWorld
  readonly journal: Journal
  readonly arm: Arm
  /** Where the records are kept of what ours belong to. */
  readonly outer?: Machine
}

/** The same, with the records of what belongs to a name. */
export const membersOf = (machine: Machine, name: string): Machine => ({
  ...machine,
  journal: machine.journal.members(name),
  outer: machine
})

/** The one that we run on. */
export const thisMachine = (): Machine => ({ openWorld, journal: journalIn(stateDirectory()), arm })

/** How long one waits for others. */
export interface Waiting {
  /** Ends the wait for another isolink on this machine. What has been begun comes to its end. */
  readonly signal?: AbortSignal
}

/**
 * Does what needs the capabilities whatever is on record: whoever has them not is told so at once, and whoever has them
 * waits until no other isolink works here. Nothing is looked at before.
 */
export const changing = <A>(
  { journal }: Machine,
  work: TE.TaskEither<IsolationError, A>,
  signal: AbortSignal | undefined
): TE.TaskEither<IsolationError, A> =>
  pipe(
    TE.fromIOEither(checkCapabilities),
    TE.chainW(() => journal.locked(work, signal))
  )
