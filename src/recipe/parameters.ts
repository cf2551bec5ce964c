import { createHash } from 'node:crypto'
import * as E from 'fp-ts/Either'
import * as v from 'valibot'
import { nearest } from '../../protocol/definition/nearest'
import {
  broadcastOf,
  contains,
  familyOf,
  formatPrefix,
  networkOf,
  type Prefix,
  parseAddress,
  parsePrefix
} from '../ip/prefix'
import { type InvalidParameters, invalidParameters } from './plan'
import type { Entry } from './step'

const notInterfaceName = ({ input }: { readonly input: string }): string =>
  `${JSON.stringify(input)} is no interface name: 1 to 15 bytes without spaces, slashes, colons and percent signs`

/** The name of a network interface; at a % the kernel puts a number of its own. IFNAMSIZ of <linux/if.h> */
export const interfaceName = v.pipe(
  v.string('must be a text'),
  v.notValue('lo', '"lo" is the loopback interface, which every namespace has of its own'),
  v.regex(/^(?!\.{1,2}$)[^\s/:%]{1,15}$/, notInterfaceName),
  v.maxBytes(15, notInterfaceName)
)

const notNamespaceName = ({ input }: { readonly input: string }): string =>
  `${JSON.stringify(input)} is no namespace name: 1 to 255 bytes without slashes`

/** The name of a network namespace, which is a file's name. man 8 ip-netns */
export const namespaceName = v.pipe(
  v.string('must be a text'),
  v.regex(/^(?!\.{1,2}$)[^/\0]{1,255}$/, notNamespaceName),
  v.maxBytes(255, notNamespaceName)
)

/** What makes a name, in words. */
export const nameRule = 'up to 64 letters, digits, dots, dashes and underscores'

/** The name of an isolation, by which it is torn down. */
export const isolationName = v.pipe(
  v.string('must be a text'),
  v.regex(
    /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/,
    ({ input }) => `${JSON.stringify(input)} is no name: ${nameRule}`
  )
)

/** Why a name that something else has cannot be an isolation's too, if it cannot. */
export const wrongAsName = (name: string, owner: 'namespace' | 'bridge'): string | undefined =>
  v.is(isolationName, name)
    ? undefined
    : `the ${owner}'s name cannot serve, as it is not of ${nameRule}; give one`

// What only a function can check is described besides in the words of JSON Schema, for editors.

/** An address with the length of its network's prefix: `10.0.0.2/24`. */
export const prefix = v.pipe(
  v.string('must be a text such as 10.0.0.2/24'),
  v.metadata({ pattern: '^[0-9A-Fa-f.:]+/[0-9]{1,3}$' }),
  v.rawTransform<string, Prefix>(({ dataset, addIssue, NEVER }) => {
    const parsed = parsePrefix(dataset.value)
    if (E.isLeft(parsed)) {
      addIssue({ message: parsed.left })
      return NEVER
    }
    if (!dataset.value.includes('/')) {
      addIssue({
        message: `${JSON.stringify(dataset.value)} lacks the length of its network's prefix, as in ${dataset.value}/${parsed.right.family === 'ipv4' ? 24 : 64}`
      })
      return NEVER
    }
    return parsed.right
  })
)

/** An address, in the kernel's spelling whatever it was given in. */
export const ipAddress = v.pipe(
  v.string('must be an IP address'),
  v.metadata({ pattern: '^[0-9A-Fa-f.:]+$' }),
  v.rawTransform<string, string>(({ dataset, addIssue, NEVER }) => {
    const parsed = parseAddress(dataset.value)
    if (E.isRight(parsed)) return parsed.right
    addIssue({ message: parsed.left })
    return NEVER
  })
)

/** A port, or several one behind the other. */
export interface Ports {
  readonly first: number
  readonly count: number
}

const wrongPort = (port: number): string | undefined => {
  if (!Number.isInteger(port)) return 'must be a whole number'
  return port < 1 || port > 65535 ? 'must be from 1 to 65535' : undefined
}

