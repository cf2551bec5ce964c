import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import * as TE from 'fp-ts/TaskEither'
import * as link from '../link'
import type { AddEntries, CreateNamespace } from '../recipe/step'
import { checkCapabilities } from './capability'
import type { IsolationError, JournalFailed, TeardownFailed } from './error'
import { inWorld, type Progress, surroundings, type Task, tasksOf, undo } from './execution'
import { unrecorded } from './garbage'
import { removeOwnGroup } from './group'
import type { Journal } from './journal'
import { type Machine, membersOf, thisMachine, type Waiting } from './machine'
import type { Entry } from './record'
import type { SysctlBefore } from './step/sysctl'
import { tagOf } from './tag'
import { placeKey, type World } from './world'

export interface TeardownOptions extends Progress, Waiting {}

/** What a teardown found. */
export interface Teardown {
  readonly name: string
  /** Whether there was anything by this name. */
  readonly found: boolean
  /** What could not be given back, as it is gone for good, in sentences; not there if nothing was lost. */
  readonly lost?: ReadonlyArray<string>
}

/** Takes an isolation down: the host is as before. Succeeds too when it is down already, or partly gone by itself. */
export const teardown = (
  name: string,
  options: TeardownOptions = {}
): TE.TaskEither<IsolationError, Teardown> => teardownOn(thisMachine())(name, options)

export const teardownOn =
  (machine: Machine) =>
  (name: string, options: TeardownOptions = {}): TE.TaskEither<IsolationError, Teardown> =>
    machine.journal.locked(
      pipe(
        TE.fromIOEither(() => machine.journal.take(name)),
        TE.matchEW(
          error => (error.damaged === true ? withoutRecord(machine, name, error) : TE.left(error)),
          entry =>
            entry === undefined ? withoutRecord(machine, name) : takeDownTelling(machine, entry, options)
        )
      ),
      options.signal
    )

/** Takes down what is on record, and tells what of it could not be given back. */
export const takeDownTelling = (
  machine: Machine,
  entry: Entry,
  options: Progress
): TE.TaskEither<IsolationError, Teardown> => {
  const lost: Array<string> = []
  const onLoss = (sentence: string): void => {
    lost.push(sentence)
    options.onLoss?.(sentence)
  }
  return pipe(
    takeDown(machine, entry, { ...options, onLoss }),
    TE.map(() => ({ name: entry.plan.name, found: true, ...(lost.length > 0 && { lost }) }))
  )
}

/**
 * What has no record, or one that was damaged, is down, unless something bears its mark still: then nobody knows what was
 * there before it.
 */
const withoutRecord = (
  machine: Machine,
  name: string,
  damage?: JournalFailed
): TE.TaskEither<IsolationError, Teardown> =>
  pipe(
    unrecorded(machine),
    TE.chainW(all => {
      const leftBehind = all.get(name)
      return leftBehind === undefined
        ? damage === undefined
          ? TE.right({ name, found: false })
          : TE.left(damage)
        : TE.left<IsolationError, Teardown>({
            _tag: 'TeardownFailed',
            message: `${name} has no record by which it could be taken down, though it is not down: ${leftBehind.join('; ')}`,
            isolation: name,
            leftBehind
          })
    })
  )

/**
 * Undoes what a record tells of, however much of it was done or undone already, and forgets it. Whoever does this holds
 * the lock.
 */
export const takeDown = (
  machine: Machine,
  entry: Entry,
  options: Progress = {}
): TE.TaskEither<IsolationError, void> =>
  pipe(
    TE.fromEither(checkCapabilities()),
    TE.chainW(() => TE.fromIOEither(() => handOver(machine.journal, entry))),
    TE.chainW(ours => bequeath(machine, ours)),
    TE.chainFirstW(ours => TE.fromIOEither(() => mark(machine.journal, entry, ours))),
    // Once that is on record: whoever dies among the members leaves a whole to be taken down, not a part of it up.
    TE.chainFirstW(() => takeDownMembers(machine, entry.plan.name, options)),
    TE.chainW(ours => async (): Promise<E.Either<IsolationError, void>> => {
      const { name } = ours.plan
      const tasks = tasksOf(ours)
      const leftBehind = await inWorld(
        machine,
        world => undo(tasks, surroundings(world, machine, ours.plan, tasks), options),
        { places: ours.places }
      )
      return leftBehind.length > 0
        ? E.left(teardownFailed(name, leftBehind))
        : notForgotten(name, machine.journal.erase(name))
    })
  )

