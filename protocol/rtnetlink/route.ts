import {
  attributes,
  be16,
  be32,
  bytes,
  choice,
  closed,
  either,
  followed,
  ip,
  mac,
  message,
  records,
  s32,
  string,
  struct,
  type TypeOf,
  u8,
  u16,
  u32,
  u64,
  variant
} from '../definition'
import { AF } from './af'
import { encaps, mplsLabels } from './encap'

/** Properties of a path, as `ip route add … mtu 1400`. <linux/rtnetlink.h> */
const metrics = attributes('RTAX', {
  /** Bits, 1 << the number of a metric here: what the kernel must not change by itself. */
  lock: [1, u32],
  mtu: [2, u32],
  window: [3, u32],
  /** Eighths of a millisecond. */
  rtt: [4, u32],
  /** Quarters of a millisecond. */
  rttvar: [5, u32],
  ssthresh: [6, u32],
  cwnd: [7, u32],
  advmss: [8, u32],
  reordering: [9, u32],
  hoplimit: [10, u32],
  initcwnd: [11, u32],
  /** RTAX_FEATURE_* bits. */
  features: [12, u32],
  /** Milliseconds. */
  rtoMin: [13, u32],
  initrwnd: [14, u32],
  quickack: [15, u32],
  /** TCP congestion control: `cubic`. */
  ccAlgo: [16, string],
  fastopenNoCookie: [17, u32]
})

/** Where packets go next: of a route with one nexthop itself, else of each of its nexthops. */
const nexthop = attributes('RTA', {
  gateway: [5, ip],
  /** Realms: from in the high 16 bits, to in the low ones. */
  flow: [11, u32],
  /** A gateway of another family than the route's. MPLS also names one by its link-layer address. */
  via: [18, followed(struct('rtvia', { family: u16 }), 'addr', either(ip, mac))],
  /** MPLS: the labels that replace the outermost one. */
  newdst: [19, mplsLabels],
  /** LWTUNNEL_ENCAP_*. */
  encapType: [21, u16],
  encap: [22, closed(variant('encapType', encaps))]
})

/** A destination in the form of its family: an IP prefix's address, MPLS labels, an endpoint's number. */
const destination = choice(
  'family',
  {
    [AF.MPLS]: mplsLabels,
    [AF.PHONET]: u8,
    [AF.MCTP]: u8
  },
  ip
)

/** A route: `ip route`. <linux/rtnetlink.h> */
export const route = message('route', {
  types: { RTM_NEWROUTE: 24, RTM_DELROUTE: 25, RTM_GETROUTE: 26 },
  header: struct('rtmsg', {
    family: u8,
    /** Length of the destination's prefix, in bits. */
    dstLen: u8,
    srcLen: u8,
    tos: u8,
    /** RT_TABLE_*; tables above 255 stand in the attribute `table` alone. */
    table: u8,
    /** Who made it, RTPROT_*. */
    protocol: u8,
    /** How far away the destination is, RT_SCOPE_*. */
    scope: u8,
    /** RTN_*. */
    type: u8,
    /** RTM_F_* and RTNH_F_* bits. */
    flags: u32
  }),
  attributes: attributes('RTA', {
    /** Left out for the default route. */
    dst: [1, destination],
    src: [2, ip],
    /** Index of the interface that packets come in by. */
    iif: [3, u32],
    /** Index of the interface that packets go out by. */
    oif: [4, u32],
    /** The least wins; `metric` in `ip route`. */
    priority: [6, u32],
    /** Source address that our own packets get. */
    prefsrc: [7, ip],
    metrics: [8, metrics],
    multipath: [
      9,
      records(
        struct('rtnexthop', {
          len: u16,
          /** RTNH_F_* bits. */
          flags: u8,
          /** The weight less one; of a multicast route, the least time to live. */
          hops: u8,
          ifindex: s32
        }),
        'len',
        nexthop
      )
    ],
    protoinfo: [10, bytes],
    cacheinfo: [
      12,
      struct('rta_cacheinfo', {
        clntref: u32,
        /** Since its last use, in hundredths of a second. */
        lastuse: u32,
        /** Until it goes, in hundredths of a second; 0 is never. */
        expires: s32,
        /** An errno, negated. */
        error: u32,
        used: u32,
        id: u32,
        ts: u32,
        tsage: u32
      })
    ],
    session: [13, bytes],
    mpAlgo: [14, bytes],
    table: [15, u32],
    mark: [16, u32],
    mfcStats: [
      17,
      struct('rta_mfc_stats', {
        packets: u64,
        bytes: u64,
        /** Packets that came in by another interface than expected. */
        wrongIf: u64
      })
    ],
    /** IPv6 router preference: 0 medium, 1 high, 3 low. */
    pref: [20, u8],
    /** Seconds until it goes; in a multicast route, hundredths of a second since its last packet, as a bigint. */
    expires: [23, either(u32, u64)],
    pad: [24, bytes],
    uid: [25, u32],
    /** MPLS: 1 copies the time to live into the IP header. */
    ttlPropagate: [26, u8],
    ipProto: [27, u8],
    sport: [28, be16],
    dport: [29, be16],
    /** The nexthop object that is used instead of nexthops of its own. */
    nhId: [30, u32],
    flowlabel: [31, be32],
    /** RT_DEL_REASON_*, in notifications of RTM_DELROUTE. */
    delReason: [32, u32],
    ...nexthop.rows
  })
})
export type Route = TypeOf<typeof route>

