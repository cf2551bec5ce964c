import * as v from 'valibot'
import { contains, familyOf, formatPrefix, type Prefix } from '../ip/prefix'
import type { Options } from '../link'
import { wrongAddresses } from './attachment'
import {
  type Fault,
  found,
  interfaceName,
  ipAddress,
  isolationName,
  namespaceName,
  prefix,
  wrongGateway
} from './parameters'
import type { Premise } from './plan'
import type { Step } from './step'

/** What links on a parent have in common: the kernel makes them straight in their namespace. */
export const child = {
  /** By which it is torn down; the namespace's name by default. */
  name: v.optional(isolationName),
  /** Made if it is not there. */
  namespace: namespaceName,
  /** The host's interface that the new one is on. */
  parent: interfaceName,
  /** The interface in the namespace. */
  interface: v.optional(interfaceName, 'eth0'),
  /** Its addresses, each with the length of the network's prefix. The network outside must know them. */
  addresses: v.array(prefix, 'must be a list'),
  /** The router to the world, on the network of one of the addresses. Without one there is no default route. */
  gateway: v.optional(ipAddress),
  /** The routers, where there is one for IPv4 and another one for IPv6. */
  gateways: v.optional(v.array(ipAddress, 'must be a list'))
}

export interface Child {
  readonly name?: string | undefined
  readonly namespace: string
  readonly parent: string
  readonly interface: string
  readonly addresses: ReadonlyArray<Prefix>
  readonly gateway?: string | undefined
  readonly gateways?: ReadonlyArray<string> | undefined
}

export const nameOf = ({ name, namespace }: Child): string => name ?? namespace

const gatewaysOf = ({ gateway, gateways = [] }: Child): ReadonlyArray<string> =>
  gateway === undefined ? gateways : [gateway]

export const wrongChild = (given: Child): Fault | undefined =>
  found(
    'name',
    v.is(isolationName, nameOf(given)) ? undefined : "the namespace's name cannot serve; give one"
  ) ??
  wrongAddresses('addresses', given.addresses) ??
  wrongGateways(given)

const wrongGateways = (given: Child): Fault | undefined => {
  const { gateway, gateways, addresses } = given
  if (gateway !== undefined && gateways !== undefined)
    return { field: 'gateways', reason: 'give either gateway or gateways' }
  const all = gatewaysOf(given)
  const families = all.map(familyOf)
  for (const [n, each] of all.entries()) {
    const reason =
      wrongGatewayOf(addresses, each) ??
      (families.indexOf(families[n]) < n ? `there is one of ${families[n]} already` : undefined)
    if (reason !== undefined) return { field: gateway === undefined ? `gateways.${n}` : 'gateway', reason }
  }
  return undefined
}

/** Of several addresses, the one that fits best tells what is wrong. */
const wrongGatewayOf = (addresses: ReadonlyArray<Prefix>, gateway: string): string | undefined => {
  const kin = addresses.filter(({ family }) => family === familyOf(gateway))
  const judge =
    kin.find(({ address }) => address === gateway) ??
    kin.find(each => contains(each, gateway)) ??
    kin[0] ??
    addresses[0]
  return judge === undefined ? undefined : wrongGateway(judge, gateway)
}

export const childPremises = (given: Child): ReadonlyArray<Premise> => [
  { field: 'parent', parent: given.parent, must: 'carry' },
  { field: 'interface', link: given.interface, namespace: given.namespace, must: 'be absent' },
  ...given.addresses.map(({ address }, n): Premise => ({ field: `addresses.${n}`, address, must: 'be free' }))
]

/** Where neighbours are asked for by ARP and its like: they learn at once that an address has a new home. */
const neighbourly = ({ namespace, interface: inner, addresses }: Child): ReadonlyArray<Step> => {
  const set = (family: 'ipv4' | 'ipv6', parameter: string, value: string): Step => ({
    _tag: 'SetSysctl',
    namespace,
    key: `net.${family}.conf.${inner}.${parameter}`,
    value,
    ...(family === 'ipv6' && { optional: true })
  })
  return [
    ...(addresses.some(({ family }) => family === 'ipv4') ? [set('ipv4', 'arp_notify', '1')] : []),
    ...(addresses.some(({ family }) => family === 'ipv6') ? [set('ipv6', 'ndisc_notify', '1')] : []),
    // An IPv6 address is unusable for a second while duplicates are looked for. Unlike an address's own flag, this
    // leaves it to be told to the neighbours.
    set('ipv6', 'accept_dad', '0'),
    // A router out there would give it further addresses and another default route.
    set('ipv6', 'accept_ra', '0')
  ]
}

type ChildLink = {
  readonly [K in 'ipvlan' | 'macvlan']: { readonly kind: K; readonly options: Options<K> }
}['ipvlan' | 'macvlan']

/** A link without neighbours leaves it to the host's routing where its packets go. */
export const childSteps = (
  link: ChildLink,
  given: Child,
  { neighbours }: { readonly neighbours: boolean }
): ReadonlyArray<Step> => {
  const { namespace, parent, interface: inner, addresses } = given
  return [
    { _tag: 'CreateNamespace', name: namespace },
    { _tag: 'AddLink', link: { ...link, name: inner, namespace, parent } },
    ...(neighbours ? neighbourly(given) : []),
    // They are told to the neighbours when the link is set up.
    ...addresses.map(
      (each): Step => ({
        _tag: 'AddAddress',
        namespace,
        address: { link: inner, address: formatPrefix(each) }
      })
    ),
    { _tag: 'SetLink', namespace, link: inner, change: { up: true } },
    ...defaultRoutes(given, neighbours),
    {
      _tag: 'AwaitReadiness',
      namespace,
      links: [inner],
      addresses: addresses.map(({ address }) => address)
    }
  ]
}

const defaultRoutes = (given: Child, neighbours: boolean): ReadonlyArray<Step> => {
  const { namespace, interface: link, addresses } = given
  const routes = neighbours
    ? gatewaysOf(given).map(gateway => ({ gateway }))
    : [...new Set(addresses.map(({ family }) => family))].map(family => ({ family }))
  return routes.map(route => ({
    _tag: 'AddRoute',
    namespace,
    route: { destination: 'default', link, ...route }
  }))
}
