import { NFPROTO } from '../../protocol/nfnetlink/header'
import { NFT_PAYLOAD } from '../../protocol/nftables/expression/payload'
import { type Datatype, datatype, rawInteger } from './datatype'

/** Where headers begin. */
export type Base = 'link' | 'network' | 'transport' | 'inner'

export const bases: { readonly [B in Base]: number } = {
  link: NFT_PAYLOAD.LL_HEADER,
  network: NFT_PAYLOAD.NETWORK_HEADER,
  transport: NFT_PAYLOAD.TRANSPORT_HEADER,
  inner: NFT_PAYLOAD.INNER_HEADER
}

const basesByNumber: ReadonlyMap<number, Base> = new Map(
  (Object.keys(bases) as ReadonlyArray<Base>).map(base => [bases[base], base])
)

/** Undefined for what `nft` has no word for. */
export const baseOf = (number: number): Base | undefined => basesByNumber.get(number)

/** A member of a packet's header, in bits from its beginning. */
export interface Field {
  readonly name: string
  readonly offset: number
  readonly bits: number
  readonly type: Datatype
  /** It tells which header comes next. */
  readonly key: boolean
  /** The only ICMP type that has it. */
  readonly icmpType: number | undefined
}

export interface Header {
  readonly name: string
  readonly base: Base
  /** What the header before it calls it: NFPROTO_* or IPPROTO_*. */
  readonly number: number
  readonly fields: ReadonlyArray<Field>
}

type Row = readonly [
  name: string,
  offset: number,
  bits: number,
  type?: Parameters<typeof datatype>[0],
  more?: { readonly key?: true; readonly icmpType?: number }
]

const header = (name: string, base: Base, number: number, rows: ReadonlyArray<Row>): Header => ({
  name,
  base,
  number,
  fields: rows.map(([field, offset, bits, type = 'integer', { key = false, icmpType } = {}]) => ({
    name: field,
    offset,
    bits,
    type: datatype(type),
    key,
    icmpType
  }))
})

const ports: ReadonlyArray<Row> = [
  ['sport', 0, 16, 'inet_service'],
  ['dport', 16, 16, 'inet_service']
]

/** Behind the addresses and the type of an Ethernet frame, in bits. */
const vlanOffset = 112

const ICMP = { ECHO: 8, REDIRECT: 5, UNREACHABLE: 3 } as const
const ICMPV6 = { ECHO: 128, TOO_BIG: 2, PARAMETER: 4, QUERY: 130 } as const

