import type { Link, LinkChange, PortOptions } from '../../link'
import { IFF } from '../../link'

/** What a link keeps while it moves, and others may change meanwhile; and its master, which it loses. */
export interface Traits {
  readonly name: string
  readonly alternativeNames: ReadonlyArray<string>
  readonly alias: string
  readonly address?: string
  readonly broadcast?: string
  readonly mtu: number
  readonly group: number
  readonly txQueueLength: number
  readonly up: boolean
  /** There was somebody at the other end of the cable. */
  readonly connected: boolean
  readonly promiscuous: boolean
  readonly allMulticast: boolean
  readonly arp: boolean
  readonly multicast: boolean
  readonly protocolDown: boolean
  readonly gsoMaxSize?: number
  readonly gsoMaxSegments?: number
  readonly groMaxSize?: number
  readonly gsoIpv4MaxSize?: number
  readonly groIpv4MaxSize?: number
  /** The link's half of IPv6 addresses made from router advertisements. */
  readonly token?: string
  /** Index of the bridge, bond or VRF that it is a part of. */
  readonly master?: number
  /** What the bridge keeps of it. */
  readonly port?: PortOptions
}

const isSet = (flags: number, bit: number): boolean => (flags & bit) !== 0

/** Options of a bridge's port that are somebody's choice; the others tell how it fares. */
const chosen: ReadonlyArray<keyof PortOptions> = [
  'priority',
  'cost',
  'mode',
  'guard',
  'protect',
  'fastLeave',
  'learning',
  'unicastFlood',
  'proxyarp',
  'learningSync',
  'proxyarpWifi',
  'multicastRouter',
  'mcastFlood',
  'mcastToUcast',
  'vlanTunnel',
  'bcastFlood',
  'groupFwdMask',
  'neighSuppress',
  'isolated',
  'mcastEhtHostsLimit',
  'locked',
  'mab',
  'mcastMaxGroups',
  'neighVlanSuppress',
  'neighForwardGrat'
]

const portOf = ({ message, port }: Link): PortOptions | undefined => {
  const { linkinfo } = message.attributes as { readonly linkinfo?: { readonly slaveKind?: string } }
  if (linkinfo?.slaveKind !== 'bridge' || port === undefined) return undefined
  const options = port as PortOptions
  return Object.fromEntries(
    chosen.flatMap(key => (options[key] === undefined ? [] : [[key, options[key]]]))
  ) as PortOptions
}

export const traitsOf = (link: Link): Traits => {
  const { protoDown, gsoMaxSize, gsoMaxSegs, groMaxSize, gsoIpv4MaxSize, groIpv4MaxSize, afSpec } =
    link.message.attributes
  const { token } = (afSpec as { readonly inet6?: { readonly token?: string } } | undefined)?.inet6 ?? {}
  const port = portOf(link)
  return {
    name: link.name,
    alternativeNames: link.alternativeNames,
    alias: link.alias ?? '',
    ...(link.address !== undefined && { address: link.address }),
    ...(link.broadcast !== undefined && { broadcast: link.broadcast }),
    mtu: link.mtu,
    group: link.group,
    txQueueLength: link.txQueueLength,
    up: link.up,
    connected: isSet(link.flags, IFF.LOWER_UP),
    promiscuous: isSet(link.flags, IFF.PROMISC),
    allMulticast: isSet(link.flags, IFF.ALLMULTI),
    arp: !isSet(link.flags, IFF.NOARP),
    multicast: isSet(link.flags, IFF.MULTICAST),
    protocolDown: protoDown === 1,
    ...(gsoMaxSize !== undefined && { gsoMaxSize }),
    ...(gsoMaxSegs !== undefined && { gsoMaxSegments: gsoMaxSegs }),
    ...(groMaxSize !== undefined && { groMaxSize }),
    ...(gsoIpv4MaxSize !== undefined && { gsoIpv4MaxSize }),
    ...(groIpv4MaxSize !== undefined && { groIpv4MaxSize }),
    ...(token !== undefined && token !== '::' && { token }),
    ...(link.master !== undefined && { master: link.master }),
    ...(port !== undefined && { port })
  }
}

/** Traits that a change of the link sets by the same name. */
const settable = [
  'alias',
  'address',
  'broadcast',
  'mtu',
  'group',
  'txQueueLength',
  'promiscuous',
  'allMulticast',
  'arp',
  'multicast',
  'protocolDown',
  'gsoMaxSize',
  'gsoMaxSegments',
  'groMaxSize',
  'gsoIpv4MaxSize',
  'groIpv4MaxSize'
] as const

/** The changes that make a link what it was, one for each trait, so that one refused does not hinder the others. */
export const changesTo = (was: Traits, is: Traits): ReadonlyArray<LinkChange> =>
  settable.flatMap(trait =>
    was[trait] === undefined || was[trait] === is[trait] ? [] : [{ [trait]: was[trait] }]
  )
