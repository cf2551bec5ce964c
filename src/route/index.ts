import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import { NLM_F } from '../../protocol/netlink/header'
import { RTNLGRP } from '../../protocol/rtnetlink/group'
import type { Route as RouteMessage } from '../../protocol/rtnetlink/route'
import { addressFamilies, familyOf, type Prefix, parseAddress, parsePrefix } from '../ip/prefix'
import { type InvalidInput, invalidInput } from '../socket/error'
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
  readonly onlink?: boolean
  readonly nexthops?: ReadonlyArray<Nexthop>
  /** RTM_F_* and RTNH_F_* bits. */
  readonly flags: number
  /** The message as it came, for what has no member here. */
  readonly message: RouteMessage
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
  readonly onlink?: boolean
  readonly nexthops?: ReadonlyArray<Nexthop>
}

export interface RouteFilter {
  readonly family?: 'ipv4' | 'ipv6'
  /** Default: all tables. */
  readonly table?: number
  readonly link?: LinkRef
}

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
  'attributes.multipath': 'nexthops',
  'header.dstLen': 'destination',
  'header.type': 'type',
  'header.scope': 'scope',
  'header.protocol': 'protocol',
  'header.table': 'table'
}

const addHints = {
  EEXIST: 'there is such a route already; replace changes it',
  ENETUNREACH:
    'the gateway is not on the network of any address of the link; add the address first, or say onlink',
  EHOSTUNREACH:
    'the gateway is not on the network of any address of the link; add the address first, or say onlink',
  ENETDOWN: 'set the link up first'
}

/** Lists routes, of every table unless one is asked for: `ip route show table all`. */
export const list = (filter: RouteFilter = {}): ListRequest<Route> =>
  listing({
    operation: 'route.list',
    protocol: 'route',
    links: filter.link === undefined ? [] : [filter.link],
    namespaces: [],
    messages: known =>
      E.right([
        message('RTM_GETROUTE', NLM_F.REQUEST | NLM_F.DUMP, {
          header: { family: filter.family === undefined ? 0 : addressFamilies[filter.family] },
          attributes: present({
            table: filter.table,
            oif: filter.link === undefined ? undefined : known.indexOf(filter.link)
          })
        })
      ]),
    entries: answer => routesIn(answer).filter(({ flags }) => (flags & RTM_F_CLONED) === 0),
    fields
  })

/** The route that a packet to this address takes: `ip route get`. */
export const get = (destination: string): Request<Route> => ({
  operation: 'route.get',
  protocol: 'route',
  answering: 'single',
  links: [],
  namespaces: [],
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
  read: answers => answers.flatMap(routesIn)[0] as Route,
  fields,
  hints: { ENETUNREACH: 'there is no route to it, not even a default one' }
})

/** Adds a route: `ip route add`. */
export const add = (route: NewRoute): Request<void> =>
  change('route.add', 'RTM_NEWROUTE', NLM_F.CREATE | NLM_F.EXCL, route, addHints)

/** Adds a route or changes the one that is there: `ip route replace`. */
export const replace = (route: NewRoute): Request<void> =>
  change('route.replace', 'RTM_NEWROUTE', NLM_F.CREATE | NLM_F.REPLACE, route, addHints)

/** Removes a route: `ip route delete`. */
export const remove = (route: NewRoute): Request<void> =>
  change('route.remove', 'RTM_DELROUTE', 0, route, { ESRCH: 'there is no such route' })

const change = (
  operation: string,
  type: 'RTM_NEWROUTE' | 'RTM_DELROUTE',
  flags: number,
  given: NewRoute,
  hints: Request<void>['hints']
): Request<void> => ({
  operation,
  protocol: 'route',
  answering: 'acknowledged',
  links: [given.link, ...(given.nexthops ?? []).map(({ link }) => link)].filter(link => link !== undefined),
  namespaces: [],
  messages: known =>
    pipe(
      destinationOf(operation, given),
      E.chain(destination =>
        pipe(
          checked(operation, given, destination),
          E.map(() => [
            message(type, NLM_F.REQUEST | flags, bodyOf(type === 'RTM_DELROUTE', given, destination, known))
          ])
        )
      )
    ),
  read: () => undefined,
  fields,
  hints
})

const destinationOf = (operation: string, given: NewRoute): E.Either<InvalidInput, Prefix> => {
  if (given.destination !== 'default')
    return pipe(
      parsePrefix(given.destination),
      E.mapLeft(reason => invalidInput(operation, 'destination', reason))
    )
  const through = given.gateway ?? given.nexthops?.find(({ gateway }) => gateway !== undefined)?.gateway
  const family = given.family ?? (through === undefined ? 'ipv4' : familyOf(through)) ?? 'ipv4'
  return E.right({ family, address: family === 'ipv4' ? '0.0.0.0' : '::', length: 0 })
}

