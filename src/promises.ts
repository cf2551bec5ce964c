import type { Either } from 'fp-ts/Either'
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

/** An Either gives its value or throws; a task becomes a promise; what is read in a loop throws out of it. */
type Settled<A> = [A] extends [isolink.Stream<infer B>]
  ? Stream<B>
  : [A] extends [isolink.Subscription<infer B>]
    ? isolink.Subscription<Exclude<B, isolink.Failure>>
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
type Promised<M> = {
  readonly [K in keyof M]: M[K] extends (...given: infer Given) => infer A
    ? (...given: Given) => Settled<A>
    : M[K] extends object
      ? Promised<M[K]>
      : M[K]
}

const unwrap = <A>(result: Either<Tagged, A>): A => {
  if (result._tag === 'Left') throw new IsolinkError(result.left)
  return result.right
}

const right = <A>(value: A): Either<never, A> => ({ _tag: 'Right', right: value })

const isEither = (value: unknown): value is Either<Tagged, unknown> =>
  typeof value === 'object' &&
  value !== null &&
  '_tag' in value &&
  (value._tag === 'Left' || value._tag === 'Right')

const unwrapped = (value: unknown): unknown => (isEither(value) ? unwrap(value) : value)

const settle = (value: unknown): unknown => {
  if (typeof value === 'object' && value !== null && Symbol.asyncIterator in value)
    return 'parts' in value
      ? streaming(value as isolink.Stream<unknown>)
      : throwing(value as isolink.Subscription<{ readonly object: string }>)
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
const promised = <M extends object>(module: M): Promised<M> => {
  const all = {}
  for (const name of Object.keys(module)) {
    const fix = (value: unknown): void =>
      void Object.defineProperty(all, name, { enumerable: true, configurable: true, value })
    Object.defineProperty(all, name, {
      enumerable: true,
      configurable: true,
      get: () => {
        const member = settling(module[name as keyof M])
        fix(member)
        return member
      }
    })
  }
  return all as Promised<M>
}

/** The same function with a promise in place of a task; it is loaded when it is first called. */
const promise =
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

/** What can be done in a namespace, by promises. */
export interface Objects {
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
  readonly nftables: Omit<Promised<isolink.Connection['nftables']>, 'modify'> & {
    /** Reads, computes and writes; anew, when somebody changed the ruleset in between. */
    readonly modify: (
      compute: () => Promise<ReadonlyArray<isolink.nftables.Step>>,
      options?: isolink.nftables.ModifyOptions
    ) => Promise<void>
  }
  readonly conntrack: Promised<isolink.Connection['conntrack']>
  readonly wireguard: Promised<isolink.Connection['wireguard']>
  readonly sysctl: Promised<isolink.Connection['sysctl']>
  readonly send: <A>(request: isolink.Request<A>) => Promise<A>
  /** Each request has its own result, an Either: one that fails does not hide the others. */
  readonly batch: <const R extends ReadonlyArray<isolink.Request<unknown>>>(
    requests: R
  ) => Promise<isolink.Results<R>>
  /** Lists one by one: `stream(route.list())` is `route.stream()`. */
  readonly stream: <A>(request: isolink.ListRequest<A>) => Stream<A>
  /**
   * Follows objects from now on: `for await (const event of connection.monitor(['link', 'route']))`.
   *
   * @throws IsolinkError, out of the loop, when it cannot go on
   */
  readonly monitor: <O extends isolink.Observable>(
    objects: ReadonlyArray<O>,
    options?: isolink.SubscriptionOptions
  ) => isolink.Subscription<Exclude<isolink.Event<O>, isolink.Failure>>
}

/** A connection whose requests are promises. */
export interface Connection extends Objects {
  /** The same, with another timeout or a signal that ends it: `connection.with({ timeout: 500 }).link.list()`. */
  readonly with: (options: isolink.SendOptions) => Objects
  readonly close: () => void
  readonly [Symbol.asyncDispose]: () => Promise<void>
}

/** The same list; an error is thrown. */
const streaming = <A>(stream: isolink.Stream<A>): Stream<A> => {
  const parts = stream.parts()
  let part: ReadonlyArray<A> = []
  let at = 0
  const nextPart = async (): Promise<ReadonlyArray<A> | undefined> => {
    const { value } = await parts.next()
    return value === undefined ? undefined : unwrap<ReadonlyArray<A>>(value)
  }
  const refill = async (): Promise<IteratorResult<A, undefined>> => {
    const next = await nextPart()
    if (next === undefined) return { value: undefined, done: true }
    part = next
    at = 1
    return { value: part[0] as A, done: false }
  }
  const end = async (): Promise<IteratorResult<never, undefined>> => {
    part = []
    await stream.return()
    return { value: undefined, done: true }
  }
  const streamed: Stream<A> = {
    get complete() {
      return stream.complete
    },
    parts: () => {
      const partwise: AsyncIterableIterator<ReadonlyArray<A>> = {
        next: async () => {
          const value = await nextPart()
          return value === undefined ? { value, done: true } : { value, done: false }
        },
        return: end,
        [Symbol.asyncIterator]: () => partwise
      }
      return partwise
    },
    next: () => (at < part.length ? Promise.resolve({ value: part[at++] as A, done: false }) : refill()),
    return: end,
    [Symbol.asyncIterator]: () => streamed,
    [Symbol.asyncDispose]: () => stream[Symbol.asyncDispose]()
  }
  return streamed
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
    ...objects(connection),
    with: others => objects(connection.with(others)),
    close: connection.close,
    [Symbol.asyncDispose]: connection[Symbol.asyncDispose]
  }
}

