import { attributes, be64, bytes } from '../../definition'

/** `counter`. <linux/netfilter/nf_tables.h> */
export const counter = attributes('NFTA_COUNTER', {
  bytes: [1, be64],
  packets: [2, be64],
  pad: [3, bytes]
})
