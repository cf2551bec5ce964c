import { attributes, be32 } from '../../definition'

/** Sends a copy of the packet elsewhere: `dup to 10.0.0.9 device "eth1"`. <linux/netfilter/nf_tables.h> */
export const dup = attributes('NFTA_DUP', {
  /** The register of the gateway's address. */
  sregAddr: [1, be32],
  /** The register of the interface's index. */
  sregDev: [2, be32]
})
