import { attributes, be16, bytes, ip4, ip6, mac, mac6, struct, u8, u16, u32, u64 } from '../../definition'

/** How the spanning tree tells bridges apart. <linux/if_link.h> */
export const iflaBridgeId = struct('ifla_bridge_id', {
  /** The lower wins. */
  prio: be16,
  addr: mac6
})

/** Switches of a bridge that are on or off, BR_BOOLOPT_* bits. <linux/if_bridge.h> */
export const brBooloptMulti = struct('br_boolopt_multi', {
  optval: u32,
  /** Which bits of `optval` count. */
  optmask: u32
})

/** Who asks for multicast listeners in the bridge's network. <linux/if_bridge.h> */
export const bridgeQuerier = attributes('BRIDGE_QUERIER', {
  ipAddress: [1, ip4],
  ipPort: [2, u32],
  /** How long another one counts as the querier, in hundredths of a second. */
  ipOtherTimer: [3, u64],
  pad: [4, bytes],
  ipv6Address: [5, ip6],
  ipv6Port: [6, u32],
  ipv6OtherTimer: [7, u64]
})

/** A bridge: `ip link add br0 type bridge`. Times are in hundredths of a second. <linux/if_link.h> */
export const bridge = attributes('IFLA_BR', {
  forwardDelay: [1, u32],
  helloTime: [2, u32],
  maxAge: [3, u32],
  ageingTime: [4, u32],
  /** Spanning tree: 0 off, 1 the kernel's, 2 a program's. */
  stpState: [5, u32],
  priority: [6, u16],
  /** 1 lets through only what the ports' VLANs allow. */
  vlanFiltering: [7, u8],
  /** Ethertype of the tags: 0x8100 or 0x88a8. */
  vlanProtocol: [8, be16],
  /** Bit n: frames to 01:80:c2:00:00:0n are forwarded. */
  groupFwdMask: [9, u16],
  rootId: [10, iflaBridgeId],
  bridgeId: [11, iflaBridgeId],
  rootPort: [12, u16],
  rootPathCost: [13, u32],
  topologyChange: [14, u8],
  topologyChangeDetected: [15, u8],
  helloTimer: [16, u64],
  tcnTimer: [17, u64],
  topologyChangeTimer: [18, u64],
  gcTimer: [19, u64],
  groupAddr: [20, mac],
  /** Whatever it holds: forget the addresses learnt. */
  fdbFlush: [21, bytes],
  mcastRouter: [22, u8],
  mcastSnooping: [23, u8],
  mcastQueryUseIfaddr: [24, u8],
  mcastQuerier: [25, u8],
  mcastHashElasticity: [26, u32],
  mcastHashMax: [27, u32],
  mcastLastMemberCnt: [28, u32],
  mcastStartupQueryCnt: [29, u32],
  mcastLastMemberIntvl: [30, u64],
  mcastMembershipIntvl: [31, u64],
  mcastQuerierIntvl: [32, u64],
  mcastQueryIntvl: [33, u64],
  mcastQueryResponseIntvl: [34, u64],
  mcastStartupQueryIntvl: [35, u64],
  nfCallIptables: [36, u8],
  nfCallIp6tables: [37, u8],
  nfCallArptables: [38, u8],
  vlanDefaultPvid: [39, u16],
  pad: [40, bytes],
  vlanStatsEnabled: [41, u8],
  mcastStatsEnabled: [42, u8],
  mcastIgmpVersion: [43, u8],
  mcastMldVersion: [44, u8],
  vlanStatsPerPort: [45, u8],
  multiBoolopt: [46, brBooloptMulti],
  mcastQuerierState: [47, bridgeQuerier],
  /** How many addresses are learnt now. */
  fdbNLearned: [48, u32],
  /** How many may be, 0 is any number. */
  fdbMaxLearned: [49, u32],
  /** Whose spanning tree, BR_STP_MODE_*. */
  stpMode: [50, u32]
})

/** Bits of `multiBoolopt`. <linux/if_bridge.h> */
export const BR_BOOLOPT = {
  NO_LL_LEARN: 1 << 0,
  MCAST_VLAN_SNOOPING: 1 << 1,
  MST_ENABLE: 1 << 2,
  MDB_OFFLOAD_FAIL_NOTIFICATION: 1 << 3,
  FDB_LOCAL_VLAN_0: 1 << 4
} as const

/** Whose spanning tree a bridge runs. <linux/if_link.h> */
export const BR_STP_MODE = { AUTO: 0, USER: 1, KERNEL: 2 } as const
