import { s32, struct, u8, u32 } from '../../../definition'

/** Stochastic fairness queueing: flows take turns. <linux/pkt_sched.h>, man 8 tc-sfq */
export const sfq = struct('tc_sfq_qopt_v1', {
  v0: struct('tc_sfq_qopt', {
    /** Bytes that a flow may send in its turn. */
    quantum: u32,
    /** Seconds until the hash changes; 0 is never. */
    perturbPeriod: s32,
    /** Packets that may wait. */
    limit: u32,
    /** Size of the hash table. */
    divisor: u32,
    flows: u32
  }),
  /** Packets of one flow that may wait. */
  depth: u32,
  /** Whether the oldest packet is dropped instead of the newest. */
  headdrop: u32,
  /** Bytes of one flow that may wait. With it RED is on. */
  limit: u32,
  qthMin: u32,
  qthMax: u32,
  wlog: u8,
  plog: u8,
  scellLog: u8,
  /** TC_RED_* bits. */
  flags: u8,
  maxP: u32,
  stats: struct('tc_sfqred_stats', {
    probDrop: u32,
    forcedDrop: u32,
    probMark: u32,
    forcedMark: u32,
    probMarkHead: u32,
    forcedMarkHead: u32
  })
})

/** Of one of its flows. <linux/pkt_sched.h> */
export const tcSfqXstats = struct('tc_sfq_xstats', {
  /** Bytes that it may still send in its turn. */
  allot: s32
})
