import {
  closeSync,
  constants,
  existsSync,
  fchmodSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmdirSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeSync
} from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import * as TE from 'fp-ts/TaskEither'
import * as v from 'valibot'
import type { Aborted } from '../namespace/error'
import { flock, LOCK_EX, LOCK_NB } from '../namespace/system'
import { isolationName } from '../recipe/parameters'
import type { Port } from '../recipe/publication'
import { type JournalFailed, total, type Unexpected } from './error'
import {
  type Amendment,
  amendedBy,
  amendmentText,
  type Brief,
  briefOf,
  claimsIn,
  claimsOf,
  type Entry,
  recordOf,
  recordText,
  sha256
} from './record'

/** The records of what is applied: one file for each name. */
export interface Journal {
  readonly directory: string
  /** Does something while no other isolink process on this machine changes anything. */
  readonly locked: <L, A>(
    use: TE.TaskEither<L, A>,
    /** Ends the wait for it. */
    signal?: AbortSignal
  ) => TE.TaskEither<L | JournalFailed | Aborted | Unexpected, A>
  /** The record of a name; undefined if there is none, or if the machine was started anew since. Changes nothing. */
  readonly read: (name: string) => E.Either<JournalFailed, Entry | undefined>
  /** The same for whoever is about to change something, and holds the lock: one that is damaged is set aside. */
  readonly take: (name: string) => E.Either<JournalFailed, Entry | undefined>
  /** All of them. One that is damaged keeps nobody from reading the others. Changes nothing. */
  readonly records: () => E.Either<JournalFailed, Records>
  /** The same as `take` does it. */
  readonly takeAll: () => E.Either<JournalFailed, Records>
  /**
   * Writes a record so that whoever reads it finds the old one or the new one, whole, even after a power failure. One
   * that was there is not lost if that fails.
   */
  readonly write: (entry: Entry) => E.Either<JournalFailed, void>
  readonly erase: (name: string) => E.Either<JournalFailed, void>
  /** As much of a record as a change of one port needs; undefined if there is none, or none that can be amended. */
  readonly brief: (name: string, port: Pick<Port, 'protocol' | 'hostPort'>) => Brief | undefined
  /** Writes that a port came or went: behind a record that is known in brief, or else all of it anew. */
  readonly amend: (name: string, amendment: Amendment, brief?: Brief) => E.Either<JournalFailed, void>
  /** The name of the record whose plan makes a claim, found without reading the others; undefined if there is none. */
  readonly claimant: (claim: string) => E.Either<JournalFailed, string | undefined>
  /** The names of all records. */
  readonly names: () => E.Either<JournalFailed, ReadonlyArray<string>>
  /** Where damaged records of a name, and of what belongs to it, are kept for a person to read. */
  readonly setAside: (name: string) => E.Either<JournalFailed, ReadonlyArray<string>>
  /** Removes what was left by one who died before his first record was whole. */
  readonly tidy: () => E.Either<JournalFailed, void>
  /** What says in the kernel whose a thing is. */
  readonly owner: (name: string) => string
  /**
   * The records of what belongs to a name, each in a file of its own, so that one more costs the same however many there
   * are. Whoever works on them holds our lock.
   */
  readonly members: (name: string) => Journal
}

/** What is on record. */
export interface Records {
  readonly entries: ReadonlyArray<Entry>
  /** The names of those from before the last start of the machine. */
  readonly past: ReadonlyArray<string>
  /** By its name, why nobody can trust a record. */
  readonly damaged: ReadonlyMap<string, JournalFailed>
}

/** Where the records are: ISOLINK_STATE_DIR, or /run/isolink, which a reboot empties as it empties the kernel. */
export const stateDirectory = (): string => resolve(process.env.ISOLINK_STATE_DIR ?? defaultDirectory)

const defaultDirectory = '/run/isolink'

/** What says in the kernel whose a thing is: the name, and where the record is unless that is the usual place. */
export const ownerIn = (directory: string, name: string): string =>
  directory === defaultDirectory ? name : `${name}@${sha256(directory).slice(0, 8)}`

const failed = (path: string, doing: string, error: unknown): JournalFailed => {
  const { code, message } = error as NodeJS.ErrnoException
  const hint = code === undefined ? undefined : (hints[code] ?? hintOfOwner(code, path))
  return {
    _tag: 'JournalFailed',
    message: `cannot ${doing} ${path}: ${code ?? message}${hint === undefined ? '' : `; ${hint}`}`,
    path,
    ...(hint !== undefined && { hint })
  }
}

