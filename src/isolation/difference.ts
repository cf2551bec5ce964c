import type { Plan } from '../recipe/plan'
import type { AddEntries, Step } from '../recipe/step'
import { type Task, tasksOf } from './execution'
import type { Entry } from './record'
import { placeKey } from './world'

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
export interface Difference {
  /** What each step of the new plan finds before, as far as the old one knew it. */
  readonly kept: ReadonlyArray<Task | undefined>
  readonly added: ReadonlyArray<Step>
  readonly removed: ReadonlyArray<Task>
}

export const isSameTable = (a: Step, b: Step): a is AddEntries =>
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

export const differenceOf = (old: Entry, plan: Plan): Difference => {
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
