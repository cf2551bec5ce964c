import { attributes, be32, string } from '../../definition'

/** Loads the next number, or a random one: `numgen inc mod 3`. <linux/netfilter/nf_tables.h> */
export const numgen = attributes('NFTA_NG', {
  dreg: [1, be32],
  /** Numbers are less than this, before the offset. */
  modulus: [2, be32],
  /** NFT_NG.* */
  type: [3, be32],
  /** What is added to them. */
  offset: [4, be32],
  /** No longer used, nor is `setId`. */
  setName: [5, string],
  setId: [6, be32]
})

/** Where numbers come from. <linux/netfilter/nf_tables.h> */
export const NFT_NG = { INCREMENTAL: 0, RANDOM: 1 } as const