const asRoot = 'run as root'
const asOwner = { root: 'run as root, who made it', other: 'run as whoever made it' } as const
const whereWritable = 'run where it can be written'

/** In a user namespace, a user of the machine's may be one that nobody is told of. */
const hintOfOwner = (code: string, path: string): string | undefined => {
  if (code !== 'EACCES' && code !== 'EPERM') return undefined
  try {
    return statSync(path).uid === 0 ? asOwner.root : asOwner.other
  } catch {
    return asRoot
  }
}

const elsewhere = 'or set ISOLINK_STATE_DIR to a folder of yours'

/**
 * Whoever makes a new isolation may keep its record elsewhere. To look for one there that is on record here would find
 * nothing, so nobody else is told.
 */
export const orElsewhere = <E extends { readonly _tag: string }>(
  error: E | JournalFailed
): E | JournalFailed => {
  if (!isJournalFailed(error)) return error
  const { hint, message } = error
  return hint !== undefined && [asRoot, asOwner.root, asOwner.other, whereWritable].includes(hint)
    ? { ...error, message: `${message}, ${elsewhere}`, hint: `${hint}, ${elsewhere}` }
    : error
}

const isJournalFailed = (error: { readonly _tag: string }): error is JournalFailed =>
  error._tag === 'JournalFailed'

const hints: { readonly [code: string]: string } = {
  EROFS: whereWritable,
  ELOOP: 'it is a symbolic link, which we do not follow',
  ENOTDIR: 'it is no directory of its own; symbolic links are not followed',
  ENOSPC: 'there is no room left for records',
  EDQUOT: 'there is no room left for records',
  EAGAIN: 'another isolink works on this machine, and has not come to an end'
}

const attempt = <A>(path: string, doing: string, make: () => A): E.Either<JournalFailed, A> =>
  E.tryCatch(make, error => failed(path, doing, error))

const isAbsent = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT'

/** How long another process may hold the lock, and how often we look, in milliseconds. */
const patience = 120_000
const pace = { least: 2, most: 250 }

