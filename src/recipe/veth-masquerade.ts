import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import * as v from 'valibot'
import { IFA_F } from '../address'
import { familyOf, formatPrefix, networkOf, type Prefix } from '../ip/prefix'
import { addressesOf, wrongAddressing } from './attachment'
import { withoutAdvertisements, withoutDuplicateDetection } from './ipv6'
import {
  type Fault,
  found,
  hostInterfaceFor,
  interfaceName,
  ipAddress,
  isolationName,
  namespaceName,
  type Publication,
  parse,
  prefix,
  publicationEntries,
  publications,
  publishedAt,
  publishedIn,
  wrongGateway,
  wrongPublication
} from './parameters'
import { defaultUplink, type InvalidParameters, invalidParameters, type Plan, type Premise } from './plan'
import { gatewaysOf, wrongGatewayOf, wrongGateways, wrongName } from './station'
import type { AddAddress, Entry, Step } from './step'

const recipe = 'veth-masquerade'

export const vethMasqueradeSchema = v.strictObject({
  recipe: v.optional(v.literal(recipe, `must be ${recipe}`)),
  /** By which it is torn down; the namespace's name by default. */
  name: v.optional(isolationName),
  /** Made if it is not there. */
  namespace: namespaceName,
  /** The host's interface to the world, in both families; that of the default route by default, IPv4's if there are two. */
  uplink: v.optional(interfaceName),
  /** The interface in the namespace. */
  interface: v.optional(interfaceName, 'eth0'),
  /** The host's end of the pair; `veth-` and the name by default. */
  hostInterface: v.optional(interfaceName),
  /** The namespace's address, with the length of the network's prefix. */
  address: v.optional(prefix),
  /** Its addresses, where it has several: of IPv4 and of IPv6, or more than one of a network. */
  addresses: v.optional(v.array(prefix, 'must be a list')),
  /** The host's address on the same network. */
  gateway: v.optional(ipAddress),
  /** The host's addresses, where there is one of IPv4 and another one of IPv6. */
  gateways: v.optional(v.array(ipAddress, 'must be a list')),
  /** Ports of the host that lead inside. */
  publish: publications
})

export type VethMasqueradeParameters = v.InferInput<typeof vethMasqueradeSchema>

/**
 * A namespace with a private address that reaches the world by the host's: a veth pair, a default route, forwarding,
 * and masquerading on the uplink. Nobody reaches it but the host, and whoever uses a published port.
 */
export const vethMasquerade = (parameters: VethMasqueradeParameters): E.Either<InvalidParameters, Plan> =>
  pipe(
    parse(recipe, vethMasqueradeSchema, parameters),
    E.chain(parsed => {
      const { namespace, uplink = defaultUplink } = parsed
      const name = parsed.name ?? namespace
      const hostInterface = parsed.hostInterface ?? hostInterfaceFor(name)
      const networks = networksOf(parsed)
      const families = networks.map(({ family }) => family)
      const wrong =
        wrongNetworks(parsed, networks) ??
        wrongName(parsed) ??
        found('hostInterface', hostInterface === uplink ? `${hostInterface} is the uplink` : undefined) ??
        wrongPublication(parsed.publish, families)
      if (wrong !== undefined) return E.left(invalidParameters(recipe, wrong.field, wrong.reason))
      return E.right<InvalidParameters, Plan>({
        recipe,
        name,
        parameters: { ...parameters, recipe },
        premises: [
          { field: 'uplink', link: uplink, must: 'exist' },
          { field: 'hostInterface', link: hostInterface, must: 'be absent' },
          { field: 'interface', link: parsed.interface, namespace, must: 'be absent' },
          ...networks.map(
            ({ network }): Premise => ({
              field: parsed.address === undefined ? 'addresses' : 'address',
              network,
              must: 'be unused'
            })
          )
        ],
        steps: stepsOf({ ...parsed, hostInterface, uplink, networks }),
        ...(parsed.uplink === undefined && { uplinkOf: families.includes('ipv4') ? 'ipv4' : 'ipv6' })
      })
    })
  )

type Parsed = v.InferOutput<typeof vethMasqueradeSchema>

/** The host's network with the namespace in a family. */
interface Network {
  readonly family: Prefix['family']
  readonly network: string
  /** The host's address. */
  readonly gateway: Prefix
  /** The namespace's, the one that ports lead to first. */
  readonly addresses: ReadonlyArray<Prefix>
}

const networksOf = (parsed: Parsed): ReadonlyArray<Network> =>
  gatewaysOf(parsed).flatMap(gateway => {
    const addresses = addressesOf(parsed).filter(each => each.family === familyOf(gateway))
    const [first] = addresses
    if (first === undefined) return []
    const { family } = first
    return {
      family,
      network: formatPrefix(networkOf(first)),
      gateway: { ...first, address: gateway },
      addresses
    }
  })

