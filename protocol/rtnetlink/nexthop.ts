import {
  arrayOf,
  attributes,
  be16,
  bytes,
  closed,
  flag,
  ip,
  list,
  message,
  pad,
  struct,
  type TypeOf,
  u8,
  u16,
  u32,
  u64,
  uint,
  variant
} from '../definition'
import { encaps } from './encap'

const header = struct('nhmsg', {
  family: u8,
  /** RT_SCOPE_*, in answers. */
  scope: u8,
  /** Who made it, RTPROT_*. */
  protocol: u8,
  resvd: pad(1),
  /** RTNH_F_* bits. */
  flags: u32
})

const nexthopAttributes = attributes('NHA', {
  id: [1, u32],
  /** The nexthops of a group. */
  group: [
    2,
    arrayOf(
      struct('nexthop_grp', {
        id: u32,
        /** The low eight bits of the weight less one. */
        weight: u8,
        /** The high ones. */
        weightHigh: u8,
        resvd2: pad(2)
      })
    )
  ],
  /** NEXTHOP_GRP_TYPE_*. */
  groupType: [3, u16],
  blackhole: [4, flag],
  oif: [5, u32],
  gateway: [6, ip],
  /** LWTUNNEL_ENCAP_*. */
  encapType: [7, u16],
  encap: [8, closed(variant('encapType', encaps))],
  /** Dump: only groups. */
  groups: [9, flag],
  /** Dump: only nexthops by ports of this interface. */
  master: [10, u32],
  /** For forwarding databases, not for routes. */
  fdb: [11, flag],
  resGroup: [
    12,
    attributes('NHA_RES_GROUP', {
      pad: [0, bytes],
      /** How many there are. */
      buckets: [1, u16],
      /** For how long a bucket must be idle before it may move, in hundredths of a second. */
      idleTimer: [2, u32],
      /** After how long out of balance any bucket may move, likewise; 0 is never. */
      unbalancedTimer: [3, u32],
      /** For how long it has been out of balance, likewise. */
      unbalancedTime: [4, u64]
    })
  ],
  resBucket: [
    13,
    attributes('NHA_RES_BUCKET', {
      pad: [0, bytes],
      index: [1, u16],
      /** Hundredths of a second. */
      idleTime: [2, u64],
      nhId: [3, u32]
    })
  ],
  /** NHA_OP_FLAG_* bits. */
  opFlags: [14, u32],
  groupStats: [
    15,
    list(
      1,
      attributes('NHA_GROUP_STATS_ENTRY', {
        id: [1, u32],
        packets: [2, uint],
        /** Those that hardware forwarded. */
        packetsHw: [3, uint]
      })
    )
  ],
  /** 1 lets hardware count. */
  hwStatsEnable: [16, u32],
  hwStatsUsed: [17, u32],
  /** UDP port of a tunnel's far end, of a nexthop for forwarding databases. */
  dstPort: [18, be16]
})

/** A nexthop that routes refer to, or a group of them: `ip nexthop`. <linux/nexthop.h> */
export const nexthop = message('nexthop', {
  types: { RTM_NEWNEXTHOP: 104, RTM_DELNEXTHOP: 105, RTM_GETNEXTHOP: 106 },
  header,
  attributes: nexthopAttributes
})
export type Nexthop = TypeOf<typeof nexthop>

/** A bucket of a resilient group, which flows are hashed to: `ip nexthop bucket`. <linux/nexthop.h> */
export const nexthopBucket = message('nexthop bucket', {
  types: { RTM_NEWNEXTHOPBUCKET: 116, RTM_DELNEXTHOPBUCKET: 117, RTM_GETNEXTHOPBUCKET: 118 },
  header,
  attributes: nexthopAttributes
})
export type NexthopBucket = TypeOf<typeof nexthopBucket>

/** How flows are given to the nexthops of a group. <linux/nexthop.h> */
export const NEXTHOP_GRP_TYPE = {
  /** By a hash that is spread over the weights. */
  MPATH: 0,
  /** By buckets, so that few flows move when the group changes. */
  RES: 1
} as const

/** What an answer shall have besides. <linux/nexthop.h> */
export const NHA_OP_FLAG = { DUMP_STATS: 0x01, DUMP_HW_STATS: 0x02 } as const
