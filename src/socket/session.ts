import { closeSync } from 'node:fs'
import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import type { Task } from 'fp-ts/Task'
import type { TaskEither } from 'fp-ts/TaskEither'
import { align, encodeMessages, type Families, littleEndian, type Message } from '../../protocol'
import { within } from '../namespace/enter'
import type { NamespaceError } from '../namespace/error'
import { make } from '../namespace/named'
import { type NamespaceRef, openReference } from '../namespace/reference'
import { type Channel, openChannel, type Pending } from './channel'
import { drain, partsOf, type Reader } from './dump'
import { aborted, closed, invalidInput, type NetlinkError, notFound, type Rejected, timedOut } from './error'
import type { Outcome } from './exchange'
import { familyByName, genericFamily } from './family'
import { unsupported } from './feature'
import { linkByName } from './name'
import { openTransport } from './open'
import { rejected } from './refusal'
import { type Feature, type Known, type LinkRef, type ListRequest, listOf, type Request } from './request'
import { type Stream, streamOf } from './stream'
import type { OpenTransport } from './transport'

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
  /** Reads a list as it comes, through a socket of its own. */
  readonly stream: <A>(request: ListRequest<A>, options?: SendOptions) => Stream<A>
  /** A socket apart in the session's namespace, which whoever opens it closes. */
  readonly openTransport: OpenTransport
  readonly close: () => void
}

const defaultTimeout = 30_000

/** How often a dump is taken again when the table changed under it. */
const dumpAttempts = 10

/** A request on its way, from the caller to the answer. */
interface Job {
  readonly request: Request<unknown>
  readonly resolve: (result: E.Either<NetlinkError, unknown>) => void
  /** Takes the parts of a list as they come. */
  readonly reader?: Reader
  /** Forgets the answer; there once the request is under way. */
  abandon?: () => void
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
  const channels = new Map<string, Channel>()
  const streams = new Set<Job>()
  /** Those of generic netlink, as they become known. */
  const families: Record<number, string> = {}
  const open = options.transport ?? openTransport
  let queue: Array<Job> = []
  let flushing: Promise<void> | undefined
  let isClosed = false

  const openAt: OpenTransport = (...given) =>
    pipe(
      within({ fd: home }, () => open(...given)),
      E.flatten
    )

  /** Lists have a socket of their own, which is read at the pace of whoever wants them. */
  const channelFor = ({ request: { protocol, answering }, reader }: Job): E.Either<NetlinkError, Channel> => {
    const paced = answering === 'dump'
    const key = paced ? `${protocol} lists` : protocol
    const known = channels.get(key)
    if (known !== undefined && reader === undefined) return E.right(known)
    return pipe(
      openChannel(openAt, protocol, { paced }, families),
      E.map(channel => {
        if (reader === undefined) channels.set(key, channel)
        else reader.opened(channel)
        return channel
      })
    )
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
    const unmet = unmetFamilies(jobs, families)
    if (flushing === undefined && unknown.length === 0 && unmet.length === 0) {
      launch(jobs, new Map())
      return
    }
    const after = (flushing ?? Promise.resolve())
      .then(() => Promise.all([lookUp(unknown), meet(unmet)]))
      .then(([found]) => launch(jobs, found))
    flushing = after
    after.then(() => {
      if (flushing === after) flushing = undefined
    })
  }

  /** Sends a request ahead of those that wait. */
  const ahead = <A>(request: Request<A>): Promise<E.Either<NetlinkError, A>> =>
    new Promise(resolve => launch([jobFor(request, resolve as Job['resolve'])], new Map()))

  const lookUp = async (
    names: ReadonlyArray<string>
  ): Promise<ReadonlyMap<string, E.Either<NetlinkError, number>>> =>
    new Map(await Promise.all(names.map(async name => [name, await ahead(linkByName(name))] as const)))

  /** Asks for the numbers of families. One that there is not is noticed when its requests are encoded. */
  const meet = async (names: ReadonlyArray<string>): Promise<void> => {
    for (const name of names) {
      const found = await ahead(familyByName(name))
      if (E.isRight(found)) families[found.right] = name
    }
  }

  const launch = (
    jobs: ReadonlyArray<Job>,
    found: ReadonlyMap<string, E.Either<NetlinkError, number>>
  ): void => {
    const made = indexesMadeBy(jobs)
    const touched = new Set<Channel>()
    for (const job of jobs) {
      if (job.done) continue
      const { operation, protocol, answering } = job.request
      const prepared = isClosed
        ? E.left(closed(operation))
        : pipe(
            encoded(job.request, found, made, families),
            E.bindTo('message'),
            E.bind('channel', () => channelFor(job))
          )
      if (E.isLeft(prepared)) {
        finish(job, prepared)
        continue
      }
      const { message, channel } = prepared.right
      const ticket = ticketFor(job, message, {
        again: () => launch([job], found),
        refused: error => explain(job, error)
      })
      job.abandon = () => {
        channel.abandon(ticket)
        message.release()
      }
      if (answering !== 'dump') {
        channel.submit(ticket)
        touched.add(channel)
        continue
      }
      // What was asked before the list is done before it.
      const before = channels.get(protocol)
      before?.pump()
      const begin = (): void => {
        channel.submit(ticket)
        channel.pump()
        if (job.reader === undefined) drain(channel)
        else job.reader.asked()
      }
      if (before === undefined) begin()
      else before.afterSent(begin)
    }
    for (const channel of touched) channel.pump()
  }

