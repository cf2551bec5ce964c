import { attributes, struct, u32, u64 } from '../../../definition'

/** Keeps the time that packets wait near a target, by probability. <linux/pkt_sched.h>, man 8 tc-pie */
export const pie = attributes('TCA_PIE', {
  /** Microseconds that packets should wait. */
  target: [1, u32],
  /** Packets that may wait. */
  limit: [2, u32],
  /** Microseconds between reckonings of the probability. */
  tupdate: [3, u32],
  /** Weights in the reckoning, 0 to 32. */
  alpha: [4, u32],
  beta: [5, u32],
  /** Whether packets are marked instead of dropped. */
  ecn: [6, u32],
  /** Whether the probability grows with a packet's length. */
  bytemode: [7, u32],
  /** Whether waiting is estimated from the rate instead of measured. */
  dqRateEstimator: [8, u32]
})

/** <linux/pkt_sched.h> */
export const tcPieXstats = struct('tc_pie_xstats', {
  /** The current probability, in parts of 2^64. */
  prob: u64,
  /** Microseconds that packets wait at present. */
  delay: u32,
  avgDqRate: u32,
  dqRateEstimating: u32,
  packetsIn: u32,
  dropped: u32,
  overlimit: u32,
  /** Length that the queue has reached. */
  maxq: u32,
  ecnMark: u32
})

/** PIE for each flow, the flows in turn. <linux/pkt_sched.h>, man 8 tc-fq_pie */
export const fqPie = attributes('TCA_FQ_PIE', {
  /** Packets that may wait. */
  limit: [1, u32],
  /** How many flows are told apart. */
  flows: [2, u32],
  /** Microseconds that packets should wait. */
  target: [3, u32],
  /** Microseconds between reckonings of the probability. */
  tupdate: [4, u32],
  alpha: [5, u32],
  beta: [6, u32],
  /** Bytes that a flow may send in its turn. */
  quantum: [7, u32],
  /** Bytes. */
  memoryLimit: [8, u32],
  /** Percent up to which packets are marked instead of dropped. */
  ecnProb: [9, u32],
  ecn: [10, u32],
  bytemode: [11, u32],
  dqRateEstimator: [12, u32]
})

/** <linux/pkt_sched.h> */
export const tcFqPieXstats = struct('tc_fq_pie_xstats', {
  packetsIn: u32,
  dropped: u32,
  overlimit: u32,
  overmemory: u32,
  ecnMark: u32,
  newFlowCount: u32,
  newFlowsLen: u32,
  oldFlowsLen: u32,
  /** Bytes. */
  memoryUsage: u32
})
