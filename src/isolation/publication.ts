import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import * as TE from 'fp-ts/TaskEither'
import { bridgeEndpoint, type Endpoint } from '../recipe/bridge-network'
import { type InvalidParameters, invalidParameters, type Plan, withUplink } from '../recipe/plan'
import { type PortMapping, type PortOfHost, withoutPort, withPort } from '../recipe/publication'
import { planFrom } from '../recipe/registry'
import type { AddEntries, Step } from '../recipe/step'
import { type Isolation, observe, stepFailed } from './apply'
import { checkCapabilities } from './capability'
import { type IsolationError, notApplied } from './error'
import { execute, inWorld, type Progress, surroundings, type Task, tasksOf, undo } from './execution'
import type { Entry } from './journal'
import { type Machine, membersOf, thisMachine } from './machine'
import { mend } from './repair'
import { describe } from './step'
import { placeKey } from './world'

/**
 * Publishes one more port of an isolation that is up, `web/red` being an endpoint of the network `web`. Nothing else of
 * it is touched. A port that is published already, and leads to the same one inside, is repaired if it was lost.
 */
export const publish = (
  name: string,
  port: PortMapping,
  options: Progress = {}
): TE.TaskEither<IsolationError, Isolation> => revise(name, options, parameters => withPort(parameters, port))

/**
 * Publishes a port no more, and ends the connections that came by it. Succeeds too when it is not published. A port of
 * a range goes with its range.
 */
export const unpublish = (
  name: string,
  port: PortOfHost,
  options: Progress = {}
): TE.TaskEither<IsolationError, Isolation> =>
  revise(name, options, parameters => withoutPort(parameters, port))

type Change = (parameters: Plan['parameters']) => E.Either<InvalidParameters, Plan['parameters'] | undefined>

/** What is up by a name, and the plan for it with other parameters. */
interface Subject {
  readonly machine: Machine
  readonly entry: Entry
  readonly planWith: (parameters: Plan['parameters']) => E.Either<InvalidParameters, Plan>
}

const revise = (
  name: string,
  options: Progress,
  change: Change
): TE.TaskEither<IsolationError, Isolation> => {
  const machine = thisMachine()
  return pipe(
    TE.fromEither(checkCapabilities()),
    TE.chainW(() =>
      machine.journal.locked(
        pipe(
          subjectOf(machine, name),
          TE.bindTo('subject'),
          TE.bindW('parameters', ({ subject }) => TE.fromEither(change(subject.entry.plan.parameters))),
          TE.chainW(({ subject, parameters }) =>
            parameters === undefined
              ? pipe(
                  mend(subject.machine, subject.entry, options),
                  TE.map(repaired => resultOf(subject.entry.plan, repaired.length > 0, repaired))
                )
              : pipe(
                  TE.fromEither(subject.planWith(parameters)),
                  TE.chainW(plan => carryOver(subject, plan, options)),
                  TE.map(plan => resultOf(plan, true, []))
                )
          )
        )
      )
    )
  )
}

const resultOf = (plan: Plan, changed: boolean, repaired: ReadonlyArray<string>): Isolation => ({
  name: plan.name,
  plan,
  changed,
  repaired
})

const subjectOf = (machine: Machine, name: string): TE.TaskEither<IsolationError, Subject> => {
  const slash = name.indexOf('/')
  const [outer, inner] = slash < 0 ? [name] : [name.slice(0, slash), name.slice(slash + 1)]
  return pipe(
    entryOf(machine, outer),
    TE.chainW((entry): TE.TaskEither<IsolationError, Subject> => {
      const { plan } = entry
      if (inner !== undefined) {
        const members = membersOf(machine, outer)
        return pipe(
          entryOf(members, inner, name),
          TE.map(member => ({
            machine: members,
            entry: member,
            planWith: parameters => bridgeEndpoint(plan.parameters, parameters as Endpoint)
          }))
        )
      }
      return plan.recipe === 'bridge-network'
        ? TE.left(
            invalidParameters(
              plan.recipe,
              'publish',
              `is an endpoint's; name one of the network's, as ${outer}/red`
            )
          )
        : TE.right({
            machine,
            entry,
            planWith: parameters =>
              pipe(
                planFrom(parameters),
                E.map(each => (plan.uplink === undefined ? each : withUplink(each, plan.uplink)))
              )
          })
    })
  )
}

const entryOf = ({ journal }: Machine, name: string, shown = name): TE.TaskEither<IsolationError, Entry> =>
  pipe(
    TE.fromIOEither(() => journal.read(name)),
    TE.chainW(entry =>
      entry?.phase === 'applied'
        ? TE.right(entry)
        : TE.left<IsolationError, Entry>(
            notApplied(shown, `there is no isolation ${shown} that is up; bring it up first`)
          )
    )
  )

/** Made once for each: a step's entries are looked at by themselves too. */
const texts = new WeakMap<object, string>()

