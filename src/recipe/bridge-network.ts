import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import * as v from 'valibot'
import { IFA_F } from '../address'
import { contains, familyOf, formatPrefix, networkOf, type Prefix } from '../ip/prefix'
import {
  addressesOf,
  attachedStep,
  attachment,
  attachmentPremises,
  attachmentSteps,
  namespaceOf,
  namespaceSteps,
  wrongAttachment,
  wrongTogether
} from './attachment'
import { withoutAdvertisements, withoutDuplicateDetection, withoutIpv6 } from './ipv6'
import {
  type Fault,
  found,
  hardwareAddressFor,
  hostInterfaceFor,
  interfaceName,
  isolationName,
  linkGroupFor,
  parse,
  prefix,
  publicationEntries,
  publications,
  publishedIn,
  wrongAsName,
  wrongHostAddress,
  wrongPublication
} from './parameters'
import { defaultUplink, type InvalidParameters, invalidParameters, type Plan, type Premise } from './plan'
import type { Entry, SetSysctl, Step } from './step'

const recipe = 'bridge-network'

const endpointEntries = {
  /** By which it is detached; the namespace's name by default. */
  name: v.optional(isolationName),
  ...attachment,
  /** The bridge's end of the pair. */
  hostInterface: v.optional(interfaceName),
  /** Ports of the host that lead to it. */
  publish: publications
}
export const endpointSchema = v.strictObject(endpointEntries, 'must be an object')
type ParsedEndpoint = v.InferOutput<typeof endpointSchema>

/** A namespace on a bridge network. */
export type Endpoint = v.InferInput<typeof endpointSchema>

export const bridgeNetworkSchema = v.strictObject({
  recipe: v.optional(v.literal(recipe, `must be ${recipe}`)),
  /** By which it is torn down; the bridge's name by default. */
  name: v.optional(isolationName),
  /** The bridge that is made on the host. */
  bridge: v.optional(interfaceName, 'br0'),
  /** The host's address on the network, with the length of the network's prefix. */
  gateway: v.optional(prefix),
  /** One of IPv4 and one of IPv6, for a network of both. */
  gateways: v.optional(v.array(prefix, 'must be a list')),
  /** The host's interface to the world; that of the default route by default. */
  uplink: v.optional(interfaceName),
  /** Other networks, by their names: their endpoints and ours reach each other. */
  allow: v.optional(v.array(isolationName, 'must be a list'), []),
  /** The namespaces on the bridge; others can be attached later. */
  endpoints: v.optional(v.array(endpointSchema, 'must be a list'), [])
})

export type BridgeNetworkParameters = v.InferInput<typeof bridgeNetworkSchema>

/** What an endpoint has to know of its network. */
interface Network {
  readonly name: string
  readonly bridge: string
  readonly gateways: ReadonlyArray<Prefix>
}

type Parsed = v.InferOutput<typeof bridgeNetworkSchema>

/**
 * What Docker's bridge does: namespaces on a bridge, which reach each other, the host, and by the host's address the
 * world. Nobody reaches them but the host, each other, and whoever uses a published port; that answers at every address
 * of the host, at 127.0.0.1, from the other endpoints, and from the endpoint itself.
 */
export const bridgeNetwork = (parameters: BridgeNetworkParameters): E.Either<InvalidParameters, Plan> =>
  pipe(
    parse(recipe, bridgeNetworkSchema, parameters),
    E.chain(parsed => {
      const network = networkFrom(parsed)
      const wrong = wrongNetwork(parsed, network) ?? wrongEndpoints(parsed, network)
      if (wrong !== undefined) return E.left(invalidParameters(recipe, wrong.field, wrong.reason))
      const { uplink = defaultUplink } = parsed
      const endpoints = parsed.endpoints.map((each, n) =>
        endpointOf(network, each, { ...parameters.endpoints?.[n] }, `endpoints.${n}`)
      )
      return E.right<InvalidParameters, Plan>({
        recipe,
        name: network.name,
        parameters: { ...parameters, recipe },
        premises: [
          { field: 'uplink', link: uplink, must: 'exist' },
          { field: 'bridge', link: network.bridge, must: 'be absent' },
          ...network.gateways.map(
            (each, n): Premise => ({
              field: parsed.gateway === undefined ? `gateways.${n}` : 'gateway',
              network: formatPrefix(networkOf(each)),
              must: 'be unused'
            })
          ),
          ...endpoints.flatMap(({ premises }) => premises)
        ],
        steps: networkSteps(network, uplink, parsed.allow),
        ...(endpoints.length > 0 && { members: endpoints }),
        ...(parsed.uplink === undefined && { uplinkOf: network.gateways[0]?.family ?? 'ipv4' })
      })
    })
  )

