import { arrayOf, attributes, bytes, either, ip, s32, struct, u8, u32, u64 } from '../../definition'

/** `net.ipv4.conf.<interface>.*`, each with the kernel's number of it. <linux/ip.h> */
export const ipv4Devconf = attributes('IPV4_DEVCONF', {
  forwarding: [1, s32],
  mcForwarding: [2, s32],
  proxyArp: [3, s32],
  acceptRedirects: [4, s32],
  secureRedirects: [5, s32],
  sendRedirects: [6, s32],
  sharedMedia: [7, s32],
  rpFilter: [8, s32],
  acceptSourceRoute: [9, s32],
  bootpRelay: [10, s32],
  logMartians: [11, s32],
  tag: [12, s32],
  arpfilter: [13, s32],
  mediumId: [14, s32],
  noxfrm: [15, s32],
  nopolicy: [16, s32],
  forceIgmpVersion: [17, s32],
  arpAnnounce: [18, s32],
  arpIgnore: [19, s32],
  promoteSecondaries: [20, s32],
  arpAccept: [21, s32],
  arpNotify: [22, s32],
  acceptLocal: [23, s32],
  srcVmark: [24, s32],
  proxyArpPvlan: [25, s32],
  routeLocalnet: [26, s32],
  igmpv2UnsolicitedReportInterval: [27, s32],
  igmpv3UnsolicitedReportInterval: [28, s32],
  ignoreRoutesWithLinkdown: [29, s32],
  dropUnicastInL2Multicast: [30, s32],
  dropGratuitousArp: [31, s32],
  bcForwarding: [32, s32],
  arpEvictNocarrier: [33, s32]
})

/** What IPv4 keeps of an interface. <linux/if_link.h> */
export const inet = attributes('IFLA_INET', {
  /**
   * In requests the settings to change. In answers all of them in a row: the setting with number n of `ipv4Devconf`
   * stands at n - 1.
   */
  conf: [1, either(ipv4Devconf, arrayOf(s32))]
})

/** Times of IPv6's neighbour discovery. <linux/if_link.h> */
export const iflaCacheinfo = struct('ifla_cacheinfo', {
  maxReasmLen: u32,
  /** When IPv6's settings or addresses here last changed, in hundredths of a second since boot. */
  tstamp: u32,
  /** Milliseconds. */
  reachableTime: u32,
  /** Milliseconds. */
  retransTime: u32
})

/** What IPv6 keeps of an interface. <linux/if_link.h> */
export const inet6 = attributes('IFLA_INET6', {
  /** IF_READY, IF_RA_RCVD and such. <linux/if_link.h> */
  flags: [1, u32],
  /** `net.ipv6.conf.<interface>.*`, the setting with number DEVCONF_n at n. */
  conf: [2, arrayOf(s32)],
  /** IPSTATS_MIB_* counters; the first says how many there are. */
  stats: [3, arrayOf(u64)],
  /** Never sent. */
  mcast: [4, bytes],
  cacheinfo: [5, iflaCacheinfo],
  /** ICMP6_MIB_* counters; the first says how many there are. */
  icmp6stats: [6, arrayOf(u64)],
  /** The interface's half of addresses made from router advertisements: `ip token`. */
  token: [7, ip],
  /** How link-local addresses are made, IN6_ADDR_GEN_MODE_*. */
  addrGenMode: [8, u8],
  /** MTU that a router has advertised. */
  raMtu: [9, u32]
})

/** What MCTP keeps of an interface. <linux/if_link.h> */
export const mctp = attributes('IFLA_MCTP', {
  net: [1, u32],
  physBinding: [2, u8]
})

/** What each address family keeps of an interface. */
export const addressFamilies = attributes('AF', {
  inet: [2, inet],
  inet6: [10, inet6],
  mctp: [45, mctp]
})

/** How IPv6 makes link-local addresses. <linux/if_link.h> */
export const IN6_ADDR_GEN_MODE = { EUI64: 0, NONE: 1, STABLE_PRIVACY: 2, RANDOM: 3 } as const
