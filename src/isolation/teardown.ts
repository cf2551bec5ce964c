import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import * as TE from 'fp-ts/TaskEither'
import { tasksOf } from './apply'
import type { IsolationError, TeardownFailed } from './error'
import { inWorld, type Progress, surroundings, type Task, undo } from './execution'
import { type Entry, erase, locked, names, read, write } from './journal'
import type { SysctlBefore } from './step/sysctl'
import { placeKey } from './world'

/** What a teardown found. */
export interface Teardown {
  readonly name: string
  /** Whether there was anything by this name. */
  readonly found: boolean
}

/** Takes an isolation down: the host is as before. Succeeds too when it is down already, or partly gone by itself. */
export const teardown = (name: string, options: Progress = {}): TE.TaskEither<IsolationError, Teardown> =>
  locked(
    pipe(
      TE.fromEither(read(name)),
      TE.chainW(entry => (entry === undefined ? TE.right({ name, found: false }) : takeDown(entry, options)))
    )
  )

const takeDown = (entry: Entry, options: Progress): TE.TaskEither<IsolationError, Teardown> =>
  pipe(
    TE.fromEither(handOver(entry)),
    TE.chainFirstW(ours => TE.fromEither(write({ ...ours, phase: 'removing' }))),
    TE.chainW(
      ours => async (): Promise<E.Either<IsolationError, Teardown>> =>
        inWorld(async world => {
          const { name } = ours.plan
          const tasks = tasksOf(ours)
          const leftBehind = await undo(tasks, surroundings(world, name, tasks), options)
          if (leftBehind.length > 0) return E.left(teardownFailed(name, leftBehind))
          return pipe(
            erase(name),
            E.map(() => ({ name, found: true }))
          )
        })
    )
  )

const teardownFailed = (name: string, leftBehind: ReadonlyArray<string>): TeardownFailed => ({
  _tag: 'TeardownFailed',
  message: `${name} is not down: ${leftBehind.join('; ')}; try again once the cause is mended`,
  isolation: name,
  leftBehind
})

/**
 * A kernel parameter that another isolation needs as well stays as it is, and that one inherits the duty to put back
 * what was there before us both.
 */
const handOver = (entry: Entry): E.Either<IsolationError, Entry> =>
  pipe(
    names(),
    E.map(all => all.filter(each => each !== entry.plan.name)),
    E.chain(E.traverseArray(read)),
    E.map(entries => entries.filter(each => each !== undefined)),
    E.chain(others => {
      const handed = new Set<string>()
      const changed = others.map(other => inheriting(other, settingsOf(tasksOf(entry)), handed))
      return pipe(
        changed.filter((each, n) => each !== others[n]),
        E.traverseArray(write),
        E.map(() => without(entry, handed))
      )
    })
  )

interface Setting {
  readonly place: string
  readonly key: string
  readonly value: string
  readonly before?: string
}

const isSysctl = (step: Task['step']): boolean => step._tag === 'SetSysctl' || step._tag === 'Forward'

const settingsOf = (tasks: ReadonlyArray<Task>): ReadonlyArray<Setting> =>
  tasks.flatMap(({ step, before }) =>
    isSysctl(step)
      ? (before as SysctlBefore).settings.map(setting => ({
          place: 'namespace' in step ? placeKey(step.namespace) : '',
          ...setting
        }))
      : []
  )

const idOf = ({ place, key }: { readonly place: string; readonly key: string }): string => `${place} ${key}`

const rewritten = (entry: Entry, change: (setting: Setting) => SysctlBefore['settings'][number]): Entry => ({
  ...entry,
  before: tasksOf(entry).map(({ step, before }) =>
    isSysctl(step)
      ? {
          settings: (before as SysctlBefore).settings.map(setting =>
            change({ place: 'namespace' in step ? placeKey(step.namespace) : '', ...setting })
          )
        }
      : before
  )
})

const inheriting = (other: Entry, ours: ReadonlyArray<Setting>, handed: Set<string>): Entry => {
  let inherits = false
  const entry = rewritten(other, ({ place, ...setting }) => {
    const own = ours.find(each => idOf(each) === idOf({ place, key: setting.key }))
    if (own?.before === undefined || own.before === own.value) return setting
    handed.add(idOf(own))
    inherits = true
    return setting.before === own.value ? { ...setting, before: own.before } : setting
  })
  return inherits ? entry : other
}

const without = (entry: Entry, handed: ReadonlySet<string>): Entry =>
  rewritten(entry, ({ place, ...setting }) =>
    handed.has(idOf({ place, key: setting.key })) ? { key: setting.key, value: setting.value } : setting
  )
