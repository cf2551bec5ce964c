import { attributes, ip, message, s32, string, struct, type TypeOf, u8, u32 } from '../definition'

/** How long an address lasts. <linux/if_addr.h> */
export const ifaCacheinfo = struct('ifa_cacheinfo', {
  /** Seconds that it stays preferred; 0xffffffff is for ever. */
  prefered: u32,
  /** Seconds that it stays valid; 0xffffffff is for ever. */
  valid: u32,
  /** When it was made, in hundredths of a second since boot. */
  cstamp: u32,
  /** When it was last changed, likewise. */
  tstamp: u32
})

/** An address of an interface, `ip address`, or a group that it listens to, `ip maddress`. <linux/if_addr.h> */
export const address = message('address', {
  types: {
    RTM_NEWADDR: 20,
    RTM_DELADDR: 21,
    RTM_GETADDR: 22,
    RTM_NEWMULTICAST: 56,
    RTM_DELMULTICAST: 57,
    RTM_GETMULTICAST: 58,
    RTM_NEWANYCAST: 60,
    RTM_DELANYCAST: 61,
    RTM_GETANYCAST: 62
  },
  header: struct('ifaddrmsg', {
    family: u8,
    /** Length of the prefix, in bits. */
    prefixlen: u8,
    /** The low eight bits of the flags; the attribute `flags` has them all. */
    flags: u8,
    /** RT_SCOPE_*. */
    scope: u8,
    /** The interface's index. */
    index: u32
  }),
  attributes: attributes('IFA', {
    /** The prefix's address; on a point-to-point link, the peer's. */
    address: [1, ip],
    /** The interface's own address. IPv4 requires it. */
    local: [2, ip],
    /** IPv4 only: the interface's name, or that name, a colon and more. */
    label: [3, string],
    broadcast: [4, ip],
    anycast: [5, ip],
    cacheinfo: [6, ifaCacheinfo],
    multicast: [7, ip],
    /** IFA_F_* bits, all of them. */
    flags: [8, u32],
    /** Metric of the route to the prefix. */
    rtPriority: [9, u32],
    /** The namespace to act in, by the id that ours has for it. */
    targetNetnsid: [10, s32],
    /** Who made it, IFAPROT_*. */
    proto: [11, u8]
  })
})
export interface Address extends TypeOf<typeof address> {}

/** Flags of an address. <linux/if_addr.h> */
export const IFA_F = {
  SECONDARY: 0x01,
  TEMPORARY: 0x01,
  /** IPv6: do not look for duplicates first. */
  NODAD: 0x02,
  OPTIMISTIC: 0x04,
  DADFAILED: 0x08,
  HOMEADDRESS: 0x10,
  DEPRECATED: 0x20,
  /** IPv6: duplicates are still looked for. */
  TENTATIVE: 0x40,
  PERMANENT: 0x80,
  MANAGETEMPADDR: 0x100,
  /** No route to the prefix comes with the address. */
  NOPREFIXROUTE: 0x200,
  MCAUTOJOIN: 0x400,
  STABLE_PRIVACY: 0x800
} as const
