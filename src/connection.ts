import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import type { Task } from 'fp-ts/Task'
import * as TE from 'fp-ts/TaskEither'
import { deferred } from '../protocol/definition/deferred'
import * as address from './address'
import * as trafficClass from './class'
import * as conntrack from './conntrack'
import * as filter from './filter'
import * as link from './link'
import {
  type Event,
  followNftables,
  monitor,
  type Observable,
  type Subscription,
  type SubscriptionOptions
} from './monitor'
import type { NamespaceError } from './namespace/error'
import type { NamespaceRef } from './namespace/reference'
import * as neighbour from './neighbour'
import * as nexthop from './nexthop'
import * as nftables from './nftables'
import { ruleset } from './nftables/ruleset'
import * as nsid from './nsid'
import * as qdisc from './qdisc'
import * as route from './route'
import * as rule from './rule'
import { type InvalidInput, invalidInput, type NetlinkError, unfit } from './socket/error'
import { refused } from './socket/key'
import type { List, ListRequest, Request } from './socket/request'
import {
  limited,
  openSession,
  type Results,
  type SendOptions,
  type Session,
  type SessionOptions
} from './socket/session'
import { failedStream, type Stream } from './socket/stream'
import * as sysctl from './sysctl'
import * as wireguard from './wireguard'

type Verb = (...given: never) => Request<unknown>

/** The verbs of an object, sent by a connection: `link.add(x)` becomes a task. What can be listed can be streamed. */
export type Bound<Verbs> = {
  readonly [K in keyof Verbs]: Verbs[K] extends (...given: infer Given) => Request<infer A>
    ? (...given: Given) => TE.TaskEither<NetlinkError, A>
    : never
} & (Verbs extends { readonly list: (...given: infer Given) => ListRequest<infer A> }
  ? {
      /** Lists one by one, as the kernel hands them over: for what need not be in memory at once. */
      readonly stream: (...given: Given) => Stream<A>
    }
  : unknown)

/** Some of a module's functions, with what their docstrings say. */
const some = <M extends object, K extends keyof M>(module: M, ...names: ReadonlyArray<K>): Pick<M, K> =>
  Object.fromEntries(names.map(name => [name, module[name]])) as Pick<M, K>

const linkVerbs = () =>
  some(link, 'list', 'get', 'add', 'set', 'addNames', 'removeNames', 'remove', 'removeGroup')
const vlanVerbs = () => some(link.vlan, 'list', 'add', 'remove')
const addressVerbs = () => some(address, 'list', 'add', 'replace', 'remove')
const routeVerbs = () => some(route, 'list', 'get', 'add', 'append', 'set', 'replace', 'remove')
const ruleVerbs = () => some(rule, 'list', 'add', 'remove')
const neighbourVerbs = () => some(neighbour, 'list', 'get', 'add', 'set', 'replace', 'remove')
const proxyVerbs = () => some(neighbour.proxy, 'list', 'add', 'remove')
const forwardingVerbs = () =>
  some(neighbour.forwarding, 'list', 'get', 'add', 'append', 'replace', 'remove', 'flush')
const nexthopVerbs = () => some(nexthop, 'list', 'get', 'add', 'replace', 'remove', 'buckets')
const nsidVerbs = () => some(nsid, 'list', 'get', 'add')
const qdiscVerbs = () => some(qdisc, 'list', 'get', 'add', 'set', 'replace', 'remove')
const classVerbs = () => some(trafficClass, 'list', 'get', 'add', 'set', 'replace', 'remove')
const filterVerbs = () => some(filter, 'list', 'get', 'add', 'set', 'replace', 'remove', 'flush')
const conntrackVerbs = () => some(conntrack, 'list', 'get', 'add', 'set', 'forget', 'flush')
const wireguardVerbs = () => some(wireguard, 'get', 'set')

