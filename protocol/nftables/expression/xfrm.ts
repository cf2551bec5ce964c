import { attributes, be32, u8 } from '../../definition'

/** Loads what is known of the packet's IPsec state: `ipsec in reqid`. <linux/netfilter/nf_tables.h> */
export const xfrm = attributes('NFTA_XFRM', {
  dreg: [1, be32],
  /** NFT_XFRM_KEY.* */
  key: [2, be32],
  /** XFRM_POLICY.* */
  dir: [3, u8],
  /** Which one, if there are several around each other. */
  spnum: [4, be32]
})

/** What there is to know of an IPsec state. <linux/netfilter/nf_tables.h> */
export const NFT_XFRM_KEY = {
  UNSPEC: 0,
  DADDR_IP4: 1,
  DADDR_IP6: 2,
  SADDR_IP4: 3,
  SADDR_IP6: 4,
  REQID: 5,
  SPI: 6
} as const

/** Whether the packet came by it or is to go by it. <linux/xfrm.h> */
export const XFRM_POLICY = { IN: 0, OUT: 1 } as const
