import { struct, u32 } from '../../../definition'

/** First in, first out: `pfifo`, `bfifo`, `pfifo_head_drop`. <linux/pkt_sched.h>, man 8 tc-pfifo */
export const fifo = struct('tc_fifo_qopt', {
  /** How much may wait: packets, or bytes for `bfifo`. */
  limit: u32
})
