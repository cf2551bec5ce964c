import {
  closeSync,
  constants,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  unlinkSync,
  writeSync
} from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import * as TE from 'fp-ts/TaskEither'
import { flock, LOCK_EX, LOCK_NB } from '../namespace/system'
import type { Plan } from '../recipe/plan'
import type { JournalFailed } from './error'

/** What has been applied, or is being applied or taken down: enough to undo it in another process. */
export interface Entry {
  readonly version: 1
  readonly phase: 'applying' | 'applied' | 'removing'
  readonly plan: Plan
  /** What each step found before anything was changed. */
  readonly before: ReadonlyArray<unknown>
}

/** Where the records are: ISOLINK_STATE_DIR, or /run/isolink, which a reboot empties as it empties the kernel. */
export const stateDirectory = (): string => process.env.ISOLINK_STATE_DIR ?? '/run/isolink'

const failed = (path: string, doing: string, error: unknown): JournalFailed => {
  const { code, message } = error as NodeJS.ErrnoException
  const hint =
    code === 'EACCES' || code === 'EPERM' || code === 'EROFS'
      ? 'run as root, or set ISOLINK_STATE_DIR to a folder of yours'
      : undefined
  return {
    _tag: 'JournalFailed',
    message: `cannot ${doing} ${path}: ${code ?? message}${hint === undefined ? '' : `; ${hint}`}`,
    path,
    ...(hint !== undefined && { hint })
  }
}

const attempt = <A>(path: string, doing: string, make: () => A): E.Either<JournalFailed, A> =>
  E.tryCatch(make, error => failed(path, doing, error))

const fileOf = (name: string): string => join(stateDirectory(), `${name}.json`)

/** How long another process may hold the lock, and how often we look, in milliseconds. */
const patience = 60_000
const pace = 5

/** Does something while no other isolink process on this machine changes anything. */
export const locked = <L, A>(use: TE.TaskEither<L, A>): TE.TaskEither<L | JournalFailed, A> =>
  pipe(
    TE.fromEither(openLock()),
    TE.chainW(descriptor => async (): Promise<E.Either<L | JournalFailed, A>> => {
      try {
        const taken = await lock(descriptor)
        return E.isLeft(taken) ? taken : await use()
      } finally {
        closeSync(descriptor)
      }
    })
  )

const openLock = (): E.Either<JournalFailed, number> => {
  const directory = stateDirectory()
  return pipe(
    attempt(directory, 'make', () => mkdirSync(directory, { recursive: true, mode: 0o700 })),
    E.chain(() => {
      const path = join(directory, 'lock')
      return attempt(path, 'open', () =>
        openSync(path, constants.O_CREAT | constants.O_RDWR | constants.O_NOFOLLOW, 0o600)
      )
    })
  )
}

const lock = async (descriptor: number): Promise<E.Either<JournalFailed, void>> => {
  const deadline = performance.now() + patience
  for (;;) {
    const taken = flock(descriptor, LOCK_EX | LOCK_NB)
    if (E.isRight(taken)) return E.right(undefined)
    if (taken.left.code !== 'EAGAIN' || performance.now() > deadline)
      return E.left(failed(join(stateDirectory(), 'lock'), 'lock', taken.left))
    await setTimeout(pace)
  }
}

/** Writes a record so that whoever reads it finds the old one or the new one, whole. */
export const write = (entry: Entry): E.Either<JournalFailed, void> => {
  const path = fileOf(entry.plan.name)
  const draft = `${path}.new`
  return attempt(path, 'write', () => {
    const descriptor = openSync(
      draft,
      constants.O_CREAT | constants.O_WRONLY | constants.O_TRUNC | constants.O_NOFOLLOW,
      0o600
    )
    try {
      writeSync(descriptor, `${JSON.stringify(entry)}\n`)
      fsyncSync(descriptor)
    } finally {
      closeSync(descriptor)
    }
    renameSync(draft, path)
  })
}

/** The record of a name; undefined if there is none. */
export const read = (name: string): E.Either<JournalFailed, Entry | undefined> => {
  const path = fileOf(name)
  return pipe(
    E.tryCatch(
      () => readFileSync(path, 'utf8'),
      error => error as NodeJS.ErrnoException
    ),
    E.matchW(
      error => (error.code === 'ENOENT' ? E.right(undefined) : E.left(failed(path, 'read', error))),
      text => parse(path, text)
    )
  )
}

const parse = (path: string, text: string): E.Either<JournalFailed, Entry> =>
  pipe(
    attempt(path, 'understand', () => JSON.parse(text) as Entry),
    E.chain(entry =>
      entry?.version === 1 && Array.isArray(entry.before) && Array.isArray(entry.plan?.steps)
        ? E.right(entry)
        : E.left(failed(path, 'understand', { message: 'it is no record of this version' }))
    )
  )

export const erase = (name: string): E.Either<JournalFailed, void> => {
  const path = fileOf(name)
  return pipe(
    E.tryCatch(
      () => unlinkSync(path),
      error => error as NodeJS.ErrnoException
    ),
    E.orElse(error => (error.code === 'ENOENT' ? E.right(undefined) : E.left(failed(path, 'remove', error))))
  )
}

/** The names of all records. */
export const names = (): E.Either<JournalFailed, ReadonlyArray<string>> =>
  pipe(
    E.tryCatch(
      () => readdirSync(stateDirectory()),
      error => error as NodeJS.ErrnoException
    ),
    E.map(files =>
      files
        .filter(file => file.endsWith('.json'))
        .map(file => file.slice(0, -'.json'.length))
        .sort()
    ),
    E.orElse(error =>
      error.code === 'ENOENT' ? E.right([]) : E.left(failed(stateDirectory(), 'list', error))
    )
  )
