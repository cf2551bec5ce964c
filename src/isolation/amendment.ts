import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import type * as TE from 'fp-ts/TaskEither'
import { type PortMapping, withPort } from '../recipe/publication'
import type { AddEntries, Step } from '../recipe/step'
import { observe } from './apply'
import { differenceOf, isSameTable } from './difference'
import type { IsolationError } from './error'
import { inWorld, type Progress, surroundings, type Task, tasksOf } from './execution'
import { type Amendment, type Entry, isPort } from './record'
import { revise } from './revision'
import type { BriefSubject } from './subject'

/** A record with more amendments than this is written anew. */
const most = 1000

/** Whether what was asked for is done; if it is not, it takes a look at the whole. */
type Settled = TE.TaskEither<IsolationError, boolean>

const unsettled: Settled = async () => E.right(false)

/**
 * Publishes a port without a look at the others: if all that it takes is entries in tables of ours, and nothing is in
 * its way.
 */
export const addPort = (
  subject: BriefSubject,
  port: PortMapping,
  key: string,
  options: Progress
): Settled => {
  const { machine, entry, brief } = subject
  const isKnown = brief.latest === 'one of many' || brief.latest?.change === 'published'
  const added = isKnown || brief.amendments >= most ? undefined : addedBy(subject, port)
  if (added === undefined) return unsettled
  const amendment = (change: Amendment['change']): Amendment => ({
    port: key,
    change,
    publish: [port],
    entries: added.map(({ at, step }) => [at, step.entries])
  })
  const steps = added.map(({ step }) => step)
  return () =>
    inWorld(
      machine,
      async (world): Promise<E.Either<IsolationError, boolean>> => {
        const seen = await observe(machine, { ...entry.plan, steps }, world)()
        // What is in the way may be another port of its own.
        if (E.isLeft(seen)) return E.right(false)
        const { name } = entry.plan
        const { amendments } = brief
        const done = await revise(
          {
            isolation: name,
            added: steps.map((step, n): Task => ({ step, before: seen.right[n] })),
            removed: [],
            record: () => machine.journal.amend(name, amendment('published'), amendments + 1),
            restore: () => machine.journal.amend(name, amendment('unpublished'), amendments + 2)
          },
          surroundings(world, machine, entry.plan, tasksOf(entry)),
          options
        )
        return pipe(
          done,
          E.map(() => true)
        )
      },
      { places: entry.places }
    )
}

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

/** Publishes a port no more, without a look at the others: if it came after all else was on record. */
export const removePort = ({ machine, entry, brief }: BriefSubject, options: Progress): Settled => {
  const { latest, amendments } = brief
  if (latest === undefined || latest === 'one of many' || latest.change === 'unpublished') return unsettled
  const { name, steps } = entry.plan
  const removed = latest.entries.map(
    ([at, entries]): Task => ({ step: { ...(steps[at] as AddEntries), entries }, before: {} })
  )
  return () =>
    inWorld(
      machine,
      async (world): Promise<E.Either<IsolationError, boolean>> => {
        const record = () => machine.journal.amend(name, { ...latest, change: 'unpublished' }, amendments + 1)
        const done = await revise(
          { isolation: name, added: [], removed, record, restore: () => E.right(undefined) },
          surroundings(world, machine, entry.plan, tasksOf(entry)),
          options
        )
        return pipe(
          done,
          E.map(() => true)
        )
      },
      { places: entry.places }
    )
}
