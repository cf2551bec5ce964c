import { attributes, be16, string, u8 } from '../../definition'

/** `ct helper`: follows a protocol that opens further connections. <linux/netfilter/nf_tables.h> */
export const ctHelper = attributes('NFTA_CT_HELPER', {
  /** The kernel's name of the protocol: `ftp`. */
  name: [1, string],
  /** NFPROTO.* */
  l3proto: [2, be16],
  /** IPPROTO_* */
  l4proto: [3, u8]
})
