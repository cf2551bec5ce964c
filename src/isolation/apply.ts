import { isDeepStrictEqual } from 'node:util'
import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import * as TE from 'fp-ts/TaskEither'
import { type InvalidParameters, type Plan, withUplink } from '../recipe/plan'
import type { IsolationError, NameTaken, StepError, StepFailed } from './error'
import { execute, type Failure, inWorld, type Progress, surroundings, type Task, undo } from './execution'
import { type Entry, erase, locked, read, write } from './journal'
import { checkPremises, type Planned, planOf, resolveUplink } from './premise'
import { kindOf } from './step'
import type { World } from './world'

/** What is applied. */
export interface Isolation {
  /** By which it is taken down. */
  readonly name: string
  /** The plan with everything looked up. */
  readonly plan: Plan
  /** Whether anything had to be changed. */
  readonly changed: boolean
}

export interface ApplyOptions extends Progress {}

/**
 * Applies a plan, whole or not at all: if a step fails, those before it are undone and the error names the step. The
 * same plan again changes nothing; another one by the same name is refused.
 */
export const apply = (
  planned: Planned<InvalidParameters>,
  options: ApplyOptions = {}
): TE.TaskEither<IsolationError, Isolation> =>
  pipe(
    TE.fromEither(planOf(planned)),
    TE.chainW(plan => locked(applyLocked(plan, options)))
  )

const applyLocked = (plan: Plan, options: ApplyOptions): TE.TaskEither<IsolationError, Isolation> =>
  pipe(
    TE.fromEither(read(plan.name)),
    TE.chainW((earlier): TE.TaskEither<IsolationError, Isolation> => {
      if (earlier === undefined) return () => inWorld(world => applyNew(plan, world, options)())
      if (earlier.phase !== 'applied')
        return pipe(
          takeBack(earlier),
          TE.chainW(() => () => inWorld(world => applyNew(plan, world, options)()))
        )
      return isSame(earlier.plan, plan)
        ? TE.right({ name: plan.name, plan: earlier.plan, changed: false })
        : TE.left(nameTaken(plan.name))
    })
  )

/** Whether a plan is the one that was applied: the parameters are the same, or all that they lead to. */
export const isSame = (applied: Plan, plan: Plan): boolean =>
  applied.recipe === plan.recipe &&
  (isEqual(applied.parameters, plan.parameters) || isEqual(applied.steps, resolvedAs(applied, plan).steps))

const isEqual = (a: object, b: object): boolean =>
  isDeepStrictEqual(JSON.parse(JSON.stringify(a)), JSON.parse(JSON.stringify(b)))

const resolvedAs = ({ uplink }: Plan, plan: Plan): Plan =>
  plan.uplinkOf === undefined || uplink === undefined ? plan : withUplink(plan, uplink)

export const nameTaken = (name: string): NameTaken => ({
  _tag: 'NameTaken',
  message: `name: ${name} is applied already, with other parameters; take it down first, or give another name`,
  isolation: name
})

const applyNew = (
  given: Plan,
  world: World,
  options: ApplyOptions
): TE.TaskEither<IsolationError, Isolation> =>
  pipe(
    resolveUplink(given, world),
    TE.chainFirstW(plan => checkPremises(plan, world)),
    TE.bindTo('plan'),
    TE.bindW('before', ({ plan }) => observe(plan, world)),
    TE.chainW(({ plan, before }) => {
      const entry: Entry = { version: 1, phase: 'applying', plan, before }
      return pipe(
        TE.fromEither(write(entry)),
        TE.chainW(() => carryOut(entry, world, options)),
        TE.chainFirstW(() => TE.fromEither(write({ ...entry, phase: 'applied' })))
      )
    })
  )

/** What every step finds before anything is changed. */
const observe = (plan: Plan, world: World): TE.TaskEither<StepError, ReadonlyArray<unknown>> => {
  const around = surroundings(world, plan.name, [])
  return pipe(
    plan.steps,
    TE.traverseSeqArray(step => kindOf(step).before(step, around))
  )
}

export const tasksOf = ({ plan, before }: Entry): ReadonlyArray<Task> =>
  plan.steps.map((step, n) => ({ step, before: before[n] }))

const carryOut =
  (entry: Entry, world: World, options: ApplyOptions): TE.TaskEither<IsolationError, Isolation> =>
  async () => {
    const { plan } = entry
    const tasks = tasksOf(entry)
    const around = surroundings(world, plan.name, tasks)
    const { begun, failure } = await execute(tasks, around, options)
    if (failure === undefined) return E.right({ name: plan.name, plan, changed: true })
    const leftBehind = await undo(begun, around, options)
    if (leftBehind.length === 0) erase(plan.name)
    return E.left(stepFailed(failure, leftBehind))
  }

const stepFailed = ({ step, error }: Failure, leftBehind: ReadonlyArray<string>): StepFailed => {
  const description = kindOf(step).describe(step)
  const after = leftBehind.length === 0 ? 'nothing is left behind' : `left behind: ${leftBehind.join('; ')}`
  return {
    _tag: 'StepFailed',
    message: `cannot ${description}: ${error.message}; ${after}`,
    step: description,
    cause: error,
    leftBehind
  }
}

/** Undoes what a process that died had begun. */
const takeBack =
  (entry: Entry): TE.TaskEither<IsolationError, void> =>
  async () =>
    inWorld(async world => {
      const tasks = tasksOf(entry)
      await undo(tasks, surroundings(world, entry.plan.name, tasks))
      return erase(entry.plan.name)
    })
