import { attributes, be32 } from '../../definition'

/** Loads what is known of the tunnel that the packet goes through: `tunnel id`. <linux/netfilter/nf_tables.h> */
export const tunnel = attributes('NFTA_TUNNEL', {
  /** NFT_TUNNEL.* */
  key: [1, be32],
  dreg: [2, be32],
  /** NFT_TUNNEL_MODE.*: the way that the packet has to go. */
  mode: [3, be32]
})

/** What there is to know of a tunnel. <linux/netfilter/nf_tables.h> */
export const NFT_TUNNEL = {
  /** Whether there is one. */
  PATH: 0,
  ID: 1
} as const

/** Ways through a tunnel. <linux/netfilter/nf_tables.h> */
export const NFT_TUNNEL_MODE = { NONE: 0, RX: 1, TX: 2 } as const
