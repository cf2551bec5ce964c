import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import * as v from 'valibot'
import { IFA_F } from '../address'
import { familyOf, formatPrefix, networkOf, type Prefix } from '../ip/prefix'
import { withoutAdvertisements, withoutDuplicateDetection } from './ipv6'
import {
  type Fault,
  found,
  hostInterfaceFor,
  interfaceName,
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
  wrongHostAddress,
  wrongPublication
} from './parameters'
import { defaultUplink, type InvalidParameters, invalidParameters, type Plan, type Premise } from './plan'
import { nameOf, wrongName } from './station'
import type { Entry, Step } from './step'

const recipe = 'host-fake-ip'

export const hostFakeIpSchema = v.strictObject({
  recipe: v.optional(v.literal(recipe, `must be ${recipe}`)),
  /** By which it is torn down; the namespace's name by default. */
  name: v.optional(isolationName),
  /** Made if it is not there. */
  namespace: namespaceName,
  /** The host's interface to the world, which moves; that of the default route by default. */
  nic: v.optional(interfaceName),
  /** The host's end of the pair; `veth-` and the name by default. */
  hostInterface: v.optional(interfaceName),
  /** The host's address from then on, with the length of the network's prefix. Default 169.254.77.1/24. */
  hostAddress: v.optional(prefix),
  /** Its addresses, where it is to have one of each family. */
  hostAddresses: v.optional(v.array(prefix, 'must be a list')),
  /** The namespace's end of the pair. */
  namespaceInterface: v.optional(interfaceName, 'veth0'),
  /** The namespace's address on the same network. Default 169.254.77.2/24. */
  namespaceAddress: v.optional(prefix),
  /** Its addresses, one for each of the host's. */
  namespaceAddresses: v.optional(v.array(prefix, 'must be a list')),
  /** Ports of the interface's addresses that lead back to the host; 22 brings SSH back. */
  publish: publications
})

export type HostFakeIpParameters = v.InferInput<typeof hostFakeIpSchema>

type Parsed = v.InferOutput<typeof hostFakeIpSchema>

/** The host's address and the namespace's on one network. */
interface Wire {
  readonly host: Prefix
  readonly namespace: Prefix
}

/** Link-local addresses, which nobody in the world has. RFC 3927 */
const usual: Wire = {
  host: { family: 'ipv4', address: '169.254.77.1', length: 24 },
  namespace: { family: 'ipv4', address: '169.254.77.2', length: 24 }
}

/**
 * The host's own interface to the world moves into a namespace, with all addresses, routes, rules and neighbours that
 * the host had by it. The host keeps an address that only the namespace knows, and reaches the world through it.
 */
export const hostFakeIp = (parameters: HostFakeIpParameters): E.Either<InvalidParameters, Plan> =>
  pipe(
    parse(recipe, hostFakeIpSchema, parameters),
    E.chain(parsed => {
      const { namespace, nic = defaultUplink, namespaceInterface, publish } = parsed
      const name = nameOf(parsed)
      const hostInterface = parsed.hostInterface ?? hostInterfaceFor(name)
      const wires = wiresOf(parsed)
      const wrong =
        wrongName(parsed) ??
        ('field' in wires ? wires : wrongWires(parsed, wires)) ??
        found('hostInterface', hostInterface === nic ? `${nic} is the interface that moves` : undefined) ??
        found(
          'namespaceInterface',
          namespaceInterface === nic ? `${nic} is the interface that moves there` : undefined
        ) ??
        wrongPublish(publish, 'field' in wires ? [] : wires)
      if (wrong !== undefined || 'field' in wires)
        return E.left(invalidParameters(recipe, wrong?.field ?? '', wrong?.reason ?? ''))
      return E.right<InvalidParameters, Plan>({
        recipe,
        name,
        parameters: { ...parameters, recipe },
        premises: [
          { field: 'nic', link: nic, must: 'exist' },
          { field: 'nic', link: nic, namespace, must: 'be absent' },
          { field: 'hostInterface', link: hostInterface, must: 'be absent' },
          { field: 'namespaceInterface', link: namespaceInterface, namespace, must: 'be absent' },
          ...wires.map(
            ({ host }, n): Premise => ({
              field: fieldOf(parsed, 'hostAddress', n),
              network: formatPrefix(networkOf(host)),
              must: 'be unused'
            })
          )
        ],
        steps: stepsOf({ namespace, nic, hostInterface, namespaceInterface, publish }, wires),
        ...(parsed.nic === undefined && { uplinkOf: wires[0]?.host.family ?? 'ipv4' })
      })
    })
  )

