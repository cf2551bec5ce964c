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

/** `lo`, and namespaces in which nothing else is, say nothing. */
export const graphOf = ({ namespaces }: Topology): Graph => {
  const numbers = new Map(namespaces.map(({ identity }, n) => [identity, n]))
  const idOf = ({ namespace, index }: LinkEnd): string => `n${numbers.get(namespace)}l${index}`
  const shown = namespaces.filter(each => each.here || each.links.some(isShown) || each.closed !== undefined)
  return {
    boxes: shown.map(namespace => boxOf(namespace, `n${numbers.get(namespace.identity)}`)),
    edges: shown.flatMap(namespace => [
      ...namespace.links.filter(isShown).flatMap(link => edgesOf(namespace, link, idOf)),
      ...portEdges(namespace, namespaces, idOf)
    ])
  }
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
  nodes: namespace.links.filter(isShown).map(link => ({
    id: `${id}l${link.index}`,
    lines: [
      link.kind === undefined || link.kind === link.name ? link.name : `${link.name} (${link.kind})`,
      ...link.addresses
    ],
    role: roleOf(namespace, link),
    up: link.up
  }))
})

const dev = (link: string | undefined): string => (link === undefined ? '' : ` dev ${link}`)

const titleOf = ({ here, names, processes, identity }: TopologyNamespace): string => {
  if (names.length > 0) return names.join(' = ')
  if (here) return 'host'
  const [process] = processes
  return process === undefined ? `namespace ${identity}` : `pid ${process.pid} (${process.command})`
}

const roleOf = ({ closed }: TopologyNamespace, { kind }: TopologyLink): Node['role'] =>
  closed !== undefined ? 'unknown' : kind === undefined ? 'device' : kind === 'bridge' ? 'bridge' : 'virtual'

/** A pair is drawn once: from the end that comes first. */
const edgesOf = (
  { identity }: TopologyNamespace,
  { index, master, peer, parent, kind }: TopologyLink,
  idOf: (end: LinkEnd) => string
): ReadonlyArray<Edge> => {
  const from = idOf({ namespace: identity, index })
  return [
    ...(peer === undefined || (from > idOf(peer) && !peer.namespace.startsWith('id '))
      ? []
      : [{ from, to: idOf(peer), role: 'pair' } as const]),
    ...(master === undefined
      ? []
      : [{ from, to: idOf({ namespace: identity, index: master }), role: 'member' } as const]),
    ...(parent === undefined
      ? []
      : [{ from, to: idOf(parent), role: 'above', ...(kind !== undefined && { label: kind }) } as const])
  ]
}

/** Arrows from where a port is published to the link that has the address behind it. */
const portEdges = (
  namespace: TopologyNamespace,
  namespaces: ReadonlyArray<TopologyNamespace>,
  idOf: (end: LinkEnd) => string
): ReadonlyArray<Edge> => {
  const arrows = new Map<string, Array<string>>()
  for (const port of namespace.published) {
    const to = holderOf(port.address, namespaces)
    const from = entranceOf(namespace, port)
    if (to === undefined || from === undefined) continue
    const key = `${idOf({ namespace: namespace.identity, index: from.index })} ${idOf(to)}`
    arrows.set(key, [...(arrows.get(key) ?? []), portText(port)])
  }
  return [...arrows].map(([key, ports]) => {
    const [from = '', to = ''] = key.split(' ')
    const more = ports.length > mostPorts ? [`and ${ports.length - mostPorts} more`] : []
    return { from, to, role: 'published', label: [...ports.slice(0, mostPorts), ...more].join('\n') }
  })
}

const portText = ({ protocol, hostAddress, hostPort, port }: PublishedPort): string =>
  `${protocol} ${hostAddress === undefined ? '' : `${hostAddress}:`}${hostPort} → ${port}`

const holderOf = (address: string, namespaces: ReadonlyArray<TopologyNamespace>): LinkEnd | undefined => {
  for (const { identity, links } of namespaces)
    for (const { index, addresses } of links)
      if (addresses.some(each => each.startsWith(`${address}/`))) return { namespace: identity, index }
  return undefined
}

/** The link that has the address where the port is published; else that of the default route, or any device. */
const entranceOf = (
  { links, defaultRoutes }: TopologyNamespace,
  { hostAddress }: PublishedPort
): TopologyLink | undefined =>
  (hostAddress === undefined
    ? undefined
    : links.find(({ addresses }) => addresses.some(each => each.startsWith(`${hostAddress}/`)))) ??
  links.find(({ index }) => defaultRoutes.some(each => each.link === index)) ??
  links.find(link => link.name !== 'lo' && link.addresses.length > 0)