/** The same text for what is the same, in whatever order its members stand. What is undefined is not there. */
const textOf = (value: unknown): string => {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const text = texts.get(value) ?? makeText(value)
  texts.set(value, text)
  return text
}

const makeText = (value: object): string => {
  if (Array.isArray(value)) return `[${value.map(textOf).join()}]`
  const members = Object.entries(value).filter(([, member]) => member !== undefined)
  return `{${members
    .map(([key, member]) => `${key}:${textOf(member)}`)
    .sort()
    .join()}}`
}

/** What is to be done and undone for one plan to become another one. */
interface Difference {
  /** What each step of the new plan finds before, as far as the old one knew it. */
  readonly kept: ReadonlyArray<Task | undefined>
  readonly added: ReadonlyArray<Step>
  readonly removed: ReadonlyArray<Task>
}

const isSameTable = (a: Step, b: Step): a is AddEntries =>
  a._tag === 'AddEntries' &&
  b._tag === 'AddEntries' &&
  a.family === b.family &&
  placeKey(a.namespace) === placeKey(b.namespace)

/** Of a table, only the entries that the other one lacks. */
const beyond = (step: AddEntries, other: AddEntries): ReadonlyArray<AddEntries> => {
  const known = new Set(other.entries.map(textOf))
  const entries = step.entries.filter(entry => !known.has(textOf(entry)))
  return entries.length === 0 ? [] : [{ ...step, entries }]
}

/** For a step the same one among others, or else that about the same table. */
const counterpartIn = <A>(
  all: ReadonlyArray<A>,
  stepOf: (each: A) => Step
): ((step: Step) => A | undefined) => {
  // Of several that are the same, the first.
  const same = new Map(all.toReversed().map(each => [textOf(stepOf(each)), each]))
  return step => same.get(textOf(step)) ?? all.find(each => isSameTable(stepOf(each), step))
}

const differenceOf = (old: Entry, plan: Plan): Difference => {
  const tasks = tasksOf(old)
  const kept = plan.steps.map(counterpartIn(tasks, ({ step }) => step))
  const after = counterpartIn(plan.steps, step => step)
  return {
    kept,
    added: plan.steps.flatMap((step, n): ReadonlyArray<Step> => {
      const before = kept[n]?.step
      if (before === undefined) return [step]
      return isSameTable(step, before) ? beyond(step, before as AddEntries) : []
    }),
    removed: tasks.flatMap((task): ReadonlyArray<Task> => {
      const now = after(task.step)
      if (now === undefined) return [task]
      return isSameTable(task.step, now)
        ? beyond(task.step, now as AddEntries).map(step => ({ ...task, step }))
        : []
    })
  }
}

/**
 * Does what the new plan has more, and undoes what it has less. What is on record is never less than what there is: if
 * we die in between, `status` tells what is missing, and whatever is asked for next puts it right.
 */
const carryOver =
  ({ machine, entry }: Subject, plan: Plan, options: Progress): TE.TaskEither<IsolationError, Plan> =>
  () =>
    inWorld(
      machine,
      async (world): Promise<E.Either<IsolationError, Plan>> => {
        const { kept, added, removed } = differenceOf(entry, plan)
        const seen = await observe(machine, { ...plan, steps: added }, world)()
        if (E.isLeft(seen)) return seen
        const tasks = added.map((step, n): Task => ({ step, before: seen.right[n] }))
        const next: Entry = {
          ...entry,
          plan: keptMembers(entry.plan, plan),
          asked: entry.asked ?? entry.plan.parameters,
          before: plan.steps.map(
            (step, n) => (kept[n] ?? tasks.find(task => task.step === step))?.before ?? null
          )
        }
        const around = surroundings(world, machine, plan, tasksOf(entry))
        const { journal } = machine
        const written = added.length > 0 ? journal.write(next) : E.right(undefined)
        if (E.isLeft(written)) return written
        const { begun, failure } = await execute(tasks, around, options)
        if (failure !== undefined) {
          const leftBehind = await undo(begun, around, options)
          const restored = journal.write(entry)
          if (E.isLeft(restored)) return restored
          const step = describe(failure.step)
          return E.left(stepFailed({ step, error: failure.error }, leftBehind))
        }
        const leftBehind = await undo(removed, around, options)
        if (leftBehind.length > 0) return E.left(notRevised(plan.name, leftBehind))
        // With something added it is on record already.
        return pipe(
          added.length > 0 ? E.right(undefined) : journal.write(next),
          E.map(() => next.plan)
        )
      },
      { places: entry.places }
    )

/** Endpoints have records of their own. */
const keptMembers = ({ members }: Plan, plan: Plan): Plan =>
  members === undefined ? plan : { ...plan, members }

const notRevised = (isolation: string, leftBehind: ReadonlyArray<string>): IsolationError => ({
  _tag: 'TeardownFailed',
  message: `the port of ${isolation} is still published: ${leftBehind.join('; ')}; try again once the cause is mended`,
  isolation,
  leftBehind
})
