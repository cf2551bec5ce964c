import {
  attributes,
  bytes,
  many,
  message,
  pad,
  repeat,
  struct,
  type TypeOf,
  u8,
  u16,
  u32,
  u64
} from '../definition'
import { rtnlLinkStats64 } from './link/statistics'

const received = repeat(2, u64)

/** Counters that only some kinds of interface have. <linux/if_link.h> */
const xstats = attributes('LINK_XSTATS_TYPE', {
  bridge: [
    1,
    attributes('BRIDGE_XSTATS', {
      vlan: [
        1,
        many(
          struct('bridge_vlan_xstats', {
            rxBytes: u64,
            rxPackets: u64,
            txBytes: u64,
            txPackets: u64,
            vid: u16,
            /** BRIDGE_VLAN_INFO_* bits. */
            flags: u16,
            pad2: pad(4)
          })
        )
      ],
      /** Messages of multicast membership; where there are two numbers, those received and those sent. */
      mcast: [
        2,
        struct('br_mcast_stats', {
          igmpV1queries: received,
          igmpV2queries: received,
          igmpV3queries: received,
          igmpLeaves: received,
          igmpV1reports: received,
          igmpV2reports: received,
          igmpV3reports: received,
          igmpParseErrors: u64,
          mldV1queries: received,
          mldV2queries: received,
          mldLeaves: received,
          mldV1reports: received,
          mldV2reports: received,
          mldParseErrors: u64,
          mcastBytes: received,
          mcastPackets: received
        })
      ],
      pad: [3, bytes],
      /** Spanning tree of a port. */
      stp: [
        4,
        struct('bridge_stp_xstats', {
          transitionBlk: u64,
          transitionFwd: u64,
          rxBpdu: u64,
          txBpdu: u64,
          rxTcn: u64,
          txTcn: u64
        })
      ]
    })
  ],
  bond: [
    2,
    attributes('BOND_XSTATS', {
      '3ad': [
        1,
        attributes('BOND_3AD_STAT', {
          lacpduRx: [0, u64],
          lacpduTx: [1, u64],
          lacpduUnknownRx: [2, u64],
          lacpduIllegalRx: [3, u64],
          markerRx: [4, u64],
          markerTx: [5, u64],
          markerRespRx: [6, u64],
          markerRespTx: [7, u64],
          markerUnknownRx: [8, u64],
          pad: [9, bytes]
        })
      ]
    })
  ]
})

const header = struct('if_stats_msg', {
  family: u8,
  pad1: pad(1),
  pad2: pad(2),
  /** 0 in a request is all of them. */
  ifindex: u32,
  /** What is asked for: bits, 1 << (IFLA_STATS_* - 1). */
  filterMask: u32
})

/** Counters of an interface: `ip stats show`. <linux/if_link.h> */
export const stats = message('stats', {
  types: { RTM_NEWSTATS: 92 },
  header,
  attributes: attributes('IFLA_STATS', {
    link_64: [1, rtnlLinkStats64],
    linkXstats: [2, xstats],
    /** As a port of a bridge or a bond. */
    linkXstatsSlave: [3, xstats],
    linkOffloadXstats: [
      4,
      attributes('IFLA_OFFLOAD_XSTATS', {
        /** What the kernel itself forwarded. */
        cpuHit: [1, rtnlLinkStats64],
        /** Whether hardware counts, by what is counted. */
        hwSInfo: [
          2,
          attributes('IFLA_OFFLOAD_XSTATS', {
            l3Stats: [
              3,
              attributes('IFLA_OFFLOAD_XSTATS_HW_S_INFO', {
                /** 1 when it was asked to. */
                request: [1, u8],
                /** 1 when it does. */
                used: [2, u8]
              })
            ]
          })
        ],
        /** Routed packets. */
        l3Stats: [
          3,
          struct('rtnl_hw_stats64', {
            rxPackets: u64,
            txPackets: u64,
            rxBytes: u64,
            txBytes: u64,
            rxErrors: u64,
            txErrors: u64,
            rxDropped: u64,
            txDropped: u64,
            multicast: u64
          })
        ]
      })
    ],
    afSpec: [
      5,
      attributes('AF', {
        mpls: [
          28,
          attributes('MPLS_STATS', {
            link: [
              1,
              struct('mpls_link_stats', {
                rxPackets: u64,
                txPackets: u64,
                rxBytes: u64,
                txBytes: u64,
                rxErrors: u64,
                txErrors: u64,
                rxDropped: u64,
                txDropped: u64,
                rxNoroute: u64
              })
            ]
          })
        ]
      })
    ]
  })
})
export interface Stats extends TypeOf<typeof stats> {}

/** The question for them, answered by RTM_NEWSTATS, and what to count: `ip stats set`. <linux/if_link.h> */
export const statsRequest = message('stats request', {
  types: { RTM_GETSTATS: 94, RTM_SETSTATS: 95 },
  header,
  attributes: attributes('IFLA_STATS', {
    /** Which parts of an attribute of the answer are wanted. */
    getFilters: [
      1,
      attributes('IFLA_STATS', {
        /** Bits, 1 << (IFLA_OFFLOAD_XSTATS_* - 1). */
        linkOffloadXstats: [4, u32]
      })
    ],
    /** 1 lets hardware count routed packets. */
    setOffloadXstatsL3Stats: [2, u8]
  })
})
export interface StatsRequest extends TypeOf<typeof statsRequest> {}
