import { attributes, be32 } from '../../definition'

/** Turns a register's bytes round: `meta mark set ip dscp`. <linux/netfilter/nf_tables.h> */
export const byteorder = attributes('NFTA_BYTEORDER', {
  sreg: [1, be32],
  dreg: [2, be32],
  /** NFT_BYTEORDER.* */
  op: [3, be32],
  /** In bytes. */
  len: [4, be32],
  /** Of each number in there: 2, 4 or 8 bytes. */
  size: [5, be32]
})

/** Directions of a conversion. <linux/netfilter/nf_tables.h> */
export const NFT_BYTEORDER = { NTOH: 0, HTON: 1 } as const
