import { closeSync } from 'node:fs'
import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import type { Task } from 'fp-ts/Task'
import type { TaskEither } from 'fp-ts/TaskEither'
import {
  align,
  decodeMessages,
  encodeMessages,
  littleEndian,
  type Message,
  type Protocol
} from '../../protocol'
import { within } from '../namespace/enter'
import type { NamespaceError } from '../namespace/error'
import { type NamespaceRef, openReference } from '../namespace/reference'
import {
  aborted,
  closed,
  failedToSend,
  interrupted,
  invalidInput,
  malformed,
  type NetlinkError,
  notFound,
  overrun,
  timedOut
} from './error'
import { type Exchange, exchange, type Outcome, type Ticket } from './exchange'
import { linkByName } from './name'
import { rejected } from './refusal'
import type { Known, LinkRef, Request } from './request'
import { type OpenTransport, openTransport, type Transport } from './transport'

export interface SessionOptions {
  /** The namespace to work in; our own by default. */
  readonly namespace?: NamespaceRef
  /** Milliseconds to wait for an answer. Default 30,000. */
  readonly timeout?: number
  /** Ends every wait of the session when it is aborted. */
  readonly signal?: AbortSignal
  /** What carries the datagrams; the npm netlink socket by default. */
  readonly transport?: OpenTransport
}

export interface SendOptions {
  readonly timeout?: number
  readonly signal?: AbortSignal
}

type ResultOf<R> = R extends Request<infer A> ? E.Either<NetlinkError, A> : never

/** The results of a batch: one for each request, in order. */
export type Results<R extends ReadonlyArray<Request<unknown>>> = { readonly [K in keyof R]: ResultOf<R[K]> }

/** Netlink sockets in one namespace. */
export interface Session {
  readonly send: <A>(request: Request<A>, options?: SendOptions) => TaskEither<NetlinkError, A>
  /** Sends requests together; one that fails does not hide the answers of others. */
  readonly batch: <const R extends ReadonlyArray<Request<unknown>>>(
    requests: R,
    options?: SendOptions
  ) => Task<Results<R>>
  /** A socket apart in the session's namespace, which whoever opens it closes. */
  readonly openTransport: OpenTransport
  readonly close: () => void
}

const defaultTimeout = 30_000

/** How often a dump is taken again when the table changed under it. */
const dumpAttempts = 10

/** Memory of the receive buffer that one refusal takes at most, as the kernel counts it. */
const refusalSize = 1280

interface Pending extends Ticket {
  readonly request: Request<unknown>
  readonly known: Known
  readonly settle: (result: E.Either<NetlinkError, unknown>) => void
}

interface Channel {
  readonly transport: Transport
  readonly exchange: Exchange<Pending>
  /** Drops seen so far, to notice new ones. */
  dropped: number
}

interface Job {
  readonly request: Request<unknown>
  readonly resolve: (result: E.Either<NetlinkError, unknown>) => void
  ticket?: Pending
  attempts: number
  done: boolean
}

/** Opens a session. The namespace is looked up now; sockets are opened in it when they are first needed. */
export const openSession = (options: SessionOptions = {}): E.Either<NamespaceError, Session> =>
  pipe(
    openReference(options.namespace ?? { path: '/proc/thread-self/ns/net' }),
    E.map(home => sessionIn(home, options))
  )

