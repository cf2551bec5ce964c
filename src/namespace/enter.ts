import { closeSync, fstatSync, openSync, statSync, writeSync } from 'node:fs'
import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import { type NamespaceError, refused } from './error'
import { type NamespaceRef, withReference } from './reference'
import { CLONE_NEWNET, failureOf, type SystemCallFailed, setns } from './system'

/** What a section may answer: a promise would be settled out here. */
export type Synchronous<A> = A extends PromiseLike<unknown> ? never : A

export const isPromise = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'

const own = '/proc/thread-self/ns/net'

/** Whether this thread is in the namespace already. */
const isIn = (descriptor: number): boolean => {
  const [there, here] = [fstatSync(descriptor), statSync(own)]
  return there.dev === here.dev && there.ino === here.ino
}

/** A process that went on in the wrong namespace would configure the wrong network: better that it ends. */
const comeBack = (home: number): void => {
  const back = setns(home, CLONE_NEWNET)
  // Without privilege nobody can go anywhere, and then cannot come back either.
  if (E.isLeft(back) && !isIn(home)) {
    writeSync(
      2,
      `isolink: this process ends, as it cannot return to its network namespace: ${back.left.message}\n`
    )
    process.abort()
  }
  closeSync(home)
}

/** The namespace that this thread is in, as a descriptor. */
const openHome = (): E.Either<SystemCallFailed, number> =>
  E.tryCatch(
    () => openSync(own, 'r'),
    error => failureOf('open', error)
  )

/** Runs a synchronous section that may change this thread's network namespace, and comes back to the present one. */
export const excursion = <A>(section: () => E.Either<NamespaceError, A>): E.Either<NamespaceError, A> =>
  pipe(
    openHome(),
    E.chain(home => {
      try {
        return section()
      } finally {
        comeBack(home)
      }
    })
  )

const settled = <A>(section: () => Synchronous<A>): A => {
  const result: A = section()
  if (isPromise(result)) throw new TypeError('a function that runs in a namespace cannot be asynchronous')
  return result
}

/** Where one is, one stays without any privilege. */
const go = (descriptor: number): E.Either<NamespaceError, unknown> =>
  pipe(
    setns(descriptor, CLONE_NEWNET),
    E.orElse(failure =>
      failure.code === 'EPERM' && isIn(descriptor) ? E.right(0) : E.left(refused(failure))
    )
  )

/** `within`, for a namespace that is open already. */
export const withinDescriptor = <A>(
  descriptor: number,
  section: () => Synchronous<A>
): E.Either<NamespaceError, A> =>
  excursion(() =>
    pipe(
      go(descriptor),
      E.map(() => settled(section))
    )
  )

/**
 * Runs a function in a namespace, synchronously: a socket that it opens and a process that it starts belong to that
 * namespace from then on. Only this thread goes there: what the function leaves to Node's pool, as asynchronous
 * file operations and name resolution do, happens outside.
 *
 * @throws what the function throws, and TypeError if it returns a promise
 */
export const within = <A>(ref: NamespaceRef, section: () => Synchronous<A>): E.Either<NamespaceError, A> =>
  withReference(ref, descriptor => withinDescriptor(descriptor, section))
