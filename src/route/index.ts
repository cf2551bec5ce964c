import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import { NLM_F } from '../../protocol/netlink/header'
import { RTNLGRP } from '../../protocol/rtnetlink/group'
import type { Route as RouteMessage } from '../../protocol/rtnetlink/route'
import { type Encap, encapAttributes, encapIn, wrongEncap } from '../encap'
import { neededByEncap } from '../encap/feature'
import { unreachableGateway } from '../ip/gateway'
import { addressFamilies, familyOf, type Prefix, parseAddress, parsePrefix } from '../ip/prefix'
import { type InvalidInput, invalidInput, noneOf } from '../socket/error'
import { input, linkPlace } from '../socket/input'
import { keysOf, misspelt } from '../socket/key'
import { message, present } from '../socket/message'
import { type Known, type LinkRef, type ListRequest, listing, type Request } from '../socket/request'
import { routeChanges } from '../socket/subscription'

/** Tables with a name. <linux/rtnetlink.h> */
export const RT_TABLE = { UNSPEC: 0, COMPAT: 252, DEFAULT: 253, MAIN: 254, LOCAL: 255 } as const

/** Who made a route. <linux/rtnetlink.h> */
export const RTPROT = { UNSPEC: 0, REDIRECT: 1, KERNEL: 2, BOOT: 3, STATIC: 4, RA: 9, DHCP: 16 } as const

/** How far away a destination is. <linux/rtnetlink.h> */
export const RT_SCOPE = { UNIVERSE: 0, SITE: 200, LINK: 253, HOST: 254, NOWHERE: 255 } as const

/** What becomes of a packet that takes the route. <linux/rtnetlink.h> */
export const routeTypes = {
  unicast: 1,
  local: 2,
  broadcast: 3,
  anycast: 4,
  multicast: 5,
  blackhole: 6,
  unreachable: 7,
  prohibit: 8,
  throw: 9,
  nat: 10
} as const
export type RouteType = keyof typeof routeTypes

/** One of several ways to a destination. */
export interface Nexthop {
  readonly gateway?: string
  readonly link?: LinkRef
  /** Share of the traffic, from 1 to 256; 1 by default. */
  readonly weight?: number
  /** The gateway is on the link, even if no address says so. */
  readonly onlink?: boolean
}

const nexthopKeys = keysOf<Nexthop>({ gateway: true, link: true, weight: true, onlink: true })

/** What is known of a path, under the kernel's names: `{ advmss: 1400 }`. */
export type Metrics = NonNullable<RouteMessage['attributes']['metrics']>

/** How much IPv6 prefers a router. RFC 4191 */
export const preferences = { medium: 0, high: 1, low: 3 } as const
export type Preference = keyof typeof preferences

/** A route: `ip route`. <linux/rtnetlink.h> */
export interface Route {
  readonly family: 'ipv4' | 'ipv6'
  /** `10.0.0.0/24`, or `default`. */
  readonly destination: string
  readonly type: RouteType
  readonly gateway?: string
  /** Index of the link that packets leave by. */
  readonly link?: number
  readonly source?: string
  readonly table: number
  /** RTPROT_*. */
  readonly protocol: number
  /** RT_SCOPE_*. */
  readonly scope: number
  /** The least wins; none is the best. */
  readonly metric?: number
  readonly mtu?: number
  /** All that the kernel keeps of the path, `mtu` too. */
  readonly metrics?: Metrics
  readonly onlink?: boolean
  readonly nexthops?: ReadonlyArray<Nexthop>
  /** The nexthop object that it goes by, by its id. */
  readonly nexthop?: number
  readonly encap?: Encap
  /** IPv6: the prefix of the sources that it is for. */
  readonly from?: string
  /** Index of the link that packets came in by, in the answer to `get`. */
  readonly incoming?: number
  readonly tos?: number
  /** Realms: from in the high 16 bits, to in the low ones. */
  readonly realms?: number
  /** IPv6 router preference. */
  readonly preference?: Preference
  /** Seconds until it goes. */
  readonly expires?: number
  /** RTM_F_* and RTNH_F_* bits. */
  readonly flags: number
}

