import { attributes, be32 } from '../../definition'

/** Sends the packet out of another interface: `fwd to "eth1"`. <linux/netfilter/nf_tables.h> */
export const fwd = attributes('NFTA_FWD', {
  /** The register of the interface's index. */
  sregDev: [1, be32],
  /** The register of the neighbour's address. */
  sregAddr: [2, be32],
  /** NFPROTO.* of that address. */
  nfproto: [3, be32]
})
