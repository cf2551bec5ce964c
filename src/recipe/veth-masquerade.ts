import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import * as v from 'valibot'
import { IFA_F } from '../address'
import { formatPrefix, networkOf } from '../ip/prefix'
import { withoutAdvertisements, withoutDuplicateDetection } from './ipv6'
import {
  found,
  hostInterfaceFor,
  interfaceName,
  ipAddress,
  isolationName,
  namespaceName,
  parse,
  prefix,
  publicationEntries,
  publications,
  publishedAt,
  wrongGateway,
  wrongHostAddress,
  wrongPublication
} from './parameters'
import { defaultUplink, type InvalidParameters, invalidParameters, type Plan } from './plan'
import type { Entry, Step } from './step'

const recipe = 'veth-masquerade'

export const vethMasqueradeSchema = v.strictObject({
  recipe: v.optional(v.literal(recipe, `must be ${recipe}`)),
  /** By which it is torn down; the namespace's name by default. */
  name: v.optional(isolationName),
  /** Made if it is not there. */
  namespace: namespaceName,
  /** The host's interface to the world; that of the default route by default. */
  uplink: v.optional(interfaceName),
  /** The interface in the namespace. */
  interface: v.optional(interfaceName, 'eth0'),
  /** The host's end of the pair; `veth-` and the name by default. */
  hostInterface: v.optional(interfaceName),
  /** The namespace's address, with the length of the network's prefix. */
  address: prefix,
  /** The host's address on the same network. */
  gateway: ipAddress,
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
      const { address, gateway, namespace, uplink = defaultUplink } = parsed
      const name = parsed.name ?? namespace
      const hostInterface = parsed.hostInterface ?? hostInterfaceFor(name)
      const wrong =
        found('address', wrongHostAddress(address)) ??
        found('gateway', wrongGateway(address, gateway)) ??
        found(
          'name',
          v.is(isolationName, name) ? undefined : "the namespace's name cannot serve; give one"
        ) ??
        found('hostInterface', hostInterface === uplink ? `${hostInterface} is the uplink` : undefined) ??
        wrongPublication(parsed.publish, address.family)
      if (wrong !== undefined) return E.left(invalidParameters(recipe, wrong.field, wrong.reason))
      return E.right<InvalidParameters, Plan>({
        recipe,
        name,
        parameters: { ...parameters, recipe },
        premises: [
          { field: 'uplink', link: uplink, must: 'exist' },
          { field: 'hostInterface', link: hostInterface, must: 'be absent' },
          { field: 'interface', link: parsed.interface, namespace, must: 'be absent' },
          { field: 'address', network: formatPrefix(networkOf(address)), must: 'be unused' }
        ],
        steps: stepsOf({ ...parsed, hostInterface, uplink }),
        ...(parsed.uplink === undefined && { uplinkOf: address.family })
      })
    })
  )

type Parsed = v.InferOutput<typeof vethMasqueradeSchema> & {
  readonly uplink: string
  readonly hostInterface: string
}

const stepsOf = ({
  namespace,
  uplink,
  interface: inner,
  hostInterface,
  address,
  gateway,
  publish
}: Parsed): ReadonlyArray<Step> => {
  const ipv4 = address.family === 'ipv4'
  // An IPv6 address is unusable for a second while duplicates are looked for, and on a pair of our own there are none.
  const flags = ipv4 ? {} : { flags: IFA_F.NODAD }
  const loopback = ipv4 && publish.some(publication => publishedAt(publication)?.startsWith('127.') ?? true)
  const network = formatPrefix(networkOf(address))
  const entries: ReadonlyArray<Entry> = [
    { _tag: 'Masquerade', network, link: uplink },
    { _tag: 'Guard', link: hostInterface, network },
    { _tag: 'Confine', link: uplink },
    ...(publish.length > 0 ? [{ _tag: 'Hairpin', network } as const] : []),
    ...(loopback ? [{ _tag: 'Loopback', link: hostInterface } as const] : []),
    ...publicationEntries(publish, address.address)
  ]
  return [
    { _tag: 'CreateNamespace', name: namespace },
    {
      _tag: 'AddLink',
      link: { kind: 'veth', name: hostInterface, peer: { name: inner, namespace } }
    },
    // A router advertisement from inside would make the namespace the host's own default router.
    withoutAdvertisements(hostInterface),
    ...(ipv4 ? [] : [withoutDuplicateDetection(hostInterface)]),
    { _tag: 'SetLink', link: hostInterface, change: { up: true } },
    {
      _tag: 'AddAddress',
      address: { link: hostInterface, address: formatPrefix({ ...address, address: gateway }), ...flags }
    },
    { _tag: 'SetLink', namespace, link: inner, change: { up: true } },
    { _tag: 'AddAddress', namespace, address: { link: inner, address: formatPrefix(address), ...flags } },
    { _tag: 'AddRoute', namespace, route: { destination: 'default', gateway, link: inner } },
    { _tag: 'AwaitReadiness', links: [hostInterface], addresses: [gateway] },
    { _tag: 'AwaitReadiness', namespace, links: [inner], addresses: [address.address] },
    ...(loopback
      ? [{ _tag: 'SetSysctl', key: `net.ipv4.conf.${hostInterface}.route_localnet`, value: '1' } as const]
      : []),
    // Before anything is forwarded.
    { _tag: 'AddEntries', family: ipv4 ? 'ip' : 'ip6', entries },
    { _tag: 'Forward', family: address.family, links: [uplink, hostInterface] },
    { _tag: 'PassFirewalls', family: ipv4 ? 'ip' : 'ip6', link: hostInterface, uplink }
  ]
}