export interface NewRoute {
  /** `10.0.0.0/24`, or `default`, whose family is the gateway's. */
  readonly destination: string
  readonly family?: 'ipv4' | 'ipv6'
  readonly type?: RouteType
  readonly gateway?: string
  readonly link?: LinkRef
  readonly source?: string
  /** Default: main. */
  readonly table?: number
  /** RTPROT_*. Default: static. */
  readonly protocol?: number
  readonly scope?: number
  readonly metric?: number
  readonly mtu?: number
  /** What is known of the path; `mtu` is one of them. */
  readonly metrics?: Metrics
  readonly onlink?: boolean
  readonly nexthops?: ReadonlyArray<Nexthop>
  /** A nexthop object by its id, in place of a gateway and a link. Since Linux 5.3. */
  readonly nexthop?: number
  readonly encap?: Encap
  /** IPv6: the prefix of the sources that it is for. */
  readonly from?: string
  readonly tos?: number
  readonly realms?: number
  readonly preference?: Preference
}

const keys = keysOf<NewRoute, Route>({
  destination: true,
  family: true,
  type: true,
  gateway: true,
  link: true,
  source: true,
  table: true,
  protocol: true,
  scope: true,
  metric: true,
  mtu: true,
  metrics: true,
  onlink: true,
  nexthops: nexthopKeys,
  nexthop: true,
  encap: true,
  from: true,
  tos: true,
  realms: true,
  preference: true,
  incoming: false,
  expires: false,
  flags: false
})

export interface RouteFilter {
  readonly family?: 'ipv4' | 'ipv6'
  /** Default: all tables. */
  readonly table?: number
  readonly link?: LinkRef
}

const filterKeys = keysOf<RouteFilter>({ family: true, table: true, link: true })

const RTNH_F_ONLINK = 4
const RTM_F_CLONED = 0x200

const fields = {
  'attributes.dst': 'destination',
  'attributes.gateway': 'gateway',
  'attributes.via': 'gateway',
  'attributes.oif': 'link',
  'attributes.prefsrc': 'source',
  'attributes.table': 'table',
  'attributes.priority': 'metric',
  'attributes.metrics.mtu': 'mtu',
  'attributes.metrics': 'metrics',
  'attributes.nhId': 'nexthop',
  'attributes.encap': 'encap',
  'attributes.encapType': 'encap',
  'attributes.src': 'from',
  'attributes.flow': 'realms',
  'attributes.pref': 'preference',
  'header.srcLen': 'from',
  'header.tos': 'tos',
  'attributes.multipath': 'nexthops',
  'header.dstLen': 'destination',
  'header.type': 'type',
  'header.scope': 'scope',
  'header.protocol': 'protocol',
  'header.table': 'table'
}

const addHints = {
  EEXIST: 'there is such a route already; replace changes it',
  ENETUNREACH: unreachableGateway,
  EHOSTUNREACH: unreachableGateway,
  ENETDOWN: 'set the link up first'
}

/** Lists routes, of every table unless one is asked for: `ip route show table all`. */
export const list = (filter: RouteFilter = {}): ListRequest<Route> =>
  misspelt('route.list', filter, filterKeys) ??
  listing({
    operation: 'route.list',
    protocol: 'route',
    links: filter.link === undefined ? [] : [filter.link],
    messages: known =>
      pipe(
        input('route.list').named('family', addressFamilies, filter.family),
        E.map((family = 0) => [
          message('RTM_GETROUTE', NLM_F.REQUEST | NLM_F.DUMP, {
            header: { family },
            attributes: present({
              table: filter.table,
              oif: filter.link === undefined ? undefined : known.indexOf(filter.link)
            })
          })
        ])
      ),
    entries: entriesIn,
    // A table comes with its first route, and is missed only by who names the family, too.
    ...(filter.table !== undefined && { empty: 'ENOENT' }),
    fields
  })

/** The route that a packet to this address takes: `ip route get`. */
export const get = (destination: string): Request<Route> => ({
  operation: 'route.get',
  protocol: 'route',
  answering: 'single',
  messages: () =>
    pipe(
      parseAddress(destination),
      E.mapLeft(reason => invalidInput('route.get', 'destination', reason)),
      E.map(dst => {
        const family = familyOf(dst) ?? 'ipv4'
        return [
          message('RTM_GETROUTE', NLM_F.REQUEST, {
            header: { family: addressFamilies[family], dstLen: family === 'ipv4' ? 32 : 128 },
            attributes: { dst }
          })
        ]
      })
    ),
  read: answers => answers.map(routeIn).find(route => route !== undefined) as Route,
  fields,
  hints: { ENETUNREACH: 'there is no route to it, not even a default one' }
})

