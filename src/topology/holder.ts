import * as E from 'fp-ts/Either'
import { contains, parsePrefix } from '../ip/prefix'
import type { LinkEnd, TopologyLink, TopologyNamespace } from './model'

/** Finds the link that has an address which packets of a namespace are sent to. */
export type Holder = (from: TopologyNamespace, address: string) => LinkEnd | undefined

/** Addresses are told apart only within a network: another one elsewhere may have the same. */
export const holders = (namespaces: ReadonlyArray<TopologyNamespace>): Holder => {
  const all = namespaces.flatMap(({ identity, links }) =>
    links.map(link => ({ end: { namespace: identity, index: link.index }, link }))
  )
  const wires = wiresOf(all)
  const found = new Map<string, LinkEnd | undefined>()
  const look: Holder = (from, address) => {
    const holding = all.filter(({ link }) => has(link, address)).map(({ end }) => end)
    const starts = entrances(from, address).map(({ index }) => ({ namespace: from.identity, index }))
    return nearest(starts, holding, wires) ?? (holding.length === 1 ? holding[0] : undefined)
  }
  return (from, address) => {
    const key = `${from.identity} ${address}`
    if (!found.has(key)) found.set(key, look(from, address))
    return found.get(key)
  }
}

interface Placed {
  readonly end: LinkEnd
  readonly link: TopologyLink
}

const nameOf = ({ namespace, index }: LinkEnd): string => `${namespace} ${index}`

/** What each link has to do with: its other end, its bridge or ports, what it is above or below. Frames pass there. */
const wiresOf = (all: ReadonlyArray<Placed>): ReadonlyMap<string, ReadonlyArray<string>> => {
  const wires = new Map<string, Array<string>>()
  const wire = (from: string, to: string): void => {
    const known = wires.get(from)
    if (known === undefined) wires.set(from, [to])
    else known.push(to)
  }
  const join = (one: string, other: string): void => {
    wire(one, other)
    wire(other, one)
  }
  for (const { end, link } of all) {
    const { peer, parent, master } = link
    if (peer !== undefined) join(nameOf(end), nameOf(peer))
    if (parent !== undefined) join(nameOf(end), nameOf(parent))
    if (master !== undefined) join(nameOf(end), nameOf({ ...end, index: master }))
  }
  return wires
}

const nearest = (
  starts: ReadonlyArray<LinkEnd>,
  wanted: ReadonlyArray<LinkEnd>,
  wires: ReadonlyMap<string, ReadonlyArray<string>>
): LinkEnd | undefined => {
  const ends = new Map(wanted.map(end => [nameOf(end), end]))
  // What is added on the way is visited in its turn.
  const seen = new Set(starts.map(nameOf))
  for (const each of seen) {
    const end = ends.get(each)
    if (end !== undefined) return end
    for (const next of wires.get(each) ?? []) seen.add(next)
  }
  return undefined
}

const has = ({ addresses }: TopologyLink, address: string): boolean =>
  addresses.some(each => each.startsWith(`${address}/`))

/** The links of a namespace on the network that an address is in, the narrowest if there are several. */
export const entrances = ({ links }: TopologyNamespace, address: string): ReadonlyArray<TopologyLink> => {
  const lengths = links.map(link => Math.max(-1, ...link.addresses.map(each => lengthOf(each, address))))
  const longest = Math.max(...lengths)
  return longest < 0 ? [] : links.filter((_, n) => lengths[n] === longest)
}

/** The length of a prefix that an address is in. */
const lengthOf = (prefix: string, address: string): number => {
  const network = parsePrefix(prefix)
  return E.isRight(network) && contains(network.right, address) ? network.right.length : -1
}
