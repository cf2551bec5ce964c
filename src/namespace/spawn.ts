import { type ChildProcess, type SpawnOptions, spawn as startProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import * as E from 'fp-ts/Either'
import type * as TE from 'fp-ts/TaskEither'
import { within } from './enter'
import type { NamespaceError } from './error'
import { isOfFile, type NotExecutable, notExecutable } from './launch'
import type { NamespaceRef } from './reference'
import { failureOf, type SystemCallFailed } from './system'

/** Node says of a working directory that is not there what it says of a file. */
const reasonOf = (error: Error, file: string, { cwd }: SpawnOptions): SystemCallFailed | NotExecutable => {
  const failure = failureOf('spawn', error)
  if (isOfFile(failure.code) && (cwd === undefined || existsSync(cwd))) return notExecutable(file)
  const place = cwd === undefined ? '' : ` in ${cwd}`
  return { ...failure, file, message: `spawn ${file}${place}${failure.message.slice('spawn'.length)}` }
}

/** Node tells by an event what is usual of what the kernel refuses, and throws the rest. */
const start = (
  file: string,
  args: ReadonlyArray<string>,
  options: SpawnOptions
): E.Either<SystemCallFailed | NotExecutable, ChildProcess> => {
  try {
    return E.right(startProcess(file, args, options))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).errno === undefined) throw error
    return E.left(reasonOf(error as Error, file, options))
  }
}

/**
 * Starts a process whose network is the namespace's. All else is the caller's, and as child_process.spawn has it:
 * /sys and /etc too. The child is running when it is handed over.
 */
export const spawn =
  (
    ref: NamespaceRef,
    file: string,
    args: ReadonlyArray<string> = [],
    options: SpawnOptions = {}
  ): TE.TaskEither<NamespaceError | NotExecutable, ChildProcess> =>
  async () => {
    // Node forks before it returns, and in this thread.
    const spawned = within(ref, () => start(file, args, options))
    if (E.isLeft(spawned)) return spawned
    if (E.isLeft(spawned.right)) return spawned.right
    const child = spawned.right.right
    return new Promise(resolve => {
      child.once('spawn', () => resolve(E.right(child)))
      child.once('error', error => resolve(E.left(reasonOf(error, file, options))))
    })
  }
