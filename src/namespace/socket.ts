import { Socket as DatagramSocket } from 'node:dgram'
import { closeSync } from 'node:fs'
import { type Server, Socket } from 'node:net'
import * as E from 'fp-ts/Either'
import { identity, pipe } from 'fp-ts/function'
import type * as TE from 'fp-ts/TaskEither'
import { nearest } from '../../protocol/definition/nearest'
import { familyOf, sockaddr } from './endpoint'
import { within } from './enter'
import {
  type Aborted,
  aborted,
  type InvalidInput,
  invalidInput,
  type NamespaceError,
  refused,
  type TimedOut,
  timedOut
} from './error'
import type { NamespaceRef } from './reference'
import {
  type Answer,
  bind,
  connect as connectSocket,
  failureOf,
  getsockoptInt,
  SO_ERROR,
  SO_REUSEADDR,
  SOCK_CLOEXEC,
  SOCK_DGRAM,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  SOL_SOCKET,
  type SystemCallFailed,
  setsockopt,
  socket,
  systemCallFailed,
  whenReady
} from './system'
import { deadline } from './turn'

/*
 * Node looks a host up before it makes the socket, even where the host is an address, and so makes it after the
 * section is over. Hence we make it, in the namespace, and hand Node its descriptor.
 */

/** A new socket, made ready by `prepare`; closed again if that fails. */
const openSocket = (
  family: number,
  type: number,
  prepare: (descriptor: number) => Answer<unknown>
): Answer<number> =>
  pipe(
    socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0),
    E.chain(descriptor =>
      pipe(
        prepare(descriptor),
        E.bimap(
          failure => {
            closeSync(descriptor)
            return failure
          },
          () => descriptor
        )
      )
    )
  )

/** The same error, with the address and port that it is about; none where the kernel was to choose. */
const about =
  (address: string, port?: number) =>
  <Error extends SystemCallFailed | TimedOut | Aborted>(error: Error): Error => {
    const asked = 'call' in error ? error.call : error.operation
    const host = address.includes(':') ? `[${address}]` : address
    return {
      ...error,
      message: `${asked} ${host}${port === undefined ? '' : `:${port}`}${error.message.slice(asked.length)}`,
      address,
      ...(port !== undefined && { port })
    }
  }

const boundTo = (type: number, host: string, port: number): Answer<number> =>
  pipe(
    openSocket(familyOf(host) ?? 0, type, descriptor =>
      pipe(
        type === SOCK_STREAM ? setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, 1) : E.right(0),
        E.chain(() => bind(descriptor, sockaddr(host, port)))
      )
    ),
    E.mapLeft(about(host, chosen(port)))
  )

/** 0 leaves it to the kernel. */
const chosen = (port: number): number | undefined => (port === 0 ? undefined : port)

/** Of those who have no types: `listen(ref, server, 8080)` would be given some port. */
const checked = (
  operation: string,
  options: unknown,
  known: ReadonlyArray<string>,
  needed: ReadonlyArray<string> = []
): E.Either<InvalidInput, void> => {
  if (typeof options !== 'object' || options === null)
    return E.left(invalidInput(operation, 'options', `${options} is no object such as { port: 8080 }`))
  const stranger = Object.keys(options).find(key => !known.includes(key))
  if (stranger !== undefined)
    return E.left(invalidInput(operation, stranger, `is no option${nearest(stranger, known)}`))
  const fields: { readonly host?: string; readonly port?: number; readonly localAddress?: string } = options
  const lacking = needed.find(key => fields[key as keyof typeof fields] === undefined)
  if (lacking !== undefined) return E.left(invalidInput(operation, lacking, 'is missing'))
  const { port = 0 } = fields
  for (const field of ['host', 'localAddress'] as const) {
    const address = fields[field]
    if (address !== undefined && familyOf(address) === undefined)
      return E.left(invalidInput(operation, field, `is not an IP address: ${address}`))
  }
  return Number.isInteger(port) && port >= 0 && port <= 65_535
    ? E.right(undefined)
    : E.left(invalidInput(operation, 'port', `is not a port: ${port}`))
}

export interface ListenOptions {
  /** An IP address of the namespace, with its interface where it is link-local: `fe80::1%eth0`. Any, by default. */
  readonly host?: string
  /** By default the kernel picks a free one, which `server.address()` tells. */
  readonly port?: number
  /** Connections that may wait to be accepted; 511 by default. */
  readonly backlog?: number
}

const listenKeys = ['host', 'port', 'backlog']

/** Gives the descriptor to Node, which closes it with the server, or if it cannot listen. */
const adopt = (
  server: Server | DatagramSocket,
  fd: number,
  backlog: number | undefined
): Promise<Answer<void>> =>
  new Promise(resolve => {
    const listening = (): void => {
      server.off('error', failed)
      resolve(E.right(undefined))
    }
    const failed = (error: Error): void => {
      server.off('listening', listening)
      resolve(E.left(failureOf('listen', error)))
    }
    server.once('listening', listening)
    server.once('error', failed)
    try {
      if (server instanceof DatagramSocket) server.bind({ fd })
      else server.listen({ fd, backlog, exclusive: true })
    } catch (error) {
      // It listens somewhere already.
      server.off('error', failed)
      closeSync(fd)
      failed(error as Error)
    }
  })