/** Routing tables. <linux/rtnetlink.h>, /etc/iproute2/rt_tables */
export const RT_TABLE = {
  UNSPEC: 0,
  /** In the header of a table above 255. */
  COMPAT: 252,
  DEFAULT: 253,
  MAIN: 254,
  LOCAL: 255
} as const

/** Who made a route. <linux/rtnetlink.h>, /etc/iproute2/rt_protos */
export const RTPROT = {
  UNSPEC: 0,
  /** By an ICMP redirect. */
  REDIRECT: 1,
  KERNEL: 2,
  /** While booting; what `ip route add` says unless told otherwise. */
  BOOT: 3,
  STATIC: 4,
  GATED: 8,
  /** By a router advertisement. */
  RA: 9,
  MRT: 10,
  ZEBRA: 11,
  BIRD: 12,
  DNROUTED: 13,
  XORP: 14,
  NTK: 15,
  DHCP: 16,
  MROUTED: 17,
  KEEPALIVED: 18,
  BABEL: 42,
  OVN: 84,
  OPENR: 99,
  BGP: 186,
  ISIS: 187,
  OSPF: 188,
  RIP: 189,
  EIGRP: 192
} as const

/** How far away a destination is. <linux/rtnetlink.h> */
export const RT_SCOPE = { UNIVERSE: 0, SITE: 200, LINK: 253, HOST: 254, NOWHERE: 255 } as const

/** Types of a route. <linux/rtnetlink.h> */
export const RTN = {
  UNSPEC: 0,
  UNICAST: 1,
  LOCAL: 2,
  BROADCAST: 3,
  ANYCAST: 4,
  MULTICAST: 5,
  /** Drops without a word. */
  BLACKHOLE: 6,
  /** Drops and sends ICMP unreachable. */
  UNREACHABLE: 7,
  /** Drops and sends ICMP prohibited. */
  PROHIBIT: 8,
  /** The search goes on in another table. */
  THROW: 9,
  NAT: 10,
  XRESOLVE: 11
} as const

/** Flags of a nexthop. <linux/rtnetlink.h> */
export const RTNH_F = {
  DEAD: 0x01,
  PERVASIVE: 0x02,
  /** The gateway is on the link, whatever the addresses say. */
  ONLINK: 0x04,
  OFFLOAD: 0x08,
  /** The interface has no carrier. */
  LINKDOWN: 0x10,
  UNRESOLVED: 0x20,
  TRAP: 0x40
} as const

/** Flags of a route. <linux/rtnetlink.h> */
export const RTM_F = {
  NOTIFY: 0x100,
  /** The answer to a look-up, not a route of the table. */
  CLONED: 0x200,
  EQUALIZE: 0x400,
  PREFIX: 0x800,
  /** Look-up: answer with the table that was used. */
  LOOKUP_TABLE: 0x1000,
  /** Look-up: answer with the route that matched. */
  FIB_MATCH: 0x2000,
  OFFLOAD: 0x4000,
  TRAP: 0x8000,
  OFFLOAD_FAILED: 0x20000000
} as const

/** Features of a path, among its metrics. <linux/rtnetlink.h> */
export const RTAX_FEATURE = {
  ECN: 0x01,
  SACK: 0x02,
  TIMESTAMP: 0x04,
  ALLFRAG: 0x08,
  TCP_USEC_TS: 0x10
} as const

/** Why the kernel took a route away. <linux/rtnetlink.h> */
export const RT_DEL_REASON = { UNSPEC: 0, EXPIRED: 1, RA_WITHDRAWN: 2 } as const