/** Takes down all that belongs to a name. Its links go first, all at once: the kernel takes long over each by itself. */
export const takeDownMembers = (
  machine: Machine,
  name: string,
  options: Progress = {}
): TE.TaskEither<IsolationError, void> => {
  const inner = membersOf(machine, name)
  return pipe(
    TE.fromIOEither(inner.journal.takeAll),
    // What they told of nobody knows; it keeps nothing else from going.
    TE.chainFirstW(({ damaged }) =>
      TE.fromIO(() => {
        for (const { message } of damaged.values()) options.onLoss?.(message)
      })
    ),
    TE.chainFirstW(({ past }) => TE.fromIOEither(() => E.traverseArray(inner.journal.erase)(past))),
    TE.map(({ entries }) => entries),
    TE.chainFirstW(entries =>
      entries.length > 1 ? removeGroups(machine, name, entries) : TE.right(undefined)
    ),
    TE.chainW(entries => async () => {
      let failure: E.Left<IsolationError> | undefined
      // One that fails does not keep the others from going.
      for (const entry of entries) {
        const done = await takeDown(inner, entry, options)()
        if (E.isLeft(done)) failure ??= done
      }
      return failure ?? E.right(undefined)
    }),
    TE.chainW(() => TE.fromIOEither(() => notForgotten(name, inner.journal.tidy())))
  )
}

const removeGroups =
  (machine: Machine, name: string, entries: ReadonlyArray<Entry>): TE.TaskEither<IsolationError, void> =>
  async () => {
    const groups = new Set(
      entries.flatMap(({ plan }) =>
        plan.steps.flatMap(step =>
          step._tag === 'SetLink' && step.change.group !== undefined ? [step.change.group] : []
        )
      )
    )
    const { places } = entries[0] ?? { places: [] }
    return inWorld(
      machine,
      async world => {
        // What is left then is removed one by one.
        for (const group of groups)
          await removeOwnGroup(world, undefined, group, machine.journal.owner(name))()
        return E.right(undefined)
      },
      { places }
    )
  }

/** That it has begun. Where nothing was handed over, a full disk does not keep us from undoing without. */
const mark = (journal: Journal, before: Entry, ours: Entry): E.Either<JournalFailed, void> =>
  pipe(
    journal.write({ ...ours, phase: 'removing' }),
    E.orElse(error => (before === ours ? E.right(undefined) : E.left(error)))
  )

/** By then the kernel has nothing of it any more. */
const notForgotten = (name: string, erased: E.Either<JournalFailed, void>): E.Either<TeardownFailed, void> =>
  pipe(
    erased,
    E.mapLeft(({ message }) => teardownFailed(name, [message]))
  )

const teardownFailed = (name: string, leftBehind: ReadonlyArray<string>): TeardownFailed => ({
  _tag: 'TeardownFailed',
  message: `${name} is not down: ${leftBehind.join('; ')}; try again once the cause is mended`,
  isolation: name,
  leftBehind
})

/**
 * A kernel parameter that another isolation needs as well stays as it is, and that one inherits the duty to put back
 * what was there before us both. Should we die between the heir's record and ours, both tell the same, and the next
 * one of us to go hands over to the other again.
 */
const handOver = (journal: Journal, entry: Entry): E.Either<JournalFailed, Entry> => {
  const ours = settingsOf(tasksOf(entry)).filter(isToBePutBack)
  // Most endpoints have nothing to hand over, and there may be thousands of others to read of.
  if (ours.length === 0) return E.right(entry)
  return pipe(
    journal.records(),
    E.map(({ entries }) => entries.filter(({ plan }) => plan.name !== entry.plan.name)),
    E.chain(others => {
      const handed = new Set<string>()
      const confined = new Set<string>()
      const changed = others.map(other =>
        confining(inheriting(other, ours, handed), confinedBy(entry), confined)
      )
      return pipe(
        changed.filter((each, n) => each !== others[n]),
        E.traverseArray(journal.write),
        E.map(() => (handed.size === 0 ? entry : without(unconfining(entry, confined), handed)))
      )
    })
  )
}

const isToBePutBack = ({ before, value }: Setting): boolean => before !== undefined && before !== value

type MakerTask = Task & {
  readonly step: CreateNamespace
  readonly before: { readonly existed: boolean; readonly cookie?: string }
}

const isMaker = (task: Task): task is MakerTask => task.step._tag === 'CreateNamespace'

/** A namespace that another isolation works in as well stays, and is that one's to remove from now on. */
const bequeath = (machine: Machine, entry: Entry): TE.TaskEither<IsolationError, Entry> => {
  const made = tasksOf(entry)
    .filter(isMaker)
    .filter(({ before }) => !before.existed)
  return made.length === 0
    ? TE.right(entry)
    : () =>
        inWorld(
          machine,
          async (world): Promise<E.Either<IsolationError, Entry>> => {
            let ours = entry
            for (const { step, before } of made) {
              if (!(await isShared(world, entry, step.name))) continue
              const heir = heirOf(machine, entry, step.name, before.cookie)
              if (E.isLeft(heir)) return heir
              if (heir.right === undefined) continue
              const { journal, other } = heir.right
              const written = journal.write(withMade(other, step.name, { ...before, existed: false }))
              if (E.isLeft(written)) return written
              await world.send(link.set('lo', { alias: tagOf(journal.owner(other.plan.name)) }), step.name)()
              ours = withMade(ours, step.name, { existed: true })
            }
            return E.right(ours)
          },
          { places: entry.places }
        )
}

