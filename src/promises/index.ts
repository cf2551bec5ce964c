/**
 * All of isolink with promises, which are rejected with the same errors.
 *
 * @module isolink/promises
 */
import { deferred } from '../../protocol/definition/deferred'
import * as isolink from '../index'
import * as namespaces from './namespaces'
import * as nftables from './nftables'
import { type Promised, promise, promised, right, type Stream, streaming, throwing, unwrap } from './promise'
import * as sysctl from './sysctl'

export * from '../index'
export { IsolinkError, type Stream } from './promise'
// Where a type is written out, editors show what each parameter means, which they lose of one that is inferred.

/** Written like this, and not as `export * as`, each is loaded when it is first used. */
export { namespaces, nftables, sysctl }

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
  /** Sends any request: `send(link.get('eth0'))`. */
  readonly send: <A>(request: isolink.Request<A>) => Promise<A>
  /** Sends requests together; each has its own result, in order: one that fails does not hide the others. */
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
  /** Closes its sockets; what still waits for an answer ends with `Closed`. */
  readonly close: () => void
  readonly [Symbol.asyncDispose]: () => Promise<void>
}

/**
 * Opens a connection to a network namespace, our own by default. Sockets are opened in it when they are first
 * needed, and close with the connection: `await using` does that.
 *
 * @throws IsolinkError if there is no such namespace
 */
export const open = (options?: isolink.SessionOptions): Connection => {
  const connection = isolink.open(options)
  unwrap(connection.opened)
  return Object.assign(objects(connection), {
    with: (others: isolink.SendOptions) => objects(connection.with(others)),
    close: connection.close,
    [Symbol.asyncDispose]: connection[Symbol.asyncDispose]
  })
}

const objects = (given: isolink.Objects): Objects =>
  deferred<Objects>({
    link: () => promised(given.link),
    address: () => promised(given.address),
    route: () => promised(given.route),
    rule: () => promised(given.rule),
    neighbour: () => promised(given.neighbour),
    nexthop: () => promised(given.nexthop),
    nsid: () => promised(given.nsid),
    qdisc: () => promised(given.qdisc),
    class: () => promised(given.class),
    filter: () => promised(given.filter),
    nftables: () =>
      promised({
        ...given.nftables,
        modify: (
          compute: () => Promise<ReadonlyArray<isolink.nftables.Step>>,
          options?: isolink.nftables.ModifyOptions
        ) => given.nftables.modify(() => compute().then(right), options)
      }),
    conntrack: () => promised(given.conntrack),
    wireguard: () => promised(given.wireguard),
    sysctl: () => promised(given.sysctl),
    send: () => request => given.send(request)().then(unwrap),
    batch: () => requests => given.batch(requests)(),
    stream: () => request => streaming(given.stream(request)),
    monitor: () => (followed, options) => throwing(given.monitor(followed, options))
  })

/**
 * What Docker's bridge does: namespaces on a bridge, which reach each other, the host, and by the host's address the
 * world. Nobody reaches them but the host, each other, and whoever uses a published port; that answers at every address
 * of the host, at 127.0.0.1, from the other endpoints, and from the endpoint itself.
 *
 * @throws IsolinkError
 */
export const bridgeNetwork: (parameters: isolink.BridgeNetworkParameters) => isolink.Plan = promise(
  () => isolink.bridgeNetwork
)

/**
 * A wire straight between two namespaces: a veth pair that the host has no part in. A namespace is told by its name, a
 * process in it, or a file.
 *
 * @throws IsolinkError
 */
export const directLink: (parameters: isolink.DirectLinkParameters) => isolink.Plan = promise(
  () => isolink.directLink
)

/**
 * A namespace with a network interface of the host's for itself: the second one, which moves there. The host gets it
 * back as it was.
 *
 * @throws IsolinkError
 */
export const dualNic: (parameters: isolink.DualNicParameters) => isolink.Plan = promise(() => isolink.dualNic)

/**
 * The host's own interface to the world moves into a namespace, with all addresses, routes, rules and neighbours that
 * the host had by it. The host keeps an address that only the namespace knows, and reaches the world through it.
 *
 * @throws IsolinkError
 */
export const hostFakeIp: (parameters: isolink.HostFakeIpParameters) => isolink.Plan = promise(
  () => isolink.hostFakeIp
)

/**
 * A namespace on the host's own network, with IP addresses of its own and the hardware address of the host: where a
 * switch or a cloud lets through one hardware address only. It reaches everybody there but the host.
 *
 * @throws IsolinkError
 */
export const ipvlan: (parameters: isolink.IpvlanParameters) => isolink.Plan = promise(() => isolink.ipvlan)

/**
 * A namespace on the host's own network, with a hardware address and IP addresses of its own: to the network it is one
 * more machine. It reaches everybody there but the host.
 *
 * @throws IsolinkError
 */
export const macvlan: (parameters: isolink.MacvlanParameters) => isolink.Plan = promise(() => isolink.macvlan)

