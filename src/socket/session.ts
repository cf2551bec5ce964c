import { closeSync } from 'node:fs'
import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import type { Task } from 'fp-ts/Task'
import type { TaskEither } from 'fp-ts/TaskEither'
import { decodeMessages, type Families, type Protocol } from '../../protocol'
import { quoted } from '../../protocol/definition/error'
import { withinDescriptor } from '../namespace/enter'
import type { NamespaceError } from '../namespace/error'
import { make } from '../namespace/named'
import { type NamespaceRef, openReference } from '../namespace/reference'
import { deadline, rest } from '../namespace/turn'
import { type Channel, openChannel } from './channel'
import { partsOf } from './dump'
import { encodeAll, type Names } from './encoding'
import {
  aborted,
  closed,
  type InvalidInput,
  invalidInput,
  type NetlinkError,
  type Rejected,
  timedOut,
  unfit
} from './error'
import { mostTogether } from './exchange'
import { familyByName } from './family'
import { unsupported } from './feature'
import {
  type Answer,
  abandon,
  finish,
  type Job,
  jobFor,
  type Pending,
  settle,
  type Turns,
  ticketFor
} from './job'
import { keysOf, wrongOptions } from './key'
import { linkByName } from './name'
import { openTransport } from './open'
import type { Feature, ListRequest, Request } from './request'
import { type Stream, streamOf } from './stream'
import { careful, type OpenTransport } from './transport'

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
  /** Milliseconds that the kernel has for an answer: those given, or the session's own. */
  readonly patience: (given: number | undefined) => number
  /** A socket apart in the session's namespace, which whoever opens it closes. */
  readonly openTransport: OpenTransport
  /** Does something by the session's own namespace, unless it is closed. */
  readonly at: <L, A>(
    operation: string,
    use: (home: NamespaceRef) => E.Either<L, A>
  ) => E.Either<L | NetlinkError, A>
  /** Calls back when the session is closed, at once if it is, until the function that it returns is called. */
  readonly whenClosed: (then: () => void) => () => void
  readonly close: () => void
}

const defaultTimeout = 30_000

const none: ReadonlyArray<never> = []

/** Requests that were issued together, made into jobs when it is their turn. */
interface Batch {
  readonly requests: ReadonlyArray<Request<unknown>>
  readonly job: (request: Request<unknown>, n: number) => Job
  /** Ends those that have not been answered. */
  readonly giveUp: GiveUp
  /** Whether nobody waits for the rest of them. */
  over: boolean
}

/**
 * Requests that are encoded and sent at a time: more in one datagram gains nothing. They begin with fewer, as code that is
 * new takes ten times as long, and nobody has a turn meanwhile.
 */
const together = { first: 25, most: mostTogether }

/** Ends a wait with an error. */
type GiveUp = (why: (operation: string) => NetlinkError) => void

const sendTable = { keys: keysOf<SendOptions>({ timeout: true, signal: true }), least: { timeout: 0 } }

const sessionTable = {
  keys: keysOf<SessionOptions>({ namespace: true, timeout: true, signal: true, transport: true }),
  least: { timeout: 0 }
}

/** The session with these options for what it sends, or what is wrong with them. */
export const limited = <E>(
  session: E.Either<E, Session>,
  options: SendOptions
): E.Either<E | InvalidInput, Session> => {
  const wrong = wrongOptions('with', options, sendTable)
  return wrong === undefined ? session : E.left(wrong)
}

/** Opens a session. The namespace is looked up now; sockets are opened in it when they are first needed. */
export const openSession = (
  options: SessionOptions = {}
): E.Either<NamespaceError | InvalidInput, Session> => {
  const wrong = wrongOptions('open', options, sessionTable)
  return wrong === undefined
    ? pipe(
        openReference(options.namespace ?? { path: '/proc/thread-self/ns/net' }),
        E.map(home => sessionIn(home, options))
      )
    : E.left(wrong)
}

