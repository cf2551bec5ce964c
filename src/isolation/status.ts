import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import * as TE from 'fp-ts/TaskEither'
import type { IsolationError, JournalFailed } from './error'
import { inWorld, surroundings, type Task, tasksOf } from './execution'
import { unrecorded } from './garbage'
import type { Journal, Records } from './journal'
import { type Machine, membersOf, thisMachine } from './machine'
import { type IsolatedNamespace, namespacesOf } from './namespaces'
import type { Entry } from './record'
import { check, isLossOf } from './repair'
import { describe, kindOf, type Surroundings, unlessGone } from './step'
import { leftOf } from './watchdog'
import { placeKey, placeName, type World } from './world'

/** What no longer holds of a step. */
export interface Drift {
  /** What the step did: `give eth0 in blue the address 10.0.0.2/24`. */
  readonly step: string
  /** In sentences: `the address 10.0.0.2/24 of eth0 in blue is missing`. */
  readonly findings: ReadonlyArray<string>
  /** The same `apply` again cannot repair it: take it down, and bring it up anew. Not there otherwise. */
  readonly irreparable?: true
}

/** How it stands with an isolation. */
export interface Status {
  readonly name: string
  readonly recipe: string
  readonly state: /** All of it holds. */
    | 'up'
    /** Something of it was lost or changed by somebody else; the same `apply` again repairs it. */
    | 'drifted'
    /** A process that worked on it died; `recover` brings the host back. */
    | 'interrupted'
    /** Its record is lost, or damaged; `drift` tells what bears its mark still. */
    | 'unrecorded'
  /**
   * The namespaces that are isolated, with their addresses and the ports that lead to them; each endpoint of a bridge
   * network. That is what is on record: `drift` tells what of it no longer holds. None of what was cut short or lost.
   */
  readonly namespaces: ReadonlyArray<IsolatedNamespace>
  readonly drift: ReadonlyArray<Drift>
  /**
   * What keeps packets from passing and is not ours to change, in sentences: the rules of iptables-legacy, and what an
   * administrator has decided about the host itself. Not there if nothing does.
   */
  readonly hindered?: ReadonlyArray<string>
  /** Milliseconds that are left to confirm it; none if nobody has to. */
  readonly confirmWithin?: number
}

/** Holds what is applied, all of it or that of one name, against the kernel. Changes nothing. */
export const status = (name?: string): TE.TaskEither<IsolationError, ReadonlyArray<Status>> =>
  statusOn(thisMachine())(name)

export const statusOn =
  (machine: Machine) =>
  (name?: string): TE.TaskEither<IsolationError, ReadonlyArray<Status>> => {
    const { journal } = machine
    return pipe(
      TE.fromIOEither(journal.names),
      TE.chainW(all =>
        // Where nothing was ever applied, there is nothing to lock.
        all.length === 0
          ? TE.right<IsolationError, Looked>({ found: [], records: nothing })
          : journal.locked(
              pipe(
                TE.fromIOEither(() => (name === undefined ? journal.records() : recordOf(journal, name))),
                TE.bindTo('records'),
                TE.bindW('found', ({ records: { entries } }) =>
                  pipe(
                    entries,
                    TE.traverseSeqArray(entry => statusOf(machine, entry))
                  )
                )
              )
            )
      ),
      TE.chainW(({ found, records: { damaged } }) =>
        pipe(
          unrecorded(machine, new Set(damaged.keys())),
          TE.map(lost => {
            const findings = new Map<string, ReadonlyArray<string>>(lost)
            for (const [each, { message }] of damaged)
              findings.set(each, [message, ...(lost.get(each) ?? [])])
            return [
              ...found,
              ...[...findings]
                .filter(([each]) => name === undefined || each === name)
                .map(([each, said]) => withoutRecord(each, said))
            ]
          })
        )
      )
    )
  }

const nothing: Records = { entries: [], past: [], damaged: new Map() }

/** That of one name, however it stands with the others. */
const recordOf = ({ read }: Journal, name: string): E.Either<JournalFailed, Records> =>
  pipe(
    read(name),
    E.match(
      error =>
        error.damaged === true ? E.right({ ...nothing, damaged: new Map([[name, error]]) }) : E.left(error),
      entry => E.right(entry === undefined ? nothing : { ...nothing, entries: [entry] })
    )
  )

interface Looked {
  readonly found: ReadonlyArray<Status>
  readonly records: Records
}

const withoutRecord = (name: string, findings: ReadonlyArray<string>): Status => ({
  name,
  recipe: 'unknown',
  state: 'unrecorded',
  namespaces: [],
  drift: [{ step: `keep a record of ${name}`, findings }]
})

