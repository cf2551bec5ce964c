import { struct, u32 } from '../../../definition'

/** When it is full, drops the packets of least priority. <linux/pkt_sched.h>, man 8 tc-skbprio */
export const skbprio = struct('tc_skbprio_qopt', {
  /** Packets that may wait. */
  limit: u32
})