const portsIn = (given: number | string): E.Either<string, Ports> => {
  const [, from, to] = /^(\d+)-(\d+)$/.exec(String(given)) ?? []
  if (typeof given === 'string' && from === undefined)
    return E.left('must be a number, or a range such as "8000-8010"')
  const [first, last] = typeof given === 'number' ? [given, given] : [Number(from), Number(to)]
  const wrong = wrongPort(first) ?? wrongPort(last)
  if (wrong !== undefined) return E.left(wrong)
  return last < first
    ? E.left(`ends before it begins; write "${last}-${first}"`)
    : E.right({ first, count: last - first + 1 })
}

/** A port, or a range of them: `8000`, `"8000-8010"`. */
const ports = v.pipe(
  v.union([v.number(), v.string()], 'must be a number'),
  v.metadata({ minimum: 1, maximum: 65535, multipleOf: 1, pattern: '^[0-9]+-[0-9]+$' }),
  v.rawTransform<number | string, Ports>(({ dataset, addIssue, NEVER }) => {
    const parsed = portsIn(dataset.value)
    if (E.isRight(parsed)) return parsed.right
    addIssue({ message: parsed.left })
    return NEVER
  })
)

const portMapping = v.pipe(
  v.strictObject(
    {
      /** Of the transport layer: `tcp`, `udp` or `sctp`. Default: `tcp`. */
      protocol: v.optional(v.picklist(['tcp', 'udp', 'sctp'], 'must be tcp, udp or sctp'), 'tcp'),
      /** The host's port, from 1 to 65535, or a range of them: `8000`, `"8000-8010"`. */
      hostPort: ports,
      /** The port inside that it leads to; of a range as many, and the n-th leads to the n-th. */
      port: ports,
      /**
       * The address of the host that it is published at. Default: all of them; 0.0.0.0 and :: are all of one family. What
       * is published at 127.0.0.1 is there for the host itself only.
       */
      hostAddress: v.optional(ipAddress)
    },
    'must be an object'
  ),
  v.rawTransform(({ dataset: { value }, addIssue, NEVER }): Publication => {
    const { protocol, hostPort, port, hostAddress } = value
    const { count } = hostPort
    if (port.count === count)
      return {
        protocol,
        hostPort: hostPort.first,
        port: port.first,
        count,
        ...(hostAddress !== undefined && { hostAddress })
      }
    addIssue({
      message: `${amount(port.count)} for ${amount(count)} of the host; there must be as many`,
      path: [{ type: 'object', origin: 'value', input: { ...value }, key: 'port', value: port }]
    })
    return NEVER
  })
)

type PortMappingSchema = typeof portMapping

/** A port of the host that leads inside. It has a name, as declarations drop what is said of members where one has none. */
export interface PublicationSchema extends PortMappingSchema {}

export const publication: PublicationSchema = portMapping

const amount = (count: number): string => (count === 1 ? '1 port' : `${count} ports`)

export interface Publication {
  readonly protocol: 'tcp' | 'udp' | 'sctp'
  readonly hostPort: number
  readonly port: number
  /** So many ports, the n-th to the n-th. */
  readonly count: number
  readonly hostAddress?: string
}

export const publications = v.optional(v.array(publication, 'must be a list'), [])

/** What is wrong with a parameter, as a sentence without the parameter's name. */
export interface Fault {
  readonly field: string
  readonly reason: string
}

export const found = (field: string, reason: string | undefined): Fault | undefined =>
  reason === undefined ? undefined : { field, reason }

/** The parsed parameters, or the first thing that is wrong with them in a sentence. */
export const parse = <S extends v.GenericSchema>(
  recipe: string,
  schema: S,
  parameters: unknown
): E.Either<InvalidParameters, v.InferOutput<S>> => {
  const result = v.safeParse(schema, parameters)
  if (result.success) return E.right(result.output)
  const issue = mostTelling(result.issues)
  const path = v.getDotPath(issue) ?? ''
  return E.left(invalidParameters(recipe, path, reasonOf(issue, schema)))
}

