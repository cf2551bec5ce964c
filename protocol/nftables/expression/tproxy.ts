import { attributes, be32 } from '../../definition'

/** Hands the packet to a local socket without a change to it: `tproxy to :50080`. <linux/netfilter/nf_tables.h> */
export const tproxy = attributes('NFTA_TPROXY', {
  /** NFPROTO.* of the packets; UNSPEC takes both. */
  family: [1, be32],
  /** The register of the socket's address. */
  regAddr: [2, be32],
  /** The register of its port. */
  regPort: [3, be32]
})
