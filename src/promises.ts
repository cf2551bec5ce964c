import * as E from 'fp-ts/Either'
import type { Task } from 'fp-ts/Task'
import type { TaskEither } from 'fp-ts/TaskEither'
import * as isolink from './index'

export * from './index'

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

/** An Either gives its value or throws; a task becomes a promise. */
type Settled<A> = [A] extends [TaskEither<infer _, infer B>]
  ? Promise<B>
  : [A] extends [E.Either<infer _, infer B>]
    ? B
    : [A] extends [Task<infer B>]
      ? Promise<B>
      : A

/** The same functions with promises in place of tasks. */
type Promised<M> = {
  readonly [K in keyof M]: M[K] extends (...given: infer Given) => infer A
    ? (...given: Given) => Settled<A>
    : M[K] extends TaskEither<infer _, infer A>
      ? () => Promise<A>
      : M[K] extends object
        ? Promised<M[K]>
        : M[K]
}

const unwrap = <A>(result: E.Either<Tagged, A>): A => {
  if (E.isLeft(result)) throw new IsolinkError(result.left)
  return result.right
}

const isEither = (value: unknown): value is E.Either<Tagged, unknown> =>
  typeof value === 'object' &&
  value !== null &&
  '_tag' in value &&
  (value._tag === 'Left' || value._tag === 'Right')

const settle = (value: unknown): unknown => {
  if (typeof value === 'function')
    return (value as Task<unknown>)().then(result => (isEither(result) ? unwrap(result) : result))
  return isEither(value) ? unwrap(value) : value
}

const promised = <M extends object>(module: M): Promised<M> =>
  Object.fromEntries(
    Object.entries(module).map(([name, member]) => [
      name,
      typeof member === 'function'
        ? (...given: ReadonlyArray<unknown>) => settle(member(...given))
        : typeof member === 'object' && member !== null
          ? promised(member)
          : member
    ])
  ) as Promised<M>

/** A connection whose requests are promises. */
export interface Connection {
  readonly link: Promised<isolink.Connection['link']>
  readonly address: Promised<isolink.Connection['address']>
  readonly route: Promised<isolink.Connection['route']>
  readonly rule: Promised<isolink.Connection['rule']>
  readonly neighbour: Promised<isolink.Connection['neighbour']>
  readonly nexthop: Promised<isolink.Connection['nexthop']>
  readonly nsid: Promised<isolink.Connection['nsid']>
  readonly qdisc: Promised<isolink.Connection['qdisc']>
  readonly class: Promised<isolink.Connection['class']>
  readonly filter: Promised<isolink.Connection['filter']>
  readonly nftables: Promised<isolink.Connection['nftables']>
  readonly conntrack: Promised<isolink.Connection['conntrack']>
  readonly sysctl: Promised<isolink.Connection['sysctl']>
  readonly send: <A>(request: isolink.Request<A>, options?: isolink.SendOptions) => Promise<A>
  /** Each request has its own result, an Either: one that fails does not hide the others. */
  readonly batch: (
    ...given: Parameters<isolink.Connection['batch']>
  ) => ReturnType<ReturnType<isolink.Connection['batch']>>
  /**
   * Follows objects from now on: `for await (const event of connection.monitor(['link', 'route']))`.
   *
   * @throws IsolinkError, out of the loop, when it cannot go on
   */
  readonly monitor: <O extends isolink.Observable>(
    objects: ReadonlyArray<O>,
    options?: isolink.SubscriptionOptions
  ) => isolink.Subscription<Exclude<isolink.Event<O>, isolink.Failure>>
  readonly close: () => void
  readonly [Symbol.asyncDispose]: () => Promise<void>
}

/** The same events; the failure at the end is thrown. */
const throwing = <A extends { readonly object: string }>(
  events: isolink.Subscription<A | isolink.Failure>
): isolink.Subscription<Exclude<A, isolink.Failure>> => {
  const thrown: isolink.Subscription<Exclude<A, isolink.Failure>> = {
    next: async () => {
      const { value } = await events.next()
      if (value === undefined) return { value, done: true }
      if (value.object === 'failure') throw new IsolinkError((value as isolink.Failure).error)
      return { value: value as Exclude<A, isolink.Failure>, done: false }
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

/**
 * Opens a connection to a network namespace, our own by default; `await using` closes it.
 *
 * @throws IsolinkError if there is no such namespace
 */
export const open = (options?: isolink.SessionOptions): Connection => {
  const connection = isolink.open(options)
  unwrap(connection.opened)
  return {
    link: promised(connection.link),
    address: promised(connection.address),
    route: promised(connection.route),
    rule: promised(connection.rule),
    neighbour: promised(connection.neighbour),
    nexthop: promised(connection.nexthop),
    nsid: promised(connection.nsid),
    qdisc: promised(connection.qdisc),
    class: promised(connection.class),
    filter: promised(connection.filter),
    nftables: promised(connection.nftables),
    conntrack: promised(connection.conntrack),
    sysctl: promised(connection.sysctl),
    send: (request, sendOptions) => connection.send(request, sendOptions)().then(unwrap),
    batch: (requests, sendOptions) => connection.batch(requests, sendOptions)(),
    monitor: (objects, monitorOptions) => throwing(connection.monitor(objects, monitorOptions)),
    close: connection.close,
    [Symbol.asyncDispose]: connection[Symbol.asyncDispose]
  }
}

const verbs = promised(isolink.namespaces)

/** Named network namespaces, and processes, servers and sockets in any. */
export const namespaces = { ...verbs, list: () => isolink.namespaces.list().then(unwrap) }

export const directLink = promised({ make: isolink.directLink }).make
export const ipvlan = promised({ make: isolink.ipvlan }).make
export const macvlan = promised({ make: isolink.macvlan }).make
export const namespaceSwitch = promised({ make: isolink.namespaceSwitch }).make
export const vethMasquerade = promised({ make: isolink.vethMasquerade }).make
export const planFrom = promised({ make: isolink.planFrom }).make
export const explain = promised({ explain: isolink.explain }).explain
export const apply = promised({ apply: isolink.apply }).apply
export const teardown = promised({ teardown: isolink.teardown }).teardown
export const topology = promised({ topology: isolink.topology }).topology
export const toSvg = promised({ toSvg: isolink.toSvg }).toSvg
