import { readlinkSync, writeFileSync } from 'node:fs'
import * as E from 'fp-ts/Either'
import type * as TE from 'fp-ts/TaskEither'
import type { InvalidInput } from './error'
import {
  type Check,
  type Command,
  type LaunchError,
  launch,
  mountsOf,
  mountsStayInside,
  type NotExecutable,
  type Preparation,
  toTheEnd
} from './launch'
import {
  AF_INET,
  CLONE_NEWNET,
  CLONE_NEWNS,
  CLONE_NEWUSER,
  type ExitStatus,
  IFF_UP,
  ifreq,
  MS_NODEV,
  MS_NOSUID,
  MS_PRIVATE,
  MS_REC,
  SIOCSIFFLAGS,
  SOCK_DGRAM,
  waitpid
} from './system'

/** No sandbox could be made; nothing is left behind. */
export interface NoSandbox {
  readonly _tag: 'NoSandbox'
  readonly message: string
  readonly hint: string
}

const noSandbox = (error: LaunchError): SandboxError =>
  error._tag === 'NotExecutable' || error._tag === 'InvalidInput'
    ? error
    : {
        _tag: 'NoSandbox',
        message: `no sandbox can be made: ${error.message}`,
        hint:
          'run as root, or let users make user namespaces: sysctl kernel.unprivileged_userns_clone, ' +
          'kernel.apparmor_restrict_unprivileged_userns, user.max_user_namespaces'
      }

/** Holds the namespace that the sandbox was started from, so that a stale value in a shell deceives nobody. */
const variable = 'ISOLINK_SANDBOX_OF'

const ownNamespace = (): string => readlinkSync('/proc/self/ns/net')

/** Whether this process runs in a sandbox: then nothing that it does to the network reaches the host. */
export const inSandbox = (): boolean => {
  const outside = process.env[variable]
  return outside !== undefined && outside !== ownNamespace()
}

/** Tells our tmpfs from another one in /proc/PID/mountinfo. */
const label = 'isolink-sandbox'

const runIsCovered: Check = pid =>
  mountsOf(pid).includes(` tmpfs ${label} `) ? undefined : '/run could not be covered by a tmpfs'

/** Makes us root in there. A user may map only its own ids, and must give up setgroups(2) first. */
const idsAreMapped: Check = pid => {
  writeFileSync(`/proc/${pid}/setgroups`, 'deny')
  writeFileSync(`/proc/${pid}/uid_map`, `0 ${process.geteuid?.()} 1`)
  writeFileSync(`/proc/${pid}/gid_map`, `0 ${process.getegid?.()} 1`)
  return undefined
}

const asRoot: Preparation = {
  flags: CLONE_NEWNS | CLONE_NEWNET,
  checks: [mountsStayInside, runIsCovered],
  calls: (pause, spare) => [
    ['mount', null, '/', null, MS_PRIVATE | MS_REC, null],
    ...pause,
    ['mount', label, '/run', 'tmpfs', MS_NOSUID | MS_NODEV, 'mode=755'],
    ['mkdir', '/run/netns', 0o755],
    ...pause,
    // No call can be given another's answer, but with 0 free, socket answers 0.
    ['dup2', 0, spare],
    ['close', 0],
    ['socket', AF_INET, SOCK_DGRAM, 0],
    ['ioctl', 0, SIOCSIFFLAGS, ifreq('lo', IFF_UP)],
    ['dup2', spare, 0],
    ['close', spare]
  ]
}

const asUser: Preparation = {
  ...asRoot,
  flags: asRoot.flags | CLONE_NEWUSER,
  checks: [pid => mountsStayInside(pid) ?? idsAreMapped(pid), runIsCovered]
}

const start = (
  file: string,
  args: ReadonlyArray<string>,
  { environment = process.env, directory }: SandboxOptions
): E.Either<LaunchError, number> => {
  const command = { file, args, directory, environment: { ...environment, [variable]: ownNamespace() } }
  const started = launch('namespaces.sandbox', command, asRoot)
  const denied =
    E.isLeft(started) && started.left._tag === 'SystemCallFailed' && started.left.code === 'EPERM'
  return denied ? launch('namespaces.sandbox', command, asUser) : started
}

export type SandboxError = NoSandbox | NotExecutable | InvalidInput

export type SandboxOptions = Pick<Command, 'environment' | 'directory'>

/**
 * Runs a file in a network and a mount namespace of its own, in which it is root: what it does to links, routes
 * and named namespaces stays there and ends with it. Without privilege a user namespace is made too. /run is empty,
 * `lo` is up, the standard streams are ours, signals are passed on, and the file dies with us.
 */
export const sandbox =
  (
    file: string,
    args: ReadonlyArray<string> = [],
    options: SandboxOptions = {}
  ): TE.TaskEither<SandboxError, ExitStatus> =>
  async () =>
    E.mapLeft(noSandbox)(await toTheEnd(() => start(file, args, options)))

/** The same, holding up the event loop until the file has ended. */
export const sandboxSync = (
  file: string,
  args: ReadonlyArray<string> = [],
  options: SandboxOptions = {}
): E.Either<SandboxError, ExitStatus> => {
  const started = start(file, args, options)
  return E.mapLeft(noSandbox)(E.isLeft(started) ? started : waitpid(started.right))
}
