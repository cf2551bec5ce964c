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
   * In requests the settings to change. In answers all of them in a row: number n of `ipv4Devconf` stands at
   * n - 1.
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
  /** `net.ipv6.conf.<interface>.*`, each at its number in DEVCONF. */
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

/** Where in `conf` each setting of IPv6 stands. <linux/ipv6.h> */
export const DEVCONF = {
  FORWARDING: 0,
  HOPLIMIT: 1,
  MTU6: 2,
  ACCEPT_RA: 3,
  ACCEPT_REDIRECTS: 4,
  AUTOCONF: 5,
  DAD_TRANSMITS: 6,
  RTR_SOLICITS: 7,
  RTR_SOLICIT_INTERVAL: 8,
  RTR_SOLICIT_DELAY: 9,
  USE_TEMPADDR: 10,
  TEMP_VALID_LFT: 11,
  TEMP_PREFERED_LFT: 12,
  REGEN_MAX_RETRY: 13,
  MAX_DESYNC_FACTOR: 14,
  MAX_ADDRESSES: 15,
  FORCE_MLD_VERSION: 16,
  ACCEPT_RA_DEFRTR: 17,
  ACCEPT_RA_PINFO: 18,
  ACCEPT_RA_RTR_PREF: 19,
  RTR_PROBE_INTERVAL: 20,
  ACCEPT_RA_RT_INFO_MAX_PLEN: 21,
  PROXY_NDP: 22,
  OPTIMISTIC_DAD: 23,
  ACCEPT_SOURCE_ROUTE: 24,
  MC_FORWARDING: 25,
  DISABLE_IPV6: 26,
  ACCEPT_DAD: 27,
  FORCE_TLLAO: 28,
  NDISC_NOTIFY: 29,
  MLDV1_UNSOLICITED_REPORT_INTERVAL: 30,
  MLDV2_UNSOLICITED_REPORT_INTERVAL: 31,
  SUPPRESS_FRAG_NDISC: 32,
  ACCEPT_RA_FROM_LOCAL: 33,
  USE_OPTIMISTIC: 34,
  ACCEPT_RA_MTU: 35,
  STABLE_SECRET: 36,
  USE_OIF_ADDRS_ONLY: 37,
  ACCEPT_RA_MIN_HOP_LIMIT: 38,
  IGNORE_ROUTES_WITH_LINKDOWN: 39,
  DROP_UNICAST_IN_L2_MULTICAST: 40,
  DROP_UNSOLICITED_NA: 41,
  KEEP_ADDR_ON_DOWN: 42,
  RTR_SOLICIT_MAX_INTERVAL: 43,
  SEG6_ENABLED: 44,
  SEG6_REQUIRE_HMAC: 45,
  ENHANCED_DAD: 46,
  ADDR_GEN_MODE: 47,
  DISABLE_POLICY: 48,
  ACCEPT_RA_RT_INFO_MIN_PLEN: 49,
  NDISC_TCLASS: 50,
  RPL_SEG_ENABLED: 51,
  RA_DEFRTR_METRIC: 52,
  IOAM6_ENABLED: 53,
  IOAM6_ID: 54,
  IOAM6_ID_WIDE: 55,
  NDISC_EVICT_NOCARRIER: 56,
  ACCEPT_UNTRACKED_NA: 57,
  ACCEPT_RA_MIN_LFT: 58,
  FORCE_FORWARDING: 59
} as const
