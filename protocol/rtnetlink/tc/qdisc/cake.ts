import { attributes, bytes, indexed, s32, u32, u64 } from '../../../definition'

/** A shaper with everything for the edge of a network. <linux/pkt_sched.h>, man 8 tc-cake */
export const cake = attributes('TCA_CAKE', {
  pad: [1, bytes],
  /** Bytes a second; 0 is without limit. */
  baseRate64: [2, u64],
  /** CAKE_DIFFSERV_*. */
  diffservMode: [3, u32],
  /** CAKE_ATM_*. */
  atm: [4, u32],
  /** CAKE_FLOW_*. */
  flowMode: [5, u32],
  /** Bytes that the link adds to each packet; may be negative. */
  overhead: [6, s32],
  /** Microseconds of a usual round trip. */
  rtt: [7, u32],
  /** Microseconds that packets may wait. */
  target: [8, u32],
  /** Whether the rate is estimated from what comes in. */
  autorate: [9, u32],
  /** Bytes that may wait; 0 chooses by rate and round trip. */
  memory: [10, u32],
  /** Whether hosts behind NAT are told apart by conntrack. */
  nat: [11, u32],
  /** Whatever its value: lengths are taken as the kernel sees them. */
  raw: [12, u32],
  /** Whether the DS field is cleared. */
  wash: [13, u32],
  /** Bytes that the shortest packet counts as. */
  mpu: [14, u32],
  /** Whether packets that come in are shaped: dropped ones count too. */
  ingress: [15, u32],
  /** CAKE_ACK_*. */
  ackFilter: [16, u32],
  /** Whether large segments are split. */
  splitGso: [17, u32],
  /** Mask on the firewall mark that gives a packet's tin. */
  fwmark: [18, u32]
})

/** Of the qdisc and, from `deficit` to `blueTimerUs`, of its flows. <linux/pkt_sched.h> */
export const cakeStats = attributes('TCA_CAKE_STATS', {
  pad: [1, bytes],
  /** Bytes a second. */
  capacityEstimate64: [2, u64],
  memoryLimit: [3, u32],
  memoryUsed: [4, u32],
  avgNetoff: [5, u32],
  minNetlen: [6, u32],
  maxNetlen: [7, u32],
  minAdjlen: [8, u32],
  maxAdjlen: [9, u32],
  tinStats: [
    10,
    indexed(
      1,
      attributes('TCA_CAKE_TIN_STATS', {
        pad: [1, bytes],
        sentPackets: [2, u32],
        sentBytes64: [3, u64],
        droppedPackets: [4, u32],
        droppedBytes64: [5, u64],
        acksDroppedPackets: [6, u32],
        acksDroppedBytes64: [7, u64],
        ecnMarkedPackets: [8, u32],
        ecnMarkedBytes64: [9, u64],
        backlogPackets: [10, u32],
        backlogBytes: [11, u32],
        thresholdRate64: [12, u64],
        targetUs: [13, u32],
        intervalUs: [14, u32],
        wayIndirectHits: [15, u32],
        wayMisses: [16, u32],
        wayCollisions: [17, u32],
        peakDelayUs: [18, u32],
        avgDelayUs: [19, u32],
        baseDelayUs: [20, u32],
        sparseFlows: [21, u32],
        bulkFlows: [22, u32],
        unresponsiveFlows: [23, u32],
        maxSkblen: [24, u32],
        flowQuantum: [25, u32]
      })
    )
  ],
  deficit: [11, s32],
  cobaltCount: [12, u32],
  dropping: [13, u32],
  dropNextUs: [14, s32],
  pDrop: [15, u32],
  blueTimerUs: [16, s32],
  /** Queues of the hardware that share the rate. */
  activeQueues: [17, u32]
})

/** How packets are sorted into flows. <linux/pkt_sched.h> */
export const CAKE_FLOW = {
  NONE: 0,
  SRC_IP: 1,
  DST_IP: 2,
  HOSTS: 3,
  FLOWS: 4,
  DUAL_SRC: 5,
  DUAL_DST: 6,
  TRIPLE: 7
} as const

/** How packets are sorted into tins. <linux/pkt_sched.h> */
export const CAKE_DIFFSERV = {
  DIFFSERV3: 0,
  DIFFSERV4: 1,
  DIFFSERV8: 2,
  BESTEFFORT: 3,
  PRECEDENCE: 4
} as const

/** Which TCP acknowledgements are dropped. <linux/pkt_sched.h> */
export const CAKE_ACK = { NONE: 0, FILTER: 1, AGGRESSIVE: 2 } as const

/** How the link frames packets. <linux/pkt_sched.h> */
export const CAKE_ATM = { NONE: 0, ATM: 1, PTM: 2 } as const
