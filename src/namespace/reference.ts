import { closeSync, constants, existsSync, fstatSync, openSync } from 'node:fs'
import { join } from 'node:path'
import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import {
  type Field,
  invalidReference,
  type NamespaceError,
  type NotANamespace,
  namespaceNotFound,
  refused
} from './error'
import { CLONE_NEWNET, failureOf, ioctl, NS_GET_NSTYPE, type SystemCallFailed } from './system'

/**
 * A network namespace: by its name among those that `ip netns` lists, as that of a process, by a file that it is
 * mounted on, or by an open descriptor, which stays the caller's.
 */
export type NamespaceRef =
  | string
  | { readonly pid: number }
  | { readonly path: string }
  | { readonly fd: number }

/** Where the names are. `man 8 ip-netns` */
export const directory = (): string =>
  existsSync('/run/netns') || !existsSync('/var/run/netns') ? '/run/netns' : '/var/run/netns'

/** Names of links and of namespaces are the kernel's alike: a file name, which ip-netns(8) takes as it is. */
const wrongName = (name: string): string | undefined => {
  if (name === '') return 'a name cannot be empty'
  if (name === '.' || name === '..') return 'this name means a directory'
  if (name.includes('/')) return 'a name cannot contain a slash'
  if (name.includes('\0')) return 'a name cannot contain a NUL character'
  if (Buffer.byteLength(name) > 255) return 'a name cannot be longer than 255 bytes'
  return undefined
}

/** The file that a name stands for, whether or not it is there. */
export const fileOf = (name: string): E.Either<NamespaceError, string> => {
  const wrong = wrongName(name)
  return wrong === undefined
    ? E.right(join(directory(), name))
    : E.left(invalidReference('name', name, wrong))
}

interface Place {
  readonly field: Field
  readonly value: string | number
  readonly path: string
}

const numbered = (
  field: 'pid' | 'fd',
  value: number,
  least: number,
  path: string
): E.Either<NamespaceError, Place> =>
  Number.isInteger(value) && value >= least
    ? E.right({ field, value, path })
    : E.left(invalidReference(field, value, `it must be an integer, ${least} or more`))

const placeOf = (ref: NamespaceRef): E.Either<NamespaceError, Place> => {
  if (typeof ref === 'string')
    return pipe(
      fileOf(ref),
      E.map(path => ({ field: 'name', value: ref, path }))
    )
  if (typeof ref !== 'object' || ref === null)
    return E.left(invalidReference('name', ref, 'it must be a name, { pid }, { path } or { fd }'))
  if ('pid' in ref) return numbered('pid', ref.pid, 1, `/proc/${ref.pid}/ns/net`)
  if ('fd' in ref) return numbered('fd', ref.fd, 0, `/proc/self/fd/${ref.fd}`)
  const { path } = ref
  return typeof path !== 'string' || path === '' || path.includes('\0')
    ? E.left(invalidReference('path', path, 'it must be a path'))
    : E.right({ field: 'path', value: path, path })
}

const absent = ['ENOENT', 'ENOTDIR', 'ESRCH', 'ELOOP', 'ENXIO']

const openFailed = ({ field, value }: Place, failure: SystemCallFailed): NamespaceError =>
  absent.includes(failure.code)
    ? namespaceNotFound(field, value)
    : field === 'pid'
      ? refused(failure, 'CAP_SYS_PTRACE')
      : refused(failure)

const notANamespace = ({ field, value, path }: Place, descriptor: number): NotANamespace => {
  const leftover = field === 'name' && fstatSync(descriptor).isFile()
  return {
    _tag: 'NotANamespace',
    field,
    value,
    message: leftover
      ? `${path} is a mere file: the namespace that was mounted on it is gone`
      : `${path} is not a network namespace`,
    hint: leftover ? 'remove the name, then create it anew' : undefined
  }
}

/** Whether what is open is a network namespace. */
const check = (place: Place, descriptor: number): E.Either<NamespaceError, number> => {
  const type = ioctl(descriptor, NS_GET_NSTYPE)
  if (E.isRight(type) && type.right === CLONE_NEWNET) return E.right(descriptor)
  const closed = E.isLeft(type) && type.left.code === 'EBADF'
  return E.left(closed ? namespaceNotFound(place.field, place.value) : notANamespace(place, descriptor))
}

const openPlace = (place: Place): E.Either<NamespaceError, number> =>
  pipe(
    // A FIFO in the wrong place must not hold us up.
    E.tryCatch(
      () => openSync(place.path, constants.O_RDONLY | constants.O_NONBLOCK),
      error => openFailed(place, failureOf('open', error))
    ),
    E.chain(descriptor => {
      const checked = check(place, descriptor)
      if (E.isLeft(checked)) closeSync(descriptor)
      return checked
    })
  )

/** The namespace as a descriptor, which the caller closes. */
export const openReference = (ref: NamespaceRef): E.Either<NamespaceError, number> =>
  pipe(placeOf(ref), E.chain(openPlace))

/** Does something with a namespace's descriptor. One that we opened for it is closed then. */
export const withReference = <Error, A>(
  ref: NamespaceRef,
  use: (descriptor: number) => E.Either<Error, A>
): E.Either<NamespaceError | Error, A> => {
  if (typeof ref === 'object' && ref !== null && 'fd' in ref)
    return pipe(
      placeOf(ref),
      E.chain(place => check(place, ref.fd)),
      E.chainW(use)
    )
  return pipe(
    openReference(ref),
    E.chainW(descriptor => {
      try {
        return use(descriptor)
      } finally {
        closeSync(descriptor)
      }
    })
  )
}