type Issue = v.BaseIssue<unknown>

const isUnknownKey = ({ type, expected }: Issue): boolean => type === 'strict_object' && expected === 'never'

const parentOf = ({ path }: Issue): string =>
  (path ?? [])
    .slice(0, -1)
    .map(({ key }) => String(key))
    .join('.')

/** The first one; but where something is missing and something beside it is unknown, it is there, misspelt. */
const mostTelling = ([first, ...others]: readonly [Issue, ...ReadonlyArray<Issue>]): Issue =>
  (first.input === undefined &&
    others.find(each => isUnknownKey(each) && parentOf(each) === parentOf(first))) ||
  first

const reasonOf = (issue: Issue, schema: v.GenericSchema): string => {
  const key = issue.path?.at(-1)
  if (isUnknownKey(issue)) {
    const name = String((key as { readonly key?: unknown } | undefined)?.key)
    return `there is no such parameter${nearest(name, keysAt(schema, issue.path?.slice(0, -1) ?? []))}`
  }
  if (key === undefined) return 'the parameters must be an object'
  return issue.input === undefined ? 'is missing' : issue.message
}

/** The keys that the schema has at a path, for a suggestion. */
const keysAt = (schema: unknown, path: ReadonlyArray<{ readonly key?: unknown }>): ReadonlyArray<string> => {
  let at = schema as {
    readonly entries?: { readonly [key: string]: unknown }
    readonly item?: unknown
    readonly items?: ReadonlyArray<unknown>
    readonly wrapped?: unknown
  }
  for (const { key } of path) {
    at = (typeof key === 'number' ? (at?.item ?? at?.items?.[key]) : at?.entries?.[String(key)]) as typeof at
    while (at !== undefined && at.wrapped !== undefined) at = at.wrapped as typeof at
  }
  return Object.keys(at?.entries ?? {})
}

/** Why a gateway cannot be one for the address, if it cannot. */
export const wrongGateway = (address: Prefix, gateway: string): string | undefined => {
  const network = formatPrefix(networkOf(address))
  if (familyOf(gateway) !== address.family)
    return `${gateway} is not of the address's family, ${address.family}`
  if (!contains(address, gateway))
    return `${gateway} is not in ${network}, the network of the address; choose one that is`
  if (gateway === address.address) return `${gateway} is the address itself; choose another one of ${network}`
  return wrongHostAddress({ ...address, address: gateway })
}

/** Networks of two addresses or one have none to spare. RFC 3021, RFC 6164 */
const longestWithSpare = { ipv4: 30, ipv6: 126 } as const

/** Why a host cannot have the address, if it cannot: the first of a network and the last in IPv4 are nobody's own. */
export const wrongHostAddress = (prefix: Prefix): string | undefined => {
  const { family, address, length } = prefix
  if (length > longestWithSpare[family]) return undefined
  const network = networkOf(prefix)
  if (address === network.address)
    return `${address} is the network ${formatPrefix(network)} itself; choose an address in it`
  return family === 'ipv4' && address === broadcastOf(prefix)
    ? `${address} is the broadcast address of ${formatPrefix(network)}; choose another one in it`
    : undefined
}

/** The one address of the host that a port is published at, if it is one. */
export const publishedAt = ({ hostAddress }: Pick<Publication, 'hostAddress'>): string | undefined =>
  hostAddress === '0.0.0.0' || hostAddress === '::' ? undefined : hostAddress

/** One at all addresses of IPv4 is not that at all of IPv6. */
export const areOfTwoFamilies = (
  { hostAddress: one }: Pick<Publication, 'hostAddress'>,
  { hostAddress: other }: Pick<Publication, 'hostAddress'>
): boolean => one !== undefined && other !== undefined && familyOf(one) !== familyOf(other)

