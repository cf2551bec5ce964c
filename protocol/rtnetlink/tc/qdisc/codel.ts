import { attributes, pad, s32, struct, u8, u32 } from '../../../definition'

/** Keeps the time that packets wait short. <linux/pkt_sched.h>, man 8 tc-codel */
export const codel = attributes('TCA_CODEL', {
  /** Microseconds that packets may wait. */
  target: [1, u32],
  /** Packets that may wait. */
  limit: [2, u32],
  /** Microseconds in which `target` has to be met once. */
  interval: [3, u32],
  /** Whether packets are marked instead of dropped. */
  ecn: [4, u32],
  /** Microseconds from which on all packets are marked. */
  ceThreshold: [5, u32]
})

/** <linux/pkt_sched.h> */
export const tcCodelXstats = struct('tc_codel_xstats', {
  /** Length of the longest packet so far. */
  maxpacket: u32,
  /** Packets dropped since dropping began. */
  count: u32,
  /** The same when it began. */
  lastcount: u32,
  /** Microseconds that the last packet waited. */
  ldelay: u32,
  /** Microseconds until the next packet is dropped. */
  dropNext: s32,
  dropOverlimit: u32,
  ecnMark: u32,
  dropping: u32,
  ceMark: u32
})

/** CoDel for each flow, the flows in turn. <linux/pkt_sched.h>, man 8 tc-fq_codel */
export const fqCodel = attributes('TCA_FQ_CODEL', {
  /** Microseconds that packets may wait. */
  target: [1, u32],
  /** Packets that may wait. */
  limit: [2, u32],
  /** Microseconds in which `target` has to be met once. */
  interval: [3, u32],
  /** Whether packets are marked instead of dropped. */
  ecn: [4, u32],
  /** How many flows are told apart. */
  flows: [5, u32],
  /** Bytes that a flow may send in its turn. */
  quantum: [6, u32],
  /** Microseconds from which on all packets are marked. */
  ceThreshold: [7, u32],
  /** Packets that are dropped at once when `limit` or `memoryLimit` is passed. */
  dropBatchSize: [8, u32],
  /** Bytes. */
  memoryLimit: [9, u32],
  /** `ceThreshold` is for packets whose DS field, masked, has this value. */
  ceThresholdSelector: [10, u8],
  ceThresholdMask: [11, u8]
})

/** Of the qdisc. <linux/pkt_sched.h> */
export const tcFqCodelXstats = struct('tc_fq_codel_xstats', {
  /** TCA_FQ_CODEL_XSTATS_QDISC. */
  type: u32,
  qdiscStats: struct('tc_fq_codel_qd_stats', {
    /** Length of the longest packet so far. */
    maxpacket: u32,
    dropOverlimit: u32,
    ecnMark: u32,
    newFlowCount: u32,
    newFlowsLen: u32,
    oldFlowsLen: u32,
    ceMark: u32,
    /** Bytes. */
    memoryUsage: u32,
    dropOvermemory: u32
  })
})

/** Of one of its flows: the other member of a union. <linux/pkt_sched.h> */
export const tcFqCodelClassXstats = struct('tc_fq_codel_xstats', {
  /** TCA_FQ_CODEL_XSTATS_CLASS. */
  type: u32,
  classStats: struct('tc_fq_codel_cl_stats', {
    /** Bytes that it may still send in its turn. */
    deficit: s32,
    /** Microseconds that the last packet waited. */
    ldelay: u32,
    count: u32,
    lastcount: u32,
    dropping: u32,
    /** Microseconds until the next packet is dropped. */
    dropNext: s32
  }),
  pad: pad(12)
})

/** <linux/pkt_sched.h> */
export const TCA_FQ_CODEL_XSTATS = { QDISC: 0, CLASS: 1 } as const