const sessionIn = (home: number, options: SessionOptions): Session => {
  const channels = new Map<Protocol, Channel>()
  const open = options.transport ?? openTransport
  let queue: Array<Job> = []
  let flushing: Promise<void> | undefined
  let isClosed = false

  const openAt: OpenTransport = (...given) =>
    pipe(
      within({ fd: home }, () => open(...given)),
      E.flatten
    )

  const channelFor = (protocol: Protocol): E.Either<NetlinkError, Channel> => {
    const known = channels.get(protocol)
    if (known !== undefined) return E.right(known)
    return pipe(
      openAt(protocol, {
        datagram: (bytes, port) => receive(protocol, bytes, port),
        failed: error => fail(protocol, error)
      }),
      E.map(transport => {
        transport.hold(false)
        const answers = Math.max(16, Math.floor(transport.receiveBuffer / refusalSize))
        const channel = {
          transport,
          exchange: exchange<Pending>({ answers, messages: 200, bytes: 65536 }),
          dropped: transport.dropped()
        }
        channels.set(protocol, channel)
        return channel
      })
    )
  }

  const receive = (protocol: Protocol, bytes: Uint8Array, port: number): void => {
    const channel = channels.get(protocol)
    // Only the kernel is believed: its port is 0.
    if (channel === undefined || port !== 0) return
    const decoded = decodeMessages(protocol, bytes)
    if (E.isLeft(decoded)) {
      giveUp(channel, operation => malformed(operation, decoded.left))
      return
    }
    const ours = decoded.right.filter(message => message.port === channel.transport.port)
    for (const { ticket, outcome } of channel.exchange.receive(ours)) ticket.settle(resultOf(ticket, outcome))
    noticeDrops(channel)
    pump(channel)
  }

  const fail = (protocol: Protocol, error: Error): void => {
    const channel = channels.get(protocol)
    if (channel !== undefined) giveUp(channel, operation => failedToSend(operation, error))
  }

  const giveUp = (channel: Channel, why: (operation: string) => NetlinkError): void => {
    for (const ticket of channel.exchange.clear()) ticket.settle(E.left(why(ticket.request.operation)))
    pump(channel)
  }

  /** Whether answers have been dropped since we last looked; if so, nothing that waits can be trusted to end. */
  const noticeDrops = (channel: Channel): void => {
    const dropped = channel.transport.dropped()
    if (dropped === channel.dropped) return
    channel.dropped = dropped
    giveUp(channel, overrun)
  }

  /** Sends what may be sent, and holds the process as long as somebody waits. */
  const pump = (channel: Channel): void => {
    for (let datagram = channel.exchange.next(); datagram !== undefined; datagram = channel.exchange.next()) {
      channel.transport.send(datagram)
      noticeDrops(channel)
    }
    channel.transport.hold(channel.exchange.open() > 0)
  }

  const enqueue = (jobs: ReadonlyArray<Job>): void => {
    if (isClosed) {
      for (const job of jobs) finish(job, E.left(closed(job.request.operation)))
      return
    }
    if (queue.length === 0) queueMicrotask(flush)
    queue = queue.concat(jobs)
  }

  /** What was issued in one tick leaves together, and after whatever was issued before it. */
  const flush = (): void => {
    const jobs = queue
    queue = []
    const unknown = unknownLinks(jobs)
    if (flushing === undefined && unknown.length === 0) {
      launch(jobs, new Map())
      return
    }
    const after = (flushing ?? Promise.resolve())
      .then(() => lookUp(unknown))
      .then(found => launch(jobs, found))
    flushing = after
    after.then(() => {
      if (flushing === after) flushing = undefined
    })
  }

  const lookUp = async (
    names: ReadonlyArray<string>
  ): Promise<ReadonlyMap<string, E.Either<NetlinkError, number>>> => {
    const results = await Promise.all(
      names.map(
        name =>
          new Promise<readonly [string, E.Either<NetlinkError, number>]>(resolve =>
            launch(
              [jobFor(linkByName(name), result => resolve([name, result as E.Either<NetlinkError, number>]))],
              new Map()
            )
          )
      )
    )
    return new Map(results)
  }

  const launch = (
    jobs: ReadonlyArray<Job>,
    found: ReadonlyMap<string, E.Either<NetlinkError, number>>
  ): void => {
    const made = new Map(
      jobs
        .toReversed()
        .flatMap(({ request: { makes } }) =>
          makes === undefined ? [] : [[makes.name, makes.index] as const]
        )
    )
    const touched = new Set<Channel>()
    for (const job of jobs) {
      if (job.done) continue
      const prepared = pipe(
        isClosed ? E.left<NetlinkError>(closed(job.request.operation)) : channelFor(job.request.protocol),
        E.chain(channel =>
          pipe(
            encoded(job.request, found, made),
            E.map(prepared => ({ channel, ...prepared }))
          )
        )
      )
      if (E.isLeft(prepared)) {
        finish(job, prepared)
        continue
      }
      const { channel, bytes, known, release } = prepared.right
      job.ticket = {
        answering: job.request.answering,
        bytes,
        request: job.request,
        known,
        settle: result => {
          release()
          if (E.isLeft(result) && result.left._tag === 'Interrupted' && ++job.attempts < dumpAttempts)
            launch([job], found)
          else finish(job, result)
        }
      }
      channel.exchange.submit([job.ticket])
      touched.add(channel)
    }
    for (const channel of touched) pump(channel)
  }

  const run = (
    requests: ReadonlyArray<Request<unknown>>,
    { timeout, signal }: SendOptions
  ): Promise<ReadonlyArray<E.Either<NetlinkError, unknown>>> =>
    new Promise(resolve => {
      const results: Array<E.Either<NetlinkError, unknown>> = new Array(requests.length)
      let left = requests.length
      if (left === 0) return resolve(results)
      const signals = [signal, options.signal].filter(each => each !== undefined)
      const milliseconds = timeout ?? options.timeout ?? defaultTimeout
      const timer = setTimeout(() => abandon(operation => timedOut(operation, milliseconds)), milliseconds)
      const onAbort = (): void => abandon(aborted)
      const jobs = requests.map((request, n) =>
        jobFor(request, result => {
          results[n] = result
          if (--left > 0) return
          clearTimeout(timer)
          for (const each of signals) each.removeEventListener('abort', onAbort)
          resolve(results)
        })
      )
      const abandon = (why: (operation: string) => NetlinkError): void => {
        // An answer that is late may be lost: that is worth knowing.
        for (const channel of channels.values()) noticeDrops(channel)
        for (const job of jobs) {
          if (job.done) continue
          const channel = channels.get(job.request.protocol)
          if (job.ticket !== undefined) channel?.exchange.abandon(job.ticket)
          finish(job, E.left(why(job.request.operation)))
          if (channel !== undefined) channel.transport.hold(channel.exchange.open() > 0)
        }
      }
      for (const each of signals) each.addEventListener('abort', onAbort, { once: true })
      if (signals.some(each => each.aborted)) onAbort()
      else enqueue(jobs)
    })

  return {
    send:
      (request, sendOptions = {}) =>
      () =>
        run([request], sendOptions).then(([result]) => result as never),
    batch:
      (requests, sendOptions = {}) =>
      () =>
        run(requests, sendOptions) as never,
    openTransport: openAt,
    close: () => {
      if (isClosed) return
      isClosed = true
      for (const job of queue) finish(job, E.left(closed(job.request.operation)))
      queue = []
      for (const channel of channels.values()) {
        for (const ticket of channel.exchange.clear()) ticket.settle(E.left(closed(ticket.request.operation)))
        channel.transport.close()
      }
      channels.clear()
      closeSync(home)
    }
  }
}