type End = 'hostAddress' | 'namespaceAddress'

/** The name of a parameter that can be given as one or as several. */
const fieldOf = (parsed: Parsed, end: End, n: number): string =>
  parsed[`${end}es`] === undefined ? end : `${end}es.${n}`

const givenAt = (parsed: Parsed, end: End): ReadonlyArray<Prefix> | Fault | undefined => {
  const one = parsed[end]
  const several = parsed[`${end}es`]
  if (one !== undefined && several !== undefined)
    return { field: `${end}es`, reason: `give either ${end} or ${end}es` }
  if (several?.length === 0) return { field: `${end}es`, reason: 'there must be one at least' }
  return one === undefined ? several : [one]
}

const isFault = (given: ReadonlyArray<Prefix> | Fault | undefined): given is Fault =>
  given !== undefined && 'field' in given

const wiresOf = (parsed: Parsed): ReadonlyArray<Wire> | Fault => {
  const hosts = givenAt(parsed, 'hostAddress')
  const namespaces = givenAt(parsed, 'namespaceAddress')
  if (isFault(hosts)) return hosts
  if (isFault(namespaces)) return namespaces
  if (hosts === undefined && namespaces === undefined) return [usual]
  if (hosts === undefined) return { field: 'hostAddress', reason: 'is missing: the namespace has one given' }
  if (namespaces === undefined)
    return { field: 'namespaceAddress', reason: 'is missing: the host has one given' }
  const lonely = hosts.findIndex(({ family }) => !namespaces.some(each => each.family === family))
  if (lonely >= 0)
    return {
      field: fieldOf(parsed, 'hostAddress', lonely),
      reason: `there is no namespaceAddress of its family, ${hosts[lonely]?.family}`
    }
  const surplus = namespaces.findIndex(({ family }) => !hosts.some(each => each.family === family))
  if (surplus >= 0)
    return {
      field: fieldOf(parsed, 'namespaceAddress', surplus),
      reason: `there is no hostAddress of its family, ${namespaces[surplus]?.family}`
    }
  return hosts.map(host => ({
    host,
    namespace: namespaces.find(({ family }) => family === host.family) ?? host
  }))
}

const wrongWires = (parsed: Parsed, wires: ReadonlyArray<Wire>): Fault | undefined => {
  for (const end of ['hostAddress', 'namespaceAddress'] as const) {
    const families = (parsed[`${end}es`] ?? []).map(({ family }) => family)
    const twice = families.findIndex((family, n) => families.indexOf(family) < n)
    if (twice >= 0)
      return { field: `${end}es.${twice}`, reason: `there is one of ${families[twice]} already` }
  }
  for (const [n, { host, namespace }] of wires.entries()) {
    const wrong =
      found(fieldOf(parsed, 'hostAddress', n), wrongHostAddress(host)) ??
      found(
        fieldOf(parsed, 'namespaceAddress', n),
        wrongGateway(host, namespace.address) ??
          (namespace.length === host.length
            ? undefined
            : `its network is of another length than the host's, ${formatPrefix(networkOf(host))}`)
      )
    if (wrong !== undefined) return wrong
  }
  return undefined
}

const wrongPublish = (publish: ReadonlyArray<Publication>, wires: ReadonlyArray<Wire>): Fault | undefined => {
  for (const [n, { hostAddress }] of publish.entries()) {
    const field = `publish.${n}.hostAddress`
    if (hostAddress?.startsWith('127.'))
      return { field, reason: `${hostAddress} is nobody's but the namespace's; name an address of the nic` }
    if (hostAddress !== undefined && !wires.some(({ host }) => host.family === familyOf(hostAddress)))
      return { field, reason: `the host has no address of its family, ${familyOf(hostAddress)}` }
  }
  return wrongPublication(
    publish,
    wires.map(({ host }) => host.family)
  )
}