const sessionIn = (home: number, options: SessionOptions): Session => {
  const channels = new Map<string, Channel<Pending>>()
  const waits = new Set<GiveUp>()
  const followers = new Set<() => void>()
  /** Those of generic netlink, as they become known. */
  const families: Record<number, string> = {}
  const open = options.transport === undefined ? openTransport : careful(options.transport)
  let queue: Array<Batch> = []
  let flushing: Promise<void> | undefined
  let isClosed = false

  const patience: Session['patience'] = given => given ?? options.timeout ?? defaultTimeout

  const openAt: OpenTransport = (...given) =>
    pipe(
      withinDescriptor(home, () => open(...given)),
      E.flatten
    )

  const requestChannel = (protocol: Protocol): Channel<Pending> | undefined => channels.get(protocol)

  /** A list that is read part by part has a socket of its own, which is read at the pace of whoever wants it. */
  const channelFor = ({ request: { protocol }, reader }: Job): E.Either<NetlinkError, Channel<Pending>> => {
    const known = requestChannel(protocol)
    if (known !== undefined && reader === undefined) return E.right(known)
    return pipe(
      openChannel<Pending>(
        openAt,
        protocol,
        (...given) => settle(after, ...given),
        { paced: reader !== undefined },
        families
      ),
      E.map(channel => {
        if (reader === undefined) channels.set(protocol, channel)
        else reader.opened(channel)
        return channel
      })
    )
  }

  const enqueue = (batch: Batch): void => {
    // Not before all promises that are settled have had their say: what they issue travels along.
    if (queue.length === 0) process.nextTick(flush)
    queue.push(batch)
  }

  /** What was issued in one tick leaves together, and after whatever was issued before it. */
  const flush = (): void => {
    const batches = queue
    queue = []
    const mine = sendAll(batches, flushing).catch(thrown => {
      for (const { giveUp } of batches) giveUp(operation => unfit(operation, thrown))
    })
    flushing = mine
    void mine.then(() => {
      if (flushing === mine) flushing = undefined
    })
  }

  const sendAll = async (batches: ReadonlyArray<Batch>, before: Promise<void> | undefined): Promise<void> => {
    await before
    const names: Names = { found: new Map(), given: new Map(), families }
    for (const jobs of chunksOf(batches)) {
      await rest()
      const unknown = unknownLinks(jobs, names)
      const unmet = unmetFamilies(jobs, families)
      if (unknown.length > 0) await lookUp(unknown, names)
      if (unmet.length > 0) await meet(unmet, names)
      await launch(jobs, names)
    }
  }

  /** Sends a request ahead of those that wait. */
  const ahead = <A>(request: Request<A>, names: Names): Promise<E.Either<NetlinkError, A>> =>
    new Promise(resolve => {
      void launch([jobFor(request, (_, result) => resolve(result as E.Either<NetlinkError, A>))], names)
    })

  const lookUp = async (unknown: ReadonlyArray<string>, names: Names): Promise<void> => {
    const results = await Promise.all(
      unknown.map(async name => [name, await ahead(linkByName(name), names)] as const)
    )
    for (const [name, result] of results) names.found.set(name, result)
  }

  /** Asks for the numbers of families. One that there is not is noticed when its requests are encoded. */
  const meet = async (unmet: ReadonlyArray<string>, names: Names): Promise<void> => {
    for (const name of unmet) {
      const found = await ahead(familyByName(name), names)
      if (E.isRight(found)) families[found.right] = name
    }
  }

  const launch = (jobs: ReadonlyArray<Job>, names: Names): Promise<void> =>
    handOver(jobs, names).catch(thrown => {
      for (const job of jobs) finish(job, E.left(unfit(job.request.operation, thrown)))
    })

  const handOver = async (given: ReadonlyArray<Job>, names: Names): Promise<void> => {
    const jobs = given.filter(({ done }) => !done)
    const encoded = await encodeAll(
      jobs.map(({ request }) => request),
      names
    )
    const touched = new Set<Channel<Pending>>()
    let current: Protocol | undefined
    for (const [n, job] of jobs.entries()) {
      const message = encoded[n] as (typeof encoded)[number]
      if (E.isLeft(message)) {
        finish(job, message)
        continue
      }
      const { protocol } = job.request
      if (protocol !== current) await othersSent(protocol)
      current = protocol
      if (job.done) {
        message.right.release()
        continue
      }
      const channel = isClosed ? E.left(closed(job.request.operation)) : channelFor(job)
      if (E.isLeft(channel)) {
        message.right.release()
        finish(job, channel)
        continue
      }
      const { submit, pump } = channel.right
      const ticket = ticketFor(job, message.right, names)
      job.underWay = { channel: channel.right, ticket }
      const { reader } = job
      if (reader === undefined) {
        submit(ticket)
        touched.add(channel.right)
        continue
      }
      // What was asked before the list is done before it.
      const before = requestChannel(job.request.protocol)
      const begin = (): void => {
        // Whoever was to read it has left meanwhile.
        if (job.done) {
          ticket.release()
          return
        }
        submit(ticket)
        pump()
        reader.asked()
      }
      before?.pump()
      if (before === undefined) begin()
      else before.afterSent(begin)
    }
    for (const channel of touched) {
      channel.pump()
      channel.drain()
    }
    // More would only wait, and be in the garbage collector's way.
    for (const channel of touched) await sent(channel)
  }

  /** When all has been handed over, but for what waits for an answer to something else. */
  const sent = async ({ unsent, progress }: Channel<Pending>): Promise<void> => {
    while (unsent() > 0) {
      const next = progress()
      if (next === undefined) return
      await next
    }
  }

  /** What is issued later is done later, by whichever socket. */
  const othersSent = async (protocol: Protocol): Promise<void> => {
    for (const [other, channel] of channels) {
      if (other === protocol) continue
      channel.pump()
      channel.drain()
      await sent(channel)
      await channel.progress()
    }
  }

  /** Tells a refusal for want of a feature from another, by trying the features out. */
  const explain = async (job: Job, error: Rejected, sent: Uint8Array): Promise<void> => {
    try {
      const suspects = options.transport === undefined ? needsOf(job.request, sent) : []
      for (const feature of suspects)
        if (isSign(error.code, feature) && (await isLacking(feature)))
          return finish(job, E.left(unsupported(error, feature)))
    } catch {
      // What it needs cannot be told.
    }
    finish(job, E.left(error))
  }

  const after: Turns = {
    again: (job, names) => void launch([job], names),
    refused: (job, error, sent) => void explain(job, error, sent)
  }

  const run = (
    given: ReadonlyArray<Request<unknown>>,
    { timeout, signal }: SendOptions
  ): Promise<ReadonlyArray<E.Either<NetlinkError, unknown>>> =>
    new Promise(resolve => {
      const requests = given.every(isRequest)
        ? given
        : given.map((each, n) => (isRequest(each) ? each : stray(each, n)))
      const results: Array<E.Either<NetlinkError, unknown>> = new Array(requests.length)
      let left = requests.length
      if (left === 0) return resolve(results)
      const signals = [signal, options.signal].filter(each => each !== undefined)
      const milliseconds = patience(timeout)
      const cancel = deadline(milliseconds, () => giveUpLate(operation => timedOut(operation, milliseconds)))
      const onAbort = (): void => giveUpLate(aborted)
      /** Those that are not answered: the others are no longer needed. */
      const jobs: Array<Job | undefined> = []
      const answer: Answer = (n, result) => {
        results[n] = result
        jobs[n] = undefined
        if (--left > 0) return
        cancel()
        for (const each of signals) each.removeEventListener('abort', onAbort)
        waits.delete(giveUp)
        resolve(results)
      }
      const batch: Batch = {
        requests,
        over: false,
        giveUp: why => giveUp(why),
        job: (request, n) => {
          const job = jobFor(request, answer, n)
          jobs[n] = job
          return job
        }
      }
      const giveUp: GiveUp = why => {
        batch.over = true
        const begun = jobs.length
        for (const job of jobs) {
          if (job === undefined) continue
          abandon(job)
          finish(job, E.left(why(job.request.operation)))
        }
        for (let n = begun; n < requests.length; n++)
          answer(n, E.left(why((requests[n] as Request<unknown>).operation)))
      }
      const giveUpLate: GiveUp = why => {
        // An answer that is late may be lost: that is worth knowing.
        for (const channel of channels.values()) channel.noticeDrops()
        giveUp(why)
      }
      waits.add(giveUp)
      for (const each of signals) each.addEventListener('abort', onAbort, { once: true })
      if (signals.some(each => each.aborted)) giveUp(aborted)
      else if (isClosed) giveUp(closed)
      else enqueue(batch)
    })

  const stream: Session['stream'] = (request, { timeout, signal } = {}) =>
    streamOf(
      partsOf(
        request.operation,
        (reader, resolve) => {
          const job = jobFor(
            request,
            (_, result) => {
              waits.delete(giveUp)
              resolve(result)
            },
            0,
            reader
          )
          const giveUp: GiveUp = why => finish(job, E.left(why(request.operation)))
          waits.add(giveUp)
          if (isClosed) giveUp(closed)
          else enqueue({ requests: [request], job: () => job, giveUp, over: false })
          return () => {
            waits.delete(giveUp)
            job.done = true
          }
        },
        {
          timeout: patience(timeout),
          signals: [signal, options.signal].filter(each => each !== undefined)
        }
      )
    )

  return {
    send:
      (request, sendOptions = {}) =>
      () =>
        run([request], sendOptions).then(([result]) => result as never),
    batch:
      (requests, sendOptions = {}) =>
      () =>
        run(requests, sendOptions) as never,
    stream,
    patience,
    openTransport: openAt,
    at: (operation, use) => (isClosed ? E.left(closed(operation)) : use({ fd: home })),
    whenClosed: then => {
      if (isClosed) then()
      else followers.add(then)
      return () => void followers.delete(then)
    },
    close: () => {
      if (isClosed) return
      isClosed = true
      for (const follower of [...followers]) follower()
      for (const giveUp of [...waits]) giveUp(closed)
      for (const channel of channels.values()) channel.close(closed)
      channels.clear()
      closeSync(home)
    }
  }
}

