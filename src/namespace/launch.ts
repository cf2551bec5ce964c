import { closeSync, readFileSync, readSync, statSync, writeSync } from 'node:fs'
import { constants } from 'node:os'
import { resolve } from 'node:path'
import { isatty } from 'node:tty'
import * as E from 'fp-ts/Either'
import { type InvalidInput, invalidInput } from './error'
import {
  type Answer,
  type Call,
  clone,
  type ExitStatus,
  errnoOf,
  F_SETFD,
  FIONBIO,
  PR_SET_PDEATHSIG,
  pidfdOpen,
  type SystemCallFailed,
  socketpair,
  systemCallFailed,
  waitpid,
  whenReady
} from './system'

/** A file to run; it is looked up in PATH. */
export interface Command {
  readonly file: string
  readonly args: ReadonlyArray<string>
  /** The caller's by default. */
  readonly environment?: { readonly [name: string]: string | undefined } | undefined
  /** Working directory; the caller's by default. */
  readonly directory?: string | undefined
}

/** What is wrong with the process, if anything is: answered or thrown. */
export type Check = (pid: number) => string | undefined

/** What a new process does before it runs the file. */
export interface Preparation {
  /** Namespaces of its own, CLONE_NEW…. */
  readonly flags: number
  /** Calls whose answers nobody sees, so that we look at the process instead: at each pause, with one of the checks. */
  readonly calls: (pause: ReadonlyArray<Call>, spareDescriptor: number) => ReadonlyArray<Call>
  readonly checks: ReadonlyArray<Check>
}

/** The process did not get as far as the file. */
export interface NotPrepared {
  readonly _tag: 'NotPrepared'
  readonly message: string
}

/** The file is not there, or cannot be executed, at all or with these arguments or in this directory. */
export interface NotExecutable {
  readonly _tag: 'NotExecutable'
  readonly file: string
  readonly message: string
}

const notPrepared = (message: string): NotPrepared => ({ _tag: 'NotPrepared', message })

export const notExecutable = (file: string, why = 'is not there, or cannot be executed'): NotExecutable => ({
  _tag: 'NotExecutable',
  file,
  message: `${file} ${why}`
})

/** What execve says of a file. `man 2 execve` */
const ofFile: ReadonlySet<string> = new Set(['EACCES', 'EISDIR', 'ELOOP', 'ENOENT', 'ENOEXEC', 'ENOTDIR'])

export const isOfFile = (code: string): boolean => ofFile.has(code)

export type LaunchError = SystemCallFailed | NotPrepared | NotExecutable | InvalidInput

/** The mounts that a process sees. `man 5 proc` */
export const mountsOf = (pid: number | 'self'): string => readFileSync(`/proc/${pid}/mountinfo`, 'utf8')

/** What is mounted on a shared mount appears outside as well. */
export const mountsStayInside: Check = pid =>
  / shared:\d+ /.test(mountsOf(pid)) ? 'its mounts could not be kept to itself' : undefined

const standardStreams = [0, 1, 2]

const program = (
  command: Command,
  preparation: Preparation,
  channel: number,
  spare: number
): ReadonlyArray<Call> => {
  const { file, args, environment = process.env, directory } = command
  const pause: ReadonlyArray<Call> = [
    ['write', channel, '.', 1],
    ['read', channel, '.', 1]
  ]
  const variables = Object.entries(environment).filter(([, value]) => value !== undefined)
  return [
    ['prctl', PR_SET_PDEATHSIG, constants.signals.SIGKILL, 0, 0, 0],
    ...preparation.calls(pause, spare),
    // Node marks its own as close-on-exec, and may have made them non-blocking.
    ...standardStreams.map((each): Call => ['fcntl', each, F_SETFD, 0]),
    ...standardStreams.map((each): Call => ['ioctl', each, FIONBIO, new Uint8Array(4)]),
    // Node ignores it, and a signal that is ignored stays so in the next program.
    ['signal', constants.signals.SIGPIPE, 0],
    ...(directory === undefined ? [] : [['chdir', resolve(directory)] as const, ...pause]),
    ['execvpe', file, [file, ...args], variables.map(([name, value]) => `${name}=${value}`)],
    // So long as it is there, its errno is.
    ...pause,
    ['_exit', 127]
  ]
}

/** A process that has died meanwhile leaves nothing to look at. */
const look = (check: Check, pid: number): string | undefined => {
  try {
    return check(pid)
  } catch (error) {
    return (error as Error).message
  }
}

/** Whether the process has entered its working directory, as it sees that. */
const isIn = (pid: number, directory: string): boolean => {
  try {
    const [here, there] = [statSync(`/proc/${pid}/cwd`), statSync(`/proc/${pid}/root${resolve(directory)}`)]
    return here.dev === there.dev && here.ino === there.ino
  } catch {
    return false
  }
}

