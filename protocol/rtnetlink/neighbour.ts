import {
  attributes,
  be16,
  flag,
  ip,
  mac,
  message,
  pad,
  s32,
  struct,
  type TypeOf,
  u8,
  u16,
  u32
} from '../definition'

/** A neighbour, `ip neighbour`, or an entry of a forwarding database, `bridge fdb`. <linux/neighbour.h> */
export const neighbour = message('neighbour', {
  types: { RTM_NEWNEIGH: 28, RTM_DELNEIGH: 29, RTM_GETNEIGH: 30 },
  header: struct('ndmsg', {
    /** AF_BRIDGE for a forwarding database. */
    family: u8,
    pad1: pad(1),
    pad2: pad(2),
    ifindex: s32,
    /** NUD_*. */
    state: u16,
    /** NTF_* bits. */
    flags: u8,
    /** RTN_*. */
    type: u8
  }),
  attributes: attributes('NDA', {
    /** The neighbour's address; in a forwarding database, the tunnel's far end. */
    dst: [1, ip],
    lladdr: [2, mac],
    cacheinfo: [
      3,
      struct('nda_cacheinfo', {
        /** How long ago it was confirmed, in hundredths of a second. */
        confirmed: u32,
        /** How long ago it was used, likewise. */
        used: u32,
        /** How long ago it was changed, likewise. */
        updated: u32,
        refcnt: u32
      })
    ],
    probes: [4, u32],
    vlan: [5, u16],
    /** UDP port of the tunnel's far end. */
    port: [6, be16],
    vni: [7, u32],
    /** Of a tunnel, the interface to send by; in a flush, the port whose entries go. */
    ifindex: [8, u32],
    master: [9, u32],
    linkNetnsid: [10, s32],
    srcVni: [11, u32],
    /** Who made it, RTPROT_*. */
    protocol: [12, u8],
    /** The nexthop object that stands for the far ends. */
    nhId: [13, u32],
    fdbExtAttrs: [
      14,
      attributes('NFEA', {
        /** FDB_NOTIFY_* bits. */
        activityNotify: [1, u8],
        dontRefresh: [2, flag]
      })
    ],
    /** NTF_EXT_* bits. */
    flagsExt: [15, u32],
    /** Flush: which bits of the header's state count. */
    ndmStateMask: [16, u16],
    /** Flush: which bits of the header's flags count. */
    ndmFlagsMask: [17, u8]
  })
})
export interface Neighbour extends TypeOf<typeof neighbour> {}

/** What is known of a neighbour. <linux/neighbour.h> */
export const NUD = {
  NONE: 0,
  INCOMPLETE: 0x01,
  REACHABLE: 0x02,
  STALE: 0x04,
  DELAY: 0x08,
  PROBE: 0x10,
  FAILED: 0x20,
  /** Never asked for. */
  NOARP: 0x40,
  /** Never forgotten. */
  PERMANENT: 0x80
} as const

/** Flags of a neighbour. <linux/neighbour.h> */
export const NTF = {
  USE: 0x01,
  /** In the database of the interface itself. */
  SELF: 0x02,
  /** In the database of the bridge that the interface belongs to. */
  MASTER: 0x04,
  /** We answer for it. */
  PROXY: 0x08,
  EXT_LEARNED: 0x10,
  OFFLOADED: 0x20,
  /** It stays at its port, wherever frames come from. */
  STICKY: 0x40,
  ROUTER: 0x80
} as const

/** Flags of a neighbour in `flagsExt`. <linux/neighbour.h> */
export const NTF_EXT = {
  /** The kernel keeps it reachable. */
  MANAGED: 0x01,
  LOCKED: 0x02,
  EXT_VALIDATED: 0x04
} as const

/** What is told about the activity of an entry. <linux/neighbour.h> */
export const FDB_NOTIFY = {
  /** When it falls idle, and when it is active again. */
  BIT: 0x01,
  /** The entry is idle: only its next activity is told. */
  INACTIVE_BIT: 0x02
} as const
