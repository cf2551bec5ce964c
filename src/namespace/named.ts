import {
  closeSync,
  constants,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  statSync,
  unlinkSync
} from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import type * as TE from 'fp-ts/TaskEither'
import { excursion } from './enter'
import { type NamespaceError, namespaceExists, namespaceNotFound, refused } from './error'
import { directory, fileOf, type NamespaceRef, openReference, withReference } from './reference'
import {
  AF_INET,
  type Answer,
  CLONE_NEWNET,
  failureOf,
  flock,
  IFF_UP,
  ifreq,
  ioctl,
  LOCK_EX,
  LOCK_NB,
  MNT_DETACH,
  MS_BIND,
  MS_PRIVATE,
  MS_REC,
  MS_SHARED,
  mount,
  SIOCSIFFLAGS,
  SOCK_CLOEXEC,
  SOCK_DGRAM,
  type SystemCallFailed,
  socket,
  UMOUNT_NOFOLLOW,
  umount,
  unshare
} from './system'
import { rest } from './turn'

/** A named network namespace. */
export interface Namespace {
  readonly name: string
  /** Device and inode of the namespace, the same under each of its names; absent where nothing is mounted. */
  readonly identity?: string
}

const attempt = <A>(call: string, make: () => A): E.Either<SystemCallFailed, A> =>
  E.tryCatch(make, error => failureOf(call, error))

const identityOf = ({ dev, ino }: { readonly dev: number; readonly ino: number }): string => `${dev}:${ino}`

/**
 * Lets what is mounted in the directory appear in every mount namespace and vanish from every one. A bind of the
 * directory on itself would stay its parent's peer, and all would be mounted twice: it gets a peer group of its own.
 * What is there already goes by the directory it is mounted in, so that thousands need not be gone through.
 */
const share = (path: string): Answer<number> => {
  const shared = mount('', path, 'none', MS_SHARED)
  if (E.isRight(shared) || shared.left.code !== 'EINVAL') return shared
  return pipe(
    mount(path, path, 'none', MS_BIND | MS_REC),
    E.chain(() => mount('', path, 'none', MS_PRIVATE | MS_REC)),
    E.chain(() => mount('', path, 'none', MS_SHARED))
  )
}

/** The directory, which is made if it is not there yet. */
const openDirectory = (path: string): E.Either<SystemCallFailed, number> => {
  const opened = attempt('open', () => openSync(path, constants.O_RDONLY | constants.O_DIRECTORY))
  return E.isRight(opened)
    ? opened
    : pipe(
        attempt('mkdir', () => mkdirSync(path, { recursive: true, mode: 0o755 })),
        E.chain(() => attempt('open', () => openSync(path, constants.O_RDONLY | constants.O_DIRECTORY)))
      )
}

/** Shares the directory, under the lock that ip-netns(8) takes: two at once would mount it on itself again and again. */
const prepareDirectory = (): E.Either<NamespaceError, void> => {
  const path = directory()
  return pipe(
    openDirectory(path),
    E.chain(descriptor => {
      try {
        return pipe(
          flock(descriptor, LOCK_EX | LOCK_NB),
          E.chain(() => share(path))
        )
      } finally {
        closeSync(descriptor)
      }
    }),
    E.bimap(refused, () => undefined)
  )
}

const loopbackUp = (): Answer<number> =>
  pipe(
    socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0),
    E.chain(descriptor => {
      try {
        return ioctl(descriptor, SIOCSIFFLAGS, ifreq('lo', IFF_UP))
      } finally {
        closeSync(descriptor)
      }
    })
  )

/** The file on which a namespace is going to be mounted. Nobody can open it as long as it is a mere file. */
const reserve = (name: string, path: string): E.Either<NamespaceError, void> =>
  pipe(
    attempt('open', () =>
      closeSync(openSync(path, constants.O_RDONLY | constants.O_CREAT | constants.O_EXCL, 0))
    ),
    E.mapLeft(failure => (failure.code === 'EEXIST' ? namespaceExists(name) : refused(failure)))
  )

/**
 * A new namespace with `lo` up in it and no name, as a descriptor, which the caller closes: unless it is given a name
 * until then, it ends.
 */
export const make = (): E.Either<NamespaceError, number> =>
  excursion(() =>
    pipe(
      unshare(CLONE_NEWNET),
      E.chain(loopbackUp),
      E.chain(() => attempt('open', () => openSync('/proc/thread-self/ns/net', 'r'))),
      E.mapLeft(refused)
    )
  )

