import { attributes, struct, u32 } from '../../../definition'

/** Heavy-hitter filter: flows that send much wait for the others. <linux/pkt_sched.h> */
export const hhf = attributes('TCA_HHF', {
  /** Packets that may wait. */
  backlogLimit: [1, u32],
  /** Bytes that a bucket may send in its turn. */
  quantum: [2, u32],
  /** How many heavy hitters are kept track of. */
  hhFlowsLimit: [3, u32],
  /** Microseconds after which the counters start anew. */
  resetTimeout: [4, u32],
  /** Bytes from which on a flow is a heavy hitter. */
  admitBytes: [5, u32],
  /** Microseconds after which an idle heavy hitter is forgotten. */
  evictTimeout: [6, u32],
  /** Weight of the others against heavy hitters. */
  nonHhWeight: [7, u32]
})

/** <linux/pkt_sched.h> */
export const tcHhfXstats = struct('tc_hhf_xstats', {
  dropOverlimit: u32,
  hhOverlimit: u32,
  hhTotCount: u32,
  hhCurCount: u32
})