/** Tries a feature out in a namespace that nobody else sees. Who may make none does not get to know. */
export const isLacking = async (feature: Feature): Promise<boolean> => {
  const { probe, loads = [] } = feature
  const empty = make()
  if (E.isLeft(empty)) return false
  const session = sessionIn(empty.right, {})
  const bare = (request: Request<unknown>): Request<unknown> => ({ ...request, needs: [] })
  if (loads.length > 0) await session.batch(loads.map(bare))()
  const results = await session.batch(probe.map(bare))()
  session.close()
  const last = results.at(-1)
  return (
    results.slice(0, -1).every(E.isRight) &&
    last !== undefined &&
    E.isLeft(last) &&
    last.left._tag === 'Rejected' &&
    isSign(last.left.code, feature)
  )
}

const isSign = (code: string, { signs }: Feature): boolean => signs.some(sign => sign === code)

const needsOf = (
  { protocol, needs = [], neededBy }: Request<unknown>,
  sent: Uint8Array
): ReadonlyArray<Feature> => {
  if (neededBy === undefined) return needs
  const messages = decodeMessages(protocol, sent)
  return E.isLeft(messages) ? needs : [...needs, ...messages.right.flatMap(neededBy)]
}

const isRequest = (given: Request<unknown>): boolean =>
  typeof given?.messages === 'function' &&
  isList(given.links) &&
  isList(given.names) &&
  (given.names ?? none).every(each => typeof each?.name === 'string') &&
  isList(given.namespaces)