/** Of two publications of one port, a packet can take but one. */
const collide = (a: Publication, b: Publication): boolean => {
  const [one, other] = [publishedAt(a), publishedAt(b)]
  return (
    a.protocol === b.protocol &&
    a.hostPort < b.hostPort + b.count &&
    b.hostPort < a.hostPort + a.count &&
    !areOfTwoFamilies(a, b) &&
    (one === undefined || other === undefined || one === other)
  )
}

/** Whether no two of them collide. In the order of their ports, few reach as far as the next one. */
const areApart = (publish: ReadonlyArray<Publication>): boolean => {
  let near: ReadonlyArray<Publication> = []
  for (const each of publish.toSorted((a, b) => a.hostPort - b.hostPort)) {
    near = near.filter(({ hostPort, count }) => each.hostPort < hostPort + count)
    if (near.some(other => collide(other, each))) return false
    near = [...near, each]
  }
  return true
}

/** Those that are of a family, or of either. */
export const publishedIn = (
  publish: ReadonlyArray<Publication>,
  family: Prefix['family']
): ReadonlyArray<Publication> =>
  publish.filter(({ hostAddress }) => hostAddress === undefined || familyOf(hostAddress) === family)

/** Why publications cannot lead to addresses of these families, if they cannot, and which of their fields is at fault. */
export const wrongPublication = (
  publish: ReadonlyArray<Publication>,
  families: ReadonlyArray<Prefix['family']>,
  owner = 'publish'
): Fault | undefined => {
  const apart = areApart(publish)
  for (const [n, publication] of publish.entries()) {
    const { hostPort, hostAddress } = publication
    if (hostAddress !== undefined && !families.some(family => familyOf(hostAddress) === family))
      return {
        field: `${owner}.${n}.hostAddress`,
        reason: `${hostAddress} is not of the address's family, ${families.join(' or ')}`
      }
    if (hostAddress === '::1')
      return {
        field: `${owner}.${n}.hostAddress`,
        reason:
          '::1 cannot be published: the kernel never routes it off the loopback interface; use 127.0.0.1'
      }
    const other = apart ? undefined : publish.slice(0, n).find(each => collide(each, publication))
    if (other !== undefined)
      return {
        field: `${owner}.${n}.hostPort`,
        reason: `${Math.max(hostPort, other.hostPort)} is published twice`
      }
  }
  return undefined
}

/** What publishes ports of the host at an address inside. */
export const publicationEntries = (
  publish: ReadonlyArray<Publication>,
  address: string
): ReadonlyArray<Entry> =>
  publish.map(publication => {
    const { protocol, hostPort, port, count } = publication
    const hostAddress = publishedAt(publication)
    return {
      _tag: 'Publish',
      protocol,
      ...(hostAddress !== undefined && { hostAddress }),
      hostPort,
      address,
      port,
      ...(count > 1 && { count })
    }
  })

/** A short name for the host's end of a veth, the same for the same isolation. */
export const hostInterfaceFor = (name: string): string => {
  const plain = `veth-${name}`
  return Buffer.byteLength(plain) <= 15 && /^[\w.-]+$/.test(plain)
    ? plain
    : `veth-${createHash('sha256').update(name).digest('hex').slice(0, 10)}`
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()

/**
 * A link-layer address of our own making for a name, the same for the same name. A bridge without one takes the least
 * of its ports', and its neighbours lose it whenever ports come and go.
 */
export const hardwareAddressFor = (name: string): string => {
  const bytes = digest(name).subarray(0, 6)
  // Locally administered, and not a group's. IEEE 802
  bytes[0] = ((bytes[0] ?? 0) & 0xfc) | 0x02
  return bytes.toString('hex').replace(/..(?!$)/g, '$&:')
}

/** A number of a link group for a name. 0 is the group of all links that were given none. */
export const linkGroupFor = (name: string): number => digest(name).readUInt32BE(0) % 0x7fff_ffff || 1
