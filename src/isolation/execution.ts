import { setImmediate } from 'node:timers/promises'
import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import * as TE from 'fp-ts/TaskEither'
import type { NamespaceRef } from '../namespace/reference'
import type { Plan } from '../recipe/plan'
import type { Step } from '../recipe/step'
import { isGone, type StepError, unexpected } from './error'
import type { Machine } from './machine'
import type { Entry } from './record'
import { type Act, call, describe, homeOf, kindOf, newLinks, type Surroundings } from './step'
import { placeKey, type World, type WorldOptions } from './world'

/** One step with what it found before. */
export interface Task {
  readonly step: Step
  readonly before: unknown
}

export const tasksOf = ({ plan, before }: Pick<Entry, 'plan' | 'before'>): ReadonlyArray<Task> =>
  plan.steps.map((step, n) => ({ step, before: before[n] }))

export interface Progress {
  /** Called with each step that is done, in a sentence without subject. */
  readonly onStep?: (description: string) => void
  /** Called with each thing that cannot be given back, as it is gone for good, in a sentence. */
  readonly onLoss?: (sentence: string) => void
}

/** Whether a step brings a link into a namespace by this name. */
const brings = (step: Step, namespace: NamespaceRef | undefined, link: string): boolean => {
  const is = (place: NamespaceRef | undefined, name: string | undefined): boolean =>
    name === link && placeKey(place) === placeKey(namespace)
  if (step._tag === 'MoveLink') return is(step.namespace, step.name)
  return (
    step._tag === 'AddLink' &&
    (is(homeOf(step), step.link.name) ||
      ('peer' in step.link && is(step.link.peer.namespace ?? homeOf(step), step.link.peer.name)))
  )
}

/** The surroundings of a plan's steps: its name, and the indexes of the links that it makes, once they are known. */
export const surroundings = (
  world: World,
  { journal }: Machine,
  { name, steps }: Pick<Plan, 'name' | 'steps'>,
  tasks: ReadonlyArray<Task>
): Surroundings => {
  const indexes = new Map<string, number>()
  const made = newLinks(
    tasks.map(({ step }) => step),
    tasks.map(({ before }) => before)
  )
  for (const { step, before } of made) {
    indexes.set(`${placeKey(homeOf(step))}/${step.link.name}`, before.index)
    if ('peer' in step.link && before.peerIndex !== undefined)
      indexes.set(
        `${placeKey(step.link.peer.namespace ?? homeOf(step))}/${step.link.peer.name}`,
        before.peerIndex
      )
  }
  return {
    world,
    name,
    owner: journal.owner(name),
    planOf: other =>
      pipe(
        journal.read(other),
        E.map(entry => entry?.plan)
      ),
    isNew: (namespace, link, step) =>
      steps.slice(0, Math.max(0, steps.indexOf(step))).some(each => brings(each, namespace, link)),
    linkIn: (namespace, link) =>
      typeof link === 'number' ? link : (indexes.get(`${placeKey(namespace)}/${link}`) ?? link)
  }
}

export interface Failure {
  readonly step: Step
  readonly error: StepError
}

interface Planned {
  readonly task: Task
  readonly act: Act
}

export interface ExecutionOptions extends Progress {
  /** Ends it before the next batch. */
  readonly signal?: AbortSignal
}

/**
 * Does the steps in order; requests of neighbouring steps to one namespace leave in one batch. Ends at the first
 * failure, and says which steps were begun.
 */
export const execute = async (
  tasks: ReadonlyArray<Task>,
  around: Surroundings,
  { onStep, signal }: ExecutionOptions = {}
): Promise<{ readonly begun: ReadonlyArray<Task>; readonly failure?: Failure }> => {
  const begun: Array<Task> = []
  for (const group of groups(
    tasks.map(task => ({
      task,
      act: failing(() => kindOf(task.step).apply(task.step, task.before, around))
    }))
  )) {
    const [first] = group
    if (first !== undefined && (await isAborted(signal)))
      return { begun, failure: { step: first.task.step, error: aborted } }
    for (const { task } of group) begun.push(task)
    const { failure } = await run(group, around.world)
    // What is there already is somebody else's: of such a step nothing was done, and nothing is to be undone.
    if (failure?.error._tag === 'NamespaceExists') return { begun: begun.slice(0, -group.length), failure }
    if (failure !== undefined) return { begun, failure }
    for (const { task } of group) {
      const told = guarded(task.step, () => onStep?.(describe(task.step)))
      if (told !== undefined) return { begun, failure: told }
    }
  }
  const last = tasks.at(-1)
  return last !== undefined && (await isAborted(signal))
    ? { begun, failure: { step: last.step, error: aborted } }
    : { begun }
}

/** What throws as it is made fails as it is done: what was done before it is undone then. */
const failing = <A extends Act | undefined>(make: () => A): A | Act => {
  try {
    return make()
  } catch (thrown) {
    return call(TE.left(unexpected(thrown)))
  }
}

