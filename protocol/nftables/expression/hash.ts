import { attributes, be32, string } from '../../definition'

/** Loads the hash of a register, or of the connection: `jhash ip saddr mod 4`, `symhash mod 2`. <linux/netfilter/nf_tables.h> */
export const hash = attributes('NFTA_HASH', {
  sreg: [1, be32],
  dreg: [2, be32],
  /** In bytes. */
  len: [3, be32],
  /** Numbers are less than this, before the offset. */
  modulus: [4, be32],
  seed: [5, be32],
  /** What is added to them. */
  offset: [6, be32],
  /** NFT_HASH.* */
  type: [7, be32],
  /** No longer used, nor is `setId`. */
  setName: [8, string],
  setId: [9, be32]
})

/** Kinds of hash. <linux/netfilter/nf_tables.h> */
export const NFT_HASH = {
  JENKINS: 0,
  /** Both directions of a connection have the same. */
  SYM: 1
} as const
