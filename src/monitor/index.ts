import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import * as address from '../address'
import * as conntrack from '../conntrack'
import * as link from '../link'
import type { NamespaceError } from '../namespace/error'
import * as neighbour from '../neighbour'
import * as nexthop from '../nexthop'
import * as nftables from '../nftables'
import * as nsid from '../nsid'
import * as qdisc from '../qdisc'
import * as route from '../route'
import * as rule from '../rule'
import { type InvalidInput, invalidInput, type NetlinkError, noneOf } from '../socket/error'
import { keysOf, wrongOptions } from '../socket/key'
import type { SendOptions, Session } from '../socket/session'
import {
  type Resync,
  type Event as SocketEvent,
  type Subscription,
  type SubscriptionOptions,
  subscribe
} from '../socket/subscription'

export type { Failure, Resync, Subscription, SubscriptionOptions } from '../socket/subscription'

/** What can be followed: `ip monitor`, `bridge monitor`, `tc monitor`. */
export const sources = {
  link: link.changes,
  address: address.changes,
  route: route.changes,
  rule: rule.changes,
  neighbour: neighbour.changes,
  forwarding: neighbour.forwarding.changes,
  nexthop: nexthop.changes,
  nsid: nsid.changes,
  qdisc: qdisc.changes,
  conntrack: conntrack.changes
} as const

export type Observable = keyof typeof sources

/**
 * A change of one of these objects; or `resync`, all there is of them, after changes may have been lost; or
 * `failure`, after which there is nothing more.
 */
export type Event<O extends Observable = Observable> =
  | Exclude<SocketEvent<Pick<typeof sources, O>>, { readonly object: 'resync' }>
  | (Observable extends O ? ResyncOfSome : Resync<Pick<typeof sources, O>>)

/** All there is of the objects that are followed, where the types do not tell which those are. */
export interface ResyncOfSome extends Omit<Resync<typeof sources>, 'values'> {
  readonly values: Partial<Resync<typeof sources>['values']>
}

const optionTable = {
  keys: keysOf<SubscriptionOptions>({
    signal: true,
    queue: true,
    receiveBuffer: true,
    snapshot: true,
    timeout: true
  }),
  least: { queue: 1, receiveBuffer: 1, timeout: 0 }
}

type Opened = E.Either<NamespaceError | InvalidInput, Session>

/** Follows objects, from now on, through sockets of its own; within the limits of the connection. */
export const monitor = <O extends Observable>(
  session: Opened,
  objects: ReadonlyArray<O>,
  options: SubscriptionOptions = {},
  limits: SendOptions = {}
): Subscription<Event<O>> => {
  const home = ready('monitor', session, options)
  if (E.isLeft(home)) return failed(home.left)
  const known = Object.keys(sources)
  if (!Array.isArray(objects) || objects.length === 0)
    return failed(invalidInput('monitor', 'objects', `names none of ${known.join(', ')}`))
  const strange = objects.findIndex(each => typeof each !== 'string' || !Object.hasOwn(sources, each))
  if (strange >= 0) return failed(invalidInput('monitor', 'objects', noneOf(objects[strange], known)))
  const followed = Object.fromEntries(objects.map(object => [object, sources[object as O]]))
  return subscribe(home.right, followed as Pick<typeof sources, O>, options, limits) as Subscription<Event<O>>
}

/** Follows nftables, from now on, through a socket of its own; within the limits of the connection. */
export const followNftables = (
  session: Opened,
  options: SubscriptionOptions = {},
  limits: SendOptions = {}
): Subscription<nftables.WatchEvent> => {
  const home = ready('nftables.monitor', session, options)
  return E.isLeft(home)
    ? (failed(home.left) as Subscription<never>)
    : subscribe(home.right, nftables.watching(), options, limits)
}

/** The session, unless it is closed already or the options are wrong. */
const ready = (
  operation: string,
  session: Opened,
  options: SubscriptionOptions
): E.Either<NetlinkError, Session> => {
  const wrong = wrongOptions(operation, options, optionTable)
  return wrong === undefined
    ? pipe(
        session,
        E.chainW(home => home.at(operation, () => E.right(home)))
      )
    : E.left(wrong)
}

const failed = <O extends Observable>(error: NetlinkError): Subscription<Event<O>> => {
  let told = false
  const done = { value: undefined, done: true } as const
  const subscription: Subscription<Event<O>> = {
    next: async () => {
      if (told) return done
      told = true
      return { value: { object: 'failure', error }, done: false }
    },
    return: async () => {
      told = true
      return done
    },
    [Symbol.asyncIterator]: () => subscription,
    [Symbol.asyncDispose]: async () => {
      told = true
    }
  }
  return subscription
}