/** What can be done in a namespace. */
export interface Objects {
  readonly link: Bound<ReturnType<typeof linkVerbs>> & {
    /** VLANs of a bridge's ports. */
    readonly vlan: Bound<ReturnType<typeof vlanVerbs>>
  }
  readonly address: Bound<ReturnType<typeof addressVerbs>>
  readonly route: Bound<ReturnType<typeof routeVerbs>>
  readonly rule: Bound<ReturnType<typeof ruleVerbs>>
  readonly neighbour: Bound<ReturnType<typeof neighbourVerbs>> & {
    /** Addresses that we answer for, though somebody else has them. */
    readonly proxy: Bound<ReturnType<typeof proxyVerbs>>
    /** Forwarding databases of bridges and tunnels. */
    readonly forwarding: Bound<ReturnType<typeof forwardingVerbs>>
  }
  readonly nexthop: Bound<ReturnType<typeof nexthopVerbs>>
  readonly nsid: Bound<ReturnType<typeof nsidVerbs>>
  readonly qdisc: Bound<ReturnType<typeof qdiscVerbs>>
  readonly class: Bound<ReturnType<typeof classVerbs>>
  readonly filter: Bound<ReturnType<typeof filterVerbs>>
  readonly nftables: {
    /** The tables of all families, by their names. */
    readonly tables: () => TE.TaskEither<NetlinkError, List<nftables.TableRef>>
    /** All that nftables has, of one generation; `text` is what `nft list ruleset` prints. */
    readonly ruleset: () => TE.TaskEither<NetlinkError, nftables.Ruleset>
    /**
     * Changes of the ruleset, all together or none: a list of them, or a function that says them, which cannot be
     * asynchronous. The error of one that is refused names it.
     */
    readonly transaction: (
      steps: ReadonlyArray<nftables.Step> | ((tx: nftables.Edit) => void),
      options?: nftables.TransactionOptions
    ) => TE.TaskEither<NetlinkError, void>
    /** A text as `nft -f` takes it, all of it or nothing. */
    readonly load: (text: string) => TE.TaskEither<NetlinkError | nftables.SyntaxFault, void>
    /**
     * Sets the counters of rules to zero, and those with a name; of a table, or of all. Before Linux 6.2 nothing is, as
     * those of rules cannot be: `send(nftables.resetObjects())` is for those with a name.
     */
    readonly reset: (ref?: nftables.TableRef) => TE.TaskEither<NetlinkError, void>
    /** The number of the ruleset's generation: each transaction, whosever, raises it. */
    readonly generation: () => TE.TaskEither<NetlinkError, number>
    /** Reads, computes and writes; anew, when somebody changed the ruleset in between. */
    readonly modify: <E>(
      compute: TE.TaskEither<E, ReadonlyArray<nftables.Step>>,
      options?: nftables.ModifyOptions
    ) => TE.TaskEither<E | NetlinkError, void>
    /** What changes from now on, rule by rule; `generation` ends those of one transaction: `nft monitor`. */
    readonly monitor: (options?: SubscriptionOptions) => Subscription<nftables.WatchEvent>
  }
  readonly conntrack: Bound<ReturnType<typeof conntrackVerbs>> & {
    /** Forgets all connections that a filter means, and says how many. */
    readonly remove: (filter: conntrack.Filter) => TE.TaskEither<NetlinkError, number>
    /** What becomes of connections from now on: `conntrack -E`. */
    readonly events: (options?: SubscriptionOptions) => Subscription<Event<'conntrack'>>
  }
  /** Keys and peers of links of kind wireguard. */
  readonly wireguard: Bound<ReturnType<typeof wireguardVerbs>>
  readonly sysctl: {
    /** The value of a kernel parameter in the connection's namespace: `sysctl -n`. */
    readonly get: (key: string) => TE.TaskEither<sysctl.SysctlError | NetlinkError, string>
    /** Sets a kernel parameter in the connection's namespace: `sysctl -w`. */
    readonly set: (
      key: string,
      value: string | number
    ) => TE.TaskEither<sysctl.SysctlError | NetlinkError, void>
  }
  /** Sends any request: `send(link.get('eth0'))`. */
  readonly send: <A>(request: Request<A>) => TE.TaskEither<NetlinkError, A>
  /** Sends requests together; each has its own result, in order: one that fails does not hide the others. */
  readonly batch: <const R extends ReadonlyArray<Request<unknown>>>(requests: R) => Task<Results<R>>
  /** Lists one by one: `stream(route.list())` is `route.stream()`. */
  readonly stream: <A>(request: ListRequest<A>) => Stream<A>
  /** Follows objects from now on: `for await (const event of connection.monitor(['link', 'route']))`. */
  readonly monitor: <O extends Observable>(
    objects: ReadonlyArray<O>,
    options?: SubscriptionOptions
  ) => Subscription<Event<O>>
}

