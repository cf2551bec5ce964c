import { attributes, bytes, s32, struct, u32, u64 } from '../../../definition'
import { rateTable, tcRatespec } from '../rate'
import { tcfT } from './generic'

/** Limits a rate by dropping what exceeds it. <linux/pkt_cls.h>, man 8 tc-police */
export const police = attributes('TCA_POLICE', {
  tbf: [
    1,
    struct('tc_police', {
      index: u32,
      /** What becomes of packets that exceed the rate, TC_ACT_*. */
      action: s32,
      limit: u32,
      /** Depth of the bucket, in ticks of 64 ns at `rate`. */
      burst: u32,
      /** Bytes of the longest packet. */
      mtu: u32,
      rate: tcRatespec,
      peakrate: tcRatespec,
      refcnt: s32,
      bindcnt: s32,
      capab: u32
    })
  ],
  /** The rate table of `rate`, without which the kernel refuses it. */
  rate: [2, rateTable],
  peakrate: [3, rateTable],
  /** Bytes a second on average, by a rate estimator. */
  avrate: [4, u32],
  /** What becomes of packets that conform, TC_ACT_*. */
  result: [5, u32],
  tm: [6, tcfT],
  pad: [7, bytes],
  /** Bytes a second, where 32 bits are too few. */
  rate64: [8, u64],
  peakrate64: [9, u64],
  /** Packets a second. */
  pktrate64: [10, u64],
  /** Depth of the bucket for packets, in ticks of 64 ns. */
  pktburst64: [11, u64]
})