export const journalIn = (
  directory: string,
  owner: Journal['owner'] = name => ownerIn(directory, name)
): Journal => {
  const locked = <L, A>(
    use: TE.TaskEither<L, A>,
    signal?: AbortSignal
  ): TE.TaskEither<L | JournalFailed | Aborted | Unexpected, A> =>
    pipe(
      TE.fromIOEither(() => openLock(directory)),
      TE.chainW(descriptor => async (): Promise<E.Either<L | JournalFailed | Aborted | Unexpected, A>> => {
        try {
          const taken = await lock(join(directory, 'lock'), descriptor, signal)
          return E.isLeft(taken) ? taken : await total(use)()
        } finally {
          closeSync(descriptor)
        }
      })
    )

  const read: Journal['read'] = name =>
    pipe(
      fileOf(directory, name),
      E.chain(path =>
        existsSync(directory)
          ? inDirectory(directory, at =>
              pipe(
                attempt(path, 'read', () => contents(at(`${name}.json`))),
                E.chain(bytes =>
                  bytes === undefined ? E.right(undefined) : parse(path, name, bytes.toString())
                )
              )
            )
          : E.right(undefined)
      )
    )

  const take: Journal['take'] = name =>
    pipe(
      read(name),
      E.orElse(error =>
        isDamaged(error)
          ? inDirectory(directory, at => E.left(putAside(error, at(`${name}.json`))))
          : E.left(error)
      )
    )

  const all = (one: Journal['read']): E.Either<JournalFailed, Records> =>
    pipe(
      names(),
      E.chain(known => {
        const entries: Array<Entry> = []
        const past: Array<string> = []
        const damaged = new Map<string, JournalFailed>()
        for (const name of known) {
          const found = one(name)
          if (E.isRight(found)) {
            if (found.right === undefined) past.push(name)
            else entries.push(found.right)
          } else if (isDamaged(found.left)) damaged.set(name, found.left)
          else return found
        }
        return E.right({ entries, past, damaged })
      })
    )

  const erase: Journal['erase'] = name =>
    pipe(
      fileOf(directory, name),
      E.chain(path =>
        existsSync(directory)
          ? inDirectory(directory, (at, descriptor) =>
              attempt(path, 'remove', () => {
                // The record last: as long as there is something of it, it can be found again.
                for (const claim of claimsIn(contents(at(`${name}.json`))?.toString() ?? ''))
                  unlinkIfThere(at(linkOf(claim)))
                unlinkIfThere(at(spareOf(name)))
                removeIfEmpty(at(membersOf(name)))
                unlinkIfThere(at(`${name}.json`))
                fsyncSync(descriptor)
              })
            )
          : E.right(undefined)
      )
    )

  const write: Journal['write'] = entry => {
    const { name } = entry.plan
    return pipe(
      fileOf(directory, name),
      E.chain(path =>
        inDirectory(directory, (at, descriptor) =>
          attempt(path, 'write', () => {
            const text = Buffer.from(recordText(entry))
            replaceContents(at(spareOf(name)), text)
            renameSync(at(spareOf(name)), at(`${name}.json`))
            if (entry.phase === 'applying')
              for (const claim of claimsOf(entry)) pointAt(at(linkOf(claim)), `${name}.json`)
            fsyncSync(descriptor)
            reserve(at(spareOf(name)), text.length, entry.phase === 'applying')
          })
        )
      )
    )
  }

  const brief: Journal['brief'] = (name, port) => {
    const found = pipe(
      fileOf(directory, name),
      E.chain(path => inDirectory(directory, at => attempt(path, 'read', () => contents(at(`${name}.json`)))))
    )
    return E.isRight(found) && found.right !== undefined ? briefOf(name, found.right, port) : undefined
  }

  /** A line more, and room for all of it in the spare file before. */
  const append = (name: string, amendment: Amendment, brief: Brief): E.Either<JournalFailed, void> =>
    pipe(
      fileOf(directory, name),
      E.chain(path =>
        inDirectory(directory, at =>
          attempt(path, 'write', () => {
            const text = Buffer.from(amendmentText(amendment, brief))
            enlarge(at(spareOf(name)), brief.room + text.length)
            appendContents(at(`${name}.json`), text, brief.size)
          })
        )
      )
    )

  const rewrite = (name: string, amendment: Amendment): E.Either<JournalFailed, void> =>
    pipe(
      read(name),
      E.chain(entry => (entry === undefined ? E.right(undefined) : write(amendedBy(entry, amendment))))
    )

  const amend: Journal['amend'] = (name, amendment, brief) =>
    brief === undefined
      ? rewrite(name, amendment)
      : pipe(
          append(name, amendment, brief),
          // On a full disk there is room for the whole, but not for a line more.
          E.orElse(() => rewrite(name, amendment))
        )

  const claimant: Journal['claimant'] = claim =>
    existsSync(directory)
      ? pipe(
          inDirectory(directory, at =>
            attempt(directory, 'look into', () => pointedAt(at(linkOf(claim)))?.replace(/\.json$/, ''))
          ),
          E.chain(name =>
            name === undefined
              ? E.right(undefined)
              : pipe(
                  read(name),
                  E.map(entry => (entry !== undefined && claimsOf(entry).includes(claim) ? name : undefined)),
                  // What it tells of may be there still.
                  E.orElse(error => (isDamaged(error) ? E.right(name) : E.left(error)))
                )
          )
        )
      : E.right(undefined)

  const names: Journal['names'] = () =>
    existsSync(directory)
      ? inDirectory(directory, at =>
          attempt(directory, 'list', () =>
            readdirSync(at('.'))
              .filter(file => file.endsWith('.json'))
              .map(file => file.slice(0, -'.json'.length))
              .filter(name => v.is(isolationName, name))
              .sort()
          )
        )
      : E.right([])

  const setAside: Journal['setAside'] = name =>
    existsSync(directory)
      ? inDirectory(directory, at =>
          attempt(directory, 'list', () =>
            [
              ...readdirSync(at('.')).filter(file => file.startsWith(damagedOf(name))),
              ...filesIn(at(membersOf(name)))
                .filter(file => file.includes(damagedOf('')))
                .map(file => join(membersOf(name), file))
            ]
              .sort()
              .map(file => join(directory, file))
          )
        )
      : E.right([])

  const tidy: Journal['tidy'] = () =>
    pipe(
      names(),
      E.chain(kept =>
        existsSync(directory)
          ? inDirectory(directory, at =>
              attempt(directory, 'tidy', () => {
                for (const file of readdirSync(at('.'))) {
                  const name = spareNameOf(file)
                  if (name !== undefined && !kept.includes(name)) unlinkIfThere(at(file))
                  else if (isLink(file) && !existsSync(at(file))) unlinkIfThere(at(file))
                }
              })
            )
          : E.right(undefined)
      )
    )

  const members: Journal['members'] = name => {
    const valid = fileOf(directory, name)
    if (E.isLeft(valid)) return refusing(directory, valid)
    const folder = join(directory, membersOf(name))
    const inner = journalIn(folder, member => `${owner(name)}/${member}`)
    return {
      ...inner,
      locked: use => use,
      write: entry =>
        pipe(
          attempt(folder, 'make', () => mkdirSync(folder, { recursive: true, mode: 0o700 })),
          E.chain(() => inner.write(entry))
        )
    }
  }

  return {
    directory,
    locked,
    read,
    take,
    records: () => all(read),
    takeAll: () => all(take),
    write,
    erase,
    brief,
    amend,
    claimant,
    names,
    setAside,
    tidy,
    owner,
    members
  }
}

