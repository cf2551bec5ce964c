import { attributes, be32 } from '../../definition'
import { data } from '../data'

/** Goes on if a register compares so: `tcp dport 80`. <linux/netfilter/nf_tables.h> */
export const cmp = attributes('NFTA_CMP', {
  sreg: [1, be32],
  /** NFT_CMP.* */
  op: [2, be32],
  data: [3, data]
})

/** Comparisons, byte by byte from the first. <linux/netfilter/nf_tables.h> */
export const NFT_CMP = { EQ: 0, NEQ: 1, LT: 2, LTE: 3, GT: 4, GTE: 5 } as const
