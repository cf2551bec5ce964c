import { attributes, bytes, flag, u8, u16, u32, u64 } from '../../definition'
import { iflaBridgeId } from './bridge'

/** An interface as a port of a bridge: `bridge link`, `ip link set … type bridge_slave`. <linux/if_link.h> */
export const bridgePort = attributes('IFLA_BRPORT', {
  /** What the spanning tree lets it do, BR_STATE_*. */
  state: [1, u8],
  priority: [2, u16],
  cost: [3, u32],
  /** Hairpin: frames may leave where they came in. */
  mode: [4, u8],
  /** Frames of the spanning tree switch the port off. */
  guard: [5, u8],
  /** It cannot become the way to the root. */
  protect: [6, u8],
  fastLeave: [7, u8],
  learning: [8, u8],
  unicastFlood: [9, u8],
  proxyarp: [10, u8],
  learningSync: [11, u8],
  proxyarpWifi: [12, u8],
  rootId: [13, iflaBridgeId],
  bridgeId: [14, iflaBridgeId],
  designatedPort: [15, u16],
  designatedCost: [16, u16],
  id: [17, u16],
  no: [18, u16],
  topologyChangeAck: [19, u8],
  configPending: [20, u8],
  messageAgeTimer: [21, u64],
  forwardDelayTimer: [22, u64],
  holdTimer: [23, u64],
  /** Forget the addresses learnt here. */
  flush: [24, flag],
  multicastRouter: [25, u8],
  pad: [26, bytes],
  mcastFlood: [27, u8],
  mcastToUcast: [28, u8],
  vlanTunnel: [29, u8],
  bcastFlood: [30, u8],
  groupFwdMask: [31, u16],
  neighSuppress: [32, u8],
  /** Isolated ports do not reach each other. */
  isolated: [33, u8],
  /** Index of the port that takes over when this one loses its carrier. */
  backupPort: [34, u32],
  mrpRingOpen: [35, u8],
  mrpInOpen: [36, u8],
  mcastEhtHostsLimit: [37, u32],
  mcastEhtHostsCnt: [38, u32],
  /** 1 lets in only senders that are in the forwarding table already. */
  locked: [39, u8],
  mab: [40, u8],
  mcastNGroups: [41, u32],
  mcastMaxGroups: [42, u32],
  neighVlanSuppress: [43, u8],
  /** The nexthop to which frames go while `backupPort` stands in. */
  backupNhid: [44, u32],
  neighForwardGrat: [45, u8]
})

/** What the spanning tree lets a port do. <linux/if_bridge.h> */
export const BR_STATE = { DISABLED: 0, LISTENING: 1, LEARNING: 2, FORWARDING: 3, BLOCKING: 4 } as const
