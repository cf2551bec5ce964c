import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import * as TE from 'fp-ts/TaskEither'
import { type IsolationError, isGone, type StepError, type StepFailed } from './error'
import { inWorld, type Progress, repair, surroundings, type Task, tasksOf } from './execution'
import type { Machine } from './machine'
import type { Entry } from './record'
import { describe, kindOf, type Surroundings } from './step'

/**
 * Does those steps anew of which something was lost, in order, each looked at once those before it hold: their
 * descriptions. Changes nothing at all if nothing was lost.
 */
export const mend =
  (
    machine: Machine,
    entry: Entry,
    { onStep }: Progress
  ): TE.TaskEither<IsolationError, ReadonlyArray<string>> =>
  () =>
    inWorld(
      machine,
      async world => {
        const tasks = [...tasksOf(entry)]
        const around = surroundings(world, machine, entry.plan, tasks)
        const repaired: Array<string> = []
        const failed = (task: Task, cause: StepError) =>
          E.left(notMended(entry.plan.name, task, cause, repaired))
        for (const [n, task] of tasks.entries()) {
          const found = await check(task, around)()
          if (E.isLeft(found)) return failed(task, found.left)
          if (found.right.length === 0) continue
          const before = await kindOf(task.step).renew?.(task.step, task.before, around)()
          if (before !== undefined && E.isLeft(before)) return failed(task, before.left)
          const renewed = before === undefined ? task : { ...task, before: before.right }
          tasks[n] = renewed
          // What undoing needs to know is on record before anything is changed, as ever.
          const written =
            before === undefined
              ? E.right(undefined)
              : machine.journal.write({
                  ...entry,
                  before: tasks.map(each => each.before),
                  places: world.places()
                })
          if (E.isLeft(written)) return failed(task, written.left)
          const failure = await repair(renewed, around)
          if (failure !== undefined) return failed(task, failure.error)
          const description = describe(task.step)
          repaired.push(description)
          onStep?.(`repair: ${description}`)
        }
        return E.right(repaired)
      },
      { places: entry.places }
    )

/** What of a step no longer holds. Where it cannot even be looked at, that is said. */
export const check = (
  { step, before }: Task,
  around: Surroundings
): TE.TaskEither<StepError, ReadonlyArray<string>> =>
  pipe(
    kindOf(step).check(step, before, around),
    TE.orElse(error => (isGone(error) ? TE.right([error.message]) : TE.left(error)))
  )

/** Whether a sentence says that a link is gone which was not ours to make: nobody can make it again. */
export const isLossOf = (step: Task['step'], sentence: string): boolean =>
  step._tag === 'MoveLink' && sentence === `${step.link} is gone`

const notMended = (
  name: string,
  { step }: Task,
  cause: StepError,
  repaired: ReadonlyArray<string>
): StepFailed => {
  const description = describe(step)
  const before =
    repaired.length === 0 ? 'nothing has been changed' : `repaired before: ${repaired.join('; ')}`
  const advice = isLossOf(step, cause.message) ? `; isolink down ${name}, and bring it up anew` : ''
  return {
    _tag: 'StepFailed',
    message: `cannot repair “${description}”: ${cause.message}; ${before}${advice}`,
    step: description,
    cause,
    leftBehind: []
  }
}