/**
 * A switch in a namespace of its own, on which other namespaces are: a bridge without an address, and a veth pair for
 * each member. The host has no part in it. With VLANs, a member reaches those of its own VLAN only.
 *
 * @throws IsolinkError
 */
export const namespaceSwitch: (parameters: isolink.NamespaceSwitchParameters) => isolink.Plan = promise(
  () => isolink.namespaceSwitch
)

/**
 * A namespace with a private address that reaches the world by the host's: a veth pair, a default route, forwarding,
 * and masquerading on the uplink. Nobody reaches it but the host, and whoever uses a published port.
 *
 * @throws IsolinkError
 */
export const vethMasquerade: (parameters: isolink.VethMasqueradeParameters) => isolink.Plan = promise(
  () => isolink.vethMasquerade
)

/**
 * The plan for parameters that name their recipe, as JSON or YAML do.
 *
 * @throws IsolinkError
 */
export const planFrom = promise(() => isolink.planFrom)

/**
 * Attaches a namespace to a bridge network that is up, whole or not at all, as `apply` does with those that the network
 * is made with. It costs the same however many there are. The same again repairs what was lost of it.
 *
 * @throws IsolinkError
 */
export const attach: (
  network: string,
  endpoint: isolink.Endpoint,
  options?: Omit<isolink.ApplyOptions, 'confirmWithin'>
) => Promise<isolink.Isolation> = promise(() => isolink.attach)

/**
 * Detaches an endpoint, by its name, which is that of its namespace. Succeeds too when it is not there.
 *
 * @throws IsolinkError
 */
export const detach = promise(() => isolink.detach)

/**
 * Publishes one more port of an isolation that is up, `web/red` being an endpoint of the network `web`. Nothing else of
 * it is touched. A port that is published already, and leads to the same one inside, is repaired if it was lost.
 *
 * @throws IsolinkError
 */
export const publish: (
  name: string,
  port: isolink.PortMapping,
  options?: isolink.PublicationOptions
) => Promise<isolink.Revision> = promise(() => isolink.publish)

/**
 * Publishes a port no more, and ends the connections that came by it. Succeeds too when it is not published. A port of
 * a range goes with its range.
 *
 * @throws IsolinkError
 */
export const unpublish: (
  name: string,
  port: isolink.PortOfHost,
  options?: isolink.PublicationOptions
) => Promise<isolink.Revision> = promise(() => isolink.unpublish)

/**
 * The shell script that a person would type to the same effect.
 *
 * @throws IsolinkError
 */
export const explain = promise(() => isolink.explain)

/**
 * Applies a plan, whole or not at all: if a step fails, those before it are undone and the error names the step. The
 * same plan again changes nothing but what was lost of it meanwhile, and ports that came or went by `publish` and
 * `unpublish` stay so; another one by the same name is refused.
 *
 * @throws IsolinkError
 */
export const apply = promise(() => isolink.apply)

/**
 * Keeps what was applied with `confirmWithin`. What has been confirmed already, or needed it never, stays as it is.
 *
 * @throws IsolinkError
 */
export const confirm = promise(() => isolink.confirm)

/**
 * Holds what is applied, all of it or that of one name, against the kernel. Changes nothing.
 *
 * @throws IsolinkError
 */
export const status = promise(() => isolink.status)

/**
 * Takes an isolation down: the host is as before. Succeeds too when it is down already, or partly gone by itself.
 *
 * @throws IsolinkError
 */
export const teardown = promise(() => isolink.teardown)

/**
 * Brings the host back after isolink was killed: what was being applied is undone, and what was being taken down is
 * taken down. What is up stays up. Doing it again, or when nothing was cut short, is harmless.
 *
 * @throws IsolinkError
 */
export const recover = promise(() => isolink.recover)

/**
 * Removes what bears our mark and belongs to no isolation that is on record: namespaces and links that we made, and
 * elements of our tables, here and in the named namespaces. It needs no record of them. What bears no mark stays, as
 * does what another state directory's isolations own. All that an owner had stays where somebody else's interface would
 * be lost with his namespace, or where the host has its default route by his link.
 *
 * @throws IsolinkError
 */
export const collectGarbage = promise(() => isolink.collectGarbage)

/**
 * What a kernel may lack of all that can be asked for here, and whether this one does: each is tried out in a namespace
 * made for it, which takes CAP_SYS_ADMIN; without, all is taken to be there.
 *
 * @throws IsolinkError
 */
export const kernelFeatures = promise(() => isolink.kernelFeatures)

/**
 * The namespaces of this machine that have a name or a process, their links, and how those hang together across
 * namespaces. What happens meanwhile may be seen in part. Namespaces that we may not enter are told of, closed.
 *
 * @throws IsolinkError
 */
export const topology = promise(() => isolink.topology)

/**
 * The topology as an SVG picture, laid out by Graphviz, which comes along as WebAssembly.
 *
 * @throws IsolinkError
 */
export const toSvg = promise(() => isolink.toSvg)
