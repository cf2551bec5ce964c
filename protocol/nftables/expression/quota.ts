import { attributes, be32, be64, bytes } from '../../definition'

/** Goes on until that many bytes have passed: `quota until 25 mbytes`. <linux/netfilter/nf_tables.h> */
export const quota = attributes('NFTA_QUOTA', {
  bytes: [1, be64],
  /** NFT_QUOTA_F.* bits. */
  flags: [2, be32],
  pad: [3, bytes],
  /** Bytes that have passed. */
  consumed: [4, be64]
})

/** Flags of a quota. <linux/netfilter/nf_tables.h> */
export const NFT_QUOTA_F = {
  /** Goes on once they have passed: `quota over`. */
  INV: 1,
  /** They have passed, as an event says. */
  DEPLETED: 2
} as const