const networkFrom = ({ name, bridge, gateway, gateways = [] }: Parsed): Network => ({
  name: name ?? bridge,
  bridge,
  gateways: gateway === undefined ? gateways : [gateway]
})

const wrongNetwork = (
  { gateway, gateways, uplink, allow }: Parsed,
  { name, bridge, gateways: all }: Network
): Fault | undefined => {
  const second = all.findIndex(({ family }, n) => all.findIndex(each => each.family === family) < n)
  const itself = allow.indexOf(name)
  return (
    found('name', wrongAsName(name, 'bridge')) ??
    (gateway === undefined
      ? found('gateway', gateways === undefined ? 'is missing' : undefined)
      : found('gateways', gateways && 'give either gateway or gateways')) ??
    found('gateways', all.length === 0 ? 'there must be one at least' : undefined) ??
    all
      .map((each, n) => found(gateway === undefined ? `gateways.${n}` : 'gateway', wrongHostAddress(each)))
      .find(fault => fault !== undefined) ??
    found(
      `gateways.${second}`,
      second === -1 ? undefined : `there is one of ${all[second]?.family} already`
    ) ??
    found('bridge', bridge === uplink ? `${bridge} is the uplink` : undefined) ??
    found(`allow.${itself}`, itself === -1 ? undefined : 'a network always allows itself')
  )
}

const hostInterfaceOf = ({ name }: Network, endpoint: ParsedEndpoint): string =>
  endpoint.hostInterface ?? hostInterfaceFor(`${name}-${nameOf(endpoint)}`)

const nameOf = ({ name, namespace }: ParsedEndpoint): string | undefined => name ?? namespace

const wrongEndpoints = ({ endpoints, uplink }: Parsed, network: Network): Fault | undefined => {
  const single = endpoints
    .map((each, n) => wrongEndpoint(network, each, `endpoints.${n}.`))
    .find(fault => fault !== undefined)
  const names = endpoints.map(nameOf)
  const twice = names.findIndex((each, n) => names.indexOf(each) < n)
  const links = [network.bridge, ...(uplink === undefined ? [] : [uplink])]
  const ends = endpoints.map(each => hostInterfaceOf(network, each))
  const taken = ends.findIndex((each, n) => links.includes(each) || ends.indexOf(each) < n)
  return (
    single ??
    wrongTogether('endpoints', endpoints) ??
    found(
      `endpoints.${twice}.name`,
      twice === -1 ? undefined : `there is an endpoint ${names[twice]} already; give this one another name`
    ) ??
    found(
      `endpoints.${taken}.hostInterface`,
      taken === -1 ? undefined : `${ends[taken]} is the name of another interface; choose another one`
    ) ??
    wrongAcross(endpoints)
  )
}

/** One port of the host leads to one endpoint. */
const wrongAcross = (endpoints: ReadonlyArray<ParsedEndpoint>): Fault | undefined => {
  const all = endpoints.flatMap(({ publish }, n) =>
    publish.map((each, m) => ({ each, at: `endpoints.${n}.publish.${m}` }))
  )
  const fault = wrongPublication(
    all.map(({ each }) => each),
    bothFamilies
  )
  const [, n, field] = /^publish\.(\d+)(.*)/.exec(fault?.field ?? '') ?? []
  return fault === undefined ? undefined : { ...fault, field: `${all[Number(n)]?.at}${field}` }
}

const bothFamilies = ['ipv4', 'ipv6'] as const

