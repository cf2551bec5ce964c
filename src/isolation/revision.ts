import * as E from 'fp-ts/Either'
import { stepFailed } from './apply'
import type { IsolationError, JournalFailed } from './error'
import { execute, type Progress, type Task, undo } from './execution'
import { describe, type Surroundings } from './step'

/** What is to be done and undone of something that is up, and how that comes on record. */
export interface Revising {
  readonly isolation: string
  readonly added: ReadonlyArray<Task>
  readonly removed: ReadonlyArray<Task>
  /** Puts on record what there is to be. */
  readonly record: () => E.Either<JournalFailed, void>
  /** Puts on record what there was, again. */
  readonly restore: () => E.Either<JournalFailed, void>
}

/**
 * Does the one and undoes the other. What is on record is never less than what there is: if we die in between, `status`
 * tells what is missing, and whatever is asked for next puts it right.
 */
export const revise = async (
  { isolation, added, removed, record, restore }: Revising,
  around: Surroundings,
  options: Progress
): Promise<E.Either<IsolationError, void>> => {
  const written = added.length > 0 ? record() : E.right(undefined)
  if (E.isLeft(written)) return written
  const { begun, failure } = await execute(added, around, options)
  if (failure !== undefined) {
    const leftBehind = await undo(begun, around, options)
    const restored = restore()
    const step = describe(failure.step)
    return E.left(
      stepFailed({ step, error: failure.error }, [
        ...leftBehind,
        ...(E.isLeft(restored) ? [`what is on record of ${isolation}: ${restored.left.message}`] : [])
      ])
    )
  }
  const leftBehind = await undo(removed, around, options)
  if (leftBehind.length > 0) return E.left(notRevised(isolation, leftBehind))
  // With something added it is on record already.
  const recorded = added.length > 0 ? E.right(undefined) : record()
  return E.isLeft(recorded) && removed.length > 0 ? E.left(notRecorded(isolation, recorded.left)) : recorded
}

const notRecorded = (isolation: string, { message }: JournalFailed): IsolationError => ({
  _tag: 'TeardownFailed',
  message: `the port of ${isolation} is published no more, and is on record still: ${message}; try again once the cause is mended`,
  isolation,
  leftBehind: [message]
})

const notRevised = (isolation: string, leftBehind: ReadonlyArray<string>): IsolationError => ({
  _tag: 'TeardownFailed',
  message: `the port of ${isolation} is still published: ${leftBehind.join('; ')}; try again once the cause is mended`,
  isolation,
  leftBehind
})
