import * as E from 'fp-ts/Either'
import * as TE from 'fp-ts/TaskEither'
import type { JournalFailed } from '../../../src/isolation/error'
import type { Machine } from '../../../src/isolation/machine'
import type { World } from '../../../src/isolation/world'
import type { NamespaceError } from '../../../src/namespace/error'
import type { NetlinkError } from '../../../src/socket/error'
import type { Request } from '../../../src/socket/request'
import type { Session } from '../../../src/socket/session'
import type { SysctlError } from '../../../src/sysctl'

/** What becomes of something on its way to the kernel or the disk. */
export type Fault =
  /** It is refused, and not done. */
  | 'refuse'
  /** It is done, and the answer is lost for want of room. */
  | 'lose'
  /** An exception comes in its place, or after it. */
  | 'throw'
  | 'throw after'

/** Asked for each effect, before it: `batch`, `attach blue`, `record applied`. It may end the process. */
export type Decide = (what: string) => Fault | (() => void) | undefined

/** An effect, and how it fails. */
const faulty = <A>(
  decide: Decide,
  what: string,
  act: () => A | Promise<A>,
  failure: (fault: 'refuse' | 'lose') => A
): A | Promise<A> => {
  const fault = decide(what)
  if (fault === undefined) return act()
  if (fault === 'throw') throw new Error(`thrown before ${what}`)
  if (fault === 'refuse') return failure('refuse')
  const after = (result: A): A => {
    if (typeof fault === 'function') fault()
    if (fault === 'throw after') throw new Error(`thrown after ${what}`)
    return fault === 'lose' ? failure('lose') : result
  }
  const done = act()
  return done instanceof Promise ? done.then(after) : after(done)
}

const netlinkFailure = (what: string, fault: 'refuse' | 'lose'): NetlinkError =>
  fault === 'lose'
    ? { _tag: 'Overrun', message: `${what}: the answer was lost`, operation: what }
    : {
        _tag: 'Rejected',
        message: `${what}: refused by the test`,
        operation: what,
        request: what,
        errno: 1,
        code: 'EPERM'
      }

const refusedCall = (call: string): NamespaceError => ({
  _tag: 'SystemCallFailed',
  call,
  errno: 28,
  code: 'ENOSPC',
  message: `${call}: refused by the test`
})

const fullDisk = (what: string): JournalFailed => ({
  _tag: 'JournalFailed',
  message: `cannot write ${what}: ENOSPC`,
  path: what
})

/** Looking leaves nothing behind. */
const changes = ({ answering }: Request<unknown>): boolean =>
  answering === 'acknowledged' || answering === 'transaction'

const faultyWorld = (world: World, decide: Decide): World => {
  const bound = (session: Session): Session => ({
    ...session,
    send: (request, options) =>
      changes(request)
        ? async () =>
            faulty(decide, request.operation, session.send(request, options), fault =>
              E.left(netlinkFailure(request.operation, fault))
            )
        : session.send(request, options),
    batch: (requests, options) =>
      requests.some(changes)
        ? async () =>
            faulty(
              decide,
              'batch',
              session.batch(requests, options),
              fault => requests.map(() => E.left(netlinkFailure('batch', fault))) as never
            )
        : session.batch(requests, options)
  })
  const session: World['session'] = namespace => {
    const opened = world.session(namespace)
    return E.isLeft(opened) ? opened : E.right(bound(opened.right))
  }
  const call = (
    what: string,
    task: TE.TaskEither<NamespaceError, void>
  ): TE.TaskEither<NamespaceError, void> => {
    return async () => faulty(decide, what, task, () => E.left(refusedCall(what)))
  }
  return {
    ...world,
    session,
    send: (request, namespace) => {
      const opened = session(namespace)
      return E.isLeft(opened) ? TE.left(opened.left) : opened.right.send(request)
    },
    sysctl: {
      ...world.sysctl,
      set: (key, value, namespace) =>
        faulty(
          decide,
          `sysctl ${key}`,
          () => world.sysctl.set(key, value, namespace),
          (): E.Either<SysctlError, void> =>
            E.left({ _tag: 'SysctlFailed', message: `cannot write ${key}: EACCES`, key, code: 'EACCES' })
        ) as E.Either<SysctlError, void>
    },
    attach: name => call(`attach ${name}`, world.attach(name)),
    detach: name => call(`detach ${name}`, world.detach(name))
  }
}

/** The same machine, on which things go wrong. */
export const faultyMachine = (machine: Machine, decide: Decide): Machine => ({
  ...machine,
  openWorld: options => faultyWorld(machine.openWorld(options), decide),
  journal: {
    ...machine.journal,
    write: entry =>
      faulty(
        decide,
        `record ${entry.phase}`,
        () => machine.journal.write(entry),
        () => E.left(fullDisk(`record ${entry.phase}`))
      ) as E.Either<JournalFailed, void>,
    erase: name =>
      faulty(
        decide,
        'erase',
        () => machine.journal.erase(name),
        () => E.left(fullDisk('erase'))
      ) as E.Either<JournalFailed, void>
  }
})

/**
 * A machine that dies: nothing reaches the kernel or the disk any more. Each effect has two points to die at, before
 * and after it.
 */
export const mortal = (machine: Machine, points: number): Machine => {
  let left = points
  return faultyMachine(machine, () => {
    left -= 2
    if (left === -1) return 'throw after'
    return left < -1 ? 'throw' : undefined
  })
}

/** The same machine, and what was done with it so far. */
export const counted = (machine: Machine): { readonly machine: Machine; readonly effects: Array<string> } => {
  const effects: Array<string> = []
  return {
    effects,
    machine: faultyMachine(machine, what => {
      effects.push(what)
      return undefined
    })
  }
}
