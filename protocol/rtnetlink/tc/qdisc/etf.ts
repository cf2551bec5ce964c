import { attributes, s32, struct, u32 } from '../../../definition'

/** Earliest transmit time first. <linux/pkt_sched.h>, man 8 tc-etf */
export const etf = attributes('TCA_ETF', {
  parms: [
    1,
    struct('tc_etf_qopt', {
      /** Nanoseconds before its time that a packet goes to the device. */
      delta: s32,
      /** CLOCK_*. */
      clockid: s32,
      /** TC_ETF_* bits. */
      flags: u32
    })
  ]
})

/** <linux/pkt_sched.h> */
export const TC_ETF = {
  /** A packet's time is when it has to be sent at the latest. */
  DEADLINE_MODE_ON: 0x1,
  OFFLOAD_ON: 0x2,
  SKIP_SOCK_CHECK: 0x4
} as const