/** Headers as `nft` knows them. Members stand in the order of their offsets. nft's <proto.h> */
export const headers: ReadonlyArray<Header> = [
  header('ether', 'link', 1, [
    ['daddr', 0, 48, 'ether_addr'],
    ['saddr', 48, 48, 'ether_addr'],
    ['type', 96, 16, 'ether_type', { key: true }]
  ]),
  header('vlan', 'link', 0x8100, [
    ['pcp', vlanOffset, 3],
    ['dei', vlanOffset + 3, 1],
    ['id', vlanOffset + 4, 12],
    ['type', vlanOffset + 16, 16, 'ether_type', { key: true }]
  ]),
  header('arp', 'network', NFPROTO.ARP, [
    ['htype', 0, 16],
    ['ptype', 16, 16, 'ether_type'],
    ['hlen', 32, 8],
    ['plen', 40, 8],
    ['operation', 48, 16, 'arp_op'],
    ['saddr ether', 64, 48, 'ether_addr'],
    ['saddr ip', 112, 32, 'ipv4_addr'],
    ['daddr ether', 144, 48, 'ether_addr'],
    ['daddr ip', 192, 32, 'ipv4_addr']
  ]),
  header('ip', 'network', NFPROTO.IPV4, [
    ['version', 0, 4],
    ['hdrlength', 4, 4],
    ['dscp', 8, 6, 'dscp'],
    ['ecn', 14, 2, 'ecn'],
    ['length', 16, 16],
    ['id', 32, 16],
    ['frag-off', 48, 16],
    ['ttl', 64, 8],
    ['protocol', 72, 8, 'inet_proto', { key: true }],
    ['checksum', 80, 16],
    ['saddr', 96, 32, 'ipv4_addr'],
    ['daddr', 128, 32, 'ipv4_addr']
  ]),
  header('ip6', 'network', NFPROTO.IPV6, [
    ['version', 0, 4],
    ['dscp', 4, 6, 'dscp'],
    ['ecn', 10, 2, 'ecn'],
    ['flowlabel', 12, 20],
    ['length', 32, 16],
    ['nexthdr', 48, 8, 'inet_proto', { key: true }],
    ['hoplimit', 56, 8],
    ['saddr', 64, 128, 'ipv6_addr'],
    ['daddr', 192, 128, 'ipv6_addr']
  ]),
  header('icmp', 'transport', 1, [
    ['type', 0, 8, 'icmp_type', { key: true }],
    ['code', 8, 8, 'icmp_code'],
    ['checksum', 16, 16],
    ['id', 32, 16, 'integer', { icmpType: ICMP.ECHO }],
    ['sequence', 48, 16, 'integer', { icmpType: ICMP.ECHO }],
    ['gateway', 32, 32, 'integer', { icmpType: ICMP.REDIRECT }],
    ['mtu', 48, 16, 'integer', { icmpType: ICMP.UNREACHABLE }]
  ]),
  header('icmpv6', 'transport', 58, [
    ['type', 0, 8, 'icmpv6_type', { key: true }],
    ['code', 8, 8, 'icmpv6_code'],
    ['checksum', 16, 16],
    ['parameter-problem', 32, 32, 'integer', { icmpType: ICMPV6.PARAMETER }],
    ['mtu', 32, 32, 'integer', { icmpType: ICMPV6.TOO_BIG }],
    ['id', 32, 16, 'integer', { icmpType: ICMPV6.ECHO }],
    ['sequence', 48, 16, 'integer', { icmpType: ICMPV6.ECHO }],
    ['max-delay', 32, 16, 'integer', { icmpType: ICMPV6.QUERY }]
  ]),
  header('igmp', 'transport', 2, [
    ['type', 0, 8, 'igmp_type'],
    ['mrt', 8, 8],
    ['checksum', 16, 16],
    ['group', 32, 32, 'ipv4_addr']
  ]),
  header('tcp', 'transport', 6, [
    ...ports,
    ['sequence', 32, 32],
    ['ackseq', 64, 32],
    ['doff', 96, 4],
    ['reserved', 100, 4],
    ['flags', 104, 8, 'tcp_flag'],
    ['window', 112, 16],
    ['checksum', 128, 16],
    ['urgptr', 144, 16]
  ]),
  header('udp', 'transport', 17, [...ports, ['length', 32, 16], ['checksum', 48, 16]]),
  header('udplite', 'transport', 136, [...ports, ['csumcov', 32, 16], ['checksum', 48, 16]]),
  header('sctp', 'transport', 132, [...ports, ['vtag', 32, 32], ['checksum', 64, 32]]),
  header('dccp', 'transport', 33, [...ports, ['type', 67, 4, 'dccp_pkttype']]),
  header('esp', 'transport', 50, [
    ['spi', 0, 32],
    ['sequence', 32, 32]
  ]),
  header('ah', 'transport', 51, [
    ['nexthdr', 0, 8, 'inet_proto'],
    ['hdrlength', 8, 8],
    ['reserved', 16, 16],
    ['spi', 32, 32],
    ['sequence', 64, 32]
  ]),
  header('comp', 'transport', 108, [
    ['nexthdr', 0, 8, 'inet_proto'],
    ['flags', 8, 8, 'bitmask'],
    ['cpi', 16, 16]
  ]),
  // The ports, whichever transport has them.
  header('th', 'transport', -1, ports)
]

const byName = new Map(headers.map(each => [each.name, each] as const))

export const headerOf = (name: string): Header | undefined => byName.get(name)

/** Where a member is loaded from, in whole bytes, and what of them it is. */
export interface Place {
  readonly base: Base
  /** In bytes. */
  readonly offset: number
  readonly size: number
  /** Bits behind it in these bytes. */
  readonly shift: number
  readonly bits: number
}

export const placeOf = (base: Base, offset: number, bits: number): Place => {
  const first = Math.floor(offset / 8)
  const size = Math.ceil((offset + bits) / 8) - first
  return { base, offset: first, size, shift: size * 8 - (offset % 8) - bits, bits }
}

const shorts: { readonly [short: string]: Base } = { ll: 'link', nh: 'network', th: 'transport', ih: 'inner' }

/** `@th,16,32`: bits that nobody has a name for. */
export const parseRaw = (
  name: string
): { readonly base: Base; readonly offset: number; readonly bits: number } | undefined => {
  const [, short = '', offset = '', bits = ''] = /^@(ll|nh|th|ih),(\d{1,5}),(\d{1,4})$/.exec(name) ?? []
  const base = shorts[short]
  return base === undefined || Number(bits) === 0 || Number(bits) > 128
    ? undefined
    : { base, offset: Number(offset), bits: Number(bits) }
}

export const rawName = (base: Base, offset: number, bits: number): string =>
  `@${Object.entries(shorts).find(([, each]) => each === base)?.[0]},${offset},${bits}`

export const rawField = (base: Base, offset: number, bits: number): Field => ({
  name: rawName(base, offset, bits),
  offset,
  bits,
  type: rawInteger,
  key: false,
  icmpType: undefined
})
