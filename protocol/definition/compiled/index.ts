import type { Bytes, Writer } from '../bytes'
import type { Policy } from '../policy'
import { once, rowsOf } from './draft'
import { readerOf } from './reader'
import { writerOf } from './writer'

/**
 * Code made for one policy. It knows only what is regular: payloads as the policy itself would write them, values
 * that it would not have to explain. At anything else it gives up, and the policy does the work. It is four to eight
 * times as fast as the policy, which it is held against by the tests.
 */
export interface Compiled {
  /** The value; undefined where the code gives up. */
  read(bytes: Bytes, from: number, to: number): unknown
  /** Whether the value has been appended; if not, the writer is as it was. Of a message, say how many members it has. */
  write(to: Writer, value: unknown, members?: number): boolean
}

const reading = (policy: Policy<unknown>): Compiled['read'] => {
  const read = readerOf(policy)
  return (bytes, from, to) => {
    bytes.irregular = false
    const value = read(bytes, from, to, undefined)
    if (value !== undefined && !bytes.irregular) return value
    bytes.depth = 0
    return undefined
  }
}

const writing = (policy: Policy<unknown>): Compiled['write'] => {
  const write = writerOf(policy)
  return (to, value, members) => {
    const start = to.length
    if (write(to, value, undefined, members)) return true
    to.array.fill(0, start, to.length)
    to.length = start
    to.depth = 0
    return false
  }
}

/** Makes the code at once. */
export const compile = (policy: Policy<unknown>): Compiled => ({
  read: reading(policy),
  write: writing(policy)
})

/** Uses that a policy is put to before its code is made: for each of its rows, and at least. */
const usesPerRow = 4
const leastUses = 256

/** Making the code takes a while for each row and member of the policy, and the engine again for what is made. */
const patienceOf = (policy: Policy<unknown>): number => Math.max(leastUses, usesPerRow * rowsOf(policy))

/** Whether code may be made at all: `--disallow-code-generation-from-strings`, and some bundlers, forbid it. */
const allowed = (): boolean => {
  try {
    return new Function('return true')()
  } catch {
    return false
  }
}

/** What stands in until the code is made. */
const waiting = <A>(policy: Policy<unknown>, answer: A, make: () => void): (() => A) => {
  let uses = 0
  let patience = leastUses
  return () => {
    uses++
    if (uses === leastUses) patience = patienceOf(policy)
    if (uses === patience && allowed()) make()
    return answer
  }
}

/** Makes the code once the policy has been used often enough to be worth it, if that is allowed. */
export const compiled = once((policy): Compiled => {
  const code: Compiled = {
    read: waiting(policy, undefined, () => {
      code.read = reading(policy)
    }),
    write: waiting(policy, false, () => {
      code.write = writing(policy)
    })
  }
  return code
})
