import * as E from 'fp-ts/Either'
import { decodeMessages, encodeMessages, type Message, type Protocol } from '../../protocol'
import { NLM_F } from '../../protocol/netlink/header'
import { deadline } from '../namespace/turn'
import { failedToSend, type NetlinkError, timedOut } from './error'
import type { List, ListRequest } from './request'
import type { Session } from './session'
import type { Transport } from './transport'

/** One change. */
export interface Change<A, C extends string = 'added' | 'removed'> {
  /** `added` is said of what is new and of what has changed: the value is as it is now. */
  readonly change: C
  readonly value: A
}

/** How the kernel tells of an object's changes, and how it is asked for all there are. */
export interface Source<A, C extends string = 'added' | 'removed'> {
  readonly protocol: Protocol
  /** The multicast groups to join: RTNLGRP_* or NFNLGRP_*. */
  readonly groups: ReadonlyArray<number>
  /** The changes that a message tells of. */
  readonly read: (message: Message) => ReadonlyArray<Change<A, C>>
  readonly list: ListRequest<A>
}

export interface Sources {
  readonly [object: string]: Source<unknown, string>
}

type Told<S> = S extends Source<infer A, infer C> ? Change<A, C> : never

type Valued<S> = S extends Source<infer A, string> ? A : never

/** All there is: sent when changes may have been lost. It replaces whatever was known. */
export interface Resync<S extends Sources> {
  readonly object: 'resync'
  /** Lost: changes came faster than they were read. */
  readonly reason: 'start' | 'lost'
  readonly values: { readonly [O in keyof S]: List<Valued<S[O]>> }
}

/** The last event of a subscription that cannot go on. */
export interface Failure {
  readonly object: 'failure'
  readonly error: NetlinkError
}

export type Event<S extends Sources> =
  | { [O in keyof S & string]: { readonly object: O } & Told<S[O]> }[keyof S & string]
  | Resync<S>
  | Failure

export interface SubscriptionOptions {
  /** Ends the subscription, and the loop over it. */
  readonly signal?: AbortSignal
  /** Events that may wait for the reader; when there are more, a resync takes their place. Default 10,000. */
  readonly queue?: number
  /** Bytes that may wait in the socket, as the kernel counts them. Default 4 MiB. */
  readonly receiveBuffer?: number
  /** Begins with a resync, of what there is at the start. */
  readonly snapshot?: boolean
  /** Milliseconds that a resync may take. Default: the session's. */
  readonly timeout?: number
}

/** Events, in order, from the moment of subscribing. Whoever stops reading before the end calls `return`. */
export interface Subscription<A> extends AsyncIterableIterator<A> {
  readonly next: () => Promise<IteratorResult<A, undefined>>
  readonly return: () => Promise<IteratorResult<A, undefined>>
  readonly [Symbol.asyncIterator]: () => Subscription<A>
  readonly [Symbol.asyncDispose]: () => Promise<void>
}

/** Changes of an object of rtnetlink, which has a message for what is there and one for what is gone. */
export const routeChanges = <A>(
  groups: ReadonlyArray<number>,
  types: { readonly added: Message['type']; readonly removed: Message['type'] },
  values: (message: Message) => ReadonlyArray<A>,
  list: ListRequest<A>
): Source<A> => ({
  protocol: 'route',
  groups,
  read: message => {
    const change =
      message.type === types.added ? 'added' : message.type === types.removed ? 'removed' : undefined
    return change === undefined ? [] : values(message).map(value => ({ change, value }))
  },
  list
})

const usualQueue = 10_000

/** Milliseconds between looks at whether the socket dropped anything, in case nothing else makes us look. */
const watchInterval = 1000

/** Milliseconds until something that did not work is tried again. */
const pause = 10

/** A socket of the subscription's own; notifications bear no sequence number of ours. */
interface Line {
  readonly protocol: Protocol
  readonly transport: Transport
  /** Drops that have been dealt with. */
  dropped: number
  /** Whether what comes is passed on. */
  listening: boolean
  /** Whether it is going to be looked at for drops. */
  looking: boolean
  /** Whether it keeps the process alive. */
  held: boolean
  /** What waits for an answer, which comes behind all that came before the question. */
  marker: { readonly sequence: number; readonly reached: () => void } | undefined
}

type State =
  | 'live'
  /** Something is missing. Nothing is passed on until the reader has read what waits. */
  | 'lost'
  /** All there is, is being asked for. */
  | 'catching up'
  | 'closed'

