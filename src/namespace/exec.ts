import { fstatSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import type * as TE from 'fp-ts/TaskEither'
import type { NamespaceError } from './error'
import {
  type Check,
  type Command,
  type LaunchError,
  launch,
  mountsOf,
  mountsStayInside,
  type Preparation,
  toTheEnd
} from './launch'
import { type NamespaceRef, withReference } from './reference'
import {
  type Call,
  CLONE_NEWNET,
  CLONE_NEWNS,
  type ExitStatus,
  MS_BIND,
  MS_NODEV,
  MS_NOEXEC,
  MS_NOSUID,
  MS_RDONLY,
  MS_REC,
  MS_SLAVE
} from './system'

/** Files of /etc/netns/NAME stand in for those of /etc. */
const replacements = (ref: NamespaceRef): ReadonlyArray<Call> => {
  if (typeof ref !== 'string') return []
  const folder = join('/etc/netns', ref)
  const names = pipe(
    E.tryCatch(
      () => readdirSync(folder),
      () => []
    ),
    E.toUnion
  )
  return names.map(name => ['mount', join(folder, name), join('/etc', name), 'none', MS_BIND, null])
}

/** Where /sys is read-only, as in a container, the kernel lets nobody mount a writable one. */
const sysFlags = (): number =>
  MS_NOSUID | MS_NODEV | MS_NOEXEC | (/ \/sys ro\b/.test(mountsOf('self')) ? MS_RDONLY : 0)

const isIn =
  (descriptor: number): Check =>
  pid =>
    statSync(`/proc/${pid}/ns/net`).ino === fstatSync(descriptor).ino
      ? undefined
      : 'it could not enter the namespace'

const entering = (ref: NamespaceRef, descriptor: number): Preparation => ({
  flags: CLONE_NEWNS,
  calls: pause => [
    ['setns', descriptor, CLONE_NEWNET],
    ['mount', null, '/', null, MS_SLAVE | MS_REC, null],
    ...pause,
    // A sysfs shows the links of the namespace that it was mounted in.
    ['mount', 'sysfs', '/sys', 'sysfs', sysFlags(), null],
    ...replacements(ref)
  ],
  checks: [pid => isIn(descriptor)(pid) ?? mountsStayInside(pid)]
})

/**
 * Runs a file to its end with our standard streams, like `ip netns exec`: in the namespace, and in a mount namespace
 * of its own, in which /sys shows the namespace's links, where the kernel allows that, and the files of
 * /etc/netns/NAME stand in for those of /etc. Signals are passed on, and the file dies with us.
 */
export const exec =
  (
    ref: NamespaceRef,
    file: string,
    args: ReadonlyArray<string> = [],
    options: Pick<Command, 'environment' | 'directory'> = {}
  ): TE.TaskEither<NamespaceError | LaunchError, ExitStatus> =>
  () =>
    toTheEnd(() =>
      withReference(ref, descriptor =>
        launch('namespaces.exec', { file, args, ...options }, entering(ref, descriptor))
      )
    )
