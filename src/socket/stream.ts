import * as E from 'fp-ts/Either'
import type { NetlinkError } from './error'

/** What is handed over at a time, by whoever reads; undefined at the end. */
export interface Parts<A> {
  readonly next: () => Promise<E.Either<NetlinkError, ReadonlyArray<A>> | undefined>
  /** Ends the reading, wherever it is. */
  readonly close: () => void
  /** Whether the list is of one moment. Known at the end. */
  readonly complete: () => boolean | undefined
}

/**
 * A list as it comes: the kernel writes the next part of it when the last one has been read. An error is the last
 * that there is. Whoever stops before the end calls `return`, as a loop does that is left.
 */
export interface Stream<A> extends AsyncIterableIterator<E.Either<NetlinkError, A>> {
  /**
   * Whether what was read is as the kernel had it at one moment; known at the end. If not, the table changed in
   * between, and something may be missing or have come twice.
   */
  readonly complete: boolean | undefined
  /** The same, but as many at a time as the kernel hands over: faster, where there are very many. */
  readonly parts: () => AsyncIterableIterator<E.Either<NetlinkError, ReadonlyArray<A>>>
  readonly next: () => Promise<IteratorResult<E.Either<NetlinkError, A>, undefined>>
  readonly return: () => Promise<IteratorResult<E.Either<NetlinkError, A>, undefined>>
  readonly [Symbol.asyncIterator]: () => Stream<A>
  readonly [Symbol.asyncDispose]: () => Promise<void>
}

const done = { value: undefined, done: true } as const

/** Calls of a function, one behind the other: who reads may ask again before there is an answer. */
export const oneByOne = <A>(work: () => Promise<A>): (() => Promise<A>) => {
  let last: Promise<unknown> = Promise.resolve()
  return () => {
    const mine = last.then(work, work)
    last = mine
    return mine
  }
}

/** Reads parts, and gives what `of` makes of each. */
export const partwise = <A, B>(
  { next, close }: Pick<Parts<A>, 'next' | 'close'>,
  of: (part: E.Either<NetlinkError, ReadonlyArray<A>>) => B
): AsyncIterableIterator<B> => {
  const iterator: AsyncIterableIterator<B> = {
    next: async () => {
      const part = await next()
      return part === undefined ? done : { value: of(part), done: false }
    },
    return: async () => {
      close()
      return done
    },
    [Symbol.asyncIterator]: () => iterator
  }
  return iterator
}

/** Reads parts, and gives what `of` makes of each of their elements. */
export const elementwise = <A, B>(
  { next, close }: Pick<Parts<A>, 'next' | 'close'>,
  of: (element: A) => B,
  failed: (error: NetlinkError) => B
): Pick<AsyncIterator<B, undefined>, 'next'> & { readonly return: () => Promise<typeof done> } => {
  let part: ReadonlyArray<A> = []
  let at = 0
  /** How many ask for what is not there yet. */
  let asking = 0
  const taken = (): IteratorResult<B, undefined> => ({ value: of(part[at++] as A), done: false })
  const refill = oneByOne(async (): Promise<IteratorResult<B, undefined>> => {
    try {
      if (at < part.length) return taken()
      const result = await next()
      if (result === undefined) return done
      if (E.isLeft(result)) return { value: failed(result.left), done: false }
      part = result.right
      at = 0
      return taken()
    } finally {
      asking--
    }
  })
  return {
    next: () => {
      if (asking === 0 && at < part.length) return Promise.resolve(taken())
      asking++
      return refill()
    },
    return: async () => {
      part = []
      close()
      return done
    }
  }
}

export const streamOf = <A>(parts: Parts<A>): Stream<A> => {
  const { next, return: end } = elementwise<A, E.Either<NetlinkError, A>>(parts, E.right, E.left)
  const stream: Stream<A> = {
    get complete() {
      return parts.complete()
    },
    parts: () => partwise(parts, part => part),
    next,
    return: end,
    [Symbol.asyncIterator]: () => stream,
    [Symbol.asyncDispose]: async () => parts.close()
  }
  return stream
}

/** A stream that there is only a reason for not to be. */
export const failedStream = <A>(error: NetlinkError): Stream<A> => {
  let told = false
  return streamOf({
    next: async () => {
      if (told) return undefined
      told = true
      return E.left(error)
    },
    close: () => {
      told = true
    },
    complete: () => undefined
  })
}
