import { attributes, be32, bytes, string } from '../../definition'

/** A match of iptables: `iptables-nft -m multiport`. <linux/netfilter/nf_tables_compat.h> */
export const match = attributes('NFTA_MATCH', {
  name: [1, string],
  /** Revision of its struct. */
  rev: [2, be32],
  /** That struct, as the machine lays it out; its length is a multiple of 8. */
  info: [3, bytes]
})