const checked = (operation: string, given: NewRoute, destination: Prefix): E.Either<InvalidInput, void> => {
  for (const field of ['gateway', 'source'] as const) {
    const value = given[field]
    const address = value === undefined ? undefined : parseAddress(value)
    if (address !== undefined && E.isLeft(address))
      return E.left(invalidInput(operation, field, address.left))
  }
  if (given.source !== undefined && familyOf(given.source) !== destination.family)
    return E.left(
      invalidInput(
        operation,
        'source',
        `${given.source} is not of the destination's family, ${destination.family}`
      )
    )
  if (given.type !== undefined && !Object.hasOwn(routeTypes, given.type))
    return E.left(
      invalidInput(operation, 'type', `${given.type} is none of ${Object.keys(routeTypes).join(', ')}`)
    )
  return E.right(undefined)
}

/** A gateway of another family than the destination's travels in an attribute of its own. */
const through = (gateway: string | undefined, destination: Prefix): object => {
  const family = gateway === undefined ? undefined : familyOf(gateway)
  if (gateway === undefined || family === undefined) return {}
  return family === destination.family
    ? { gateway }
    : { via: { family: addressFamilies[family], addr: gateway } }
}

const bodyOf = (
  removing: boolean,
  given: NewRoute,
  destination: Prefix,
  known: Known
): { header: object; attributes: object } => {
  const table = given.table ?? RT_TABLE.MAIN
  const local = given.type === 'local'
  const direct = given.gateway === undefined && given.nexthops === undefined && destination.family === 'ipv4'
  const scope = local
    ? RT_SCOPE.HOST
    : direct && (given.type ?? 'unicast') === 'unicast'
      ? RT_SCOPE.LINK
      : RT_SCOPE.UNIVERSE
  return {
    header: {
      family: addressFamilies[destination.family],
      dstLen: destination.length,
      table: table > 255 ? RT_TABLE.COMPAT : table,
      protocol: given.protocol ?? (removing ? RTPROT.UNSPEC : RTPROT.STATIC),
      scope: given.scope ?? (removing ? RT_SCOPE.NOWHERE : scope),
      type: given.type === undefined ? (removing ? 0 : routeTypes.unicast) : routeTypes[given.type],
      flags: given.onlink === true ? RTNH_F_ONLINK : 0
    },
    attributes: present({
      dst: destination.length === 0 ? undefined : destination.address,
      ...through(given.gateway, destination),
      oif: given.link === undefined ? undefined : known.indexOf(given.link),
      prefsrc: given.source,
      table: table > 255 ? table : undefined,
      priority: given.metric,
      metrics: given.mtu === undefined ? undefined : { mtu: given.mtu },
      multipath: given.nexthops?.map(nexthop => ({
        header: {
          flags: nexthop.onlink === true ? RTNH_F_ONLINK : 0,
          hops: (nexthop.weight ?? 1) - 1,
          ifindex: nexthop.link === undefined ? 0 : known.indexOf(nexthop.link)
        },
        attributes: through(nexthop.gateway, destination)
      }))
    })
  }
}

const typeNames: ReadonlyArray<RouteType | undefined> = Object.entries(routeTypes).reduce<
  Array<RouteType | undefined>
>((names, [name, number]) => {
  names[number] = name as RouteType
  return names
}, [])

const routesIn = (answer: { readonly type: string }): ReadonlyArray<Route> =>
  answer.type === 'RTM_NEWROUTE' ? routeOf(answer as unknown as RouteMessage) : []

/** IPv4 and IPv6 only: multicast and MPLS routes are another matter. */
const routeOf = (given: RouteMessage): ReadonlyArray<Route> => {
  const { header, attributes } = given
  const family = header.family === 2 ? 'ipv4' : header.family === 10 ? 'ipv6' : undefined
  if (family === undefined) return []
  const { dst, gateway, via, oif, prefsrc, table, priority, metrics, multipath } = attributes
  const any = family === 'ipv4' ? '0.0.0.0' : '::'
  return [
    present<Route>({
      family,
      destination:
        header.dstLen === 0 ? 'default' : `${typeof dst === 'string' ? dst : any}/${header.dstLen}`,
      type: typeNames[header.type] ?? 'unicast',
      gateway: gateway ?? via?.addr,
      link: oif,
      source: prefsrc,
      table: table ?? header.table,
      protocol: header.protocol,
      scope: header.scope,
      metric: priority,
      mtu: metrics?.mtu,
      onlink: (header.flags & RTNH_F_ONLINK) !== 0 ? true : undefined,
      nexthops: multipath?.map(({ header: { flags, hops, ifindex }, attributes: nexthop }) =>
        present<Nexthop>({
          gateway: nexthop.gateway ?? nexthop.via?.addr,
          link: ifindex,
          weight: hops + 1,
          onlink: (flags & RTNH_F_ONLINK) !== 0 ? true : undefined
        })
      ),
      flags: header.flags,
      message: { header, attributes }
    })
  ]
}

/**
 * Routes as they come, change and go. The kernel does not tell of IPv4 routes that go with their link or when it is
 * set down.
 */
export const changes = routeChanges(
  [RTNLGRP.IPV4_ROUTE, RTNLGRP.IPV6_ROUTE],
  { added: 'RTM_NEWROUTE', removed: 'RTM_DELROUTE' },
  told => routeOf(told as unknown as RouteMessage).filter(({ flags }) => (flags & RTM_F_CLONED) === 0),
  list()
)
