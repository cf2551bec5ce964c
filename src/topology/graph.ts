import { entrances, type Holder, holders } from './holder'
import type { LinkEnd, PublishedPort, Topology, TopologyLink, TopologyNamespace } from './model'

/** A link to be drawn, with the lines that are written into it. */
export interface Node {
  readonly id: string
  readonly lines: ReadonlyArray<string>
  readonly role: 'device' | 'bridge' | 'virtual' | 'unknown'
  readonly up: boolean
}

/** A namespace to be drawn as a box around its links. */
export interface Box {
  readonly id: string
  readonly title: string
  readonly lines: ReadonlyArray<string>
  readonly here: boolean
  readonly nodes: ReadonlyArray<Node>
}

export interface Edge {
  readonly from: string
  readonly to: string
  /** A wire between two ends, a link that is part of another, one above another, a port that leads somewhere. */
  readonly role: 'pair' | 'member' | 'above' | 'published'
  readonly label?: string
}

/** What a picture shows, whichever language it is written in. */
export interface Graph {
  readonly boxes: ReadonlyArray<Box>
  readonly edges: ReadonlyArray<Edge>
}

/** More would make a picture that nobody reads. */
const mostPorts = 8

/**
 * `lo`, and namespaces in which nothing else is, say nothing. Links are in the order of their names: those of what is
 * made anew are other numbers, and it is the same picture.
 */
export const graphOf = ({ namespaces }: Topology): Graph => {
  const all = namespaces.map(each => ({
    ...each,
    links: each.links.toSorted((a, b) => Number(a.name > b.name) - Number(a.name < b.name))
  }))
  const places = new Map(
    all.flatMap(({ identity, links }, n) =>
      links.map((link, m) => [`${identity} ${link.index}`, { id: `n${n}l${m}`, n, m, link }] as const)
    )
  )
  const scene: Scene = {
    find: ({ namespace, index }) => places.get(`${namespace} ${index}`),
    holderOf: holders(all)
  }
  const shown = all.filter(each => each.here || each.links.some(isShown) || each.closed !== undefined)
  return {
    boxes: shown.map(namespace => boxOf(namespace, `n${all.indexOf(namespace)}`)),
    edges: shown.flatMap(namespace => [
      ...namespace.links.filter(isShown).flatMap(link => edgesOf(namespace, link, scene)),
      ...portEdges(namespace, scene)
    ])
  }
}

/** A link's place in the picture: the n-th namespace's m-th. */
interface Place {
  readonly id: string
  readonly n: number
  readonly m: number
  readonly link: TopologyLink
}

/** All that there is, and where each link is. What went while we looked is nowhere. */
interface Scene {
  readonly find: (end: LinkEnd) => Place | undefined
  readonly holderOf: Holder
}

const isShown = ({ name, addresses }: TopologyLink): boolean => name !== 'lo' || addresses.length > 0

const boxOf = (namespace: TopologyNamespace, id: string): Box => ({
  id,
  title: titleOf(namespace),
  lines: [
    ...namespace.defaultRoutes.map(
      ({ gateway, link }) =>
        `default${gateway === undefined ? '' : ` via ${gateway}`}${dev(namespace.links.find(each => each.index === link)?.name)}`
    ),
    ...namespace.masquerades.map(({ source = 'everything', link }) => `masquerade ${source}${dev(link)}`),
    ...(namespace.closed === undefined ? [] : [namespace.closed])
  ],
  here: namespace.here,
  nodes: namespace.links.flatMap((link, m) =>
    isShown(link)
      ? [{ id: `${id}l${m}`, lines: linesOf(link), role: roleOf(namespace, link), up: link.up }]
      : []
  )
})

const linesOf = ({ name, kind, addresses }: TopologyLink): ReadonlyArray<string> => [
  kind === undefined || kind === name ? name : `${name} (${kind})`,
  ...addresses
]

const dev = (link: string | undefined): string => (link === undefined ? '' : ` dev ${link}`)

