import { attributes, be32, u8 } from '../../definition'

/** Loads the name of the system that sent a TCP SYN, guessed from its form: `osf name "Linux"`. <linux/netfilter/nf_tables.h> */
export const osf = attributes('NFTA_OSF', {
  dreg: [1, be32],
  /** NF_OSF_TTL.*: how the packet's TTL is to fit. */
  ttl: [2, u8],
  /** NFT_OSF_F.* bits; in an answer the kernel writes them in the machine's order. */
  flags: [3, be32]
})

/** Flags of the guess. <linux/netfilter/nf_tables.h> */
export const NFT_OSF_F = {
  /** With the version: `osf version "Linux:3.0"`. */
  VERSION: 1
} as const

/** Ways to take the TTL. <linux/netfilter/nfnetlink_osf.h> */
export const NF_OSF_TTL = {
  /** It has to be that of the fingerprint. */
  TRUE: 0,
  /** `ttl loose` */
  LESS: 1,
  /** `ttl skip` */
  NOCHECK: 2
} as const