/**
 * Follows objects. Nothing is ever lost in silence: when the socket drops notifications, or the reader falls behind,
 * the reader gets what waits for it and then all there is, asked for after the loss.
 */
export const subscribe = <S extends Sources>(
  session: Session,
  sources: S,
  options: SubscriptionOptions = {},
  limits: Pick<SubscriptionOptions, 'signal' | 'timeout'> = {}
): Subscription<Event<S>> => {
  const {
    signal,
    queue: most = usualQueue,
    snapshot = false,
    receiveBuffer,
    timeout = limits.timeout
  } = options
  const signals = [signal, limits.signal].filter(each => each !== undefined)
  const objects = Object.entries(sources)
  const lines: Array<Line> = []
  const readers: Array<(result: IteratorResult<Event<S>, undefined>) => void> = []
  let queue: Array<Event<S>> = []
  let head = 0
  let state: State = snapshot ? 'lost' : 'live'
  let reason: Resync<S>['reason'] = snapshot ? 'start' : 'lost'
  let lostAgain = false
  let sequence = 0

  const waits = (): number => queue.length - head

  const take = (): Event<S> | undefined => {
    const event = queue[head]
    if (event === undefined) return undefined
    head++
    if (head * 2 > queue.length) {
      queue = queue.slice(head)
      head = 0
    }
    return event
  }

  /** Gives readers what waits; the process lives on as long as one is left. */
  const serve = (): void => {
    while (readers.length > 0 && state !== 'catching up') {
      const value = take()
      if (value !== undefined) readers.shift()?.({ value, done: false })
      else if (state === 'closed') readers.shift()?.({ value: undefined, done: true })
      else break
    }
    if (state !== 'closed') for (const line of lines) hold(line, readers.length > 0)
    if (readers.length > 0 && state === 'lost') void catchUp()
  }

  const hold = (line: Line, held: boolean): void => {
    if (line.held === held) return
    line.held = held
    line.transport.hold(held)
  }

  const pass = (event: Event<S>): void => {
    if (waits() >= most) lose()
    else {
      queue.push(event)
      serve()
    }
  }

  const lose = (): void => {
    if (state === 'closed') return
    for (const line of lines) line.listening = false
    if (state === 'catching up') lostAgain = true
    else state = 'lost'
    serve()
  }

  const look = (line: Line): void => {
    if (line.marker === undefined && line.transport.dropped() !== line.dropped) lose()
  }

  const receive = (line: Line, bytes: Uint8Array, senderPort: number): void => {
    // Only the kernel is believed: its port is 0.
    if (senderPort !== 0 || state === 'closed') return
    if (!line.listening && line.marker === undefined) return
    const decoded = decodeMessages(line.protocol, bytes)
    if (E.isLeft(decoded)) lose()
    for (const message of E.isRight(decoded) ? decoded.right : []) {
      if (message.type === 'NLMSG_ERROR') reach(line, message.sequence, message.port)
      else if (line.listening) tell(line, message)
    }
    if (line.looking) return
    // One look for all that came in this turn of the event loop: a burst would pay for a system call each time.
    line.looking = true
    setImmediate(lookLater, line)
  }

  const lookLater = (line: Line): void => {
    line.looking = false
    if (!isClosed()) look(line)
  }

  const tell = (line: Line, message: Message): void => {
    for (const [object, { protocol, read }] of objects)
      if (protocol === line.protocol)
        for (const change of read(message)) if (line.listening) pass({ object, ...change } as Event<S>)
  }

  const reach = (line: Line, answered: number, port: number): void => {
    const { marker } = line
    if (marker === undefined || marker.sequence !== answered || port !== line.transport.port) return
    line.marker = undefined
    line.listening = true
    marker.reached()
  }

  /**
   * Resolves when all that was in the socket has been read: what comes then is newer than any loss so far. Drops
   * around the question may have been of its answer, and then it is put again.
   */
  const reachPresent = (line: Line): Promise<void> =>
    new Promise(resolve => {
      const patience = session.patience(timeout)
      const cancel = deadline(patience, () => fail(timedOut('monitor', patience)))
      const reached = (): void => {
        cancel()
        resolve()
      }
      const ask = (): void => {
        if (isClosed()) {
          reached()
          return
        }
        const before = line.transport.dropped()
        line.marker = { sequence: ++sequence, reached }
        const failure = line.transport.send(question(line.protocol, sequence))
        if (failure !== undefined) {
          fail(failedToSend('monitor', failure))
          return
        }
        line.dropped = line.transport.dropped()
        if (line.dropped === before) return
        line.marker = { sequence: 0, reached }
        setTimeout(ask, pause)
      }
      line.listening = false
      ask()
    })

  const catchUp = async (): Promise<void> => {
    state = 'catching up'
    for (;;) {
      lostAgain = false
      queue = []
      head = 0
      await Promise.all(lines.map(reachPresent))
      if (isClosed()) return
      const lists = objects.map(([, { list }]) => list)
      const results = await session.batch(lists, {
        ...(timeout !== undefined && { timeout }),
        ...(signal !== undefined && { signal })
      })()
      if (isClosed()) return
      const wrong = results.find(E.isLeft)
      if (wrong === undefined) return deliver(results.filter(E.isRight).map(each => each.right))
      if (wrong.left._tag !== 'Overrun') return fail(wrong.left)
      await new Promise(resolve => setTimeout(resolve, pause))
      if (isClosed()) return
    }
  }

  const deliver = (lists: ReadonlyArray<List<unknown>>): void => {
    const values = Object.fromEntries(objects.map(([object], n) => [object, lists[n]]))
    queue = [{ object: 'resync', reason, values } as Event<S>, ...queue.slice(head)]
    head = 0
    reason = 'lost'
    // A list that is not of one moment is told as such, and there will be another.
    state = lostAgain || lists.some(({ complete }) => !complete) ? 'lost' : 'live'
    serve()
  }

  /** A function, so that TypeScript does not think that the state stays what it was. */
  const isClosed = (): boolean => state === 'closed'

  let forget = (): void => undefined

  const fail = (error: NetlinkError): void => {
    if (isClosed()) return
    queue.push({ object: 'failure', error })
    close()
  }

  const close = (): void => {
    if (isClosed()) return
    state = 'closed'
    clearInterval(watch)
    for (const each of signals) each.removeEventListener('abort', abort)
    forget()
    for (const { transport, marker } of lines) {
      transport.close()
      marker?.reached()
    }
    serve()
  }

  const abort = (): void => {
    queue = []
    head = 0
    close()
  }

  const open = (protocol: Protocol): void => {
    const line: { current?: Line } = {}
    const transport = session.openTransport(
      protocol,
      {
        datagram: (bytes, port) => {
          if (line.current !== undefined) receive(line.current, bytes, port)
        },
        failed: error => fail(failedToSend('monitor', error))
      },
      { receiveBuffer }
    )
    if (E.isLeft(transport)) {
      fail(transport.left)
      return
    }
    transport.right.hold(false)
    line.current = {
      protocol,
      transport: transport.right,
      dropped: 0,
      listening: state === 'live',
      looking: false,
      held: false,
      marker: undefined
    }
    lines.push(line.current)
    const groups = objects.flatMap(([, source]) => (source.protocol === protocol ? source.groups : []))
    try {
      for (const group of new Set(groups)) transport.right.join(group)
    } catch (error) {
      fail(failedToSend('monitor', error as Error))
    }
  }

  const watch = setInterval(() => lines.forEach(look), watchInterval)
  watch.unref()
  forget = session.whenClosed(abort)
  for (const protocol of new Set(objects.map(([, source]) => source.protocol)))
    if (!isClosed()) open(protocol)
  for (const each of signals) each.addEventListener('abort', abort, { once: true })
  if (signals.some(({ aborted }) => aborted)) abort()

  const subscription: Subscription<Event<S>> = {
    next: () =>
      new Promise(resolve => {
        readers.push(resolve)
        serve()
      }),
    return: async () => {
      abort()
      return { value: undefined, done: true }
    },
    [Symbol.asyncIterator]: () => subscription,
    [Symbol.asyncDispose]: async () => abort()
  }
  return subscription
}

/** A message that means nothing and is acknowledged like any other. */
const question = (protocol: Protocol, sequence: number): Uint8Array => {
  const bytes = encodeMessages(protocol, [
    { type: 'NLMSG_NOOP', flags: NLM_F.REQUEST | NLM_F.ACK, sequence, port: 0 }
  ])
  return E.isRight(bytes) ? bytes.right : new Uint8Array(0)
}