const attachAtOnce = (name: string, descriptor: number): E.Either<NamespaceError, void> =>
  pipe(
    fileOf(name),
    E.chainFirst(prepareDirectory),
    E.chain(path =>
      pipe(
        reserve(name, path),
        E.chain(() =>
          pipe(
            mount(`/proc/self/fd/${descriptor}`, path, 'none', MS_BIND),
            E.bimap(
              failure => {
                attempt('unlink', () => unlinkSync(path))
                return refused(failure)
              },
              () => undefined
            )
          )
        )
      )
    )
  )

/** How long another process may hold the directory's lock, and how often we look, in milliseconds. */
const patience = 5_000
const pace = 5

/** Gives a namespace that is open a name, and closes it. */
const attachAndClose = async (name: string, descriptor: number): Promise<E.Either<NamespaceError, void>> => {
  try {
    const deadline = performance.now() + patience
    for (;;) {
      const attached = attachAtOnce(name, descriptor)
      const busy =
        E.isLeft(attached) && attached.left._tag === 'SystemCallFailed' && attached.left.call === 'flock'
      if (!busy || performance.now() > deadline) return attached
      await setTimeout(pace)
    }
  } finally {
    closeSync(descriptor)
  }
}

/** Gives a namespace a name, like `ip netns attach`. */
export const attach =
  (name: string, ref: NamespaceRef): TE.TaskEither<NamespaceError, void> =>
  async () => {
    const opened = openReference(ref)
    return E.isLeft(opened) ? opened : await attachAndClose(name, opened.right)
  }

/** Makes a named namespace with `lo` up, like `ip netns add`, and `ip link set lo up` in it. */
export const create =
  (name: string): TE.TaskEither<NamespaceError, void> =>
  async () => {
    await rest()
    const made = make()
    return E.isLeft(made) ? made : await attachAndClose(name, made.right)
  }

/** A file can be mounted on several times. */
const unmount = (name: string, path: string): E.Either<NamespaceError, void> => {
  for (;;) {
    const unmounted = umount(path, MNT_DETACH | UMOUNT_NOFOLLOW)
    if (E.isRight(unmounted)) continue
    if (unmounted.left.code === 'EINVAL') return E.right(undefined)
    return E.left(
      unmounted.left.code === 'ENOENT' ? namespaceNotFound('name', name) : refused(unmounted.left)
    )
  }
}

/**
 * Removes a name, like `ip netns delete`. The namespace ends with the last process, socket or mount in it; the
 * kernel then removes its links. A file left over from a namespace that has ended is removed as well.
 */
export const remove =
  (name: string): TE.TaskEither<NamespaceError, void> =>
  async () => {
    await rest()
    return pipe(
      fileOf(name),
      E.chainFirst(path => unmount(name, path)),
      E.chain(path =>
        pipe(
          attempt('unlink', () => unlinkSync(path)),
          E.mapLeft(refused)
        )
      )
    )
  }

const listAtOnce = (): E.Either<NamespaceError, ReadonlyArray<Namespace>> =>
  pipe(
    attempt('readdir', () => readdirSync(directory())),
    E.orElse(failure => (failure.code === 'ENOENT' ? E.right([]) : E.left(refused(failure)))),
    E.map(names => {
      const { dev } = statSync('/proc/self/ns/net')
      return names.sort().flatMap(name => {
        const file = statSync(join(directory(), name), { throwIfNoEntry: false })
        if (file === undefined) return []
        return file.dev === dev ? { name, identity: identityOf(file) } : { name }
      })
    })
  )

/** All named namespaces in the order of their names, like `ip netns list`. */
export const list: TE.TaskEither<NamespaceError, ReadonlyArray<Namespace>> = async () => listAtOnce()

/** What tells a namespace from every other that is there now: device and inode. */
export const identity = (ref: NamespaceRef): E.Either<NamespaceError, string> =>
  withReference(ref, descriptor => E.right(identityOf(fstatSync(descriptor))))

/** Whether there is a namespace of that name. A leftover file is none. */
export const exists =
  (name: string): TE.TaskEither<NamespaceError, boolean> =>
  async () =>
    pipe(
      identity(name),
      E.match(
        error =>
          error._tag === 'NamespaceNotFound' || error._tag === 'NotANamespace'
            ? E.right(false)
            : E.left(error),
        () => E.right(true)
      )
    )

/** The names of the namespace that a process is in, like `ip netns identify`. */
export const identify =
  (pid: number): TE.TaskEither<NamespaceError, ReadonlyArray<string>> =>
  async () =>
    pipe(
      identity({ pid }),
      E.chain(wanted =>
        pipe(
          listAtOnce(),
          E.map(all => all.filter(each => each.identity === wanted).map(({ name }) => name))
        )
      )
    )