/** Where nothing can be on record. */
const refusing = (directory: string, refusal: E.Either<JournalFailed, never>): Journal => {
  const refuse = () => refusal
  const journal: Journal = {
    directory,
    locked: () => TE.fromEither(refusal),
    read: refuse,
    take: refuse,
    records: refuse,
    takeAll: refuse,
    write: refuse,
    erase: refuse,
    brief: () => undefined,
    amend: refuse,
    claimant: refuse,
    names: refuse,
    setAside: refuse,
    tidy: refuse,
    owner: name => name,
    members: () => journal
  }
  return journal
}

/** A name is a file's name, and none that leads out of the directory. */
const fileOf = (directory: string, name: string): E.Either<JournalFailed, string> => {
  const parsed = v.safeParse(isolationName, name)
  return parsed.success
    ? E.right(join(directory, `${parsed.output}.json`))
    : E.left({ _tag: 'JournalFailed', message: parsed.issues[0].message, path: directory })
}

/**
 * Opens the directory, which must be ours alone, and gives a way to its files that leads through no other directory:
 * whoever could change the path meanwhile would win nothing.
 */
const inDirectory = <L, A>(
  directory: string,
  use: (at: (file: string) => string, descriptor: number) => E.Either<L, A>
): E.Either<L | JournalFailed, A> =>
  pipe(
    attempt(directory, 'open', () =>
      openSync(directory, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW)
    ),
    E.chainW(descriptor => {
      try {
        return pipe(
          secure(directory, descriptor),
          E.chainW(() => use(file => `/proc/self/fd/${descriptor}/${file}`, descriptor))
        )
      } finally {
        closeSync(descriptor)
      }
    })
  )

const secure = (directory: string, descriptor: number): E.Either<JournalFailed, void> => {
  const { uid, mode } = fstatSync(descriptor)
  const wrong =
    uid !== process.geteuid?.()
      ? `it belongs to the user ${uid}`
      : (mode & 0o022) !== 0
        ? 'others may write into it; chmod 700 it, if you trust what is in it'
        : undefined
  if (wrong !== undefined) return E.left(failed(directory, 'trust', { message: wrong }))
  return (mode & 0o077) === 0
    ? E.right(undefined)
    : attempt(directory, 'close to others', () => fchmodSync(descriptor, 0o700))
}

