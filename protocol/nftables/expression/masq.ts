import { attributes, be32 } from '../../definition'

/** Rewrites the source to the address of the outgoing interface: `masquerade`. <linux/netfilter/nf_tables.h> */
export const masq = attributes('NFTA_MASQ', {
  /** NF_NAT_RANGE.* bits. */
  flags: [1, be32],
  /** The register of the port, or of the first one to choose from. */
  regProtoMin: [2, be32],
  regProtoMax: [3, be32]
})
