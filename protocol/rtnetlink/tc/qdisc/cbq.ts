import { attributes, pad, s32, struct, u8, u32 } from '../../../definition'
import { rateTable, tcRatespec } from '../rate'

/** Class-based queueing, until Linux 6.2. <linux/pkt_sched.h>, man 8 tc-cbq */
export const cbq = attributes('TCA_CBQ', {
  lssopt: [
    1,
    struct('tc_cbq_lssopt', {
      /** TCF_CBQ_LSS_* bits: which of the members count. */
      change: u8,
      flags: u8,
      ewmaLog: u8,
      level: u8,
      maxidle: u32,
      minidle: u32,
      offtime: u32,
      avpkt: u32
    })
  ],
  wrropt: [
    2,
    struct('tc_cbq_wrropt', {
      flags: u8,
      priority: u8,
      cpriority: u8,
      reserved: pad(1),
      allot: u32,
      weight: u32
    })
  ],
  fopt: [3, struct('tc_cbq_fopt', { split: u32, defmap: u32, defchange: u32 })],
  ovlStrategy: [
    4,
    struct('tc_cbq_ovl', {
      strategy: u8,
      priority2: u8,
      pad: pad(2),
      penalty: u32
    })
  ],
  rate: [5, tcRatespec],
  rtab: [6, rateTable],
  police: [7, struct('tc_cbq_police', { police: u8, res1: pad(1), res2: pad(2) })]
})

/** <linux/pkt_sched.h> */
export const tcCbqXstats = struct('tc_cbq_xstats', {
  borrows: u32,
  overactions: u32,
  avgidle: s32,
  undertime: s32
})
