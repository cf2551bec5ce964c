import { attributes, struct, u32 } from '../../../definition'

/** Quick fair queueing; options are of its classes. <linux/pkt_sched.h> */
export const qfq = attributes('TCA_QFQ', {
  weight: [1, u32],
  /** Bytes of the longest packet. */
  lmax: [2, u32]
})

/** Of a class. <linux/pkt_sched.h> */
export const tcQfqStats = struct('tc_qfq_stats', { weight: u32, lmax: u32 })
