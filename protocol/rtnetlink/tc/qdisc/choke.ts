import { attributes, bytes, struct, u8, u32 } from '../../../definition'

/** RED that also drops packets of the flow that fills the queue. <linux/pkt_sched.h>, man 8 tc-choke */
export const choke = attributes('TCA_CHOKE', {
  parms: [
    1,
    struct('tc_choke_qopt', {
      /** Packets that may wait. */
      limit: u32,
      /** Average length in packets from which on packets are dropped or marked. */
      qthMin: u32,
      /** Average length in packets at which the probability is greatest. */
      qthMax: u32,
      wlog: u8,
      plog: u8,
      scellLog: u8,
      /** TC_RED_* bits. */
      flags: u8
    })
  ],
  /** How fast the average decays while nothing is sent: 256 exponents. */
  stab: [2, bytes],
  /** The greatest probability, in parts of 2^32. */
  maxP: [3, u32]
})

/** <linux/pkt_sched.h> */
export const tcChokeXstats = struct('tc_choke_xstats', {
  early: u32,
  pdrop: u32,
  other: u32,
  marked: u32,
  /** Dropped since another packet of its flow waited. */
  matched: u32
})
