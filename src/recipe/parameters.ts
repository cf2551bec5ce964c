import { createHash } from 'node:crypto'
import * as E from 'fp-ts/Either'
import * as v from 'valibot'
import { nearest } from '../../protocol/definition/nearest'
import { contains, familyOf, formatPrefix, networkOf, type Prefix, parsePrefix } from '../ip/prefix'
import { type InvalidParameters, invalidParameters } from './plan'

/** The name of a network interface. IFNAMSIZ of <linux/if.h> */
export const interfaceName = v.pipe(
  v.string('must be a text'),
  v.check(
    name => Buffer.byteLength(name) >= 1 && Buffer.byteLength(name) <= 15 && !/[\s/:]/.test(name) && !/^\.{1,2}$/.test(name),
    ({ input }) => `${JSON.stringify(input)} is no interface name: 1 to 15 bytes without spaces, slashes and colons`
  ),
  v.check(name => name !== 'lo', '"lo" is the loopback interface, which every namespace has of its own')
)

/** The name of a network namespace, which is a file's name. man 8 ip-netns */
export const namespaceName = v.pipe(
  v.string('must be a text'),
  v.check(
    name => name !== '' && !/[/\0]/.test(name) && !/^\.{1,2}$/.test(name) && Buffer.byteLength(name) <= 255,
    ({ input }) => `${JSON.stringify(input)} is no namespace name: 1 to 255 bytes without slashes`
  )
)

/** The name of an isolation, by which it is torn down. */
export const isolationName = v.pipe(
  v.string('must be a text'),
  v.regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/, ({ input }) => `${JSON.stringify(input)} is no name: up to 64 letters, digits, dots, dashes and underscores`)
)

/** An address with the length of its network's prefix: `10.0.0.2/24`. */
export const prefix = v.pipe(
  v.string('must be a text such as 10.0.0.2/24'),
  v.rawTransform<string, Prefix>(({ dataset, addIssue, NEVER }) => {
    const parsed = parsePrefix(dataset.value)
    if (E.isLeft(parsed)) {
      addIssue({ message: parsed.left })
      return NEVER
    }
    if (!dataset.value.includes('/')) {
      addIssue({ message: `${JSON.stringify(dataset.value)} lacks the length of its network's prefix, as in ${dataset.value}/24` })
      return NEVER
    }
    return parsed.right
  })
)

export const ipAddress = v.pipe(
  v.string('must be an IP address'),
  v.check(text => familyOf(text) !== undefined, ({ input }) => `${JSON.stringify(input)} is not an IP address`)
)

const portNumber = v.pipe(
  v.number('must be a number'),
  v.integer('must be a whole number'),
  v.minValue(1, 'must be from 1 to 65535'),
  v.maxValue(65535, 'must be from 1 to 65535')
)

/** A port of the host that leads inside. */
export const publication = v.strictObject({
  protocol: v.optional(v.picklist(['tcp', 'udp', 'sctp'], 'must be tcp, udp or sctp'), 'tcp'),
  /** The host's port. */
  hostPort: portNumber,
  /** The port inside. */
  port: portNumber,
  /** Which of the host's addresses; all of them by default. */
  hostAddress: v.optional(ipAddress)
})
export type Publication = v.InferOutput<typeof publication>

/** The parsed parameters, or the first thing that is wrong with them in a sentence. */
export const parse = <S extends v.GenericSchema>(
  recipe: string,
  schema: S,
  parameters: unknown
): E.Either<InvalidParameters, v.InferOutput<S>> => {
  const result = v.safeParse(schema, parameters, { abortEarly: true })
  if (result.success) return E.right(result.output)
  const issue = result.issues[0]
  const path = v.getDotPath(issue) ?? ''
  return E.left(invalidParameters(recipe, path, reasonOf(issue, schema)))
}

const reasonOf = (issue: v.BaseIssue<unknown>, schema: v.GenericSchema): string => {
  const key = issue.path?.at(-1)
  if (issue.type === 'strict_object' && issue.expected === 'never') {
    const name = String((key as { readonly key?: unknown } | undefined)?.key)
    return `there is no such parameter${nearest(name, keysAt(schema, issue.path?.slice(0, -1) ?? []))}`
  }
  if (issue.input === undefined) return 'is missing'
  return issue.message
}

/** The keys that the schema has at a path, for a suggestion. */
const keysAt = (schema: unknown, path: ReadonlyArray<{ readonly key?: unknown }>): ReadonlyArray<string> => {
  let at = schema as { readonly entries?: { readonly [key: string]: unknown }; readonly item?: unknown; readonly wrapped?: unknown }
  for (const { key } of path) {
    at = (typeof key === 'number' ? at?.item : at?.entries?.[String(key)]) as typeof at
    while (at !== undefined && at.wrapped !== undefined) at = at.wrapped as typeof at
  }
  return Object.keys(at?.entries ?? {})
}

/** Why a gateway cannot be one for the address, if it cannot. */
export const wrongGateway = (address: Prefix, gateway: string): string | undefined => {
  const network = formatPrefix(networkOf(address))
  if (familyOf(gateway) !== address.family) return `${gateway} is not of the address's family, ${address.family}`
  if (!contains(address, gateway)) return `${gateway} is not in ${network}, the network of the address; choose one that is`
  if (gateway === address.address) return `${gateway} is the address itself; choose another one of ${network}`
  return undefined
}

/** Why a host cannot have the address, if it cannot: the first and the last of an IPv4 network are not a host's. */
export const wrongHostAddress = (address: Prefix): string | undefined => {
  if (address.family !== 'ipv4' || address.length > 30) return undefined
  const { address: network } = networkOf(address)
  return address.address === network ? `${formatPrefix(address)} is the network itself; choose an address in it` : undefined
}

/** A short name for the host's end of a veth, the same for the same isolation. */
export const hostInterfaceFor = (name: string): string => {
  const plain = `veth-${name}`
  return Buffer.byteLength(plain) <= 15 && /^[\w.-]+$/.test(plain)
    ? plain
    : `veth-${createHash('sha256').update(name).digest('hex').slice(0, 10)}`
}
