import { NFT_CT } from '../../protocol/nftables/expression/ct'
import { NFT_FIB_RESULT, NFTA_FIB_F } from '../../protocol/nftables/expression/fib'
import { NFT_META } from '../../protocol/nftables/expression/meta'
import { NFT_RT } from '../../protocol/nftables/expression/rt'
import { NFT_SOCKET } from '../../protocol/nftables/expression/socket'
import { NFT_XFRM_KEY } from '../../protocol/nftables/expression/xfrm'
import { type Datatype, type DatatypeName, datatypes, type LiteralOf, rawType } from './datatype'
import { type CarrierName, carriers, extensionsOf } from './extension'
import { type HeaderName, headerOf, headers } from './header'
import type { Order } from './integer'

/** What a value is, how many bits it has and how they stand in a register. */
export interface Type {
  readonly datatype: Datatype
  readonly bits: number
  readonly order: Order
}

interface Key {
  readonly number: number
  readonly type: DatatypeName
  /** Where the datatype does not say. */
  readonly bits?: number
  readonly order?: Order
}

/** `meta mark`: what the kernel knows of a packet. man 8 nft, "META EXPRESSIONS" */
export const metaKeys = {
  length: { number: NFT_META.LEN, type: 'integer', bits: 32, order: 'host' },
  protocol: { number: NFT_META.PROTOCOL, type: 'ether_type' },
  priority: { number: NFT_META.PRIORITY, type: 'classid' },
  mark: { number: NFT_META.MARK, type: 'mark' },
  iif: { number: NFT_META.IIF, type: 'iface_index' },
  oif: { number: NFT_META.OIF, type: 'iface_index' },
  iifname: { number: NFT_META.IIFNAME, type: 'ifname' },
  oifname: { number: NFT_META.OIFNAME, type: 'ifname' },
  iiftype: { number: NFT_META.IIFTYPE, type: 'iface_type' },
  oiftype: { number: NFT_META.OIFTYPE, type: 'iface_type' },
  skuid: { number: NFT_META.SKUID, type: 'uid' },
  skgid: { number: NFT_META.SKGID, type: 'gid' },
  nftrace: { number: NFT_META.NFTRACE, type: 'integer', bits: 1 },
  rtclassid: { number: NFT_META.RTCLASSID, type: 'realm' },
  secmark: { number: NFT_META.SECMARK, type: 'integer', bits: 32, order: 'host' },
  nfproto: { number: NFT_META.NFPROTO, type: 'nf_proto' },
  l4proto: { number: NFT_META.L4PROTO, type: 'inet_proto' },
  ibrname: { number: NFT_META.BRI_IIFNAME, type: 'ifname' },
  obrname: { number: NFT_META.BRI_OIFNAME, type: 'ifname' },
  pkttype: { number: NFT_META.PKTTYPE, type: 'pkt_type' },
  cpu: { number: NFT_META.CPU, type: 'integer', bits: 32, order: 'host' },
  iifgroup: { number: NFT_META.IIFGROUP, type: 'devgroup' },
  oifgroup: { number: NFT_META.OIFGROUP, type: 'devgroup' },
  cgroup: { number: NFT_META.CGROUP, type: 'integer', bits: 32, order: 'host' },
  random: { number: NFT_META.PRANDOM, type: 'integer', bits: 32 },
  ipsec: { number: NFT_META.SECPATH, type: 'boolean', bits: 8 },
  iifkind: { number: NFT_META.IIFKIND, type: 'ifname' },
  oifkind: { number: NFT_META.OIFKIND, type: 'ifname' },
  ibrpvid: { number: NFT_META.BRI_IIFPVID, type: 'integer', bits: 16, order: 'host' },
  ibrvproto: { number: NFT_META.BRI_IIFVPROTO, type: 'ether_type' },
  time: { number: NFT_META.TIME_NS, type: 'date' },
  day: { number: NFT_META.TIME_DAY, type: 'day' },
  hour: { number: NFT_META.TIME_HOUR, type: 'hour' },
  sdif: { number: NFT_META.SDIF, type: 'iface_index' },
  sdifname: { number: NFT_META.SDIFNAME, type: 'ifname' }
} as const satisfies { readonly [name: string]: Key }
export type MetaKey = keyof typeof metaKeys

