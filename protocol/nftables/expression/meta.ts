import { attributes, be32 } from '../../definition'

/** Loads what the kernel knows of the packet, or sets it: `meta mark`, `iifname`. <linux/netfilter/nf_tables.h> */
export const meta = attributes('NFTA_META', {
  dreg: [1, be32],
  /** NFT_META.* */
  key: [2, be32],
  /** In place of `dreg`: where to set it from. */
  sreg: [3, be32]
})

/** What there is to know of a packet. <linux/netfilter/nf_tables.h> */
export const NFT_META = {
  LEN: 0,
  PROTOCOL: 1,
  PRIORITY: 2,
  MARK: 3,
  IIF: 4,
  OIF: 5,
  IIFNAME: 6,
  OIFNAME: 7,
  IIFTYPE: 8,
  OIFTYPE: 9,
  SKUID: 10,
  SKGID: 11,
  NFTRACE: 12,
  RTCLASSID: 13,
  SECMARK: 14,
  NFPROTO: 15,
  L4PROTO: 16,
  BRI_IIFNAME: 17,
  BRI_OIFNAME: 18,
  PKTTYPE: 19,
  CPU: 20,
  IIFGROUP: 21,
  OIFGROUP: 22,
  CGROUP: 23,
  PRANDOM: 24,
  SECPATH: 25,
  IIFKIND: 26,
  OIFKIND: 27,
  BRI_IIFPVID: 28,
  BRI_IIFVPROTO: 29,
  /** Nanoseconds since 1970. */
  TIME_NS: 30,
  /** Day of the week, from Sunday, 0. */
  TIME_DAY: 31,
  /** Second of the day. */
  TIME_HOUR: 32,
  SDIF: 33,
  SDIFNAME: 34,
  BRI_BROUTE: 35,
  BRI_IIFHWADDR: 37
} as const
