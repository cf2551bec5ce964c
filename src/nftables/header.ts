import { NFT_PAYLOAD } from '../../protocol/nftables/expression/payload'
import type { DatatypeName } from './datatype'
import { etherTypes, networkProtocols, protocols } from './symbol'

/** Where in a packet a header stands; each layer follows the one before. */
export type Layer = 'link' | 'network' | 'transport'

/** The first bit of a field, how many it has, and what they mean. */
type Field = readonly [offset: number, bits: number, type: DatatypeName]

interface Header {
  readonly layer: Layer
  /** nft's own number of it. */
  readonly id: number
  readonly fields: { readonly [name: string]: Field }
  /** The field that says what header follows. */
  readonly key?: string
  /** Bits that it takes, where another header of the same layer can follow. */
  readonly length?: number
  /** Where its checksum stands, in bytes. */
  readonly checksum?: number
  /** Fields that the transport's checksum covers as well. */
  readonly pseudo?: ReadonlyArray<string>
}

const port = 'inet_service'

/** Headers and their fields as `nft` names them, in the order of the packet. man 8 nft */
export const headers = {
  ether: {
    layer: 'link',
    id: 17,
    key: 'type',
    length: 112,
    fields: { daddr: [0, 48, 'ether_addr'], saddr: [48, 48, 'ether_addr'], type: [96, 16, 'ether_type'] }
  },
  vlan: {
    layer: 'link',
    id: 16,
    key: 'type',
    length: 32,
    fields: {
      pcp: [0, 3, 'integer'],
      dei: [3, 1, 'integer'],
      cfi: [3, 1, 'integer'],
      id: [4, 12, 'integer'],
      type: [16, 16, 'ether_type']
    }
  },
  arp: {
    layer: 'network',
    id: 15,
    fields: {
      htype: [0, 16, 'integer'],
      ptype: [16, 16, 'ether_type'],
      hlen: [32, 8, 'integer'],
      plen: [40, 8, 'integer'],
      operation: [48, 16, 'arp_op'],
      'saddr ether': [64, 48, 'ether_addr'],
      'saddr ip': [112, 32, 'ipv4_addr'],
      'daddr ether': [144, 48, 'ether_addr'],
      'daddr ip': [192, 32, 'ipv4_addr']
    }
  },
  ip: {
    layer: 'network',
    id: 12,
    key: 'protocol',
    checksum: 10,
    pseudo: ['saddr', 'daddr', 'protocol', 'length'],
    fields: {
      version: [0, 4, 'integer'],
      hdrlength: [4, 4, 'integer'],
      dscp: [8, 6, 'dscp'],
      ecn: [14, 2, 'ecn'],
      length: [16, 16, 'integer'],
      id: [32, 16, 'integer'],
      'frag-off': [48, 16, 'integer'],
      ttl: [64, 8, 'integer'],
      protocol: [72, 8, 'inet_proto'],
      checksum: [80, 16, 'integer'],
      saddr: [96, 32, 'ipv4_addr'],
      daddr: [128, 32, 'ipv4_addr']
    }
  },
  ip6: {
    layer: 'network',
    id: 13,
    key: 'nexthdr',
    pseudo: ['saddr', 'daddr', 'nexthdr', 'length'],
    fields: {
      version: [0, 4, 'integer'],
      dscp: [4, 6, 'dscp'],
      ecn: [10, 2, 'ecn'],
      flowlabel: [12, 20, 'integer'],
      length: [32, 16, 'integer'],
      nexthdr: [48, 8, 'inet_proto'],
      hoplimit: [56, 8, 'integer'],
      saddr: [64, 128, 'ipv6_addr'],
      daddr: [192, 128, 'ipv6_addr']
    }
  },
  icmp: {
    layer: 'transport',
    id: 4,
    key: 'type',
    checksum: 2,
    fields: {
      type: [0, 8, 'icmp_type'],
      code: [8, 8, 'icmp_code'],
      checksum: [16, 16, 'integer'],
      id: [32, 16, 'integer'],
      sequence: [48, 16, 'integer'],
      gateway: [32, 32, 'integer'],
      mtu: [48, 16, 'integer']
    }
  },
  icmpv6: {
    layer: 'transport',
    id: 14,
    key: 'type',
    checksum: 2,
    fields: {
      type: [0, 8, 'icmpv6_type'],
      code: [8, 8, 'icmpv6_code'],
      checksum: [16, 16, 'integer'],
      'parameter-problem': [32, 32, 'integer'],
      mtu: [32, 32, 'integer'],
      id: [32, 16, 'integer'],
      sequence: [48, 16, 'integer'],
      'max-delay': [32, 16, 'integer']
    }
  },
  igmp: {
    layer: 'transport',
    id: 5,
    checksum: 2,
    fields: {
      type: [0, 8, 'igmp_type'],
      checksum: [16, 16, 'integer'],
      mrt: [8, 8, 'integer'],
      group: [32, 32, 'integer']
    }
  },
  tcp: {
    layer: 'transport',
    id: 8,
    checksum: 16,
    fields: {
      sport: [0, 16, port],
      dport: [16, 16, port],
      sequence: [32, 32, 'integer'],
      ackseq: [64, 32, 'integer'],
      doff: [96, 4, 'integer'],
      reserved: [100, 4, 'integer'],
      flags: [104, 8, 'tcp_flag'],
      window: [112, 16, 'integer'],
      checksum: [128, 16, 'integer'],
      urgptr: [144, 16, 'integer']
    }
  },
  udp: {
    layer: 'transport',
    id: 6,
    checksum: 6,
    fields: {
      sport: [0, 16, port],
      dport: [16, 16, port],
      length: [32, 16, 'integer'],
      checksum: [48, 16, 'integer']
    }
  },
  udplite: {
    layer: 'transport',
    id: 7,
    fields: {
      sport: [0, 16, port],
      dport: [16, 16, port],
      csumcov: [32, 16, 'integer'],
      checksum: [48, 16, 'integer']
    }
  },
  sctp: {
    layer: 'transport',
    id: 10,
    fields: {
      sport: [0, 16, port],
      dport: [16, 16, port],
      vtag: [32, 32, 'integer'],
      checksum: [64, 32, 'integer']
    }
  },
  dccp: {
    layer: 'transport',
    id: 9,
    fields: { sport: [0, 16, port], dport: [16, 16, port], type: [67, 4, 'dccp_pkttype'] }
  },
  ah: {
    layer: 'transport',
    id: 1,
    key: 'nexthdr',
    fields: {
      nexthdr: [0, 8, 'inet_proto'],
      hdrlength: [8, 8, 'integer'],
      reserved: [16, 16, 'integer'],
      spi: [32, 32, 'integer'],
      sequence: [64, 32, 'integer']
    }
  },
  esp: {
    layer: 'transport',
    id: 2,
    fields: { spi: [0, 32, 'integer'], sequence: [32, 32, 'integer'] }
  },
  comp: {
    layer: 'transport',
    id: 3,
    key: 'nexthdr',
    fields: { nexthdr: [0, 8, 'inet_proto'], flags: [8, 8, 'bitmask'], cpi: [16, 16, 'integer'] }
  },
  /** What the headers of tcp, udp, sctp … have in common; no protocol is asked for. */
  th: {
    layer: 'transport',
    id: 11,
    fields: { sport: [0, 16, port], dport: [16, 16, port] }
  }
} as const satisfies { readonly [name: string]: Header }
export type HeaderName = keyof typeof headers