/** Keys that are written without `meta`. */
export const unqualified: ReadonlyArray<string> = ['iif', 'oif', 'iifname', 'oifname', 'iifgroup', 'oifgroup']

/** `ct state`: what is known of a packet's connection. man 8 nft, "CONNTRACK EXPRESSIONS" */
export const ctKeys = {
  state: { number: NFT_CT.STATE, type: 'ct_state' },
  direction: { number: NFT_CT.DIRECTION, type: 'ct_dir' },
  status: { number: NFT_CT.STATUS, type: 'ct_status' },
  mark: { number: NFT_CT.MARK, type: 'mark' },
  secmark: { number: NFT_CT.SECMARK, type: 'integer', bits: 32, order: 'host' },
  expiration: { number: NFT_CT.EXPIRATION, type: 'time' },
  helper: { number: NFT_CT.HELPER, type: 'string', bits: 128 },
  l3proto: { number: NFT_CT.L3PROTOCOL, type: 'nf_proto' },
  protocol: { number: NFT_CT.PROTOCOL, type: 'inet_proto' },
  'proto-src': { number: NFT_CT.PROTO_SRC, type: 'inet_service' },
  'proto-dst': { number: NFT_CT.PROTO_DST, type: 'inet_service' },
  label: { number: NFT_CT.LABELS, type: 'ct_label' },
  packets: { number: NFT_CT.PKTS, type: 'integer', bits: 64, order: 'host' },
  bytes: { number: NFT_CT.BYTES, type: 'integer', bits: 64, order: 'host' },
  avgpkt: { number: NFT_CT.AVGPKT, type: 'integer', bits: 64, order: 'host' },
  zone: { number: NFT_CT.ZONE, type: 'integer', bits: 16, order: 'host' },
  event: { number: NFT_CT.EVENTMASK, type: 'ct_event' },
  'ip saddr': { number: NFT_CT.SRC_IP, type: 'ipv4_addr' },
  'ip daddr': { number: NFT_CT.DST_IP, type: 'ipv4_addr' },
  'ip6 saddr': { number: NFT_CT.SRC_IP6, type: 'ipv6_addr' },
  'ip6 daddr': { number: NFT_CT.DST_IP6, type: 'ipv6_addr' },
  id: { number: NFT_CT.ID, type: 'integer', bits: 32 }
} as const satisfies { readonly [name: string]: Key }
export type CtKey = keyof typeof ctKeys

/** `rt nexthop`: what is known of a packet's route. */
export const rtKeys = {
  classid: { number: NFT_RT.CLASSID, type: 'realm' },
  'ip nexthop': { number: NFT_RT.NEXTHOP4, type: 'ipv4_addr' },
  'ip6 nexthop': { number: NFT_RT.NEXTHOP6, type: 'ipv6_addr' },
  mtu: { number: NFT_RT.TCPMSS, type: 'integer', bits: 16, order: 'host' },
  ipsec: { number: NFT_RT.XFRM, type: 'boolean', bits: 8 }
} as const satisfies { readonly [name: string]: Key }
export type RtKey = keyof typeof rtKeys

/** `socket mark`: what is known of the socket that a packet is for. */
export const socketKeys = {
  transparent: { number: NFT_SOCKET.TRANSPARENT, type: 'integer', bits: 8 },
  mark: { number: NFT_SOCKET.MARK, type: 'mark' },
  wildcard: { number: NFT_SOCKET.WILDCARD, type: 'integer', bits: 8 },
  cgroupv2: { number: NFT_SOCKET.CGROUPV2, type: 'cgroupsv2' }
} as const satisfies { readonly [name: string]: Key }
export type SocketKey = keyof typeof socketKeys

/** `ipsec in reqid`: what is known of a packet's IPsec state. */
export const ipsecKeys = {
  'ip saddr': { number: NFT_XFRM_KEY.SADDR_IP4, type: 'ipv4_addr' },
  'ip daddr': { number: NFT_XFRM_KEY.DADDR_IP4, type: 'ipv4_addr' },
  'ip6 saddr': { number: NFT_XFRM_KEY.SADDR_IP6, type: 'ipv6_addr' },
  'ip6 daddr': { number: NFT_XFRM_KEY.DADDR_IP6, type: 'ipv6_addr' },
  reqid: { number: NFT_XFRM_KEY.REQID, type: 'integer', bits: 32, order: 'host' },
  spi: { number: NFT_XFRM_KEY.SPI, type: 'integer', bits: 32 }
} as const satisfies { readonly [name: string]: Key }
export type IpsecKey = keyof typeof ipsecKeys

