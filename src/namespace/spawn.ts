import { type ChildProcess, type SpawnOptions, spawn as startProcess } from 'node:child_process'
import * as E from 'fp-ts/Either'
import type * as TE from 'fp-ts/TaskEither'
import { within } from './enter'
import type { NamespaceError } from './error'
import type { NamespaceRef } from './reference'
import { failureOf } from './system'

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
  ): TE.TaskEither<NamespaceError, ChildProcess> =>
  async () => {
    // Node forks before it returns, and in this thread.
    const spawned = within(ref, () => startProcess(file, args, options))
    if (E.isLeft(spawned)) return spawned
    const child = spawned.right
    return new Promise(resolve => {
      child.once('spawn', () => resolve(E.right(child)))
      child.once('error', error => resolve(E.left(failureOf('spawn', error))))
    })
  }
