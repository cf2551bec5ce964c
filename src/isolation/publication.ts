import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import * as TE from 'fp-ts/TaskEither'
import { type InvalidParameters, invalidParameters, type Plan } from '../recipe/plan'
import {
  type Port,
  type PortMapping,
  type PortOfHost,
  portIn,
  portOf,
  withoutPort,
  withPort
} from '../recipe/publication'
import { addPort, removePort } from './amendment'
import { observe } from './apply'
import { differenceOf } from './difference'
import type { IsolationError } from './error'
import { inWorld, type Progress, surroundings, type Task, tasksOf } from './execution'
import { changing, thisMachine, type Waiting } from './machine'
import { askedOf, type Entry } from './record'
import { mend } from './repair'
import { revise } from './revision'
import { type BriefSubject, briefSubjectOf, type Subject, subjectOf } from './subject'

export interface PublicationOptions extends Progress, Waiting {}

/** What became of an isolation whose ports were to change. */
export interface Revision {
  readonly name: string
  /** Whether anything had to be changed. */
  readonly changed: boolean
  /** The steps that had to be done anew, as something of them was lost. */
  readonly repaired: ReadonlyArray<string>
}

/**
 * Publishes one more port of an isolation that is up, `web/red` being an endpoint of the network `web`. Nothing else of
 * it is touched. A port that is published already, and leads to the same one inside, is repaired if it was lost.
 */
export const publish = (
  name: string,
  port: PortMapping,
  options: PublicationOptions = {}
): TE.TaskEither<IsolationError, Revision> =>
  change(
    name,
    () => portIn(port),
    (subject, parsed) => addPort(subject, parsed, port, options),
    subject => changeWholly(subject, parameters => withPort(parameters, port), options),
    options.signal
  )

/**
 * Publishes a port no more, and ends the connections that came by it. Succeeds too when it is not published. A port of
 * a range goes with its range.
 */
export const unpublish = (
  name: string,
  port: PortOfHost,
  options: PublicationOptions = {}
): TE.TaskEither<IsolationError, Revision> =>
  change(
    name,
    () => portOf(port),
    (subject, parsed) => removePort(subject, parsed, options),
    subject => changeWholly(subject, parameters => withoutPort(parameters, port), options),
    options.signal
  )

type Outcome = Omit<Revision, 'name'>

/**
 * At first as one who knows nothing of the other ports, of which there may be ten thousand. What that does not settle is
 * done with all that is on record.
 */
const change = (
  name: string,
  parse: () => E.Either<InvalidParameters, Port>,
  briefly: (subject: BriefSubject, port: Port) => TE.TaskEither<IsolationError, boolean>,
  wholly: (subject: Subject) => TE.TaskEither<IsolationError, Outcome>,
  signal: AbortSignal | undefined
): TE.TaskEither<IsolationError, Revision> => {
  const machine = thisMachine()
  const settle: TE.TaskEither<IsolationError, boolean> = pipe(
    TE.fromIOEither(parse),
    TE.matchEW(
      () => TE.right(false),
      port =>
        pipe(
          briefSubjectOf(machine, name, port),
          TE.chainW(subject => (subject === undefined ? TE.right(false) : briefly(subject, port)))
        )
    )
  )
  return pipe(
    changing(
      machine,
      pipe(
        settle,
        TE.chainW(
          (done): TE.TaskEither<IsolationError, Outcome> =>
            done
              ? TE.right({ changed: true, repaired: [] })
              : pipe(subjectOf(machine, name), TE.chainW(wholly))
        )
      ),
      signal
    ),
    TE.map(outcome => ({ name, ...outcome }))
  )
}

const changeWholly = (
  subject: Subject,
  changed: (parameters: Plan['parameters']) => E.Either<InvalidParameters, Plan['parameters'] | undefined>,
  options: Progress
): TE.TaskEither<IsolationError, Outcome> =>
  pipe(
    TE.fromEither(changed(subject.entry.plan.parameters)),
    TE.chainW(parameters =>
      parameters === undefined
        ? pipe(
            mend(subject.machine, subject.entry, options),
            TE.map(repaired => ({ changed: repaired.length > 0, repaired }))
          )
        : pipe(
            TE.fromEither(subject.planWith(parameters)),
            TE.mapLeft(error => ofGiven(error, parameters)),
            TE.chainW(plan => carryOver(subject, plan, options)),
            TE.map(() => ({ changed: true, repaired: [] }))
          )
    )
  )

/** Of one port that was given, the place in a list that the caller has never seen says nothing. */
const ofGiven = (error: InvalidParameters, { publish }: Plan['parameters']): InvalidParameters => {
  const { recipe, field, message } = error
  const [, n, own] = /^publish\.(\d+)\.(\w+)$/.exec(field) ?? []
  return own !== undefined && Array.isArray(publish) && Number(n) === publish.length - 1
    ? invalidParameters('publish', own, message.slice(`${recipe}: ${field}: `.length))
    : error
}

/** Does what the new plan has more, and undoes what it has less. */
const carryOver =
  ({ machine, entry }: Subject, plan: Plan, options: Progress): TE.TaskEither<IsolationError, void> =>
  () =>
    inWorld(
      machine,
      async (world): Promise<E.Either<IsolationError, void>> => {
        const { kept, added, removed } = differenceOf(entry, plan)
        // Looked at by themselves: the plan's links are there, and stay when the port goes.
        const seen = await observe(machine, { ...plan, steps: added }, world)()
        if (E.isLeft(seen)) return seen
        const tasks = added.map((step, n): Task => ({ step, before: seen.right[n] }))
        const next: Entry = {
          ...entry,
          plan,
          asked: askedOf(entry),
          before: plan.steps.map(
            (step, n) => (kept[n] ?? tasks.find(task => task.step === step))?.before ?? null
          )
        }
        return revise(
          {
            isolation: plan.name,
            added: tasks,
            removed,
            record: () => machine.journal.write(next),
            restore: () => machine.journal.write(entry)
          },
          surroundings(world, machine, plan, tasksOf(entry)),
          options
        )
      },
      { places: entry.places }
    )