/**
 * Lets an ordinary server of this process, as `net.createServer` and `http.createServer` make them, listen in a
 * namespace; or binds a datagram socket there: one of type udp6 needs an IPv6 host. Node names the interface of a
 * link-local address by looking outside, so that `server.address()` throws for one.
 */
export const listen =
  <S extends Server | DatagramSocket>(
    ref: NamespaceRef,
    server: S,
    options: ListenOptions = {}
  ): TE.TaskEither<NamespaceError | InvalidInput, S> =>
  async () => {
    const { host, port = 0, backlog } = options ?? {}
    const type = server instanceof DatagramSocket ? SOCK_DGRAM : SOCK_STREAM
    const address = host ?? (type === SOCK_DGRAM ? '0.0.0.0' : '::')
    const bound = pipe(
      checked('namespaces.listen', options, listenKeys),
      E.chainW(() =>
        within(ref, () =>
          pipe(
            boundTo(type, address, port),
            // A kernel without IPv6 has no ::, which takes IPv4 as well.
            E.orElse(failure =>
              host === undefined && type === SOCK_STREAM ? boundTo(type, '0.0.0.0', port) : E.left(failure)
            )
          )
        )
      ),
      E.chainW(E.mapLeft(refused))
    )
    if (E.isLeft(bound)) return bound
    const started = await adopt(server, bound.right, backlog)
    return pipe(
      started,
      E.bimap(host === undefined ? identity : about(host, chosen(port)), () => server)
    )
  }

export interface ConnectOptions {
  /** An IP address: names are resolved outside. */
  readonly host: string
  readonly port: number
  /** The address to connect from; by default the route decides. */
  readonly localAddress?: string
  /** In milliseconds; by default the kernel gives up, after about two minutes. */
  readonly timeout?: number
  readonly signal?: AbortSignal
}

const operation = 'namespaces.connect'

const connectKeys = ['host', 'port', 'localAddress', 'timeout', 'signal']

/** Waits until a connection is made or refused. */
const established = (
  descriptor: number,
  { host, port, timeout, signal }: ConnectOptions
): Promise<E.Either<SystemCallFailed | TimedOut | Aborted, number>> =>
  new Promise(resolve => {
    const end = (result: E.Either<SystemCallFailed | TimedOut | Aborted, number>): void => {
      stop()
      cancel?.()
      signal?.removeEventListener('abort', abort)
      if (E.isLeft(result)) closeSync(descriptor)
      resolve(pipe(result, E.mapLeft(about(host, port))))
    }
    const abort = (): void => end(E.left(aborted(operation)))
    const stop = whenReady(descriptor, 'writable', () => {
      const error = getsockoptInt(descriptor, SOL_SOCKET, SO_ERROR)
      if (E.isLeft(error)) end(error)
      else end(error.right === 0 ? E.right(descriptor) : E.left(systemCallFailed('connect', error.right)))
    })
    const cancel =
      timeout === undefined ? undefined : deadline(timeout, () => end(E.left(timedOut(operation, timeout))))
    signal?.addEventListener('abort', abort)
  })

/**
 * Connects from within a namespace: an ordinary `net.Socket`, connected already. For HTTP:
 * `http.get({ createConnection: () => socket, … })`.
 */
export const connect =
  (
    ref: NamespaceRef,
    options: ConnectOptions
  ): TE.TaskEither<NamespaceError | InvalidInput | TimedOut | Aborted, Socket> =>
  async () => {
    const given = checked(operation, options, connectKeys, ['host', 'port'])
    if (E.isLeft(given)) return given
    const { host, port, localAddress, signal } = options
    if (signal?.aborted) return E.left(about(host, port)(aborted(operation)))
    const connecting = pipe(
      within(ref, () =>
        openSocket(familyOf(host) ?? 0, SOCK_STREAM, descriptor =>
          pipe(
            localAddress === undefined ? E.right(0) : bind(descriptor, sockaddr(localAddress, 0)),
            E.chain(() => connectSocket(descriptor, sockaddr(host, port))),
            E.orElse(failure => (failure.code === 'EINPROGRESS' ? E.right(0) : E.left(failure)))
          )
        )
      ),
      E.chainW(
        E.mapLeft(failure =>
          refused(
            failure.call === 'bind' && localAddress !== undefined
              ? about(localAddress)(failure)
              : about(host, port)(failure)
          )
        )
      )
    )
    if (E.isLeft(connecting)) return connecting
    return pipe(
      await established(connecting.right, options),
      E.map(fd => new Socket({ fd, readable: true, writable: true }))
    )
  }