/** Sockets in one namespace, and what can be done through them. */
export interface Connection extends Objects {
  /** Whether the namespace could be opened. If not, every request answers with this error. */
  readonly opened: E.Either<NamespaceError | InvalidInput, void>
  /** The same, with another timeout or a signal that ends it: `connection.with({ timeout: 500 }).link.list()`. */
  readonly with: (options: SendOptions) => Objects
  /** Closes its sockets; what still waits for an answer ends with `Closed`. */
  readonly close: () => void
  readonly [Symbol.asyncDispose]: () => Promise<void>
}

type Bind = <Verbs extends { readonly [name: string]: Verb }>(object: string, verbs: Verbs) => Bound<Verbs>

const bindTo =
  ({ send, stream }: Pick<Objects, 'send' | 'stream'>): Bind =>
  <Verbs extends { readonly [name: string]: Verb }>(object: string, verbs: Verbs) => {
    const requested = (name: string, given: ReadonlyArray<unknown>): never => {
      try {
        return (verbs[name] as (...all: ReadonlyArray<unknown>) => never)(...given)
      } catch (thrown) {
        return refused(unfit(`${object}.${name}`, thrown)) as never
      }
    }
    const bound =
      (name: string, by: (request: never) => unknown) =>
      (...given: ReadonlyArray<unknown>): unknown =>
        by(requested(name, given))
    return {
      ...Object.fromEntries(Object.keys(verbs).map(name => [name, bound(name, send)])),
      ...(verbs.list !== undefined && { stream: bound('list', stream) })
    } as unknown as Bound<Verbs>
  }

/** What a task is made of may not fit, and then it fails, as all else does. */
const guarded =
  <L, A>(operation: string, made: () => TE.TaskEither<L, A>): TE.TaskEither<L | InvalidInput, A> =>
  async () => {
    try {
      return await made()()
    } catch (thrown) {
      return E.left(unfit(operation, thrown))
    }
  }

/**
 * Opens a connection to a network namespace, our own by default. Sockets are opened in it when they are first
 * needed, and close with the connection: `await using` does that.
 */
export const open = (options: SessionOptions = {}): Connection => {
  const session = openSession(options)
  const objects = objectsIn(session)
  const close = (): void => {
    if (E.isRight(session)) session.right.close()
  }
  return Object.assign(objects({}), {
    with: objects,
    opened: pipe(
      session,
      E.map(() => undefined)
    ),
    close,
    [Symbol.asyncDispose]: async () => close()
  })
}