/** Adds a route: `ip route add`. */
export const add = (route: NewRoute): Request<void> =>
  change('route.add', 'RTM_NEWROUTE', NLM_F.CREATE | NLM_F.EXCL, route, addHints)

/** Adds a route behind those to the same destination, which are taken first: `ip route append`. */
export const append = (route: NewRoute): Request<void> =>
  change('route.append', 'RTM_NEWROUTE', NLM_F.CREATE | NLM_F.APPEND, route, addHints)

/** Adds a route or changes the one that is there: `ip route replace`. */
export const replace = (route: NewRoute): Request<void> =>
  change('route.replace', 'RTM_NEWROUTE', NLM_F.CREATE | NLM_F.REPLACE, route, addHints)

/** Changes a route that is there: `ip route change`. */
export const set = (route: NewRoute): Request<void> =>
  change('route.set', 'RTM_NEWROUTE', NLM_F.REPLACE, route, {
    ...addHints,
    ENOENT: 'there is no such route; replace makes it'
  })

/** Removes a route: `ip route delete`. */
export const remove = (route: NewRoute): Request<void> =>
  change('route.remove', 'RTM_DELROUTE', 0, route, { ESRCH: 'there is no such route' })

const change = (
  operation: string,
  type: 'RTM_NEWROUTE' | 'RTM_DELROUTE',
  flags: number,
  given: NewRoute,
  hints: Request<void>['hints']
): Request<void> =>
  misspelt(operation, given, keys) ?? {
    operation,
    protocol: 'route',
    answering: 'acknowledged',
    links: linksOf(given),
    linkField:
      given.nexthops === undefined
        ? undefined
        : named => linkPlace(named, given.link, 'nexthops', given.nexthops ?? []),
    messages: known => {
      const destination = destinationOf(operation, given)
      if (E.isLeft(destination)) return destination
      const wrong = wrongIn(operation, given, destination.right)
      if (wrong !== undefined) return E.left(wrong)
      const body = bodyOf(type === 'RTM_DELROUTE', given, destination.right, known)
      return E.right([message(type, NLM_F.REQUEST | flags, body)])
    },
    read: nothing,
    fields,
    needs: neededByEncap(given.encap),
    hints:
      given.link === undefined && given.gateway === undefined && given.nexthops === undefined
        ? { ...hints, ENODEV: nowhere }
        : hints
  }

const nowhere = 'say by which link it leaves, or by which gateway'

// Routes come in hundreds of thousands: what follows is written out, and makes nothing that it can do without.

const noLinks: ReadonlyArray<LinkRef> = []
const nothing = (): void => undefined

const linksOf = ({ link, nexthops }: NewRoute): ReadonlyArray<LinkRef> => {
  if (nexthops === undefined) return typeof link === 'string' ? [link] : noLinks
  return [link, ...nexthops.map(nexthop => nexthop.link)].filter(each => each !== undefined)
}

const destinationOf = (operation: string, given: NewRoute): E.Either<InvalidInput, Prefix> => {
  if (given.destination !== 'default') {
    const prefix = parsePrefix(given.destination)
    return E.isRight(prefix) ? prefix : E.left(invalidInput(operation, 'destination', prefix.left))
  }
  const through = given.gateway ?? given.nexthops?.find(({ gateway }) => gateway !== undefined)?.gateway
  const family = given.family ?? (through === undefined ? 'ipv4' : familyOf(through)) ?? 'ipv4'
  return E.right({ family, address: family === 'ipv4' ? '0.0.0.0' : '::', length: 0 })
}

const addressFields = ['gateway', 'source'] as const

