import { attributes, be32, be64, bytes } from '../../definition'

/** Remembers when a packet last came by: `last`. <linux/netfilter/nf_tables.h> */
export const last = attributes('NFTA_LAST', {
  /** 1 if one did. */
  set: [1, be32],
  /** Milliseconds ago. */
  msecs: [2, be64],
  pad: [3, bytes]
})
