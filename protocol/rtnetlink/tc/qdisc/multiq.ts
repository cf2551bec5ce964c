import { struct, u16 } from '../../../definition'

/** A band for each queue of the hardware. <linux/pkt_sched.h> */
export const multiq = struct('tc_multiq_qopt', {
  /** How many bands there are: the queues that the device has. */
  bands: u16,
  maxBands: u16
})
