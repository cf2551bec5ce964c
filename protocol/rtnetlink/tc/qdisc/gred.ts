import { arrayOf, attributes, bytes, many, pad, struct, u8, u32, u64 } from '../../../definition'

/** RED for up to 16 virtual queues. <linux/pkt_sched.h> */
export const gred = attributes('TCA_GRED', {
  /** Requests carry one virtual queue, answers all 16. */
  parms: [
    1,
    arrayOf(
      struct('tc_gred_qopt', {
        /** Bytes that may wait. */
        limit: u32,
        qthMin: u32,
        qthMax: u32,
        /** Number of the virtual queue. */
        dp: u32,
        backlog: u32,
        qave: u32,
        forced: u32,
        early: u32,
        other: u32,
        pdrop: u32,
        wlog: u8,
        plog: u8,
        scellLog: u8,
        prio: u8,
        packets: u32,
        bytesin: u32
      })
    )
  ],
  /** How fast the average decays while nothing is sent: 256 exponents. */
  stab: [2, bytes],
  dps: [
    3,
    struct('tc_gred_sopt', {
      /** How many virtual queues there are. */
      dps: u32,
      /** The one for packets that name none. */
      defDp: u32,
      /** Whether virtual queues are served by priority. */
      grio: u8,
      /** TC_RED_* bits. */
      flags: u8,
      pad1: pad(2)
    })
  ],
  /** The greatest probability, in parts of 2^32; answers carry one for each virtual queue. */
  maxP: [4, arrayOf(u32)],
  /** Bytes that may wait in all. */
  limit: [5, u32],
  vqList: [
    6,
    attributes('TCA_GRED_VQ_ENTRY', {
      entry: [
        1,
        many(
          attributes('TCA_GRED_VQ', {
            pad: [1, bytes],
            /** Number of the virtual queue. */
            dp: [2, u32],
            statBytes: [3, u64],
            statPackets: [4, u32],
            statBacklog: [5, u32],
            statProbDrop: [6, u32],
            statProbMark: [7, u32],
            statForcedDrop: [8, u32],
            statForcedMark: [9, u32],
            statPdrop: [10, u32],
            statOther: [11, u32],
            /** TC_RED_* bits. */
            flags: [12, u32]
          })
        ),
        'TCA_GRED_VQ_ENTRY'
      ]
    })
  ]
})