const objectsIn =
  (opened: E.Either<NamespaceError | InvalidInput, Session>): ((options: SendOptions) => Objects) =>
  given => {
    const session = limited(opened, given)
    const options = E.isLeft(session) ? {} : given
    const send: Session['send'] = (request, others) =>
      E.isLeft(session) ? TE.left(session.left) : session.right.send(request, { ...options, ...others })
    /** Its name may have become another namespace's meanwhile. */
    const atHome = <A>(
      operation: string,
      use: (home: NamespaceRef) => E.Either<sysctl.SysctlError, A>
    ): TE.TaskEither<sysctl.SysctlError | NetlinkError, A> =>
      TE.fromIOEither(() =>
        pipe(
          session,
          E.chainW(({ at }) => at(operation, use))
        )
      )
    const batch: Objects['batch'] = requests => {
      if (!Array.isArray(requests))
        return async () => [E.left(invalidInput('batch', 'requests', 'is no list of requests'))] as never
      return E.isLeft(session)
        ? async () => requests.map(() => session) as never
        : session.right.batch(requests, options)
    }
    const stream: Objects['stream'] = request => {
      if (E.isLeft(session)) return failedStream(session.left)
      try {
        return session.right.stream(request, options)
      } catch (thrown) {
        return failedStream(unfit('stream', thrown))
      }
    }
    const follow: Objects['monitor'] = (objects, subscriptionOptions) =>
      monitor(session, objects, subscriptionOptions, options)
    const bind = bindTo({ send, stream })
    return deferred<Objects>({
      link: () => ({ ...bind('link', linkVerbs()), vlan: bind('link.vlan', vlanVerbs()) }),
      address: () => bind('address', addressVerbs()),
      route: () => bind('route', routeVerbs()),
      rule: () => bind('rule', ruleVerbs()),
      neighbour: () => ({
        ...bind('neighbour', neighbourVerbs()),
        proxy: bind('neighbour.proxy', proxyVerbs()),
        forwarding: bind('neighbour.forwarding', forwardingVerbs())
      }),
      nexthop: () => bind('nexthop', nexthopVerbs()),
      nsid: () => bind('nsid', nsidVerbs()),
      qdisc: () => bind('qdisc', qdiscVerbs()),
      class: () => bind('class', classVerbs()),
      filter: () => bind('filter', filterVerbs()),
      nftables: () => ({
        tables: () => send(nftables.tables),
        ruleset: () => ruleset({ send, batch }),
        transaction: (steps, transactionOptions) => {
          const all = E.tryCatch(
            () => (typeof steps === 'function' ? nftables.changes(steps) : steps),
            thrown => unfit('nftables.transaction', thrown)
          )
          return E.isLeft(all)
            ? TE.left(all.left)
            : guarded('nftables.transaction', () => nftables.send(all.right, transactionOptions)({ send }))
        },
        load: text =>
          guarded<NetlinkError | nftables.SyntaxFault, void>('nftables.load', () => {
            const steps = nftables.script(text)
            // At once, as all that is issued: what is issued behind it is done behind it.
            return E.isLeft(steps) ? TE.left(steps.left) : nftables.send(steps.right)({ send })
          }),
        reset: ref =>
          pipe(
            send(nftables.resetRules(ref)),
            TE.chain(() => send(nftables.resetObjects(ref))),
            TE.map(() => undefined)
          ),
        generation: () => send(nftables.generation),
        modify: (compute, modifyOptions = {}) =>
          nftables.modify(
            compute,
            typeof modifyOptions === 'object' && modifyOptions !== null
              ? { timeout: options.timeout, ...modifyOptions }
              : modifyOptions
          )({ send }),
        monitor: subscriptionOptions => followNftables(session, subscriptionOptions, options)
      }),
      conntrack: () => ({
        ...bind('conntrack', conntrackVerbs()),
        remove: filter => conntrack.remove(filter)({ send, batch }),
        events: subscriptionOptions => follow(['conntrack'], subscriptionOptions)
      }),
      wireguard: () => bind('wireguard', wireguardVerbs()),
      sysctl: () => ({
        get: key => atHome('sysctl.get', home => sysctl.get(key, home)),
        set: (key, value) => atHome('sysctl.set', home => sysctl.set(key, value, home))
      }),
      send: () => request => send(request),
      batch: () => batch,
      stream: () => stream,
      monitor: () => follow
    })
  }