export const headerOf = (name: HeaderName): Header => headers[name]

export const headerNames = Object.keys(headers) as ReadonlyArray<HeaderName>

/** NFT_PAYLOAD_* of each layer. <linux/netfilter/nf_tables.h> */
export const bases: { readonly [L in Layer]: number } = {
  link: NFT_PAYLOAD.LL_HEADER,
  network: NFT_PAYLOAD.NETWORK_HEADER,
  transport: NFT_PAYLOAD.TRANSPORT_HEADER
}

export const layerOf = (base: number): Layer | undefined =>
  (Object.keys(bases) as ReadonlyArray<Layer>).find(layer => bases[layer] === base)

/** Headers by the numbers that the layer below has for them. */
export const byEtherType: ReadonlyMap<number, HeaderName> = new Map<number, HeaderName>([
  [etherTypes.ip, 'ip'],
  [etherTypes.arp, 'arp'],
  [etherTypes.ip6, 'ip6'],
  [etherTypes['8021q'], 'vlan'],
  [etherTypes['8021ad'], 'vlan']
])

export const byNetworkProtocol: ReadonlyMap<number, HeaderName> = new Map<number, HeaderName>([
  [networkProtocols.ipv4, 'ip'],
  [networkProtocols.ipv6, 'ip6']
])

export const byProtocol: ReadonlyMap<number, HeaderName> = new Map<number, HeaderName>([
  [protocols.icmp, 'icmp'],
  [protocols.igmp, 'igmp'],
  [protocols.icmpv6, 'icmpv6'],
  [protocols.esp, 'esp'],
  [protocols.ah, 'ah'],
  [protocols.comp, 'comp'],
  [protocols.udp, 'udp'],
  [protocols.udplite, 'udplite'],
  [protocols.tcp, 'tcp'],
  [protocols.dccp, 'dccp'],
  [protocols.sctp, 'sctp']
])

const numberIn = (table: ReadonlyMap<number, HeaderName>, name: HeaderName): number | undefined =>
  [...table].find(([, each]) => each === name)?.[0]

export const etherTypeOf = (name: HeaderName): number | undefined => numberIn(byEtherType, name)
export const networkProtocolOf = (name: HeaderName): number | undefined => numberIn(byNetworkProtocol, name)
export const protocolOf = (name: HeaderName): number | undefined => numberIn(byProtocol, name)

/** The messages of ICMP that have a field: by its name, the type that they have. */
export const messagesOf: { readonly [header: string]: { readonly [field: string]: ReadonlyArray<number> } } = {
  icmp: { id: [8, 0], sequence: [8, 0], gateway: [5], mtu: [3] },
  icmpv6: { id: [128, 129], sequence: [128, 129], 'parameter-problem': [4], mtu: [2], 'max-delay': [130] }
}
