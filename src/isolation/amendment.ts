import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import type * as TE from 'fp-ts/TaskEither'
import { copyOf, type Port, type PortMapping, withPort } from '../recipe/publication'
import type { AddEntries, Step } from '../recipe/step'
import { observe } from './apply'
import { differenceOf, isSameTable } from './difference'
import type { IsolationError } from './error'
import { inWorld, type Progress, surroundings, tasksOf } from './execution'
import { type Amendment, type Brief, type Entry, isPort, portKey } from './record'
import { type Revising, revise } from './revision'
import type { BriefSubject } from './subject'
import type { World } from './world'

/** A record with more amendments than this is written anew. */
const most = 1000

/** Whether what was asked for is done; if it is not, it takes a look at the whole. */
type Settled = TE.TaskEither<IsolationError, boolean>

const unsettled: Settled = async () => E.right(false)

/**
 * Publishes a port without a look at the others: if nothing is known of it, nothing is in its way, and all that it takes
 * is entries in tables of ours.
 */
export const addPort = (
  subject: BriefSubject,
  port: Port,
  given: PortMapping,
  options: Progress
): Settled => {
  const { machine, entry, brief } = subject
  const isKnown = brief.isOneOfMany || brief.published.length > 0
  const added = isKnown || port.count > 1 || brief.amendments >= most ? undefined : addedBy(subject, given)
  if (added === undefined) return unsettled
  const steps = added.map(({ step }) => step)
  const amendment = (change: Amendment['change']): Amendment => ({
    port: portKey(port),
    change,
    publish: [copyOf(given)],
    entries: added.map(({ at, step }) => [at, step.entries])
  })
  const amend = (change: Amendment['change'], known?: Brief) =>
    machine.journal.amend(entry.plan.name, amendment(change), known)
  return carryOut(subject, options, async world => {
    const seen = await observe(machine, { ...entry.plan, steps }, world)()
    return E.isLeft(seen)
      ? undefined
      : {
          added: steps.map((step, n) => ({ step, before: seen.right[n] })),
          removed: [],
          record: () => amend('published', brief),
          restore: () => amend('unpublished')
        }
  })
}

/** Publishes a port no more, without a look at the others: if it came after all else was on record. */
export const removePort = (subject: BriefSubject, port: Port, options: Progress): Settled => {
  const { machine, entry, brief } = subject
  const { name, steps } = entry.plan
  const latest = brief.published.find(each => each.port === portKey(port))
  if (latest === undefined || port.count > 1) return unsettled
  return carryOut(subject, options, async () => ({
    added: [],
    removed: latest.entries.map(([at, entries]) => ({
      step: { ...(steps[at] as AddEntries), entries },
      before: {}
    })),
    record: () => machine.journal.amend(name, { ...latest, change: 'unpublished' }, brief),
    restore: () => E.right(undefined)
  }))
}

/** Does what is prepared, if anything is. */
const carryOut =
  (
    { machine, entry }: BriefSubject,
    options: Progress,
    prepare: (world: World) => Promise<Omit<Revising, 'isolation'> | undefined>
  ): Settled =>
  () =>
    inWorld(
      machine,
      async (world): Promise<E.Either<IsolationError, boolean>> => {
        const work = await prepare(world)
        if (work === undefined) return E.right(false)
        const around = surroundings(world, machine, entry.plan, tasksOf(entry))
        const done = await revise({ isolation: entry.plan.name, ...work }, around, options)
        return E.isLeft(done) ? done : E.right(true)
      },
      { places: entry.places }
    )

interface Addition {
  /** Which step of what is on record has the others. */
  readonly at: number
  readonly step: AddEntries
}

/** What a port adds to tables that are there; undefined if it takes more than that, or is not right. */
const addedBy = (
  { entry, planWith }: BriefSubject,
  port: PortMapping
): ReadonlyArray<Addition> | undefined => {
  const plan = pipe(
    withPort(entry.plan.parameters, port),
    E.chain(parameters => (parameters === undefined ? E.right(undefined) : planWith(parameters)))
  )
  if (E.isLeft(plan) || plan.right === undefined) return undefined
  const { added } = differenceOf(entry, plan.right)
  const additions = added.flatMap(step => additionsTo(entry, step))
  return additions.length === added.length ? additions : undefined
}

const additionsTo = ({ plan }: Entry, step: Step): ReadonlyArray<Addition> => {
  const at = plan.steps.findIndex(each => isSameTable(each, step))
  return step._tag === 'AddEntries' && at >= 0 && step.entries.every(isPort) ? [{ at, step }] : []
}