/** Node's own recursion has no end where a directory is there that takes no entries, as in /proc. */
const makeDirectory = (path: string): void => {
  if (existsSync(path)) return
  if (!existsSync(dirname(path))) makeDirectory(dirname(path))
  try {
    mkdirSync(path, { mode: 0o700 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}

const openLock = (directory: string): E.Either<JournalFailed, number> =>
  pipe(
    attempt(directory, 'make', () => makeDirectory(directory)),
    E.chain(() =>
      inDirectory(directory, at =>
        attempt(join(directory, 'lock'), 'open', () =>
          openSync(at('lock'), constants.O_CREAT | constants.O_RDWR | constants.O_NOFOLLOW, 0o600)
        )
      )
    )
  )

const lock = async (
  path: string,
  descriptor: number,
  signal: AbortSignal | undefined
): Promise<E.Either<JournalFailed | Aborted, void>> => {
  const start = performance.now()
  for (;;) {
    const taken = flock(descriptor, LOCK_EX | LOCK_NB)
    if (E.isRight(taken)) return E.right(undefined)
    const waited = performance.now() - start
    if (taken.left.code !== 'EAGAIN' || waited > patience) return E.left(failed(path, 'lock', taken.left))
    // A hundred that look again and again would keep the one who works from it.
    await setTimeout(pace.least + Math.random() * Math.min(pace.most, waited / 4))
    // Before the next try, so that whoever has given up does not get the lock after all.
    if (signal?.aborted === true) return E.left(waitEnded)
  }
}

const waitEnded: Aborted = {
  _tag: 'Aborted',
  message: 'the wait for another isolink on this machine was ended by the caller; nothing has been changed',
  operation: 'lock'
}

const contents = (path: string): Buffer | undefined => {
  let descriptor: number
  try {
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW)
  } catch (error) {
    if (isAbsent(error)) return undefined
    throw error
  }
  try {
    return readFileSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/** What a record claims is found by a link to it with the claim's name. One that leads nowhere claims nothing. */
const linkOf = (claim: string): string => `.${claim}.claim`

const isLink = (file: string): boolean => file.endsWith('.claim')

const pointAt = (path: string, target: string): void => {
  unlinkIfThere(path)
  symlinkSync(target, path)
}

const pointedAt = (path: string): string | undefined => {
  try {
    return readlinkSync(path)
  } catch (error) {
    if (isAbsent(error)) return undefined
    throw error
  }
}

const unlinkIfThere = (path: string): void => {
  try {
    unlinkSync(path)
  } catch (error) {
    if (!isAbsent(error)) throw error
  }
}

/** A folder that holds something still stays. */
const removeIfEmpty = (path: string): void => {
  try {
    rmdirSync(path)
  } catch (error) {
    if (!isAbsent(error) && (error as NodeJS.ErrnoException).code !== 'ENOTEMPTY') throw error
  }
}

/**
 * The next version of a record is written over a spare file, which then takes the record's place. The spare was made
 * with room enough before anything was changed, so that a disk that has filled up since does not keep us from undoing.
 */
const spareOf = (name: string): string => `.${name}.spare`

const spareNameOf = (file: string): string | undefined => /^\.(.+)\.spare$/.exec(file)?.[1]

/** The folder of what belongs to a name. */
const membersOf = (name: string): string => `${name}.members`

const block = 4096

const writeAll = (descriptor: number, bytes: Uint8Array): void => {
  for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at)
}

const replaceContents = (path: string, bytes: Uint8Array): void => {
  const descriptor = openSync(path, constants.O_CREAT | constants.O_WRONLY | constants.O_NOFOLLOW, 0o600)
  try {
    writeAll(descriptor, bytes)
    ftruncateSync(descriptor, bytes.length)
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

const appendContents = (path: string, bytes: Uint8Array, size: number): void => {
  const descriptor = openSync(path, constants.O_WRONLY | constants.O_APPEND | constants.O_NOFOLLOW)
  try {
    writeAll(descriptor, bytes)
    fsyncSync(descriptor)
  } catch (error) {
    ftruncateSync(descriptor, size)
    throw error
  } finally {
    closeSync(descriptor)
  }
}

/** Room for this much and what may come soon. */
const enlarge = (path: string, size: number): void => {
  const flags = constants.O_CREAT | constants.O_WRONLY | constants.O_APPEND | constants.O_NOFOLLOW
  const descriptor = openSync(path, flags, 0o600)
  try {
    const { size: known } = fstatSync(descriptor)
    if (known >= size) return
    writeAll(descriptor, new Uint8Array(size - known + 16 * block))
  } finally {
    closeSync(descriptor)
  }
}

const reserve = (path: string, size: number, must: boolean): void => {
  try {
    replaceContents(path, new Uint8Array(Math.ceil(size / block) * block + block))
  } catch (error) {
    if (must) throw error
  }
}

const filesIn = (path: string): ReadonlyArray<string> => {
  try {
    return readdirSync(path)
  } catch (error) {
    if (isAbsent(error)) return []
    throw error
  }
}

const isDamaged = ({ damaged = false }: JournalFailed): boolean => damaged

const parse = (path: string, name: string, text: string): E.Either<JournalFailed, Entry | undefined> =>
  pipe(
    recordOf(name, text),
    E.mapLeft(({ reason, damaged }) => {
      const error = failed(path, 'understand', { message: reason })
      return damaged
        ? {
            ...error,
            damaged,
            hint: 'take it down: the record is then kept under another name, and what is left of it told'
          }
        : error
    })
  )

/** What a damaged record is called from then on, but for the time of that. */
const damagedOf = (name: string): string => `${name}.json.damaged-`

/** A record that nobody can trust is kept for a person to read, and is in nobody's way. */
const putAside = (error: JournalFailed, file: string): JournalFailed => {
  const kept = `${damagedOf(basename(error.path, '.json'))}${Date.now()}`
  try {
    renameSync(file, join(dirname(file), kept))
  } catch (reason) {
    return failed(error.path, 'set aside the damaged record', reason)
  }
  return {
    ...error,
    message: `${error.message}; it is kept as ${join(dirname(error.path), kept)}, and what it told of has to be taken down by hand or by isolink gc`,
    hint: 'once you have looked at it, do the same again'
  }
}