interface Names {
  readonly namespace: string
  readonly nic: string
  readonly hostInterface: string
  readonly namespaceInterface: string
  readonly publish: ReadonlyArray<Publication>
}

const stepsOf = (
  { namespace, nic, hostInterface, namespaceInterface, publish }: Names,
  wires: ReadonlyArray<Wire>
): ReadonlyArray<Step> => [
  { _tag: 'CreateNamespace', name: namespace },
  // What may be refused comes before the host loses its interface.
  ...wires.map(
    ({ host }): Step => ({
      _tag: 'AddEntries',
      namespace,
      family: host.family === 'ipv4' ? 'ip' : 'ip6',
      entries: entriesOf(host, nic, namespaceInterface, publishedIn(publish, host.family))
    })
  ),
  { _tag: 'MoveLink', link: nic, namespace, name: nic, furnished: true },
  // When it is taken down, the pair goes before the interface comes back with its default route.
  {
    _tag: 'AddLink',
    link: { kind: 'veth', name: hostInterface, peer: { name: namespaceInterface, namespace } }
  },
  // A router advertisement from the other end would give either of them further addresses.
  withoutAdvertisements(hostInterface),
  withoutAdvertisements(namespaceInterface, namespace),
  ...(wires.some(({ host }) => host.family === 'ipv6')
    ? [withoutDuplicateDetection(hostInterface), withoutDuplicateDetection(namespaceInterface, namespace)]
    : []),
  { _tag: 'SetLink', link: hostInterface, change: { up: true } },
  ...wires.map(({ host }): Step => ({ _tag: 'AddAddress', address: addressOn(hostInterface, host) })),
  { _tag: 'SetLink', namespace, link: namespaceInterface, change: { up: true } },
  ...wires.map(
    (wire): Step => ({
      _tag: 'AddAddress',
      namespace,
      address: addressOn(namespaceInterface, wire.namespace)
    })
  ),
  ...wires.map(
    ({ host: { family } }): Step => ({ _tag: 'Forward', namespace, family, links: [nic, namespaceInterface] })
  ),
  ...(wires.some(({ host }) => isLoopbackPublished(host, publish))
    ? [
        {
          _tag: 'SetSysctl',
          namespace,
          key: `net.ipv4.conf.${namespaceInterface}.route_localnet`,
          value: '1'
        } as const
      ]
    : []),
  ...wires.map(
    (wire): Step => ({
      _tag: 'AddRoute',
      route: { destination: 'default', gateway: wire.namespace.address, link: hostInterface }
    })
  ),
  {
    _tag: 'AwaitReadiness',
    links: [hostInterface],
    addresses: wires.map(({ host }) => host.address)
  },
  {
    _tag: 'AwaitReadiness',
    namespace,
    links: [namespaceInterface],
    addresses: wires.map(wire => wire.namespace.address)
  }
]

/** An IPv6 address is unusable for a second while duplicates are looked for, and on a pair of our own there are none. */
const addressOn = (link: string, address: Prefix) => ({
  link,
  address: formatPrefix(address),
  ...(address.family === 'ipv6' && { flags: IFA_F.NODAD })
})

/** The namespace itself reaches the host's port at 127.0.0.1, too. */
const isLoopbackPublished = ({ family }: Prefix, publish: ReadonlyArray<Publication>): boolean =>
  family === 'ipv4' && publishedIn(publish, family).some(each => publishedAt(each) === undefined)

const entriesOf = (
  host: Prefix,
  nic: string,
  namespaceInterface: string,
  publish: ReadonlyArray<Publication>
): ReadonlyArray<Entry> => {
  const network = formatPrefix(networkOf(host))
  return [
    { _tag: 'Masquerade', network, link: nic },
    { _tag: 'Guard', link: namespaceInterface, network },
    { _tag: 'Confine', link: nic },
    ...(publish.length > 0 ? [{ _tag: 'Hairpin', network } as const] : []),
    ...(isLoopbackPublished(host, publish) ? [{ _tag: 'Loopback', link: namespaceInterface } as const] : []),
    ...publicationEntries(publish, host.address)
  ]
}
