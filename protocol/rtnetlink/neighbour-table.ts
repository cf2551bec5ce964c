import {
  attributes,
  bytes,
  message,
  pad,
  string,
  struct,
  type TypeOf,
  u8,
  u16,
  u32,
  u64
} from '../definition'

/** What one interface does with neighbours, or, without `ifindex`, what new ones will do. Times in milliseconds. */
const parameters = attributes('NDTPA', {
  ifindex: [1, u32],
  refcnt: [2, u32],
  /** Chosen anew at times around `baseReachableTime`. */
  reachableTime: [3, u64],
  baseReachableTime: [4, u64],
  retransTime: [5, u64],
  gcStaletime: [6, u64],
  delayProbeTime: [7, u64],
  /** Packets that wait for an answer. */
  queueLen: [8, u32],
  appProbes: [9, u32],
  ucastProbes: [10, u32],
  mcastProbes: [11, u32],
  anycastDelay: [12, u64],
  proxyDelay: [13, u64],
  proxyQlen: [14, u32],
  locktime: [15, u64],
  queueLenbytes: [16, u32],
  mcastReprobes: [17, u32],
  pad: [18, bytes],
  /** Between probes of a managed neighbour. */
  intervalProbeTimeMs: [19, u64]
})

/** A table of neighbours and its parameters: `ip ntable`. <linux/neighbour.h> */
export const neighbourTable = message('neighbour table', {
  types: { RTM_NEWNEIGHTBL: 64, RTM_GETNEIGHTBL: 66, RTM_SETNEIGHTBL: 67 },
  header: struct('ndtmsg', {
    family: u8,
    pad1: pad(1),
    pad2: pad(2)
  }),
  attributes: attributes('NDTA', {
    /** `arp_cache`, `ndisc_cache`. */
    name: [1, string],
    /** Entries below which nothing is collected. */
    thresh1: [2, u32],
    /** Entries above which old ones are collected soon. */
    thresh2: [3, u32],
    /** Entries above which there can be no new one. */
    thresh3: [4, u32],
    config: [
      5,
      struct('ndt_config', {
        keyLen: u16,
        entrySize: u16,
        entries: u32,
        /** How long ago, in milliseconds. */
        lastFlush: u32,
        /** Likewise. */
        lastRand: u32,
        hashRnd: u32,
        hashMask: u32,
        hashChainGc: u32,
        proxyQlen: u32
      })
    ],
    parms: [6, parameters],
    stats: [
      7,
      struct('ndt_stats', {
        allocs: u64,
        destroys: u64,
        hashGrows: u64,
        resFailed: u64,
        lookups: u64,
        hits: u64,
        rcvProbesMcast: u64,
        rcvProbesUcast: u64,
        periodicGcRuns: u64,
        forcedGcRuns: u64,
        tableFulls: u64
      })
    ],
    /** Milliseconds. */
    gcInterval: [8, u64],
    pad: [9, bytes]
  })
})
export interface NeighbourTable extends TypeOf<typeof neighbourTable> {}
