import { arrayOf, attributes, pad, repeat, s32, s64, struct, u8, u32, u64 } from '../../../definition'
import { prio } from './prio'

/** Flows in turn, each at its own pace. <linux/pkt_sched.h>, man 8 tc-fq */
export const fq = attributes('TCA_FQ', {
  /** Packets that may wait. */
  plimit: [1, u32],
  /** Packets of one flow that may wait. */
  flowPlimit: [2, u32],
  /** Bytes that a flow may send in its turn. */
  quantum: [3, u32],
  /** The same for a new flow. */
  initialQuantum: [4, u32],
  /** Whether flows are paced. */
  rateEnable: [5, u32],
  flowDefaultRate: [6, u32],
  /** Bytes a second that no flow exceeds. */
  flowMaxRate: [7, u32],
  /** Binary logarithm of the size of the hash table. */
  bucketsLog: [8, u32],
  /** Microseconds after which an idle flow counts as new. */
  flowRefillDelay: [9, u32],
  /** Mask on the hash of packets that no socket sent. */
  orphanMask: [10, u32],
  /** Bytes a second below which every packet is paced. */
  lowRateThreshold: [11, u32],
  /** Microseconds of waiting from which on packets are marked. */
  ceThreshold: [12, u32],
  /** Nanoseconds that the timer may be late. */
  timerSlack: [13, u32],
  /** Microseconds ahead that a packet may be timed. */
  horizon: [14, u32],
  /** Whether packets timed beyond are dropped; else they are sent at the horizon. */
  horizonDrop: [15, u8],
  /** Which of three bands a priority belongs to. */
  priomap: [16, prio],
  /** Weights of the three bands. */
  weights: [17, arrayOf(s32)],
  /** Microseconds ahead that the hardware itself can time packets. */
  offloadHorizon: [18, u32]
})

/** <linux/pkt_sched.h> */
export const tcFqQdStats = struct('tc_fq_qd_stats', {
  /** Flows forgotten after they were idle. */
  gcFlows: u64,
  highprioPackets: u64,
  tcpRetrans: u64,
  throttled: u64,
  flowsPlimit: u64,
  pktsTooLong: u64,
  allocationErrors: u64,
  /** Nanoseconds until the next paced flow may send. */
  timeNextDelayedFlow: s64,
  flows: u32,
  inactiveFlows: u32,
  throttledFlows: u32,
  unthrottleLatencyNs: u32,
  ceMark: u64,
  horizonDrops: u64,
  horizonCaps: u64,
  fastpathPackets: u64,
  bandDrops: repeat(3, u64),
  bandPktCount: repeat(3, u32),
  pad: pad(4)
})