/** What is wrong with an endpoint by itself. */
const wrongEndpoint = (network: Network, endpoint: ParsedEndpoint, within: string): Fault | undefined => {
  const name = nameOf(endpoint)
  const { publish } = endpoint
  const addresses = addressesOf(endpoint)
  const field = (n: number): string => (endpoint.address === undefined ? `addresses.${n}` : 'address')
  const fault =
    wrongAttachment('', endpoint) ??
    found(
      'name',
      name === undefined
        ? 'is missing: a namespace without a name gives none to the endpoint'
        : wrongAsName(name, 'namespace')
    ) ??
    addresses
      .map((each, n) => found(field(n), wrongMember(network, each)))
      .find(each => each !== undefined) ??
    publish
      .map(({ hostAddress }, n) =>
        found(
          `publish.${n}.hostAddress`,
          hostAddress === undefined || addresses.some(({ family }) => family === familyOf(hostAddress))
            ? undefined
            : `${hostAddress} is of ${familyOf(hostAddress)}, and the endpoint has no address of that`
        )
      )
      .find(each => each !== undefined)
  return fault === undefined ? undefined : { ...fault, field: `${within}${fault.field}` }
}

/** Why an address cannot be an endpoint's of the network, if it cannot. */
const wrongMember = ({ gateways }: Network, address: Prefix): string | undefined => {
  const gateway = gateways.find(({ family }) => family === address.family)
  if (gateway === undefined) return `the network has no gateway of ${address.family}`
  const network = formatPrefix(networkOf(gateway))
  if (!contains(gateway, address.address))
    return `${address.address} is not in ${network}, the network of the gateway`
  if (address.length !== gateway.length)
    return `the network is ${network}: write ${address.address}/${gateway.length}`
  return address.address === gateway.address
    ? `${address.address} is the gateway; choose another one`
    : undefined
}

const tableFamilies = { ipv4: 'ip', ipv6: 'ip6' } as const

const networkSteps = (
  { name, bridge, gateways }: Network,
  uplink: string,
  allow: ReadonlyArray<string>
): ReadonlyArray<Step> => {
  const ipv4 = gateways.some(({ family }) => family === 'ipv4')
  return [
    // Without an address of its own a bridge takes the least of its ports', and its neighbours lose it as those go.
    { _tag: 'AddLink', link: { kind: 'bridge', name: bridge, address: hardwareAddressFor(name) } },
    // A router advertisement from an endpoint would make that the host's own default router.
    withoutAdvertisements(bridge),
    ...(gateways.some(({ family }) => family === 'ipv6') ? [withoutDuplicateDetection(bridge)] : []),
    ...(ipv4 ? [loose(bridge), localnet(bridge)] : []),
    { _tag: 'SetLink', link: bridge, change: { up: true } },
    ...gateways.map(
      (each): Step => ({
        _tag: 'AddAddress',
        address: {
          link: bridge,
          address: formatPrefix(each),
          ...(each.family === 'ipv6' && { flags: IFA_F.NODAD })
        }
      })
    ),
    ...gateways.flatMap(({ family, ...rest }): ReadonlyArray<Step> => {
      const network = formatPrefix(networkOf({ family, ...rest }))
      const entries: ReadonlyArray<Entry> = [
        { _tag: 'Masquerade', network, link: uplink },
        { _tag: 'Guard', link: bridge, network },
        { _tag: 'Confine', link: uplink },
        // Where br_netfilter is loaded, the firewall sees what endpoints say to each other.
        { _tag: 'Allow', link: bridge, other: bridge },
        ...allow.map((each): Entry => ({ _tag: 'AllowNetwork', link: bridge, name: each })),
        { _tag: 'Hairpin', network },
        ...(family === 'ipv4' ? [{ _tag: 'Loopback', link: bridge } as const] : [])
      ]
      return [
        // Before anything is forwarded.
        { _tag: 'AddEntries', family: tableFamilies[family], entries },
        { _tag: 'Forward', family, links: [uplink, bridge] },
        { _tag: 'PassFirewalls', family: tableFamilies[family], link: bridge, uplink, networks: allow }
      ]
    })
  ]
}

/**
 * An endpoint of two networks answers by its default route, so an answer may come in by another bridge than the question
 * went out. Sources that are nobody's are still refused, and new connections from a foreign one are by our own table.
 */
const loose = (link: string): SetSysctl => ({
  _tag: 'SetSysctl',
  key: `net.ipv4.conf.${link}.rp_filter`,
  value: '2'
})

