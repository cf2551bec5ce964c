import { ETH_P } from '../../protocol/ethernet'
import { NFPROTO } from '../../protocol/nfnetlink/header'
import { headers } from './header'

/** What goes above a link, by the name of its header. */
export type Network = 'ip' | 'ip6' | 'arp'

const etherTypes: { readonly [network in Network]: number } = {
  ip: ETH_P.IP,
  ip6: ETH_P.IPV6,
  arp: ETH_P.ARP
}

const byEtherType: ReadonlyMap<number, Network> = new Map(
  Object.entries(etherTypes).map(([network, type]) => [type, network as Network])
)

const byFamily: ReadonlyMap<number, Network> = new Map([
  [NFPROTO.IPV4, 'ip'],
  [NFPROTO.IPV6, 'ip6'],
  [NFPROTO.ARP, 'arp']
])

const byProtocol: ReadonlyMap<number, string> = new Map(
  headers.filter(({ base }) => base === 'transport').map(({ name, number }) => [number, name])
)

/** The EtherType of a header. */
export const etherType = (network: Network): number => etherTypes[network]

/** The header that an EtherType tells of, undefined for others. */
export const networkBehind = (type: number): Network | undefined => byEtherType.get(type)

/** The header of a family, NFPROTO_*, undefined for others. */
export const networkOf = (nfproto: number): Network | undefined => byFamily.get(nfproto)

/** The header of an internet protocol, undefined for those that nft has no header of. */
export const transportOf = (protocol: number): string | undefined => byProtocol.get(protocol)

/** Whether a VLAN tag follows. */
export const isTag = (type: number): boolean => type === ETH_P['8021Q'] || type === ETH_P['8021AD']

/** Requests and replies of an echo, which have the same members. */
const echoes: { readonly [name: string]: { readonly request: number; readonly reply: number } } = {
  'icmp type': { request: 8, reply: 0 },
  'icmpv6 type': { request: 128, reply: 129 }
}

export const isEcho = (name: string, type: number): boolean =>
  type === echoes[name]?.request || type === echoes[name]?.reply

/** The type that stands for both of an echo. */
export const echoOf = (name: string, type: number): number =>
  isEcho(name, type) ? (echoes[name]?.request ?? type) : type
