import { closeSync, fstatSync, readdirSync } from 'node:fs'
import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import { withinDescriptor } from './enter'
import type { NamespaceError } from './error'
import { directory, type NamespaceRef, openReference, withReference } from './reference'
import { AF_UNIX, getsockopt, SO_NETNS_COOKIE, SOCK_CLOEXEC, SOCK_DGRAM, SOL_SOCKET, socket } from './system'

/** The kernel tells it of a socket, and a socket of the UNIX family can always be made. */
const cookieHere = (): string | undefined => {
  const probe = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)
  if (E.isLeft(probe)) return undefined
  try {
    const cookie = getsockopt(probe.right, SOL_SOCKET, SO_NETNS_COOKIE, 8)
    return E.isRight(cookie) && cookie.right.length === 8
      ? Buffer.from(cookie.right).toString('hex')
      : undefined
  } finally {
    closeSync(probe.right)
  }
}

/** Before Linux 5.14 there is but the inode, whose number may go to another namespace once this one has ended. */
const inodeOf = (descriptor: number): string => {
  const { dev, ino } = fstatSync(descriptor)
  return `${dev}:${ino}`
}

/** `cookie`, of a namespace that is open. */
export const cookieOf = (descriptor: number): E.Either<NamespaceError, string> =>
  pipe(
    withinDescriptor(descriptor, cookieHere),
    E.map(cookie => cookie ?? inodeOf(descriptor))
  )

/**
 * What tells a namespace from every other that there has been or will be until the next boot. A name and the number of
 * a process can come to mean another namespace; this cannot. `man 7 socket`, SO_NETNS_COOKIE
 */
export const cookie = (ref: NamespaceRef): E.Either<NamespaceError, string> => withReference(ref, cookieOf)

const namesIn = (folder: string): ReadonlyArray<string> => {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

/** Where a namespace may be found whose own name or process is gone: other names, other processes. */
function* candidates(): Generator<NamespaceRef> {
  yield* namesIn(directory())
  for (const pid of namesIn('/proc')) if (/^[1-9]\d*$/.test(pid)) yield { pid: Number(pid) }
}

/** The namespace with this cookie, wherever it can be found, as a descriptor, which the caller closes. */
export const openByCookie = (wanted: string): number | undefined => {
  const seen = new Set<string>()
  for (const ref of candidates()) {
    const opened = openReference(ref)
    if (E.isLeft(opened)) continue
    const inode = inodeOf(opened.right)
    const found = seen.has(inode) ? undefined : cookieOf(opened.right)
    if (found !== undefined && E.isRight(found) && found.right === wanted) return opened.right
    seen.add(inode)
    closeSync(opened.right)
  }
  return undefined
}
