import { attributes, bytes, struct, u8, u32 } from '../../../definition'
import { nlaBitfield32 } from '../bitfield'

/** Random early detection. <linux/pkt_sched.h>, man 8 tc-red */
export const red = attributes('TCA_RED', {
  parms: [
    1,
    struct('tc_red_qopt', {
      /** Bytes that may wait. */
      limit: u32,
      /** Average length in bytes from which on packets are dropped or marked. */
      qthMin: u32,
      /** Average length in bytes at which the probability is greatest. */
      qthMax: u32,
      /** Binary logarithm of the weight of the average. */
      wlog: u8,
      /** Binary logarithm of the probability per byte. */
      plog: u8,
      scellLog: u8,
      /** TC_RED_* bits, the first three of them; the attribute `flags` has them all. */
      flags: u8
    })
  ],
  /** How fast the average decays while nothing is sent: 256 exponents. */
  stab: [2, bytes],
  /** The greatest probability, in parts of 2^32. */
  maxP: [3, u32],
  flags: [4, nlaBitfield32],
  /** Index of the block of filters that packets dropped early run through. */
  earlyDropBlock: [5, u32],
  /** The same for marked ones. */
  markBlock: [6, u32]
})

/** <linux/pkt_sched.h> */
export const tcRedXstats = struct('tc_red_xstats', {
  /** Dropped early. */
  early: u32,
  /** Dropped since the queue was full. */
  pdrop: u32,
  other: u32,
  marked: u32
})

/** <linux/pkt_sched.h> */
export const TC_RED = {
  /** Mark packets that allow it instead of dropping them. */
  ECN: 0x1,
  HARDDROP: 0x2,
  /** Adapt the greatest probability to the load. */
  ADAPTATIVE: 0x4,
  /** With ECN: packets that cannot be marked are not dropped early. */
  NODROP: 0x8
} as const