/** What a route is looked up by. <linux/netfilter/nf_tables.h> */
export const fibInputs = {
  saddr: NFTA_FIB_F.SADDR,
  daddr: NFTA_FIB_F.DADDR,
  mark: NFTA_FIB_F.MARK,
  iif: NFTA_FIB_F.IIF,
  oif: NFTA_FIB_F.OIF
} as const
export type FibInput = keyof typeof fibInputs

/** What a route tells. */
export const fibResults = {
  oif: { number: NFT_FIB_RESULT.OIF, type: 'iface_index' },
  oifname: { number: NFT_FIB_RESULT.OIFNAME, type: 'ifname' },
  type: { number: NFT_FIB_RESULT.ADDRTYPE, type: 'fib_addrtype' }
} as const satisfies { readonly [name: string]: Key }
export type FibResult = keyof typeof fibResults

/** A field of a header: `tcp dport`. */
export interface Payload {
  readonly _tag: 'Payload'
  readonly header: HeaderName
  readonly field: string
}

/** Bits of a packet by their place: `@nh,64,32`. */
export interface Bits {
  readonly _tag: 'Bits'
  /** From the link's header, the network's, the transport's, or what that carries. */
  readonly base: 'll' | 'nh' | 'th' | 'ih'
  /** In bits. */
  readonly offset: number
  readonly length: number
}

export interface Meta {
  readonly _tag: 'Meta'
  readonly key: MetaKey
}

export interface Ct {
  readonly _tag: 'Ct'
  readonly key: CtKey
  readonly direction?: 'original' | 'reply'
}

export interface Rt {
  readonly _tag: 'Rt'
  readonly key: RtKey
}

export interface Socket {
  readonly _tag: 'Socket'
  readonly key: SocketKey
  /** Of cgroupv2: how deep in the hierarchy. */
  readonly level?: number
}

export interface Ipsec {
  readonly _tag: 'Ipsec'
  readonly direction: 'in' | 'out'
  readonly key: IpsecKey
  /** Which state, if there are several around each other. Default 0. */
  readonly depth?: number
}

/** `fib daddr . iif type` */
export interface Fib {
  readonly _tag: 'Fib'
  readonly by: ReadonlyArray<FibInput>
  readonly result: FibResult
}

/** A field of a header or option that a packet may have, or with no field whether it has it: `tcp option maxseg size`. */
export interface Extension {
  readonly _tag: 'Extension'
  readonly of: CarrierName
  /** An option of TCP that has no name is known by its number. */
  readonly name: string | number
  readonly field?: string
  /** In place of a field, in bits: `tcp option @255,8,8`. */
  readonly bits?: readonly [offset: number, length: number]
}

/** `osf name`: what system sent the packet, guessed. */
export interface Osf {
  readonly _tag: 'Osf'
  readonly result: 'name' | 'version'
  readonly ttl?: 'loose' | 'skip'
}

/** `numgen inc mod 3` */
export interface Numgen {
  readonly _tag: 'Numgen'
  readonly mode: 'inc' | 'random'
  readonly modulus: number
  /** Default 0. */
  readonly offset?: number
}

/** `symhash mod 2`: the hash of a connection. */
export interface Symhash {
  readonly _tag: 'Symhash'
  readonly modulus: number
  readonly offset?: number
}

/** Something that a rule can load into a register. The type parameter says what it can be compared with. */
export type Selector<A = unknown> = (
  | Payload
  | Bits
  | Meta
  | Ct
  | Rt
  | Socket
  | Ipsec
  | Fib
  | Extension
  | Osf
  | Numgen
  | Symhash
) & { readonly values?: A }

const typed = ({ type, bits, order }: Key): Type => {
  const datatype: Datatype = datatypes[type]
  return { datatype, bits: bits ?? datatype.bits, order: order ?? datatype.order }
}

const inPacket = (type: DatatypeName, bits: number): Type => {
  const datatype: Datatype = datatypes[type]
  return { datatype, bits, order: 'network' }
}

const osfBits = 32 * 8

const generated: Type = { datatype: datatypes.integer, bits: 32, order: 'host' }

const presence: Type = { datatype: datatypes.boolean, bits: 8, order: 'network' }

