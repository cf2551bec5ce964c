import { arrayOf, attributes, s8, s16, s32, struct, u8, u16, u32 } from '../../definition'

/** A rate, and how the length of a packet is reckoned for it. <linux/pkt_sched.h> */
export const tcRatespec = struct('tc_ratespec', {
  /** Binary logarithm of a cell's length in bytes: of the steps of the rate table. */
  cellLog: u8,
  /** TC_LINKLAYER_*, in the low four bits. */
  linklayer: u8,
  /** Bytes that the link adds to each packet. */
  overhead: u16,
  cellAlign: s16,
  /** Bytes that the shortest packet counts as. */
  mpu: u16,
  /** Bytes a second; 0xffffffff when the attribute of 64 bits has it. */
  rate: u32
})

/** How long packets of one, two, three … cells take, in ticks of 64 ns: 256 numbers. `TC_RTAB_SIZE` */
export const rateTable = arrayOf(u32)

/** What a link does to the length of packets. <linux/pkt_sched.h> */
export const TC_LINKLAYER = {
  /** The sender knows of no link layers; the kernel guesses from the rate table. */
  UNAWARE: 0,
  ETHERNET: 1,
  ATM: 2
} as const

/** How the current rate is estimated: `tc qdisc add … estimator`. <linux/pkt_sched.h> */
export const tcEstimator = struct('tc_estimator', {
  /** It is sampled every 2^interval seconds: -2 to 3. */
  interval: s8,
  /** Binary logarithm of the weight of what was measured before. */
  ewmaLog: u8
})

/** A table that corrects the length of packets: `tc qdisc add … stab`. <linux/pkt_sched.h>, man 8 tc-stab */
export const stab = attributes('TCA_STAB', {
  base: [
    1,
    struct('tc_sizespec', {
      /** Binary logarithm of a cell's length in bytes. */
      cellLog: u8,
      /** Binary logarithm of the unit that lengths in the table have. */
      sizeLog: u8,
      cellAlign: s16,
      /** Bytes that the link adds to each packet; may be negative. */
      overhead: s32,
      /** TC_LINKLAYER_*. */
      linklayer: u32,
      /** Bytes that the shortest packet counts as. */
      mpu: u32,
      /** Bytes of the longest packet that the table knows. */
      mtu: u32,
      /** How many lengths the table has. */
      tsize: u32
    })
  ],
  /** What packets of one, two, three … cells count as. */
  data: [2, arrayOf(u16)]
})
