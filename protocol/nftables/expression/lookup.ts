import { attributes, be32, string } from '../../definition'

/** Goes on if a set has a register's value; of a map, loads what it gives: `ip saddr @blocked`. <linux/netfilter/nf_tables.h> */
export const lookup = attributes('NFTA_LOOKUP', {
  set: [1, string],
  sreg: [2, be32],
  /** For a map: where its data go. */
  dreg: [3, be32],
  /** The set, by the id that it was given in this batch. */
  setId: [4, be32],
  /** NFT_LOOKUP_F.* bits. */
  flags: [5, be32]
})

/** Flags of a look-up. <linux/netfilter/nf_tables.h> */
export const NFT_LOOKUP_F = {
  /** Goes on if the set has it not. */
  INV: 1
} as const
