import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import type { Task } from 'fp-ts/Task'
import * as TE from 'fp-ts/TaskEither'
import * as address from './address'
import * as conntrack from './conntrack'
import * as link from './link'
import type { NamespaceError } from './namespace/error'
import * as nftables from './nftables'
import * as route from './route'
import type { NetlinkError } from './socket/error'
import type { Request } from './socket/request'
import { openSession, type Results, type SendOptions, type SessionOptions } from './socket/session'
import * as sysctl from './sysctl'

type Verb = (...given: never) => Request<unknown>

/** The verbs of an object, sent by a connection: `link.add(x)` becomes a task. */
export type Bound<Verbs> = {
  readonly [K in keyof Verbs]: Verbs[K] extends (...given: infer Given) => Request<infer A>
    ? (...given: [...Given, options?: SendOptions]) => TE.TaskEither<NetlinkError, A>
    : never
}

const linkVerbs = {
  list: link.list,
  get: link.get,
  add: link.add,
  set: link.set,
  remove: link.remove,
  removeGroup: link.removeGroup
}
const addressVerbs = {
  list: address.list,
  add: address.add,
  replace: address.replace,
  remove: address.remove
}
const routeVerbs = {
  list: route.list,
  get: route.get,
  add: route.add,
  replace: route.replace,
  remove: route.remove
}

const conntrackVerbs = {
  list: conntrack.list,
  get: conntrack.get,
  add: conntrack.add,
  set: conntrack.set,
  forget: conntrack.forget,
  flush: conntrack.flush
}

/** Sockets in one namespace, and what can be done through them. */
export interface Connection {
  /** Whether the namespace could be opened. If not, every request answers with this error. */
  readonly opened: E.Either<NamespaceError, void>
  readonly link: Bound<typeof linkVerbs>
  readonly address: Bound<typeof addressVerbs>
  readonly route: Bound<typeof routeVerbs>
  readonly nftables: {
    readonly tables: (options?: SendOptions) => TE.TaskEither<NetlinkError, ReadonlyArray<nftables.TableRef>>
    /** Changes of the ruleset, all together or none. */
    readonly transaction: Bound<{ transaction: typeof nftables.transaction }>['transaction']
  }
  readonly conntrack: Bound<typeof conntrackVerbs> & {
    /** Forgets all connections that a filter means, and says how many. */
    readonly remove: (
      filter: conntrack.Filter,
      options?: SendOptions
    ) => TE.TaskEither<NetlinkError, number>
  }
  readonly sysctl: {
    readonly get: (key: string) => TE.TaskEither<sysctl.SysctlError, string>
    readonly set: (key: string, value: string | number) => TE.TaskEither<sysctl.SysctlError, void>
  }
  readonly send: <A>(request: Request<A>, options?: SendOptions) => TE.TaskEither<NetlinkError, A>
  /** Sends requests in one system call; each has its own result, in order. */
  readonly batch: <const R extends ReadonlyArray<Request<unknown>>>(
    requests: R,
    options?: SendOptions
  ) => Task<Results<R>>
  readonly close: () => void
  readonly [Symbol.asyncDispose]: () => Promise<void>
}

const sends = (value: unknown): value is SendOptions =>
  typeof value === 'object' &&
  value !== null &&
  ('signal' in value || 'timeout' in value) &&
  Object.keys(value).every(key => key === 'signal' || key === 'timeout')

const bind = <Verbs extends { readonly [name: string]: Verb }>(
  verbs: Verbs,
  send: Connection['send']
): Bound<Verbs> =>
  Object.fromEntries(
    Object.entries(verbs).map(([name, verb]) => [
      name,
      (...given: ReadonlyArray<unknown>) => {
        const last = given.at(-1)
        return sends(last)
          ? send((verb as (...all: ReadonlyArray<unknown>) => Request<unknown>)(...given.slice(0, -1)), last)
          : send((verb as (...all: ReadonlyArray<unknown>) => Request<unknown>)(...given))
      }
    ])
  ) as unknown as Bound<Verbs>

/**
 * Opens a connection to a network namespace, our own by default. Sockets are opened in it when they are first
 * needed, and close with the connection: `await using` does that.
 */
export const open = (options: SessionOptions = {}): Connection => {
  const session = openSession(options)
  const send: Connection['send'] = (request, sendOptions) =>
    E.isLeft(session) ? TE.left(session.left) : session.right.send(request, sendOptions)
  const { namespace } = options
  return {
    opened: pipe(
      session,
      E.map(() => undefined)
    ),
    link: bind(linkVerbs, send),
    address: bind(addressVerbs, send),
    route: bind(routeVerbs, send),
    nftables: {
      tables: sendOptions => send(nftables.tables, sendOptions),
      transaction: bind({ transaction: nftables.transaction }, send).transaction
    },
    sysctl: {
      get: key => TE.fromIOEither(() => sysctl.get(key, namespace)),
      set: (key, value) => TE.fromIOEither(() => sysctl.set(key, value, namespace))
    },
    send,
    batch: (requests, sendOptions) =>
      E.isLeft(session)
        ? () => Promise.resolve(requests.map(() => session) as never)
        : session.right.batch(requests, sendOptions),
    close: () => (E.isRight(session) ? session.right.close() : undefined),
    [Symbol.asyncDispose]: async () => (E.isRight(session) ? session.right.close() : undefined)
  }
}
