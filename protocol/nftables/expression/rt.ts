import { attributes, be32 } from '../../definition'

/** Loads what is known of the packet's route: `rt nexthop`. <linux/netfilter/nf_tables.h> */
export const rt = attributes('NFTA_RT', {
  dreg: [1, be32],
  /** NFT_RT.* */
  key: [2, be32]
})

/** What there is to know of a route. <linux/netfilter/nf_tables.h> */
export const NFT_RT = {
  CLASSID: 0,
  NEXTHOP4: 1,
  NEXTHOP6: 2,
  TCPMSS: 3,
  XFRM: 4
} as const