const wrongIn = (operation: string, given: NewRoute, { family }: Prefix): InvalidInput | undefined => {
  for (const field of addressFields) {
    const value = given[field]
    const address = value === undefined ? undefined : parseAddress(value)
    if (address !== undefined && E.isLeft(address)) return invalidInput(operation, field, address.left)
  }
  if (family === 'ipv6' && given.gateway !== undefined && familyOf(given.gateway) === 'ipv4')
    return invalidInput(operation, 'gateway', `${given.gateway} leads to no IPv6 destination`)
  for (const [n, { gateway }] of (given.nexthops ?? []).entries()) {
    const address = gateway === undefined ? undefined : parseAddress(gateway)
    if (address !== undefined && E.isLeft(address))
      return invalidInput(operation, `nexthops.${n}.gateway`, address.left)
  }
  const wrapped = wrongEncap(given.encap)
  if (wrapped !== undefined) return invalidInput(operation, 'encap', wrapped)
  if (given.source !== undefined && familyOf(given.source) !== family)
    return invalidInput(operation, 'source', `${given.source} is not of the destination's family, ${family}`)
  const from = given.from === undefined ? undefined : parsePrefix(given.from)
  if (from !== undefined && E.isLeft(from)) return invalidInput(operation, 'from', from.left)
  return (
    unknownName(operation, 'type', routeTypes, given.type) ??
    unknownName(operation, 'preference', preferences, given.preference)
  )
}

const unknownName = (
  operation: string,
  field: string,
  table: object,
  name: string | undefined
): InvalidInput | undefined =>
  name === undefined || Object.hasOwn(table, name)
    ? undefined
    : invalidInput(operation, field, noneOf(name, Object.keys(table)))

/** A gateway of another family than the destination's travels in an attribute of its own. */
const through = (gateway: string | undefined, destination: Prefix): Through => {
  const family = gateway === undefined ? undefined : familyOf(gateway)
  if (gateway === undefined || family === undefined) return noGateway
  return family === destination.family
    ? { gateway }
    : { via: { family: addressFamilies[family], addr: gateway } }
}

interface Through {
  readonly gateway?: string
  readonly via?: { readonly family: number; readonly addr: string }
}

const noGateway: Through = {}

/** Where a route leads by itself. */
type Way = Pick<NewRoute, 'gateway' | 'link' | 'nexthops'>

const noWay: Way = {}

const bodyOf = (
  removing: boolean,
  given: NewRoute,
  destination: Prefix,
  known: Known
): { header: object; attributes: object } => {
  const table = given.table ?? RT_TABLE.MAIN
  const local = given.type === 'local'
  const direct =
    given.gateway === undefined &&
    given.nexthops === undefined &&
    given.nexthop === undefined &&
    destination.family === 'ipv4'
  const from = given.from === undefined ? undefined : parsePrefix(given.from)
  const source = from !== undefined && E.isRight(from) ? from.right : undefined
  // A listing tells where a nexthop object leads, too, and the kernel takes only one of both.
  const way: Way = removing && given.nexthop !== undefined ? noWay : given
  const { gateway, via } = through(way.gateway, destination)
  const encap = encapAttributes(given.encap)
  const scope = local
    ? RT_SCOPE.HOST
    : direct && (given.type ?? 'unicast') === 'unicast'
      ? RT_SCOPE.LINK
      : RT_SCOPE.UNIVERSE
  return {
    header: {
      family: addressFamilies[destination.family],
      dstLen: destination.length,
      srcLen: source?.length,
      tos: given.tos,
      table: table > 255 ? RT_TABLE.COMPAT : table,
      protocol: given.protocol ?? (removing ? RTPROT.UNSPEC : RTPROT.STATIC),
      scope: given.scope ?? (removing ? RT_SCOPE.NOWHERE : scope),
      type: given.type === undefined ? (removing ? 0 : routeTypes.unicast) : routeTypes[given.type],
      flags: given.onlink === true ? RTNH_F_ONLINK : 0
    },
    attributes: {
      dst: destination.length === 0 ? undefined : destination.address,
      src: source?.address,
      gateway,
      via,
      oif: way.link === undefined ? undefined : known.indexOf(way.link),
      prefsrc: given.source,
      table: table > 255 ? table : undefined,
      priority: given.metric,
      metrics: given.mtu === undefined ? given.metrics : { ...given.metrics, mtu: given.mtu },
      flow: given.realms,
      pref: given.preference === undefined ? undefined : preferences[given.preference],
      encapType: encap.encapType,
      encap: encap.encap,
      nhId: given.nexthop,
      multipath: way.nexthops?.map(nexthop => ({
        header: {
          flags: nexthop.onlink === true ? RTNH_F_ONLINK : 0,
          hops: (nexthop.weight ?? 1) - 1,
          ifindex: nexthop.link === undefined ? 0 : known.indexOf(nexthop.link)
        },
        attributes: through(nexthop.gateway, destination)
      }))
    }
  }
}