const objects = (given: isolink.Objects): Objects => ({
  link: promised(given.link),
  address: promised(given.address),
  route: promised(given.route),
  rule: promised(given.rule),
  neighbour: promised(given.neighbour),
  nexthop: promised(given.nexthop),
  nsid: promised(given.nsid),
  qdisc: promised(given.qdisc),
  class: promised(given.class),
  filter: promised(given.filter),
  nftables: {
    ...promised(given.nftables),
    modify: (compute, options) =>
      given.nftables
        .modify(() => compute().then(right), options)()
        .then(unwrap)
  },
  conntrack: promised(given.conntrack),
  wireguard: promised(given.wireguard),
  sysctl: promised(given.sysctl),
  send: request => given.send(request)().then(unwrap),
  batch: requests => given.batch(requests)(),
  stream: request => streaming(given.stream(request)),
  monitor: (followed, options) => throwing(given.monitor(followed, options))
})

/** Named network namespaces, and processes, servers and sockets in any. */
export const namespaces = promised(isolink.namespaces)

export const bridgeNetwork = promise(() => isolink.bridgeNetwork)
export const directLink = promise(() => isolink.directLink)
export const dualNic = promise(() => isolink.dualNic)
export const hostFakeIp = promise(() => isolink.hostFakeIp)
export const ipvlan = promise(() => isolink.ipvlan)
export const macvlan = promise(() => isolink.macvlan)
export const namespaceSwitch = promise(() => isolink.namespaceSwitch)
export const vethMasquerade = promise(() => isolink.vethMasquerade)
export const planFrom = promise(() => isolink.planFrom)

export const attach = promise(() => isolink.attach)
export const detach = promise(() => isolink.detach)

export const explain = promise(() => isolink.explain)
export const apply = promise(() => isolink.apply)
export const confirm = promise(() => isolink.confirm)
export const status = promise(() => isolink.status)
export const teardown = promise(() => isolink.teardown)
export const recover = promise(() => isolink.recover)
export const collectGarbage = promise(() => isolink.collectGarbage)

export const kernelFeatures = promise(() => isolink.kernelFeatures)
export const topology = promise(() => isolink.topology)
export const toSvg = promise(() => isolink.toSvg)
