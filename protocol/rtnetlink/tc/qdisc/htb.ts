import { attributes, bytes, flag, s32, struct, u32, u64 } from '../../../definition'
import { rateTable, tcRatespec } from '../rate'

/** Hierarchical token bucket: shares of a rate. <linux/pkt_sched.h>, man 8 tc-htb */
export const htb = attributes('TCA_HTB', {
  /** Of a class. */
  parms: [
    1,
    struct('tc_htb_opt', {
      /** What the class has in any case. */
      rate: tcRatespec,
      /** What it may borrow up to. */
      ceil: tcRatespec,
      /** Depth of the bucket, in ticks of 64 ns at `rate`. */
      buffer: u32,
      /** The same at `ceil`. */
      cbuffer: u32,
      /** Bytes that it may lend in its turn; 0 chooses by `rate`. */
      quantum: u32,
      /** Height above the leaves; in answers only. */
      level: u32,
      /** 0, the first served, to 7. */
      prio: u32
    })
  ],
  /** Of the qdisc. */
  init: [
    2,
    struct('tc_htb_glob', {
      /** 3; answers have it in the high 16 bits. */
      version: u32,
      /** By what a rate is divided for a quantum. */
      rate2quantum: u32,
      /** Minor of the class for packets that no filter takes; 0 sends them at once. */
      defcls: u32,
      debug: u32,
      /** Packets sent at once. */
      directPkts: u32
    })
  ],
  ctab: [3, rateTable],
  rtab: [4, rateTable],
  /** Packets to be sent at once that may wait. */
  directQlen: [5, u32],
  /** Bytes a second, where 32 bits are too few. */
  rate64: [6, u64],
  ceil64: [7, u64],
  pad: [8, bytes],
  /** Hardware does it. */
  offload: [9, flag]
})

/** Of a class. <linux/pkt_sched.h> */
export const tcHtbXstats = struct('tc_htb_xstats', {
  lends: u32,
  borrows: u32,
  giants: u32,
  /** What is left in the bucket, in ticks of 64 ns. */
  tokens: s32,
  ctokens: s32
})
