import { attributes, bytes, struct, u32, u64 } from '../../../definition'
import { rateTable, tcRatespec } from '../rate'

/** Token bucket filter: slows down to a rate. <linux/pkt_sched.h>, man 8 tc-tbf */
export const tbf = attributes('TCA_TBF', {
  parms: [
    1,
    struct('tc_tbf_qopt', {
      rate: tcRatespec,
      peakrate: tcRatespec,
      /** Bytes that may wait. */
      limit: u32,
      /** Depth of the bucket, in ticks of 64 ns at `rate`. */
      buffer: u32,
      /** Depth of the peak rate's bucket, likewise. */
      mtu: u32
    })
  ],
  rtab: [2, rateTable],
  ptab: [3, rateTable],
  /** Bytes a second, where 32 bits are too few. */
  rate64: [4, u64],
  /** The same of the peak rate. */
  prate64: [5, u64],
  /** Depth of the bucket in bytes; goes before `buffer`. */
  burst: [6, u32],
  /** The same of the peak rate. */
  pburst: [7, u32],
  pad: [8, bytes]
})