const wrongNetworks = (parsed: Parsed, networks: ReadonlyArray<Network>): Fault | undefined => {
  const { gateway, gateways } = parsed
  const addresses = addressesOf(parsed)
  return (
    wrongAddressing('', parsed) ??
    found('gateway', gateway === undefined && gateways === undefined ? 'is missing' : undefined) ??
    wrongGateways({ ...parsed, addresses }, wrongGatewayOf) ??
    addresses
      .map((each, n) =>
        found(parsed.address === undefined ? `addresses.${n}` : 'address', wrongMember(networks, each))
      )
      .find(each => each !== undefined)
  )
}

/** Why an address cannot be the namespace's, if it cannot: it is the host that it must reach the world by. */
const wrongMember = (networks: ReadonlyArray<Network>, address: Prefix): string | undefined => {
  const at = networks.find(({ family }) => family === address.family)
  if (at === undefined) return `there is no gateway of ${address.family}`
  const network = formatPrefix(networkOf(address))
  return network === at.network
    ? wrongGateway(address, at.gateway.address)
    : `${formatPrefix(address)} is not of ${at.network}, the network of the gateway`
}

interface Wanted extends Pick<Parsed, 'namespace' | 'interface' | 'publish'> {
  readonly uplink: string
  readonly hostInterface: string
  readonly networks: ReadonlyArray<Network>
}

const stepsOf = ({
  namespace,
  uplink,
  interface: inner,
  hostInterface,
  networks,
  publish
}: Wanted): ReadonlyArray<Step> => {
  const loopback =
    networks.some(({ family }) => family === 'ipv4') &&
    publishedIn(publish, 'ipv4').some(publication => publishedAt(publication)?.startsWith('127.') ?? true)
  return [
    { _tag: 'CreateNamespace', name: namespace },
    {
      _tag: 'AddLink',
      link: { kind: 'veth', name: hostInterface, peer: { name: inner, namespace } }
    },
    // A router advertisement from inside would make the namespace the host's own default router.
    withoutAdvertisements(hostInterface),
    ...(networks.some(({ family }) => family === 'ipv6') ? [withoutDuplicateDetection(hostInterface)] : []),
    { _tag: 'SetLink', link: hostInterface, change: { up: true } },
    ...networks.map(
      ({ gateway }): Step => ({ _tag: 'AddAddress', address: addressAt(hostInterface, gateway) })
    ),
    { _tag: 'SetLink', namespace, link: inner, change: { up: true } },
    ...networks
      .flatMap(({ addresses }) => addresses)
      .map((each): Step => ({ _tag: 'AddAddress', namespace, address: addressAt(inner, each) })),
    ...networks.map(
      ({ gateway: { address } }): Step => ({
        _tag: 'AddRoute',
        namespace,
        route: { destination: 'default', gateway: address, link: inner }
      })
    ),
    {
      _tag: 'AwaitReadiness',
      links: [hostInterface],
      addresses: networks.map(({ gateway: { address } }) => address)
    },
    {
      _tag: 'AwaitReadiness',
      namespace,
      links: [inner],
      addresses: networks.flatMap(({ addresses }) => addresses.map(({ address }) => address))
    },
    ...(loopback
      ? [{ _tag: 'SetSysctl', key: `net.ipv4.conf.${hostInterface}.route_localnet`, value: '1' } as const]
      : []),
    ...networks.flatMap((network): ReadonlyArray<Step> => {
      const table = network.family === 'ipv4' ? 'ip' : 'ip6'
      const own = publishedIn(publish, network.family)
      return [
        // Before anything is forwarded.
        {
          _tag: 'AddEntries',
          family: table,
          entries: entriesOf(network, uplink, hostInterface, own, loopback)
        },
        { _tag: 'Forward', family: network.family, links: [uplink, hostInterface] },
        { _tag: 'PassFirewalls', family: table, link: hostInterface, uplink }
      ]
    })
  ]
}

/** An IPv6 address is unusable for a second while duplicates are looked for, and on a pair of our own there are none. */
const addressAt = (link: string, prefix: Prefix): AddAddress['address'] => ({
  link,
  address: formatPrefix(prefix),
  ...(prefix.family === 'ipv6' && { flags: IFA_F.NODAD })
})

const entriesOf = (
  { family, network, addresses }: Network,
  uplink: string,
  hostInterface: string,
  publish: ReadonlyArray<Publication>,
  loopback: boolean
): ReadonlyArray<Entry> => [
  { _tag: 'Masquerade', network, link: uplink },
  { _tag: 'Guard', link: hostInterface, network },
  { _tag: 'Confine', link: uplink },
  ...(publish.length > 0 ? [{ _tag: 'Hairpin', network } as const] : []),
  ...(loopback && family === 'ipv4' ? [{ _tag: 'Loopback', link: hostInterface } as const] : []),
  ...publicationEntries(publish, addresses[0]?.address ?? '')
]
