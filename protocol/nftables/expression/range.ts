import { attributes, be32 } from '../../definition'
import { data } from '../data'

/** Goes on if a register lies between two values, or is one of them: `tcp dport != 1-1023`. <linux/netfilter/nf_tables.h> */
export const range = attributes('NFTA_RANGE', {
  sreg: [1, be32],
  /** NFT_RANGE.* */
  op: [2, be32],
  fromData: [3, data],
  toData: [4, data]
})

/** Whether it is to lie inside or outside. <linux/netfilter/nf_tables.h> */
export const NFT_RANGE = { EQ: 0, NEQ: 1 } as const
