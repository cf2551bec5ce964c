import { attributes, be32 } from '../../definition'
import { data } from '../data'

/** Loads a constant into a register: `accept` into the verdict's. <linux/netfilter/nf_tables.h> */
export const immediate = attributes('NFTA_IMMEDIATE', {
  dreg: [1, be32],
  data: [2, data]
})
