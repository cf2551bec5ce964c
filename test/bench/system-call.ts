/**
 * How long this process is in system calls: those that isolink makes by koffi and by node:fs are timed. What they cost
 * Node itself is in it, some microseconds each; the few that the npm socket makes by itself are not. It has to be
 * loaded before the first of them.
 */
import fs from 'node:fs'

const koffi: typeof import('koffi', { with: { 'resolution-mode': 'import' }}) = require('koffi')

let total: number | undefined

type Any = (...given: ReadonlyArray<unknown>) => unknown

const timed =
  (call: Any): Any =>
  (...given) => {
    if (total === undefined) return call(...given)
    const start = performance.now()
    try {
      return call(...given)
    } finally {
      total += performance.now() - start
    }
  }

const { load } = koffi
koffi.load = (...given) => {
  const library = load(...given)
  return { ...library, func: timedFunc(library), symbol: library.symbol.bind(library) } as typeof library
}

const timedFunc = (library: ReturnType<typeof load>) =>
  ((...given: Parameters<typeof library.func>) =>
    timed(library.func(...given) as unknown as Any)) as unknown as typeof library.func

for (const [name, call] of Object.entries(fs))
  if (name.endsWith('Sync')) Object.assign(fs, { [name]: timed(call as Any) })

/** Milliseconds that a piece of work takes in system calls. */
export const inSystemCalls = async (work: () => unknown): Promise<number> => {
  total = 0
  try {
    await work()
    return total
  } finally {
    total = undefined
  }
}