const isList = (given: unknown): boolean => given === undefined || Array.isArray(given)

/** Stands for what is no request, and fails alone. */
const stray = (given: unknown, n: number): Request<unknown> => ({
  operation: 'batch',
  protocol: 'route',
  answering: 'acknowledged',
  messages: () => E.left(invalidInput('batch', String(n), `is ${quoted(given)}, which is no request`)),
  read: () => undefined,
  fields: {}
})

/** The families of generic netlink whose numbers must be asked for. */
const unmetFamilies = (jobs: ReadonlyArray<Job>, families: Families): ReadonlyArray<string> => {
  const unmet = new Set<string>()
  for (const { request } of jobs) {
    const family = request.family ?? request.loadedBy
    if (family !== undefined && !Object.values(families).includes(family)) unmet.add(family)
  }
  return [...unmet]
}

/** The jobs of batches, some at a time. */
function* chunksOf(batches: ReadonlyArray<Batch>): Generator<ReadonlyArray<Job>> {
  let jobs: Array<Job> = []
  let enough = together.first
  for (const batch of batches)
    for (let n = 0; n < batch.requests.length && !batch.over; n++) {
      jobs.push(batch.job(batch.requests[n] as Request<unknown>, n))
      if (jobs.length < enough) continue
      yield jobs
      jobs = []
      enough = Math.min(enough * 2, together.most)
    }
  if (jobs.length > 0) yield jobs
}

/** The names of links that must be looked up: those that no request gives before. */
const unknownLinks = (jobs: ReadonlyArray<Job>, { found, given }: Names): ReadonlyArray<string> => {
  const unknown = new Set<string>()
  const before = new Set(given.keys())
  for (const { request } of jobs) {
    for (const link of request.links ?? none)
      if (typeof link === 'string' && !before.has(link) && !found.has(link)) unknown.add(link)
    for (const { name } of request.names ?? none) before.add(name)
  }
  return [...unknown]
}
