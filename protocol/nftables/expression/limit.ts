import { attributes, be32, be64, bytes } from '../../definition'

/** Goes on as long as the rate is kept: `limit rate 10/second burst 5 packets`. <linux/netfilter/nf_tables.h> */
export const limit = attributes('NFTA_LIMIT', {
  /** Packets or bytes in each `unit`. */
  rate: [1, be64],
  /** In seconds. */
  unit: [2, be64],
  /** Packets or bytes that may come at once. */
  burst: [3, be32],
  /** NFT_LIMIT.* */
  type: [4, be32],
  /** NFT_LIMIT_F.* bits. */
  flags: [5, be32],
  pad: [6, bytes]
})

/** What is counted. <linux/netfilter/nf_tables.h> */
export const NFT_LIMIT = { PKTS: 0, PKT_BYTES: 1 } as const

/** Flags of a limit. <linux/netfilter/nf_tables.h> */
export const NFT_LIMIT_F = {
  /** Goes on above the rate: `limit rate over`. */
  INV: 1
} as const
