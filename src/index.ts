/**
 * All of isolink with values of fp-ts: what can fail answers with an `Either` or a `TaskEither`.
 *
 * @module isolink
 */
import * as address from './address'
import * as trafficClass from './class'
import * as conntrack from './conntrack'
import * as filter from './filter'
import * as link from './link'
import * as namespaces from './namespace'
import * as neighbour from './neighbour'
import * as nexthop from './nexthop'
import * as nftables from './nftables'
import * as nsid from './nsid'
import * as qdisc from './qdisc'
import * as route from './route'
import * as rule from './rule'
import * as sysctl from './sysctl'
import * as wireguard from './wireguard'

export { type Bound, type Connection, type Objects, open } from './connection'
export { type KernelFeature, kernelFeatures } from './feature'
export * from './isolation'
export type {
  Event,
  Failure,
  Observable,
  Resync,
  ResyncOfSome,
  Subscription,
  SubscriptionOptions
} from './monitor'
export type { NamespaceError, NamespaceRef } from './namespace'
export * from './recipe'
export type { NetlinkError } from './socket/error'
export type { LinkRef, List, ListRequest, Request } from './socket/request'
export type { Results, SendOptions, SessionOptions } from './socket/session'
export type { Stream } from './socket/stream'
export * from './topology'

/** Written like this, and not as `export * as`, each is loaded when it is first used. */
export {
  address,
  conntrack,
  filter,
  link,
  namespaces,
  neighbour,
  nexthop,
  nftables,
  nsid,
  qdisc,
  route,
  rule,
  sysctl,
  trafficClass,
  wireguard
}
