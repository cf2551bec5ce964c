import { attributes, be32, u8 } from '../../definition'

/** Drops the packet and says so to its sender: `reject with icmpx port-unreachable`. <linux/netfilter/nf_tables.h> */
export const reject = attributes('NFTA_REJECT', {
  /** NFT_REJECT.* */
  type: [1, be32],
  /** Of ICMP or ICMPv6; NFT_REJECT_ICMPX.* for ICMPX_UNREACH. */
  icmpCode: [2, u8]
})

/** What the sender gets. <linux/netfilter/nf_tables.h> */
export const NFT_REJECT = {
  ICMP_UNREACH: 0,
  TCP_RST: 1,
  /** ICMP or ICMPv6, as the packet is. */
  ICMPX_UNREACH: 2
} as const

/** Reasons that ICMP and ICMPv6 share. <linux/netfilter/nf_tables.h> */
export const NFT_REJECT_ICMPX = {
  NO_ROUTE: 0,
  PORT_UNREACH: 1,
  HOST_UNREACH: 2,
  ADMIN_PROHIBITED: 3
} as const
