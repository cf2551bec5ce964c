import * as v from 'valibot'
import { contains, familyOf, formatPrefix, type Prefix } from '../ip/prefix'
import { wrongAddresses } from './attachment'
import { withoutAdvertisements, withoutDuplicateDetection } from './ipv6'
import {
  type Fault,
  found,
  interfaceName,
  ipAddress,
  isolationName,
  namespaceName,
  prefix,
  wrongAsName,
  wrongGateway,
  wrongHostAddress
} from './parameters'
import type { Premise } from './plan'
import type { Step } from './step'

/** A namespace that is a station of its own on a network outside, and how it is to be there. */
export const station = {
  /** By which it is torn down; the namespace's name by default. */
  name: v.optional(isolationName),
  /** Made if it is not there. */
  namespace: namespaceName,
  /** The interface in the namespace. */
  interface: v.optional(interfaceName, 'eth0'),
  /** Its addresses, each with the length of the network's prefix. The network outside must know them. */
  addresses: v.array(prefix, 'must be a list'),
  /**
   * The router to the world, on the network of one of the addresses, or a link-local address of IPv6. Without one there
   * is no default route.
   */
  gateway: v.optional(ipAddress),
  /** The routers, where there is one for IPv4 and another one for IPv6. */
  gateways: v.optional(v.array(ipAddress, 'must be a list'))
}

export interface Station {
  readonly name?: string | undefined
  readonly namespace: string
  readonly interface: string
  readonly addresses: ReadonlyArray<Prefix>
  readonly gateway?: string | undefined
  readonly gateways?: ReadonlyArray<string> | undefined
}

export const nameOf = ({ name, namespace }: Pick<Station, 'name' | 'namespace'>): string => name ?? namespace

/** Why a name cannot be an isolation's, if none was given and the namespace's cannot serve. */
export const wrongName = (given: Pick<Station, 'name' | 'namespace'>): Fault | undefined =>
  found('name', wrongAsName(nameOf(given), 'namespace'))

interface Routed extends Pick<Station, 'addresses' | 'gateway' | 'gateways'> {}

export const gatewaysOf = ({ gateway, gateways = [] }: Omit<Routed, 'addresses'>): ReadonlyArray<string> =>
  gateway === undefined ? gateways : [gateway]

export const wrongStation = (given: Station): Fault | undefined =>
  wrongName(given) ?? wrongAddresses('addresses', given.addresses) ?? wrongGateways(given, wrongRouter)

/** What is wrong with the gateways that are given, of which there is one of a family. */
export const wrongGateways = (
  given: Routed,
  wrong: (addresses: ReadonlyArray<Prefix>, gateway: string) => string | undefined
): Fault | undefined => {
  const { gateway, gateways, addresses } = given
  if (gateway !== undefined && gateways !== undefined)
    return { field: 'gateways', reason: 'give either gateway or gateways' }
  const all = gatewaysOf(given)
  const families = all.map(familyOf)
  for (const [n, each] of all.entries()) {
    const reason =
      wrong(addresses, each) ??
      (families.indexOf(families[n]) < n ? `there is one of ${families[n]} already` : undefined)
    if (reason !== undefined) return { field: gateway === undefined ? `gateways.${n}` : 'gateway', reason }
  }
  return undefined
}

/** A router may be told by its address on the link, as it tells its own by advertisements. RFC 4861, 4.2 */
const wrongRouter = (addresses: ReadonlyArray<Prefix>, gateway: string): string | undefined =>
  contains(linkLocal, gateway) &&
  addresses.some(({ family, address }) => family === 'ipv6' && address !== gateway)
    ? wrongHostAddress({ ...linkLocal, address: gateway })
    : wrongGatewayOf(addresses, gateway)

/** RFC 4291, 2.5.6 */
const linkLocal: Prefix = { family: 'ipv6', address: 'fe80::', length: 64 }

/** Of several addresses, the one that fits best tells what is wrong. */
export const wrongGatewayOf = (addresses: ReadonlyArray<Prefix>, gateway: string): string | undefined => {
  const kin = addresses.filter(({ family }) => family === familyOf(gateway))
  const judge =
    kin.find(({ address }) => address === gateway) ??
    kin.find(each => contains(each, gateway)) ??
    kin[0] ??
    addresses[0]
  return judge === undefined ? undefined : wrongGateway(judge, gateway)
}

/** Its interface is not there yet. */
export const stationPremise = (given: Station): Premise => ({
  field: 'interface',
  link: given.interface,
  namespace: given.namespace,
  must: 'be absent'
})

/** Where neighbours are asked for by ARP and its like: they learn at once that an address has a new home. */
const neighbourly = ({ namespace, interface: inner, addresses }: Station): ReadonlyArray<Step> => {
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
    // Unlike an address's own flag, this leaves it to be told to the neighbours.
    withoutDuplicateDetection(inner, namespace),
    withoutAdvertisements(inner, namespace)
  ]
}

/** Makes the namespace, has its interface come, and sets it up. One without neighbours leaves routing to the host. */
export const stationSteps = (
  arrival: Step,
  given: Station,
  { neighbours }: { readonly neighbours: boolean }
): ReadonlyArray<Step> => {
  const { namespace, interface: inner, addresses } = given
  return [
    { _tag: 'CreateNamespace', name: namespace },
    arrival,
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

const defaultRoutes = (given: Station, neighbours: boolean): ReadonlyArray<Step> => {
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
