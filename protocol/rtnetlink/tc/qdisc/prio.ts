import { repeat, s32, struct, u8 } from '../../../definition'

/** Bands, the first served first: `prio`, `pfifo_fast`. <linux/pkt_sched.h>, man 8 tc-prio */
export const prio = struct('tc_prio_qopt', {
  /** How many bands there are. */
  bands: s32,
  /** The band of each of the priorities 0 to 15 (TC_PRIO_*). */
  priomap: repeat(16, u8)
})

/** Priorities of packets. <linux/pkt_sched.h> */
export const TC_PRIO = {
  BESTEFFORT: 0,
  FILLER: 1,
  BULK: 2,
  INTERACTIVE_BULK: 4,
  INTERACTIVE: 6,
  CONTROL: 7,
  MAX: 15
} as const