/** The place of an extension's field. */
export const fieldOf = ({ of, name, field }: Extension): readonly [number, number, DatatypeName] | undefined =>
  field === undefined || typeof name === 'number' ? undefined : extensionsOf(of)[name]?.fields[field]

/** What a selector loads. */
export const typeOfSelector = (selector: Selector): Type => {
  switch (selector._tag) {
    case 'Payload': {
      const [, bits, type] = headerOf(selector.header).fields[selector.field] ?? [0, 0, 'integer']
      return inPacket(type, bits)
    }
    case 'Bits':
      return { datatype: rawType, bits: selector.length, order: 'network' }
    case 'Meta':
      return typed(metaKeys[selector.key])
    case 'Ct':
      return typed(ctKeys[selector.key])
    case 'Rt':
      return typed(rtKeys[selector.key])
    case 'Socket':
      return typed(socketKeys[selector.key])
    case 'Ipsec':
      return typed(ipsecKeys[selector.key])
    case 'Fib':
      return typed(fibResults[selector.result])
    case 'Extension': {
      if (selector.bits !== undefined) return inPacket('integer', selector.bits[1])
      const field = fieldOf(selector)
      return field === undefined ? presence : inPacket(field[2], field[1])
    }
    case 'Osf':
      return { datatype: datatypes.string, bits: osfBits, order: 'network' }
    case 'Numgen':
    case 'Symhash':
      return generated
  }
}

type Values<K> = K extends { readonly type: infer T } ? Selector<LiteralOf<T>> : never

type Headers = {
  readonly [H in HeaderName]: {
    readonly [F in keyof (typeof headers)[H]['fields']]: (typeof headers)[H]['fields'][F] extends readonly [
      number,
      number,
      infer T
    ]
      ? Payload & Selector<LiteralOf<T>>
      : never
  }
}

const fieldsOf = (header: HeaderName): unknown =>
  Object.fromEntries(
    Object.keys(headerOf(header).fields).map(field => [field, { _tag: 'Payload', header, field }])
  )

/** Fields of headers: `header.tcp.dport`. */
export const header = Object.fromEntries(
  (Object.keys(headers) as ReadonlyArray<HeaderName>).map(name => [name, fieldsOf(name)])
) as unknown as Headers

export const { ether, vlan, arp, ip, ip6, icmp, icmpv6, igmp, tcp, udp, udplite, sctp, dccp, ah, esp, comp, th } =
  header

const keyed = <T extends { readonly [name: string]: Key }>(
  tag: string,
  keys: T,
  rest: object = {}
): { readonly [K in keyof T]: Values<T[K]> } =>
  Object.fromEntries(Object.keys(keys).map(key => [key, { _tag: tag, key, ...rest }])) as never

/** What the kernel knows of a packet: `meta.iifname`. */
export const meta = keyed('Meta', metaKeys)

/** What is known of its connection: `ct.state`; of one direction: `original['ip saddr']`. */
export const ct = keyed('Ct', ctKeys)
export const original = keyed('Ct', ctKeys, { direction: 'original' })
export const reply = keyed('Ct', ctKeys, { direction: 'reply' })

export const rt = keyed('Rt', rtKeys)

export const socket = keyed('Socket', socketKeys)

/** What the routing table says: `fib(['daddr'], 'type')`. */
export const fib = <R extends FibResult>(
  by: ReadonlyArray<FibInput>,
  result: R
): Fib & Values<(typeof fibResults)[R]> => ({ _tag: 'Fib', by, result }) as never

/** Bits of the packet by their place, both in bits: `bits('nh', 64, 8)`. */
export const bits = (base: Bits['base'], offset: number, length: number): Bits & Selector<number | bigint> => ({
  _tag: 'Bits',
  base,
  offset,
  length
})

/** A field of an option or an extension header; without one, whether there is it. */
export const extension = <C extends CarrierName>(
  of: C,
  name: keyof (typeof carriers)[C]['extensions'] & string,
  field?: string
): Extension & Selector => ({ _tag: 'Extension', of, name, ...(field !== undefined && { field }) })

/** The next number, or a random one, less than the modulus. */
export const numgen = (mode: Numgen['mode'], modulus: number, offset?: number): Numgen & Selector<number> => ({
  _tag: 'Numgen',
  mode,
  modulus,
  ...(offset !== undefined && { offset })
})
