import { readdirSync, readFileSync, statSync } from 'node:fs'
import { pipe } from 'fp-ts/function'
import * as TE from 'fp-ts/TaskEither'
import { identity, list, type NamespaceError, type NamespaceRef } from '../namespace'
import type { Process } from './model'

/** A namespace that we found, and a way in. */
export interface Found {
  readonly identity: string
  readonly here: boolean
  readonly names: ReadonlyArray<string>
  readonly processes: ReadonlyArray<Process>
  readonly reference: NamespaceRef
}

interface Located extends Process {
  readonly identity: string
}

const absent: ReadonlyArray<Located> = []

/**
 * A process may end at any moment, and those of others may be closed to us. Threads of the kernel, which have no
 * command line, live in no namespace in particular.
 */
const locate = (pid: number): ReadonlyArray<Located> => {
  try {
    if (readFileSync(`/proc/${pid}/cmdline`, 'utf8') === '') return absent
    const { dev, ino } = statSync(`/proc/${pid}/ns/net`)
    const command = readFileSync(`/proc/${pid}/comm`, 'utf8').trimEnd()
    return [{ pid, command, identity: `${dev}:${ino}` }]
  } catch {
    return absent
  }
}

const processes = (): ReadonlyArray<Located> =>
  readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .flatMap(name => locate(Number(name)))

const own: NamespaceRef = { path: '/proc/self/ns/net' }

/** The namespaces that have a name or a process, our own first, then by name, then by process. */
export const namespaces: TE.TaskEither<NamespaceError, ReadonlyArray<Found>> = pipe(
  TE.Do,
  TE.bind('here', () => TE.fromEither(identity(own))),
  TE.bind('named', () => list),
  TE.map(({ here, named }) => {
    const all = new Map<string, { names: Array<string>; processes: Array<Process> }>([
      [here, { names: [], processes: [] }]
    ])
    const at = (id: string) => {
      const known = all.get(id) ?? { names: [], processes: [] }
      all.set(id, known)
      return known
    }
    for (const { name, identity: id } of named) if (id !== undefined) at(id).names.push(name)
    for (const { identity: id, pid, command } of processes()) at(id).processes.push({ pid, command })
    return [...all].map(([id, { names, processes: inside }]) => ({
      identity: id,
      here: id === here,
      names,
      processes: id === here ? [] : inside,
      reference: referenceTo(id === here, names, inside)
    }))
  })
)

const referenceTo = (
  here: boolean,
  [name]: ReadonlyArray<string>,
  [process]: ReadonlyArray<Process>
): NamespaceRef => (here ? own : (name ?? (process === undefined ? own : { pid: process.pid })))