const titleOf = ({ here, names, processes, identity }: TopologyNamespace): string => {
  if (names.length > 0) return names.join(' = ')
  if (here) return 'host'
  const [process] = processes
  return process === undefined ? `namespace ${identity}` : `pid ${process.pid} (${process.command})`
}

const roleOf = ({ closed }: TopologyNamespace, { kind }: TopologyLink): Node['role'] =>
  closed !== undefined ? 'unknown' : kind === undefined ? 'device' : kind === 'bridge' ? 'bridge' : 'virtual'

/**
 * Pictures go from left to right: from a bridge by its ports to their other ends, from a link to those above it. A pair is
 * drawn once.
 */
const edgesOf = (
  { identity }: TopologyNamespace,
  { index, master, peer, parent, kind }: TopologyLink,
  { find }: Scene
): ReadonlyArray<Edge> => {
  const own = find({ namespace: identity, index })
  const between = (from: Place | undefined, to: Place | undefined, edge: Omit<Edge, 'from' | 'to'>) =>
    from === undefined || to === undefined ? [] : [{ from: from.id, to: to.id, ...edge }]
  const other = peer && find(peer)
  return [
    ...(own && other && isLeft(own, other) ? between(own, other, { role: 'pair' }) : []),
    ...(master === undefined
      ? []
      : between(find({ namespace: identity, index: master }), own, { role: 'member' })),
    ...(parent === undefined
      ? []
      : between(find(parent), own, { role: 'above', ...(kind !== undefined && { label: kind }) }))
  ]
}

/** Whether a link is the left one of a pair: the port of a bridge, otherwise the one that comes first. */
const isLeft = (own: Place, other: Place): boolean => {
  // The end that is in a namespace that we may not enter knows of no pair.
  if (other.link.peer === undefined) return true
  const isPort = own.link.master !== undefined
  return isPort === (other.link.master !== undefined)
    ? own.n < other.n || (own.n === other.n && own.m < other.m)
    : isPort
}

/** Arrows from where a port is published to the link that has the address behind it. */
const portEdges = (namespace: TopologyNamespace, { find, holderOf }: Scene): ReadonlyArray<Edge> => {
  const arrows = new Map<string, Array<string>>()
  for (const port of namespace.published) {
    const end = holderOf(namespace, port.address)
    const entrance = entranceOf(namespace, port)
    const to = end && find(end)
    const from = entrance && find({ namespace: namespace.identity, index: entrance.index })
    if (to === undefined || from === undefined) continue
    const key = `${from.id} ${to.id}`
    arrows.set(key, [...(arrows.get(key) ?? []), portText(port)])
  }
  const { compare } = new Intl.Collator('en', { numeric: true })
  return [...arrows].map(([key, unordered]) => {
    const [from = '', to = ''] = key.split(' ')
    const ports = unordered.toSorted(compare)
    const more = ports.length > mostPorts ? [`and ${ports.length - mostPorts} more`] : []
    return { from, to, role: 'published', label: [...ports.slice(0, mostPorts), ...more].join('\n') }
  })
}

const portText = ({ protocol, hostAddress, hostPort, port }: PublishedPort): string =>
  `${protocol} ${hostAddress === undefined ? '' : `${hostAddress}:`}${hostPort} → ${port}`

/**
 * The link that has the address where the port is published; else that of the default route, or any device. What is
 * published to the namespace itself leaves by the link on the network behind, and none leads there from outside.
 */
const entranceOf = (
  namespace: TopologyNamespace,
  { hostAddress, address }: PublishedPort
): TopologyLink | undefined => {
  const { links, defaultRoutes } = namespace
  if (hostAddress !== undefined && isLoopback(hostAddress)) return entrances(namespace, address)[0]
  const has = (wanted: string) => (each: string) => each.startsWith(`${wanted}/`)
  return (
    (hostAddress === undefined
      ? undefined
      : links.find(({ addresses }) => addresses.some(has(hostAddress)))) ??
    links.find(({ index }) => defaultRoutes.some(each => each.link === index)) ??
    links.find(link => link.name !== 'lo' && link.addresses.length > 0)
  )
}

const isLoopback = (address: string): boolean => address.startsWith('127.') || address === '::1'