const statusOf = (machine: Machine, entry: Entry): TE.TaskEither<IsolationError, Status> => {
  const { plan, phase, pending } = entry
  const base = {
    name: plan.name,
    recipe: plan.recipe,
    ...leftOf(pending)
  }
  if (phase !== 'applied') return TE.right({ ...base, state: 'interrupted', namespaces: [], drift: [] })
  return pipe(
    driftOf(machine, entry),
    TE.bindTo('own'),
    TE.bind('members', () => membersUp(machine, plan.name)),
    TE.bind('hindered', () => hindranceOf(machine, entry)),
    TE.map(({ own, members, hindered }) => {
      const drift = [...own, ...members.drift]
      return {
        ...base,
        state: drift.length === 0 ? 'up' : 'drifted',
        namespaces: [...namespacesOf(entry), ...members.namespaces],
        drift,
        ...(hindered.length > 0 && { hindered })
      }
    })
  )
}

/** What there is of those that belong to a name, and what of it no longer holds. */
const membersUp = (
  machine: Machine,
  name: string
): TE.TaskEither<IsolationError, Pick<Status, 'namespaces' | 'drift'>> => {
  const inner = membersOf(machine, name)
  return pipe(
    TE.fromIOEither(inner.journal.records),
    TE.chainW(({ entries, damaged }) =>
      pipe(
        entries,
        TE.traverseSeqArray(each => driftOf(inner, each)),
        TE.map(found => ({
          namespaces: entries.flatMap(each => namespacesOf(each, each.plan.name)),
          drift: [
            ...found.flat(),
            ...[...damaged].map(([member, { message }]) => ({
              step: `keep a record of ${name}/${member}`,
              findings: [message]
            }))
          ]
        }))
      )
    )
  )
}

/** Looks at what is up where it is. */
const lookingAt =
  <A>(
    machine: Machine,
    entry: Entry,
    look: (tasks: ReadonlyArray<Task>, around: Surroundings, world: World) => TE.TaskEither<IsolationError, A>
  ): TE.TaskEither<IsolationError, A> =>
  () =>
    inWorld(
      machine,
      world => {
        const tasks = tasksOf(entry)
        return look(tasks, surroundings(world, machine, entry.plan, tasks), world)()
      },
      { places: entry.places }
    )

/** What of an isolation no longer holds, step by step. */
export const driftOf = (
  machine: Machine,
  entry: Entry
): TE.TaskEither<IsolationError, ReadonlyArray<Drift>> =>
  lookingAt(machine, entry, (tasks, around, world) => {
    const gone = new Set(
      entry.places.filter(({ ref }) => E.isLeft(world.at(ref))).map(({ ref }) => placeKey(ref))
    )
    return pipe(
      tasks,
      TE.traverseSeqArray(task =>
        pipe(
          isIn(gone, task.step) && task.step._tag !== 'MoveLink' ? TE.right([]) : check(task, around),
          TE.map(findings => {
            const lost = findings.filter(each => isLossOf(task.step, each))
            return {
              step: describe(task.step),
              findings: isIn(gone, task.step) ? lost : findings,
              ...(lost.length > 0 && { irreparable: true as const })
            }
          })
        )
      ),
      TE.map(found => found.filter(({ findings }) => findings.length > 0)),
      TE.map(found => [...lost(entry, world), ...found])
    )
  })

/** What is not ours to change. A step that can be looked at no more has drifted, and says so. */
const hindranceOf = (machine: Machine, entry: Entry): TE.TaskEither<IsolationError, ReadonlyArray<string>> =>
  lookingAt(machine, entry, (tasks, around) =>
    pipe(
      tasks,
      TE.traverseSeqArray(({ step, before }) =>
        pipe(
          unlessGone(kindOf(step).hindered?.(step, before, around) ?? TE.right([])),
          TE.map((found = []) => found)
        )
      ),
      TE.map(found => found.flat())
    )
  )

/** What a namespace that has ended held is gone with it: it is enough to say that once. */
const isIn = (gone: ReadonlySet<string>, step: Entry['plan']['steps'][number]): boolean =>
  'namespace' in step && gone.has(placeKey(step.namespace))

/** Namespaces that no step of the plan made, and that are gone. */
const lost = ({ plan, places }: Entry, world: World): ReadonlyArray<Drift> => {
  const made = new Set(plan.steps.flatMap(step => (step._tag === 'CreateNamespace' ? [step.name] : [])))
  return places
    .filter(({ ref }) => typeof ref !== 'string' || !made.has(ref))
    .filter(({ ref }) => E.isLeft(world.at(ref)))
    .map(({ ref }) => ({
      step: `work ${placeName(ref)}`,
      findings: [
        ref === undefined
          ? 'the host’s own network namespace is another one'
          : `the namespace that we worked in is gone: ${placeName(ref)}`
      ]
    }))
}
