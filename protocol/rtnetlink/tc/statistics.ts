import { type Alternatives, attributes, bytes, choice, pad, struct, u32, u64 } from '../../definition'

/** What passed. <linux/gen_stats.h> */
export const gnetStatsBasic = struct('gnet_stats_basic', { bytes: u64, packets: u32, pad: pad(4) })

/** What waits, and what did not get through. <linux/gen_stats.h> */
export const gnetStatsQueue = struct('gnet_stats_queue', {
  /** Packets that wait. */
  qlen: u32,
  /** Bytes that wait. */
  backlog: u32,
  drops: u32,
  requeues: u32,
  /** How often a packet had to wait for its turn, or came over a limit. */
  overlimits: u32
})

/** The same in the older form, which the kernel still sends beside the new one. <linux/pkt_sched.h> */
export const tcStats = struct('tc_stats', {
  bytes: u64,
  packets: u32,
  drops: u32,
  overlimits: u32,
  /** Bytes a second, if a rate estimator runs. */
  bps: u32,
  /** Packets a second, likewise. */
  pps: u32,
  /** Packets that wait. */
  qlen: u32,
  /** Bytes that wait. */
  backlog: u32,
  pad: pad(4)
})

/** Statistics: `tc -s`. Those of one's own kind are looked up by `kind` in the set around. <linux/gen_stats.h> */
export const statistics = <const A extends Alternatives>(app: A) =>
  attributes('TCA_STATS', {
    basic: [1, gnetStatsBasic],
    /** The estimated rate; bits beyond 32 stand in `rateEst64` alone. */
    rateEst: [
      2,
      struct('gnet_stats_rate_est', {
        /** Bytes a second. */
        bps: u32,
        /** Packets a second. */
        pps: u32
      })
    ],
    queue: [3, gnetStatsQueue],
    app: [4, choice('kind', app)],
    /** Sent when `rateEst` is too small for it. */
    rateEst64: [5, struct('gnet_stats_rate_est64', { bps: u64, pps: u64 })],
    pad: [6, bytes],
    /** The part of `basic` that hardware did. */
    basicHw: [7, gnetStatsBasic],
    /** The packets of `basic`, when 32 bits are too few for them. */
    pkt64: [8, u64]
  })