const typeNames: ReadonlyArray<RouteType | undefined> = Object.entries(routeTypes).reduce<
  Array<RouteType | undefined>
>((names, [name, number]) => {
  names[number] = name as RouteType
  return names
}, [])

const routeIn = (answer: { readonly type: string }): Route | undefined =>
  answer.type === 'RTM_NEWROUTE' || answer.type === 'RTM_DELROUTE'
    ? routeOf(answer as unknown as RouteMessage)
    : undefined

const none: ReadonlyArray<Route> = []

/** What a look-up left behind is not in the table. */
const entriesIn = (answer: { readonly type: string }): ReadonlyArray<Route> => {
  const route = routeIn(answer)
  return route === undefined || (route.flags & RTM_F_CLONED) !== 0 ? none : [route]
}

const preferenceNames = new Map(
  Object.entries(preferences).map(([name, number]) => [number as number, name as Preference])
)

type Written<A> = { -readonly [K in keyof A]: A[K] }

/** IPv4 and IPv6 only: multicast and MPLS routes are another matter. */
const routeOf = ({ header, attributes }: RouteMessage): Route | undefined => {
  const family = header.family === 2 ? 'ipv4' : header.family === 10 ? 'ipv6' : undefined
  if (family === undefined) return undefined
  const { dst, src, gateway, via, oif, iif, prefsrc, priority, metrics, multipath, flow } = attributes
  const { pref, expires, nhId } = attributes
  const route: Written<Route> = {
    family,
    destination: header.dstLen === 0 ? 'default' : prefixText(family, dst, header.dstLen),
    type: typeNames[header.type] ?? 'unicast',
    table: attributes.table ?? header.table,
    protocol: header.protocol,
    scope: header.scope,
    flags: header.flags
  }
  if (oif !== undefined) route.link = oif
  if (gateway !== undefined) route.gateway = gateway
  else if (via?.addr !== undefined) route.gateway = via.addr
  if (priority !== undefined) route.metric = priority
  if (prefsrc !== undefined) route.source = prefsrc
  if (metrics !== undefined) {
    route.metrics = metrics
    if (metrics.mtu !== undefined) route.mtu = metrics.mtu
  }
  if ((header.flags & RTNH_F_ONLINK) !== 0) route.onlink = true
  if (multipath !== undefined) route.nexthops = multipath.map(nexthopOf)
  if (nhId !== undefined) route.nexthop = nhId
  if (attributes.encap !== undefined) {
    const encap = encapIn(attributes)
    if (encap !== undefined) route.encap = encap
  }
  if (header.srcLen !== 0) route.from = prefixText(family, src, header.srcLen)
  if (iif !== undefined) route.incoming = iif
  if (header.tos !== 0) route.tos = header.tos
  if (flow !== undefined) route.realms = flow
  if (pref !== undefined) route.preference = preferenceNames.get(pref) ?? 'medium'
  if (typeof expires === 'number') route.expires = expires
  return route
}

const prefixText = (family: Route['family'], address: unknown, length: number): string =>
  `${typeof address === 'string' ? address : family === 'ipv4' ? '0.0.0.0' : '::'}/${length}`

type MultipathEntry = NonNullable<RouteMessage['attributes']['multipath']>[number]

const nexthopOf = ({ header: { flags, hops, ifindex }, attributes }: MultipathEntry): Nexthop =>
  present<Nexthop>({
    gateway: attributes.gateway ?? attributes.via?.addr,
    link: ifindex,
    weight: hops + 1,
    onlink: (flags & RTNH_F_ONLINK) !== 0 ? true : undefined
  })

/**
 * Routes as they come, change and go. The kernel does not tell of IPv4 routes that go with their link or when it is
 * set down.
 */
export const changes = routeChanges(
  [RTNLGRP.IPV4_ROUTE, RTNLGRP.IPV6_ROUTE],
  { added: 'RTM_NEWROUTE', removed: 'RTM_DELROUTE' },
  entriesIn,
  list()
)