/** What the last call of the process that failed was told. */
const refusalOf = (pid: number, call: string): SystemCallFailed | undefined => {
  const errno = errnoOf(pid)
  return errno === undefined || errno === 0 ? undefined : systemCallFailed(call, errno)
}

const notEntered = (file: string, directory: string, refusal: SystemCallFailed | undefined): NotExecutable =>
  notExecutable(
    file,
    `cannot be executed in ${directory}: ${refusal?.message ?? 'that could not be entered'}`
  )

const notExecuted = (file: string, refusal: SystemCallFailed | undefined): NotExecutable =>
  refusal === undefined || isOfFile(refusal.code)
    ? notExecutable(file)
    : notExecutable(file, `cannot be executed: ${refusal.message}`)

/** Leads the process through its pauses and as far as the file: what went wrong. */
const accompany = (
  pid: number,
  channel: number,
  { file, directory }: Command,
  checks: Preparation['checks']
): LaunchError | undefined => {
  const pauses = (): boolean => readSync(channel, new Uint8Array(1)) === 1
  for (const check of checks) {
    const wrong = pauses() ? look(check, pid) : 'the new process died'
    if (wrong !== undefined) return notPrepared(wrong)
    writeSync(channel, '.')
  }
  if (directory !== undefined) {
    if (!pauses()) return notPrepared('the new process died')
    if (!isIn(pid, directory)) return notEntered(file, directory, refusalOf(pid, 'chdir'))
    writeSync(channel, '.')
  }
  return pauses() ? notExecuted(file, refusalOf(pid, 'execve')) : undefined
}

/** A text with a NUL would end there unnoticed. */
const cutShort = (operation: string, command: Command): InvalidInput | undefined => {
  const { file, args, environment = {}, directory = '' } = command
  const texts = [
    ['file', file],
    ...args.map((each, n) => [`args.${n}`, each] as const),
    ['options.directory', directory],
    ...Object.entries(environment).map(([name, value]) => [`options.environment.${name}`, `${name}=${value}`])
  ] as const
  const [field] = texts.find(([, text]) => text.includes('\0')) ?? []
  return field === undefined
    ? undefined
    : invalidInput(operation, field.replaceAll('\0', '\\0'), 'has a NUL, where it would end')
}

const kill = (pid: number): void => {
  process.kill(pid, 'SIGKILL')
  waitpid(pid)
}

/** Starts a file as a child that dies with this thread: its pid, for `toTheEnd` or waitpid. */
export const launch = (
  operation: string,
  command: Command,
  preparation: Preparation
): E.Either<LaunchError, number> => {
  const cut = cutShort(operation, command)
  if (cut !== undefined) return E.left(cut)
  const pair = socketpair()
  if (E.isLeft(pair)) return pair
  const [ours, theirs] = pair.right
  // The child's copy of our end is of no use to it.
  const child = clone(preparation.flags, program(command, preparation, theirs, ours))
  closeSync(theirs)
  const wrong = E.isRight(child) ? accompany(child.right, ours, command, preparation.checks) : undefined
  closeSync(ours)
  if (E.isLeft(child) || wrong === undefined) return child
  kill(child.right)
  return E.left(wrong)
}

/** A terminal sends these to all its foreground processes, so that the child has them already. */
const fromTerminal: ReadonlyArray<NodeJS.Signals> = ['SIGINT', 'SIGQUIT']
const forwarded: ReadonlyArray<NodeJS.Signals> = [...fromTerminal, 'SIGTERM', 'SIGHUP', 'SIGUSR2']

const exited = async (pid: number): Promise<Answer<ExitStatus>> => {
  const descriptor = pidfdOpen(pid)
  if (E.isLeft(descriptor)) return waitpid(pid)
  await new Promise<void>(resolve => {
    const stop = whenReady(descriptor.right, 'readable', () => {
      stop()
      resolve()
    })
  })
  closeSync(descriptor.right)
  return waitpid(pid)
}

/** Waits until what `start` launches has ended, passing on the signals that we get from then on. */
export const toTheEnd = async <Error>(
  start: () => E.Either<Error, number>
): Promise<E.Either<Error | SystemCallFailed, ExitStatus>> => {
  let child: number | undefined
  const forward = (signal: NodeJS.Signals): void => {
    if (child !== undefined && !(isatty(0) && fromTerminal.includes(signal))) process.kill(child, signal)
  }
  // First of all: a signal that came before would end us, and the child with us.
  for (const signal of forwarded) process.on(signal, forward)
  try {
    const started = start()
    if (E.isLeft(started)) return started
    child = started.right
    return await exited(child)
  } finally {
    for (const signal of forwarded) process.off(signal, forward)
  }
}
