/**
 * All of isolink with promises, which are rejected with the same errors.
 *
 * @module isolink/promises
 */
import * as isolink from '../index'
import * as nftables from './nftables'
import { type Promised, promise, promised, right, type Stream, streaming, throwing, unwrap } from './promise'
import * as sysctl from './sysctl'

export * from '../index'
export { IsolinkError, type Stream } from './promise'
/** Written like this, and not as `export * as`, each is loaded when it is first used. */
export { nftables, sysctl }

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
export const publish = promise(() => isolink.publish)
export const unpublish = promise(() => isolink.unpublish)

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
