import * as E from 'fp-ts/Either'
import { deadline, rest } from '../namespace/turn'
import type { Channel } from './channel'
import { aborted, type NetlinkError, timedOut } from './error'
import { oneByOne, type Parts } from './stream'

/** Milliseconds until we look again for what was not there. Usually the kernel puts the next part there as we read. */
const pause = 10

/** Where a list goes that is read part by part. */
export interface Reader {
  readonly take: (value: unknown) => void
  /** The socket that it comes from. */
  readonly opened: (channel: Channel<never>) => void
  /** The request has been sent. */
  readonly asked: () => void
}

interface Patience {
  /** Milliseconds that the kernel has for each part. */
  readonly timeout: number
  readonly signals: ReadonlyArray<AbortSignal>
}

/**
 * Reads a list part by part, as it is asked for them. `begin` is called for the first one: it resolves at the end to
 * whether the list is of one moment, and returns what gives it up.
 */
export const partsOf = <A>(
  operation: string,
  begin: (reader: Reader, resolve: (result: E.Either<NetlinkError, unknown>) => void) => () => void,
  { timeout, signals }: Patience
): Parts<A> => {
  let values: Array<A> = []
  let giveUp: (() => void) | undefined
  let channel: Channel<never> | undefined
  let result: E.Either<NetlinkError, unknown> | undefined
  /** Whether the reader has been told of the end. */
  let told = false
  let wake = (): void => undefined

  const reader: Reader = {
    take: value => {
      values.push(value as A)
      wake()
    },
    opened: given => {
      channel = given
    },
    asked: () => wake()
  }

  const end = (given: E.Either<NetlinkError, unknown>): void => {
    if (result !== undefined) return
    result = given
    for (const signal of signals) signal.removeEventListener('abort', onAbort)
    giveUp?.()
    channel?.close(aborted)
    wake()
  }

  const onAbort = (): void => end(E.left(aborted(operation)))

  const start = (): void => {
    for (const signal of signals) signal.addEventListener('abort', onAbort, { once: true })
    if (signals.some(({ aborted }) => aborted)) onAbort()
    else giveUp = begin(reader, end)
  }

  /** Until there is something, or nothing more. */
  const something = (): Promise<void> =>
    new Promise(resolve => {
      const cancel = deadline(timeout, () => end(E.left(timedOut(operation, timeout))))
      const again = setInterval(() => channel?.read?.(), pause)
      wake = () => {
        wake = () => undefined
        cancel()
        clearInterval(again)
        resolve()
      }
    })

  return {
    next: oneByOne(async () => {
      if (giveUp === undefined && result === undefined) start()
      await rest()
      while (values.length === 0 && result === undefined) if (channel?.read?.() !== true) await something()
      if (values.length > 0) {
        const part = values
        values = []
        return E.right(part)
      }
      if (told || result === undefined || E.isRight(result)) return undefined
      told = true
      return result
    }),
    close: () => {
      values = []
      told = true
      end(E.right(undefined))
    },
    complete: () =>
      result !== undefined && E.isRight(result) ? (result.right as boolean | undefined) : undefined
  }
}
