import * as v from 'valibot'
import { IFA_F } from '../address'
import { contains, formatPrefix, type Prefix } from '../ip/prefix'
import type { NamespaceRef } from '../namespace/reference'
import { type Fault, found, interfaceName, namespaceName, prefix, wrongHostAddress } from './parameters'
import type { Premise } from './plan'
import type { AddAddress, AwaitReadiness, CreateNamespace, Step } from './step'

const processId = 'must be the number of a process'

/** What tells a namespace: one of these. */
export const place = {
  /** Its name. It is made if it is not there. */
  namespace: v.optional(namespaceName),
  /** A process in it. */
  pid: v.optional(v.pipe(v.number(processId), v.integer(processId), v.minValue(1, processId))),
  /** A file that it is mounted on. */
  path: v.optional(
    v.pipe(v.string('must be a text'), v.startsWith('/', 'must be an absolute path, such as /proc/1/ns/net'))
  )
}

/** An interface of a namespace, to be attached to something. */
export const attachment = {
  ...place,
  /** The interface in the namespace. */
  interface: v.optional(interfaceName, 'eth0'),
  /** Its address, with the length of the network's prefix. */
  address: v.optional(prefix),
  /** Its addresses, where it has several. */
  addresses: v.optional(v.array(prefix, 'must be a list'))
}

interface Place {
  readonly namespace?: string | undefined
  readonly pid?: number | undefined
  readonly path?: string | undefined
}

export interface Attachment extends Place {
  readonly interface: string
  readonly address?: Prefix | undefined
  readonly addresses?: ReadonlyArray<Prefix> | undefined
}

/** The namespace that is told; that of a checked place. */
export const namespaceOf = ({ namespace, pid, path }: Place): NamespaceRef =>
  namespace ?? (pid === undefined ? { path: path ?? '' } : { pid })

const told = (given: Place): ReadonlyArray<'namespace' | 'pid' | 'path'> =>
  (['namespace', 'pid', 'path'] as const).filter(key => given[key] !== undefined)

const within = (owner: string, field: string): string => (owner === '' ? field : `${owner}.${field}`)

export const wrongPlace = (owner: string, given: Place): Fault | undefined => {
  const [first, second] = told(given)
  if (first === undefined)
    return { field: within(owner, 'namespace'), reason: 'is missing: give a namespace, a pid or a path' }
  return found(within(owner, second ?? ''), second && `the namespace is told by ${first} already; give one`)
}

export const addressesOf = ({
  address,
  addresses = []
}: Pick<Attachment, 'address' | 'addresses'>): ReadonlyArray<Prefix> =>
  address === undefined ? addresses : [address]

/** Why addresses cannot be those of one interface, if they cannot. */
export const wrongAddresses = (field: string, addresses: ReadonlyArray<Prefix>): Fault | undefined => {
  if (addresses.length === 0) return { field, reason: 'there must be one at least' }
  for (const [n, each] of addresses.entries()) {
    const reason =
      wrongHostAddress(each) ??
      (addresses.slice(0, n).some(({ address }) => address === each.address)
        ? `${each.address} is given twice`
        : undefined)
    if (reason !== undefined) return { field: `${field}.${n}`, reason }
  }
  return undefined
}

export const wrongAttachment = (owner: string, given: Attachment): Fault | undefined =>
  wrongPlace(owner, given) ?? wrongAddressing(owner, given)

/** What is wrong with its address, or with its addresses. */
export const wrongAddressing = (
  owner: string,
  { address, addresses }: Pick<Attachment, 'address' | 'addresses'>
): Fault | undefined =>
  addresses === undefined
    ? found(within(owner, 'address'), address === undefined ? 'is missing' : wrongHostAddress(address))
    : (found(within(owner, 'addresses'), address && 'give either address or addresses') ??
      wrongAddresses(within(owner, 'addresses'), addresses))

const isSameNamespace = (a: Place, b: Place): boolean =>
  JSON.stringify(namespaceOf(a)) === JSON.stringify(namespaceOf(b))

/** Why attachments to one link-layer network cannot be together, if they cannot. */
export const wrongTogether = (owner: string, attachments: ReadonlyArray<Attachment>): Fault | undefined => {
  for (const [n, each] of attachments.entries())
    for (const other of attachments.slice(0, n)) {
      if (isSameNamespace(each, other) && each.interface === other.interface)
        return {
          field: `${owner}.${n}.interface`,
          reason: `${each.interface} is given twice in one namespace; name them differently`
        }
      const shared = addressesOf(each).find(({ address }) =>
        addressesOf(other).some(another => another.address === address)
      )
      if (shared !== undefined)
        return {
          field: `${owner}.${n}.${each.address === undefined ? 'addresses' : 'address'}`,
          reason: `${shared.address} is given twice; every interface needs one of its own`
        }
    }
  return undefined
}

/** Whether each could reach the other without a router. */
export const areNeighbours = (a: Attachment, b: Attachment): boolean =>
  addressesOf(a).some(one =>
    addressesOf(b).some(other => contains(one, other.address) && contains(other, one.address))
  )

/** Makes the namespaces that have names. */
export const namespaceSteps = (places: ReadonlyArray<Place>): ReadonlyArray<CreateNamespace> =>
  [...new Set(places.flatMap(({ namespace = [] }) => namespace))].map(name => ({
    _tag: 'CreateNamespace',
    name
  }))

/** What is taken for granted of a place that is not made. */
export const placePremises = (owner: string, given: Place): ReadonlyArray<Premise> => {
  const [key = 'namespace'] = told(given)
  return key === 'namespace'
    ? []
    : [{ field: within(owner, key), namespace: namespaceOf(given), must: 'exist' }]
}

export const attachmentPremises = (owner: string, given: Attachment): ReadonlyArray<Premise> => [
  ...placePremises(owner, given),
  {
    field: within(owner, 'interface'),
    link: given.interface,
    namespace: namespaceOf(given),
    must: 'be absent'
  }
]

/** Gives an interface its addresses. On a wire of our own nobody else has them: an IPv6 one need not wait for that. */
export const addressSteps = (
  namespace: NamespaceRef,
  link: string,
  addresses: ReadonlyArray<Prefix>
): ReadonlyArray<AddAddress> =>
  addresses.map(each => ({
    _tag: 'AddAddress',
    namespace,
    address: {
      link,
      address: formatPrefix(each),
      ...(each.family === 'ipv6' && { flags: IFA_F.NODAD })
    }
  }))

/** Waits until what is attached passes packets. */
export const attachedStep = (given: Attachment): AwaitReadiness => ({
  _tag: 'AwaitReadiness',
  namespace: namespaceOf(given),
  links: [given.interface],
  addresses: addressesOf(given).map(({ address }) => address)
})

/** Sets an interface up that something else has made. */
export const attachmentSteps = (given: Attachment): ReadonlyArray<Step> => {
  const namespace = namespaceOf(given)
  return [
    { _tag: 'SetLink', namespace, link: given.interface, change: { up: true } },
    ...addressSteps(namespace, given.interface, addressesOf(given))
  ]
}
