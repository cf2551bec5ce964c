import { attributes, be32 } from '../../definition'

/** Loads what is known of the socket that the packet is for: `socket transparent 1`. <linux/netfilter/nf_tables.h> */
export const socket = attributes('NFTA_SOCKET', {
  /** NFT_SOCKET.* */
  key: [1, be32],
  dreg: [2, be32],
  /** For CGROUPV2: how deep in the hierarchy. */
  level: [3, be32]
})

/** What there is to know of a socket. <linux/netfilter/nf_tables.h> */
export const NFT_SOCKET = { TRANSPARENT: 0, MARK: 1, WILDCARD: 2, CGROUPV2: 3 } as const