const jobFor = (request: Request<unknown>, resolve: Job['resolve']): Job => ({
  request,
  resolve,
  attempts: 0,
  done: false
})

const finish = (job: Job, result: E.Either<NetlinkError, unknown>): void => {
  if (job.done) return
  job.done = true
  job.resolve(result)
}

/** The names of links that must be looked up: those that no request of the same batch makes. */
const unknownLinks = (jobs: ReadonlyArray<Job>): ReadonlyArray<string> => {
  const made = new Set(jobs.map(job => job.request.makes?.name))
  return [
    ...new Set(
      jobs.flatMap(
        job =>
          job.request.links.filter(
            link => typeof link === 'string' && !made.has(link)
          ) as ReadonlyArray<string>
      )
    )
  ]
}

interface Encoded {
  readonly bytes: Uint8Array
  readonly known: Known
  /** Closes what was opened for the request's sake. */
  readonly release: () => void
}

const encoded = (
  request: Request<unknown>,
  found: ReadonlyMap<string, E.Either<NetlinkError, number>>,
  made: ReadonlyMap<string, number>
): E.Either<NetlinkError, Encoded> => {
  for (const link of request.links) {
    const result = typeof link === 'string' && !made.has(link) ? found.get(link) : undefined
    if (result !== undefined && E.isLeft(result))
      return E.left(missingLink(request, link as string, result.left))
  }
  const descriptors = new Map<NamespaceRef, number>()
  const release = (): void => {
    for (const descriptor of descriptors.values()) closeSync(descriptor)
    descriptors.clear()
  }
  for (const reference of request.namespaces) {
    const descriptor = openReference(reference)
    if (E.isLeft(descriptor)) {
      release()
      return E.left(descriptor.left as unknown as NetlinkError)
    }
    descriptors.set(reference, descriptor.right)
  }
  const known: Known = {
    indexOf: (link: LinkRef) => {
      if (typeof link === 'number') return link
      const result = found.get(link)
      return made.get(link) ?? (result !== undefined && E.isRight(result) ? result.right : 0)
    },
    descriptorOf: reference => descriptors.get(reference) ?? -1
  }
  const bytes = pipe(
    request.messages(known),
    E.chainW(messages =>
      pipe(
        encodeMessages(request.protocol, messages as ReadonlyArray<Message>),
        E.mapLeft(error => invalidInput(request.operation, fieldFor(request, error.path), error.reason))
      )
    )
  )
  if (E.isLeft(bytes)) {
    release()
    return bytes
  }
  return E.right({ bytes: bytes.right, known, release })
}

/** An encoder's path is `0.RTM_NEWADDR.attributes.local`; the caller knows `address`. */
const fieldFor = (request: Request<unknown>, path: string): string => {
  const inMessage = path.split('.').slice(2)
  for (let length = inMessage.length; length > 0; length--) {
    const known = request.fields[inMessage.slice(0, length).join('.')]
    if (known !== undefined) return known
  }
  return inMessage.at(-1) ?? path
}

const missingLink = (request: Request<unknown>, link: string, error: NetlinkError): NetlinkError =>
  error._tag === 'Rejected' && error.code === 'ENODEV'
    ? notFound(request.operation, 'link', link, `there is no link ${link}`)
    : error

const resultOf = (ticket: Pending, outcome: Outcome): E.Either<NetlinkError, unknown> => {
  const { request } = ticket
  if (outcome._tag === 'Refused')
    return E.left(rejected(request, outcome.refusal as never, messageAt(ticket.bytes, outcome.position)))
  if (outcome.interrupted) return E.left(interrupted(request.operation, dumpAttempts))
  return E.right(request.read(outcome.messages, ticket.known))
}

const messageAt = (bytes: Uint8Array, position: number): Uint8Array => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const length = (at: number): number => view.getUint32(at, littleEndian)
  let at = 0
  for (let n = 0; n < position && at + 16 <= bytes.length; n++) at += align(length(at))
  return bytes.subarray(at, Math.min(at + length(at), bytes.length))
}
