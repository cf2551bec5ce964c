import * as E from 'fp-ts/Either'
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
import { invalidInput, type NetlinkError } from '../socket/error'
import type { Session } from '../socket/session'
import {
  type Event as SocketEvent,
  type Subscription,
  type SubscriptionOptions,
  subscribe
} from '../socket/subscription'

export type { Failure, Subscription, SubscriptionOptions } from '../socket/subscription'

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
export type Event<O extends Observable = Observable> = SocketEvent<Pick<typeof sources, O>>

/** Follows objects, from now on, through sockets of its own. */
export const monitor = <O extends Observable>(
  session: E.Either<NamespaceError, Session>,
  objects: ReadonlyArray<O>,
  options?: SubscriptionOptions
): Subscription<Event<O>> => {
  if (E.isLeft(session)) return failed(session.left)
  const stranger = objects.find(object => !Object.hasOwn(sources, object))
  if (stranger !== undefined)
    return failed(
      invalidInput('monitor', 'objects', `${stranger} is none of ${Object.keys(sources).join(', ')}`)
    )
  const followed = Object.fromEntries(objects.map(object => [object, sources[object]]))
  return subscribe(session.right, followed as Pick<typeof sources, O>, options)
}

/** Follows nftables, from now on, through a socket of its own. */
export const followNftables = (
  session: E.Either<NamespaceError, Session>,
  options?: SubscriptionOptions
): Subscription<nftables.WatchEvent> =>
  E.isLeft(session)
    ? (failed(session.left) as Subscription<never>)
    : subscribe(session.right, nftables.watching(), options)

const failed = <O extends Observable>(error: NetlinkError): Subscription<Event<O>> => {
  let told = false
  const done = { value: undefined, done: true } as const
  const subscription: Subscription<Event<O>> = {
    next: async () => {
      if (told) return done
      told = true
      return { value: { object: 'failure', error }, done: false }
    },
    return: async () => done,
    [Symbol.asyncIterator]: () => subscription,
    [Symbol.asyncDispose]: async () => undefined
  }
  return subscription
}
