import { attributes, bytes, s32, struct, u8, u32 } from '../../../definition'

/** Two coupled queues, one for scalable congestion control (L4S). <linux/pkt_sched.h>, man 8 tc-dualpi2 */
export const dualpi2 = attributes('TCA_DUALPI2', {
  /** Packets that may wait. */
  limit: [1, u32],
  /** Bytes that may wait. */
  memoryLimit: [2, u32],
  /** Microseconds that packets should wait. */
  target: [3, u32],
  /** Microseconds between reckonings of the probability. */
  tupdate: [4, u32],
  /** Weights in the reckoning. */
  alpha: [5, u32],
  beta: [6, u32],
  /** Packets that wait in the L queue from which on all are marked. */
  stepThreshPkts: [7, u32],
  /** The same in microseconds of waiting. */
  stepThreshUs: [8, u32],
  /** Packets that must wait for the above to count. */
  minQlenStep: [9, u32],
  /** Factor of the probability in the L queue. */
  coupling: [10, u8],
  /** TC_DUALPI2_DROP_OVERLOAD_*. */
  dropOverload: [11, u8],
  /** TC_DUALPI2_DROP_EARLY_*. */
  dropEarly: [12, u8],
  /** Percent of the turns that the classic queue has. */
  cProtection: [13, u8],
  /** TC_DUALPI2_ECN_MASK_*. */
  ecnMask: [14, u8],
  /** TC_DUALPI2_SPLIT_GSO_*. */
  splitGso: [15, u8],
  pad: [16, bytes]
})

/** <linux/pkt_sched.h> */
export const tcDualpi2Xstats = struct('tc_dualpi2_xstats', {
  /** The current probability, in parts of 2^32. */
  prob: u32,
  /** Microseconds that packets wait in the classic queue. */
  delayC: u32,
  delayL: u32,
  packetsInC: u32,
  packetsInL: u32,
  /** Length that the queues have reached. */
  maxq: u32,
  ecnMark: u32,
  stepMarks: u32,
  credit: s32,
  memoryUsed: u32,
  maxMemoryUsed: u32,
  memoryLimit: u32
})

/** When the queues overflow. <linux/pkt_sched.h> */
export const TC_DUALPI2_DROP_OVERLOAD = { OVERFLOW: 0, DROP: 1 } as const

/** Where packets are dropped. <linux/pkt_sched.h> */
export const TC_DUALPI2_DROP_EARLY = { DROP_DEQUEUE: 0, DROP_ENQUEUE: 1 } as const

/** Which packets go to the L queue. <linux/pkt_sched.h> */
export const TC_DUALPI2_ECN_MASK = { L4S_ECT: 1, CLA_ECT: 2, ANY_ECT: 3 } as const

/** Whether large segments are split. <linux/pkt_sched.h> */
export const TC_DUALPI2_SPLIT_GSO = { NO_SPLIT_GSO: 0, SPLIT_GSO: 1 } as const
