import { arrayOf, attributes, body, bytes, s16, s32, s64, struct, u32, u64 } from '../../../definition'

/** Delay, loss, duplication and disorder on purpose. <linux/pkt_sched.h>, man 8 tc-netem */
export const netem = body(
  struct('tc_netem_qopt', {
    /** Ticks of 64 ns that packets wait; `latency64` goes before it. */
    latency: u32,
    /** Packets that may wait. */
    limit: u32,
    /** Probability, in parts of 2^32. */
    loss: u32,
    /** Every so many packets one may be sent at once. */
    gap: u32,
    /** Probability, in parts of 2^32. */
    duplicate: u32,
    /** Ticks of 64 ns around `latency`; `jitter64` goes before it. */
    jitter: u32
  }),
  attributes('TCA_NETEM', {
    /** How much a packet's fate depends on that of the one before, in parts of 2^32. */
    corr: [1, struct('tc_netem_corr', { delayCorr: u32, lossCorr: u32, dupCorr: u32 })],
    /** A table of deviations to draw the delay from, 8192 being one `jitter`. */
    delayDist: [2, arrayOf(s16)],
    reorder: [3, struct('tc_netem_reorder', { probability: u32, correlation: u32 })],
    corrupt: [4, struct('tc_netem_corrupt', { probability: u32, correlation: u32 })],
    /** Models of loss, in place of a plain probability. */
    loss: [
      5,
      attributes('NETEM_LOSS', {
        /** Four states: transitions, in parts of 2^32. */
        gi: [1, struct('tc_netem_gimodel', { p13: u32, p31: u32, p32: u32, p14: u32, p23: u32 })],
        /** Gilbert-Elliot: transitions and losses of a good and a bad state. */
        ge: [2, struct('tc_netem_gemodel', { p: u32, r: u32, h: u32, k1: u32 })]
      })
    ],
    rate: [
      6,
      struct('tc_netem_rate', {
        /** Bytes a second; 0xffffffff when `rate64` has it. */
        rate: u32,
        packetOverhead: s32,
        /** Bytes. */
        cellSize: u32,
        cellOverhead: s32
      })
    ],
    /** Whether packets are marked instead of dropped. */
    ecn: [7, u32],
    /** Bytes a second, where 32 bits are too few. */
    rate64: [8, u64],
    pad: [9, bytes],
    /** Nanoseconds. */
    latency64: [10, s64],
    /** Nanoseconds. */
    jitter64: [11, s64],
    /** Packets are sent in bursts, as on a medium whose users take turns. */
    slot: [
      12,
      struct('tc_netem_slot', {
        /** Nanoseconds. */
        minDelay: s64,
        maxDelay: s64,
        maxPackets: s32,
        maxBytes: s32,
        /** Nanoseconds, with `slotDist`. */
        distDelay: s64,
        distJitter: s64
      })
    ],
    slotDist: [13, arrayOf(s16)],
    /** Where the random numbers start. */
    prngSeed: [14, u64]
  })
)

/** <linux/pkt_sched.h> */
export const tcNetemXstats = struct('tc_netem_xstats', {
  delayed: u64,
  dropped: u64,
  corrupted: u64,
  duplicated: u64,
  reordered: u64,
  ecnMarked: u64,
  allocationErrors: u64
})