const withMade = (entry: Entry, name: string, before: MakerTask['before']): Entry => ({
  ...entry,
  before: tasksOf(entry).map(task => (isMaker(task) && task.step.name === name ? before : task.before))
})

/** Whether a namespace holds links besides ours. Only then are the records of others worth reading. */
const isShared = async (world: World, { plan }: Entry, name: string): Promise<boolean> => {
  const own = new Set(['lo'])
  for (const step of plan.steps) {
    if (step._tag === 'AddLink' && 'peer' in step.link && step.link.peer.namespace === name)
      own.add(step.link.peer.name ?? '')
    if (step._tag === 'AddLink' && step.namespace === name) own.add(step.link.name)
    if (step._tag === 'MoveLink' && step.namespace === name) own.add(step.name)
  }
  const links = await world.send(link.list(), name)()
  return E.isRight(links) && links.right.some(each => !own.has(each.name))
}

const heirOf = (
  machine: Machine,
  entry: Entry,
  name: string,
  cookie: string | undefined
): E.Either<JournalFailed, { readonly journal: Journal; readonly other: Entry } | undefined> => {
  const outer = machine.outer ?? machine
  const recordsOf = (journal: Journal) =>
    pipe(
      journal.records(),
      E.map(({ entries }) => entries.map(other => ({ journal, other })))
    )
  return pipe(
    recordsOf(outer.journal),
    E.chain(all =>
      pipe(
        all.filter(({ other }) => other.plan.recipe === 'bridge-network'),
        E.traverseArray(({ other }) => recordsOf(outer.journal.members(other.plan.name))),
        E.map(members => [...all, ...members.flat()])
      )
    ),
    E.map(all =>
      all.find(
        ({ journal, other }) =>
          (journal.directory !== machine.journal.directory || other.plan.name !== entry.plan.name) &&
          tasksOf(other).some(task => isMaker(task) && task.step.name === name) &&
          other.places.some(place => place.ref === name && place.cookie === cookie)
      )
    )
  )
}

interface Confinement {
  readonly confined?: ReadonlyArray<string>
}

type EntryTask = Task & { readonly step: AddEntries; readonly before: Confinement }

const isEntries = (task: Task): task is EntryTask => task.step._tag === 'AddEntries'

const linkId = ({ step }: EntryTask, link: string): string =>
  `${step.family} ${placeKey(step.namespace)} ${link}`

/** The links that our table confines on behalf of an isolation. */
const confinedBy = (entry: Entry): ReadonlySet<string> =>
  new Set(
    tasksOf(entry)
      .filter(isEntries)
      .flatMap(task => (task.before.confined ?? []).map(link => linkId(task, link)))
  )

const withConfined = (entry: Entry, change: (task: EntryTask) => ReadonlyArray<string>): Entry => ({
  ...entry,
  before: tasksOf(entry).map(task =>
    isEntries(task) && (task.before.confined ?? []).join() !== change(task).join()
      ? { ...task.before, confined: change(task) }
      : task.before
  )
})

/** Who inherits forwarding by a link also inherits that it is confined. */
const confining = (other: Entry, ours: ReadonlySet<string>, handed: Set<string>): Entry => {
  const inherited = (task: EntryTask): ReadonlyArray<string> =>
    task.step.entries.flatMap(entry =>
      entry._tag === 'Confine' && ours.has(linkId(task, entry.link)) ? [entry.link] : []
    )
  const all = tasksOf(other).filter(isEntries)
  if (all.every(task => inherited(task).length === 0)) return other
  for (const task of all) for (const link of inherited(task)) handed.add(linkId(task, link))
  return withConfined(other, task => [...new Set([...(task.before.confined ?? []), ...inherited(task)])])
}

const unconfining = (entry: Entry, handed: ReadonlySet<string>): Entry =>
  withConfined(entry, task => (task.before.confined ?? []).filter(link => !handed.has(linkId(task, link))))

interface Setting {
  readonly place: string
  readonly key: string
  readonly value: string
  readonly before?: string
  readonly exceptions?: ReadonlyArray<string>
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
    if (own?.before === undefined) return setting
    handed.add(idOf(own))
    inherits = true
    return setting.before === own.value
      ? { ...setting, before: own.before, ...(own.exceptions && { exceptions: own.exceptions }) }
      : setting
  })
  return inherits ? entry : other
}

const without = (entry: Entry, handed: ReadonlySet<string>): Entry =>
  rewritten(entry, ({ place, ...setting }) =>
    handed.has(idOf({ place, key: setting.key })) ? { key: setting.key, value: setting.value } : setting
  )
