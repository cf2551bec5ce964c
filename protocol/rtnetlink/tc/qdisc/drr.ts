import { attributes, struct, u32 } from '../../../definition'

/** Deficit round robin; options are of its classes. <linux/pkt_sched.h>, man 8 tc-drr */
export const drr = attributes('TCA_DRR', {
  /** Bytes that a class may send in its turn. */
  quantum: [1, u32]
})

/** Of a class. <linux/pkt_sched.h> */
export const tcDrrStats = struct('tc_drr_stats', { deficit: u32 })
