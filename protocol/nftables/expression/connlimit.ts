import { attributes, be32 } from '../../definition'

/** Goes on as long as there are no more connections: `ct count 20`. <linux/netfilter/nf_tables.h> */
export const connlimit = attributes('NFTA_CONNLIMIT', {
  count: [1, be32],
  /** NFT_CONNLIMIT_F.* bits. */
  flags: [2, be32]
})

/** Flags of a limit of connections. <linux/netfilter/nf_tables.h> */
export const NFT_CONNLIMIT_F = {
  /** Goes on if there are more: `ct count over 20`. */
  INV: 1
} as const