/** Answers of the kernel are there at once, so nothing else would let in what asks this process to end. */
const isAborted = async (signal: AbortSignal | undefined): Promise<boolean> => {
  if (signal === undefined) return false
  await setImmediate()
  return signal.aborted
}

const aborted: StepError = { _tag: 'Aborted', message: 'ended by the caller', operation: 'apply' }

/** What a callback of the caller's throws is a failure like any other. */
const guarded = (step: Step, tell: () => void): Failure | undefined => {
  try {
    tell()
    return undefined
  } catch (thrown) {
    return { step, error: unexpected(thrown) }
  }
}

const groups = (planned: ReadonlyArray<Planned>): ReadonlyArray<ReadonlyArray<Planned>> => {
  const grouped: Array<Array<Planned>> = []
  for (const each of planned) {
    const last = grouped.at(-1)
    if (last !== undefined && sameBatch(last[0]?.act, each.act)) last.push(each)
    else grouped.push([each])
  }
  return grouped
}

const sameBatch = (a: Act | undefined, b: Act): boolean =>
  a?._tag === 'Send' && b._tag === 'Send' && placeKey(a.namespace) === placeKey(b.namespace)

interface Outcome {
  readonly failure?: Failure
  readonly losses?: ReadonlyArray<string>
}

const run = async (group: ReadonlyArray<Planned>, world: World): Promise<Outcome> => {
  const [first] = group
  if (first === undefined) return {}
  try {
    return await runGroup(group, first, world)
  } catch (thrown) {
    return { failure: { step: first.task.step, error: unexpected(thrown) } }
  }
}

const runGroup = async (group: ReadonlyArray<Planned>, first: Planned, world: World): Promise<Outcome> => {
  if (first.act._tag === 'Call') {
    const result = await first.act.run()
    return E.isLeft(result)
      ? { failure: { step: first.task.step, error: result.left } }
      : { losses: result.right }
  }
  const session = world.session(first.act.namespace)
  if (E.isLeft(session)) return { failure: { step: first.task.step, error: session.left } }
  const owners = group.flatMap(({ task, act }) =>
    act._tag === 'Send' ? act.requests.map(() => task.step) : []
  )
  const requests = group.flatMap(({ act }) => (act._tag === 'Send' ? act.requests : []))
  const results = await session.right.batch(requests)()
  const failed = results.findIndex(E.isLeft)
  const result = results[failed]
  return result !== undefined && E.isLeft(result)
    ? { failure: { step: owners[failed] as Step, error: result.left } }
    : {}
}

/** Does one step anew, after something of it was lost. */
export const repair = async (task: Task, around: Surroundings): Promise<Failure | undefined> => {
  const kind = kindOf(task.step)
  const act = failing(() => (kind.repair ?? kind.apply)(task.step, task.before, around))
  const { failure } = await run([{ task, act }], around.world)
  return failure
}

/** How often a step is undone again when the answer got lost. */
const attempts = 3

const isLost = ({ _tag }: StepError): boolean => _tag === 'Overrun' || _tag === 'TimedOut'

/** Undoes steps in reverse order, each on its own; what fails does not keep the others from being undone. */
export const undo = async (
  tasks: ReadonlyArray<Task>,
  around: Surroundings,
  { onStep, onLoss }: Progress = {}
): Promise<ReadonlyArray<string>> => {
  const leftBehind: Array<string> = []
  /** Namespaces that hold a link of the host's still: a virtual one would end with them. */
  const occupied = new Set<string>()
  for (const task of tasks.toReversed()) {
    const { step, before } = task
    const kind = kindOf(step)
    if (step._tag === 'CreateNamespace' && occupied.has(step.name)) {
      leftBehind.push(`the namespace ${step.name}, for what is in it`)
      continue
    }
    const act = failing(() => kind.undo(step, before, around))
    if (act === undefined) continue
    let outcome: Outcome = {}
    for (let left = attempts; left > 0; left--) {
      outcome = await run([{ task, act }], around.world)
      if (outcome.failure === undefined || !isLost(outcome.failure.error)) break
    }
    const { failure, losses = [] } = outcome
    for (const each of losses) guarded(step, () => onLoss?.(each))
    if (failure?.error._tag === 'LinkStuck' && failure.error.namespace !== undefined)
      occupied.add(placeKey(failure.error.namespace))
    else if (failure !== undefined && !isGone(failure.error) && step._tag === 'MoveLink')
      occupied.add(placeKey(step.namespace))
    if (failure === undefined || isGone(failure.error))
      guarded(step, () => onStep?.(`undone: ${describe(step)}`))
    else leftBehind.push(`could not undo “${describe(step)}”: ${failure.error.message}`)
  }
  return leftBehind
}

/** Works in the host's and other namespaces, and closes what it opened. */
export const inWorld = async <A>(
  { openWorld }: Pick<Machine, 'openWorld'>,
  use: (world: World) => Promise<A>,
  options?: WorldOptions
): Promise<A> => {
  const world = openWorld(options)
  try {
    return await use(world)
  } finally {
    world.close()
  }
}
