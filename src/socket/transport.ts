import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import type { Protocol } from '../../protocol'
import type { NamespaceError } from '../namespace/error'
import { failureOf } from '../namespace/system'

/** What carries datagrams to the kernel and back. */
export interface Transport {
  /** The socket's own port: answers to it carry this number. */
  readonly port: number
  /** Bytes of answers that can wait unread, as the kernel counts them. */
  readonly receiveBuffer: number
  /**
   * Sends in one system call; the kernel has worked through the datagram when this returns. What did not leave at all
   * is answered with the error; whatever else is under way goes on.
   */
  readonly send: (datagram: Uint8Array) => Error | undefined
  /** How many datagrams were dropped for want of room since the socket was opened. */
  readonly dropped: () => number
  readonly join: (group: number) => void
  readonly leave: (group: number) => void
  /** Whether the socket keeps the process alive. */
  readonly hold: (held: boolean) => void
  /** Delivers the next datagram that waits, at once, and says whether there was one. */
  readonly more?: () => boolean
  readonly close: () => void
}

/** A socket of our own. */
export interface SocketTransport extends Transport {
  /**
   * Sends by a thread of libuv's, and the event loop goes on meanwhile; calls back with the error, if any. Nothing else
   * is sent, and the transport is not closed, before that. Returns what takes the datagram back, unless the kernel has
   * it by then; or undefined, if it cannot be sent so now.
   */
  readonly sendAside?: (
    datagram: Uint8Array,
    then: (failure: Error | undefined) => void
  ) => (() => void) | undefined
}

/** Where a transport delivers. */
export interface Receiver {
  readonly datagram: (bytes: Uint8Array, senderPort: number) => void
  readonly failed: (error: Error) => void
}

export interface TransportOptions {
  /** Bytes of answers and notifications that can wait unread, as the kernel counts them. Default 4 MiB. */
  readonly receiveBuffer?: number | undefined
  /** Datagrams wait until they are asked for by `more`. One that cannot wait is delivered as it comes all the same. */
  readonly paced?: boolean | undefined
}

export type OpenTransport = (
  protocol: Protocol,
  receiver: Receiver,
  options?: TransportOptions
) => E.Either<NamespaceError, Transport>

export type OpenSocketTransport = (
  ...given: Parameters<OpenTransport>
) => E.Either<NamespaceError, SocketTransport>

const errorOf = (thrown: unknown): Error => (thrown instanceof Error ? thrown : new Error(String(thrown)))

/**
 * A transport of somebody else's: what it throws is the error of whoever needed it, or of all who wait for an answer, and
 * ends nothing else.
 */
export const careful =
  (open: OpenTransport): OpenTransport =>
  (protocol, receiver, options) => {
    let isFailing = false
    /** What fails for it asks it again, and it fails no second time. */
    const fail = (thrown: unknown): void => {
      if (isFailing) return
      isFailing = true
      receiver.failed(errorOf(thrown))
      isFailing = false
    }
    const attempt = <A>(work: () => A, otherwise: A): A => {
      try {
        return work()
      } catch (thrown) {
        fail(thrown)
        return otherwise
      }
    }
    return pipe(
      E.tryCatch(
        () => open(protocol, receiver, options),
        thrown => failureOf('open', errorOf(thrown))
      ),
      E.flattenW,
      E.map(transport => ({
        port: transport.port,
        receiveBuffer: transport.receiveBuffer,
        send: datagram => {
          try {
            return transport.send(datagram)
          } catch (thrown) {
            return errorOf(thrown)
          }
        },
        dropped: () => attempt(() => transport.dropped(), 0),
        // Whoever joins looks after that himself.
        join: group => transport.join(group),
        leave: group => attempt(() => transport.leave(group), undefined),
        hold: held => attempt(() => transport.hold(held), undefined),
        ...(transport.more !== undefined && {
          more: () => attempt(() => transport.more?.() ?? false, false)
        }),
        close: () => attempt(() => transport.close(), undefined)
      }))
    )
  }