  /** Tells a refusal for want of a feature from another, by trying the features out. */
  const explain = async (job: Job, error: Rejected): Promise<void> => {
    const { operation, needs = [] } = job.request
    const suspects = options.transport === undefined ? needs : []
    for (const feature of suspects)
      if (error.code === feature.sign && (await isLacking(feature)))
        return finish(job, E.left(unsupported(operation, feature)))
    finish(job, E.left(error))
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
        for (const channel of channels.values()) channel.noticeDrops()
        for (const job of jobs) {
          if (job.done) continue
          job.abandon?.()
          finish(job, E.left(why(job.request.operation)))
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
    stream: (request, { timeout, signal } = {}) =>
      streamOf(
        partsOf(
          request.operation,
          (reader, resolve) => {
            const job: Job = {
              ...jobFor(request, result => {
                streams.delete(job)
                resolve(result)
              }),
              reader
            }
            streams.add(job)
            enqueue([job])
            return () => {
              streams.delete(job)
              job.done = true
            }
          },
          {
            timeout: timeout ?? options.timeout ?? defaultTimeout,
            signals: [signal, options.signal].filter(each => each !== undefined)
          }
        )
      ),
    openTransport: openAt,
    close: () => {
      if (isClosed) return
      isClosed = true
      for (const job of queue) finish(job, E.left(closed(job.request.operation)))
      queue = []
      for (const job of streams) finish(job, E.left(closed(job.request.operation)))
      for (const channel of channels.values()) channel.close(closed)
      channels.clear()
      closeSync(home)
    }
  }
}

/** Tries a feature out in a namespace that nobody else sees. Who may make none does not get to know. */
export const isLacking = async ({ probe, sign }: Feature): Promise<boolean> => {
  const empty = make()
  if (E.isLeft(empty)) return false
  const session = sessionIn(empty.right, {})
  const results = await session.batch(probe.map(request => ({ ...request, needs: [] })))()
  session.close()
  const last = results.at(-1)
  return (
    results.slice(0, -1).every(E.isRight) &&
    last !== undefined &&
    E.isLeft(last) &&
    last.left._tag === 'Rejected' &&
    last.left.code === sign
  )
}

/** What becomes of a job that does not end with its answer. */
interface Turns {
  /** The table changed under the list. */
  readonly again: () => void
  readonly refused: (error: Rejected) => void
}

/** Where a job's list goes, and what to do with an answer. */
const ticketFor = (job: Job, { bytes, known, release }: Encoded, { again, refused }: Turns): Pending => {
  const { operation, answering, entries } = job.request
  const values: Array<unknown> = []
  const { reader } = job
  const settle = (result: E.Either<NetlinkError, Outcome>): void => {
    release()
    if (E.isRight(result) && tornList(result.right) && ++job.attempts < dumpAttempts) {
      again()
      return
    }
    const answer = pipe(result, E.chain(answerOf))
    if (E.isLeft(answer) && answer.left._tag === 'Rejected') refused(answer.left)
    else finish(job, answer)
  }
  /** A stream has passed on what it got, so it is not read again. */
  const tornList = (outcome: Outcome): boolean =>
    outcome._tag === 'Answered' && outcome.interrupted && entries !== undefined && reader === undefined
  const answerOf = (outcome: Outcome): E.Either<NetlinkError, unknown> => {
    if (outcome._tag === 'Refused')
      return E.left(
        rejected(
          job.request,
          outcome.refusal as never,
          messageAt(bytes, outcome.position),
          job.request.part?.(outcome.position)
        )
      )
    if (entries === undefined) return E.right(job.request.read(outcome.messages, known))
    const complete = !outcome.interrupted
    return E.right(reader === undefined ? listOf(values, complete) : complete)
  }
  const into = reader?.take ?? ((value: unknown) => values.push(value))
  return {
    operation,
    answering,
    bytes,
    settle,
    ...(entries !== undefined && {
      take: (message: Message) => {
        for (const value of entries(message, known)) into(value)
      }
    })
  }
}

/** The links that jobs make, by name: the first of a name counts. */
const indexesMadeBy = (jobs: ReadonlyArray<Job>): ReadonlyMap<string, number> =>
  new Map(
    jobs
      .toReversed()
      .flatMap(({ request: { makes } }) => (makes === undefined ? [] : [[makes.name, makes.index] as const]))
  )

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

/** The families of generic netlink whose numbers must be asked for. */
const unmetFamilies = (jobs: ReadonlyArray<Job>, families: Families): ReadonlyArray<string> => {
  const known = new Set(Object.values(families))
  const named = jobs.flatMap(({ request: { family } }) => (family === undefined ? [] : [family]))
  return [...new Set(named)].filter(name => !known.has(name))
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
  made: ReadonlyMap<string, number>,
  families: Families
): E.Either<NetlinkError, Encoded> => {
  const { family } = request
  if (family !== undefined && !Object.values(families).includes(family))
    return E.left(unsupported(request.operation, genericFamily(family)))
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
        encodeMessages(request.protocol, messages as ReadonlyArray<Message>, families),
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

const messageAt = (bytes: Uint8Array, position: number): Uint8Array => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const length = (at: number): number => view.getUint32(at, littleEndian)
  let at = 0
  for (let n = 0; n < position && at + 16 <= bytes.length; n++) at += align(length(at))
  return bytes.subarray(at, Math.min(at + length(at), bytes.length))
}
