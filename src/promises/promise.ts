import type { Either } from 'fp-ts/Either'
import type { Task } from 'fp-ts/Task'
import type { TaskEither } from 'fp-ts/TaskEither'
import { deferred } from '../../protocol/definition/deferred'
import type { Failure, Subscription } from '../monitor'
import type { NetlinkError } from '../socket/error'
import type * as plain from '../socket/stream'
import { elementwise, partwise } from '../socket/stream'

interface Tagged {
  readonly _tag: string
  readonly message: string
  /** An Error has a name of its own, which would hide this one. */
  readonly name?: never
}

/** What a promise of isolink rejects with: the error value's own members, as an Error. */
export class IsolinkError extends Error {
  readonly _tag: string
  constructor(value: Tagged) {
    super(value.message)
    this._tag = value._tag
    Object.assign(this, value)
    this.name = value._tag
  }
}

/** An Either gives its value or throws; a task becomes a promise; what is read in a loop throws out of it. */
export type Settled<A> = [A] extends [plain.Stream<infer B>]
  ? Stream<B>
  : [A] extends [Subscription<infer B>]
    ? Subscription<Exclude<B, Failure>>
    : [A] extends [TaskEither<infer _, infer B>]
      ? Promise<B>
      : [A] extends [Promise<Either<infer _, infer B>>]
        ? Promise<B>
        : [A] extends [Either<infer _, infer B>]
          ? B
          : [A] extends [Task<infer B>]
            ? Promise<B>
            : A

/** The same functions with promises in place of tasks; a task by itself becomes a function without parameters. */
export type Promised<M> = {
  readonly [K in keyof M]: M[K] extends (...given: infer Given) => infer A
    ? (...given: Given) => Settled<A>
    : M[K] extends object
      ? Promised<M[K]>
      : M[K]
}

export const unwrap = <A>(result: Either<Tagged, A>): A => {
  if (result._tag === 'Left') throw new IsolinkError(result.left)
  return result.right
}

export const right = <A>(value: A): Either<never, A> => ({ _tag: 'Right', right: value })

const isEither = (value: unknown): value is Either<Tagged, unknown> =>
  typeof value === 'object' &&
  value !== null &&
  '_tag' in value &&
  (value._tag === 'Left' || value._tag === 'Right')

export const unwrapped = (value: unknown): unknown => (isEither(value) ? unwrap(value) : value)

const settle = (value: unknown): unknown => {
  if (typeof value === 'object' && value !== null && Symbol.asyncIterator in value)
    return 'parts' in value
      ? streaming(value as plain.Stream<unknown>)
      : throwing(value as Subscription<{ readonly object: string }>)
  if (typeof value === 'function') return (value as Task<unknown>)().then(unwrapped)
  return value instanceof Promise ? value.then(unwrapped) : unwrapped(value)
}

const settling = (member: unknown): unknown =>
  typeof member === 'function'
    ? (...given: ReadonlyArray<unknown>) => settle(member(...given))
    : typeof member === 'object' && member !== null
      ? promised(member)
      : member

/** Each member is looked at when it is first used, and only then loaded. */
export const promised = <M extends object>(module: M): Promised<M> =>
  deferred(
    Object.fromEntries(Object.keys(module).map(name => [name, () => settling(module[name as keyof M])]))
  ) as Promised<M>

/** The same function with a promise in place of a task; it is loaded when it is first called. */
export const promise =
  <Given extends ReadonlyArray<unknown>, A>(look: () => (...given: Given) => A) =>
  (...given: Given): Settled<A> =>
    settle(look()(...given)) as Settled<A>

/**
 * A list as it comes: the kernel writes the next part of it when the last one has been read. A loop that is left ends
 * the reading; an error is thrown out of it.
 */
export interface Stream<A> extends AsyncIterableIterator<A> {
  /**
   * Whether what was read is as the kernel had it at one moment; known at the end. If not, the table changed in
   * between, and something may be missing or have come twice.
   */
  readonly complete: boolean | undefined
  /** The same, but as many at a time as the kernel hands over: faster, where there are very many. */
  readonly parts: () => AsyncIterableIterator<ReadonlyArray<A>>
  readonly next: () => Promise<IteratorResult<A, undefined>>
  readonly return: () => Promise<IteratorResult<A, undefined>>
  readonly [Symbol.asyncIterator]: () => Stream<A>
  readonly [Symbol.asyncDispose]: () => Promise<void>
}

/** The same list; an error is thrown. */
export const streaming = <A>(stream: plain.Stream<A>): Stream<A> => {
  const parts = stream.parts()
  const next = async (): Promise<Either<NetlinkError, ReadonlyArray<A>> | undefined> =>
    (await parts.next()).value
  const { next: one, return: end } = elementwise(
    { next, close: () => void stream.return() },
    (value: A) => value,
    error => unwrap<A>({ _tag: 'Left', left: error })
  )
  const streamed: Stream<A> = {
    get complete() {
      return stream.complete
    },
    parts: () => partwise({ next, close: () => void end() }, unwrap),
    next: one,
    return: end,
    [Symbol.asyncIterator]: () => streamed,
    [Symbol.asyncDispose]: () => stream[Symbol.asyncDispose]()
  }
  return streamed
}

/** The same events; the failure at the end is thrown. */
export const throwing = <A extends { readonly object: string }>(
  events: Subscription<A | Failure>
): Subscription<Exclude<A, Failure>> => {
  const thrown: Subscription<Exclude<A, Failure>> = {
    next: async () => {
      const { value } = await events.next()
      if (value === undefined) return { value, done: true }
      if (value.object === 'failure') throw new IsolinkError((value as Failure).error)
      return { value: value as Exclude<A, Failure>, done: false }
    },
    return: async () => {
      await events.return()
      return { value: undefined, done: true }
    },
    [Symbol.asyncIterator]: () => thrown,
    [Symbol.asyncDispose]: () => events[Symbol.asyncDispose]()
  }
  return thrown
}
