import type { NamespaceRef } from '../namespace/reference'
import type { Publication } from '../recipe/parameters'
import { mappingOf, type PortMapping, publishedBy } from '../recipe/publication'
import type { AddEntries } from '../recipe/step'
import { tasksOf } from './execution'
import { addressesOf } from './nic'
import type { Entry } from './record'
import type { MoveBefore } from './step/nic'
import { placeKey } from './world'

/** An interface that a namespace has by an isolation. */
export interface IsolatedInterface {
  readonly interface: string
  /** Each with the length of its network's prefix: `192.168.45.3/24`. */
  readonly addresses: ReadonlyArray<string>
}

/** A namespace of an isolation, and what it has by that. */
export interface IsolatedNamespace {
  /** Its name, or a process in it, or a file that it is mounted on; none if it is the host itself, as ports lead there. */
  readonly namespace?: NamespaceRef
  /** The name by which it is detached, if it is an endpoint of a bridge network. */
  readonly endpoint?: string
  /** Those with addresses, and those of the host that have moved there. */
  readonly interfaces: ReadonlyArray<IsolatedInterface>
  /**
   * The ports that lead there, as in recipes; each tells its protocol, and its `hostAddress` unless the port is that of
   * every address of the host whose family the namespace has.
   */
  readonly publish: ReadonlyArray<PortMapping>
}

interface Found {
  readonly namespace: NamespaceRef | undefined
  readonly interfaces: Map<string, Array<string>>
  /** Families of addresses that it has. */
  readonly families: Set<Family>
  /** By their texts: one of both families is published in each. */
  readonly publish: Map<string, { readonly port: PortMapping; readonly families: Set<Family> }>
}

type Family = AddEntries['family']

const familyOfAddress = (address: string): Family => (address.includes(':') ? 'ip6' : 'ip')

/** All addresses of a family. */
const anywhere = { ip: '0.0.0.0', ip6: '::' } as const

const portsOf = ({ publish, families }: Found): ReadonlyArray<PortMapping> =>
  [...publish.values()].map(({ port, families: own }) => {
    const [only] = own
    return port.hostAddress === undefined && own.size === 1 && families.size > 1 && only !== undefined
      ? { ...port, hostAddress: anywhere[only] }
      : port
  })

/** What an isolation has in which namespace, as it is on record. The host has a part in it where ports lead to it. */
export const namespacesOf = (entry: Entry, endpoint?: string): ReadonlyArray<IsolatedNamespace> => {
  const all = new Map<string, Found>()
  const byAddress = new Map<string, Found>()
  const at = (namespace: NamespaceRef | undefined): Found => {
    const key = placeKey(namespace)
    const found = all.get(key) ?? {
      namespace,
      interfaces: new Map(),
      families: new Set(),
      publish: new Map()
    }
    all.set(key, found)
    return found
  }
  const address = (place: Found, link: string, given: ReadonlyArray<string>): void => {
    place.interfaces.set(link, [...(place.interfaces.get(link) ?? []), ...given])
    for (const each of given) {
      byAddress.set(each.split('/')[0] ?? '', place)
      place.families.add(familyOfAddress(each))
    }
  }
  const publish = (place: Found, publication: Publication, family: Family): void => {
    const port = mappingOf(publication)
    const text = JSON.stringify(port)
    const known = place.publish.get(text) ?? { port, families: new Set() }
    known.families.add(family)
    place.families.add(family)
    place.publish.set(text, known)
  }
  const tasks = tasksOf(entry)
  for (const { step, before } of tasks) {
    if (step._tag === 'CreateNamespace') at(step.name)
    if (step._tag === 'AddAddress')
      address(at(step.namespace), String(step.address.link), [step.address.address])
    if (step._tag === 'MoveLink')
      address(
        at(step.namespace),
        step.name,
        step.furnished === true ? addressesOf((before as MoveBefore).nic) : []
      )
  }
  // Entries may come before the address that they lead to.
  for (const { step } of tasks)
    if (step._tag === 'AddEntries')
      for (const [inside, ports] of publishedBy(step.entries))
        for (const each of ports) publish(byAddress.get(inside) ?? at(step.namespace), each, step.family)
  return [...all.values()]
    .filter(each => each.namespace !== undefined || each.publish.size > 0)
    .map(found => ({
      ...(found.namespace !== undefined && { namespace: found.namespace }),
      ...(endpoint !== undefined && { endpoint }),
      interfaces: [...found.interfaces].map(([name, addresses]) => ({ interface: name, addresses })),
      publish: portsOf(found)
    }))
}