/** What the host sends to a port published on 127.0.0.1 leaves by the bridge. */
const localnet = (link: string): SetSysctl => ({
  _tag: 'SetSysctl',
  key: `net.ipv4.conf.${link}.route_localnet`,
  value: '1'
})

/** An endpoint to be attached to a network that is up, of which these are the parameters. */
export const bridgeEndpoint = (parameters: unknown, endpoint: Endpoint): E.Either<InvalidParameters, Plan> =>
  pipe(
    E.Do,
    E.apS('parsed', parse(recipe, bridgeNetworkSchema, parameters)),
    E.apS('given', parse(recipe, endpointSchema, endpoint)),
    E.chain(({ parsed, given }) => {
      const network = networkFrom(parsed)
      const wrong = wrongEndpoint(network, given, '') ?? wrongAcross([given])
      return wrong === undefined
        ? E.right(endpointOf(network, given, { ...endpoint }, ''))
        : E.left(invalidParameters(recipe, wrong.field.replace(/^endpoints\.0\./, ''), wrong.reason))
    })
  )

/** What makes an endpoint that was given so, `at` its place among the parameters. */
const endpointOf = (
  network: Network,
  endpoint: ParsedEndpoint,
  given: Plan['parameters'],
  at: string
): Plan => {
  const hostInterface = hostInterfaceOf(network, endpoint)
  const within = at === '' ? '' : `${at}.`
  return {
    recipe,
    name: nameOf(endpoint) ?? '',
    parameters: given,
    premises: [
      { field: `${within}hostInterface`, link: hostInterface, must: 'be absent' },
      ...addressesOf(endpoint).map(
        ({ address }, n): Premise => ({
          field: `${within}${endpoint.address === undefined ? `addresses.${n}` : 'address'}`,
          claim: address,
          must: 'be nobody else’s'
        })
      ),
      ...attachmentPremises(at, endpoint)
    ],
    steps: endpointSteps(network, endpoint, hostInterface)
  }
}

const endpointSteps = (
  { name, bridge, gateways }: Network,
  endpoint: ParsedEndpoint,
  hostInterface: string
): ReadonlyArray<Step> => {
  const namespace = namespaceOf(endpoint)
  const { interface: inner, publish } = endpoint
  const addresses = addressesOf(endpoint)
  const families = bothFamilies.filter(family => addresses.some(each => each.family === family))
  return [
    ...namespaceSteps([endpoint]),
    {
      _tag: 'AddLink',
      link: {
        kind: 'veth',
        name: hostInterface,
        master: bridge,
        peer: {
          name: inner,
          namespace,
          // The same address has the same one next time, so that neighbours who remember it are right.
          address: hardwareAddressFor(`${name} ${addresses[0]?.address}`)
        }
      }
    },
    withoutIpv6(hostInterface),
    ...(families.includes('ipv6') ? [] : [withoutIpv6(inner, namespace)]),
    ...(families.includes('ipv4') ? [{ ...loose(inner), namespace }] : []),
    // All ports of the bridge can be removed at once by their group. With br_netfilter, what an endpoint sends to its own
    // published port does not leave the bridge, and must go back by the port that it came from.
    {
      _tag: 'SetLink',
      link: hostInterface,
      change: { up: true, group: linkGroupFor(name), port: { kind: 'bridge', options: { mode: 1 } } }
    },
    ...attachmentSteps(endpoint),
    {
      _tag: 'AwaitReadiness',
      links: [hostInterface, bridge],
      addresses: gateways.map(({ address }) => address)
    },
    attachedStep(endpoint),
    ...families.map(
      (family): Step => ({
        _tag: 'AddRoute',
        namespace,
        route: {
          destination: 'default',
          gateway: gateways.find(each => each.family === family)?.address ?? '',
          link: inner
        },
        append: true
      })
    ),
    ...families.flatMap((family): ReadonlyArray<Step> => {
      const entries = addresses
        .filter(each => each.family === family)
        .slice(0, 1)
        .flatMap(({ address }) => publicationEntries(publishedIn(publish, family), address))
      return entries.length === 0 ? [] : [{ _tag: 'AddEntries', family: tableFamilies[family], entries }]
    })
  ]
}
