import { attributes, struct, u32 } from '../../../definition'

/** Stochastic fair blue. <linux/pkt_sched.h>, man 8 tc-sfb */
export const sfb = attributes('TCA_SFB', {
  parms: [
    1,
    struct('tc_sfb_qopt', {
      /** Milliseconds until the hash changes. */
      rehashInterval: u32,
      /** Milliseconds before that in which the new one is filled. */
      warmupTime: u32,
      max: u32,
      /** Packets of one bin that may wait. */
      binSize: u32,
      /** By how much the probability changes, in parts of 65535. */
      increment: u32,
      decrement: u32,
      /** Packets that may wait. */
      limit: u32,
      /** Packets a second that flows which do not give way may send. */
      penaltyRate: u32,
      penaltyBurst: u32
    })
  ]
})

/** <linux/pkt_sched.h> */
export const tcSfbXstats = struct('tc_sfb_xstats', {
  earlydrop: u32,
  penaltydrop: u32,
  bucketdrop: u32,
  queuedrop: u32,
  childdrop: u32,
  marked: u32,
  maxqlen: u32,
  /** In parts of 65535. */
  maxprob: u32,
  avgprob: u32
})
