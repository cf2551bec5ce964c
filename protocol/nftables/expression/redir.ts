import { attributes, be32 } from '../../definition'

/** Rewrites the destination to this host: `redirect to :8080`. <linux/netfilter/nf_tables.h> */
export const redir = attributes('NFTA_REDIR', {
  /** The register of the port, or of the first one to choose from. */
  regProtoMin: [1, be32],
  regProtoMax: [2, be32],
  /** NF_NAT_RANGE.* bits. */
  flags: [3, be32]
})
