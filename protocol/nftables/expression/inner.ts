import { attributes, be32, string, variant } from '../../definition'
import { meta } from './meta'
import { payload } from './payload'

/** Looks into the packet that a tunnel carries: `vxlan ip saddr`. <linux/netfilter/nf_tables.h> */
export const inner = attributes('NFTA_INNER', {
  /** 0; the only depth there is. */
  num: [1, be32],
  /** NFT_INNER.* */
  type: [2, be32],
  /** NFT_INNER_F.* bits. */
  flags: [3, be32],
  /** Length of the tunnel's header, in bytes. */
  hdrsize: [4, be32],
  /** What to look for there. */
  expr: [
    5,
    attributes('NFTA_EXPR', {
      name: [1, string],
      data: [2, variant('name', { meta, payload })]
    })
  ]
})

/** Tunnels with a header of their own. <linux/netfilter/nf_tables.h> */
export const NFT_INNER = { UNSPEC: 0, VXLAN: 1, GENEVE: 2 } as const

/** What is parsed of the packet inside. They are named NFT_INNER_*, too. <linux/netfilter/nf_tables.h> */
export const NFT_INNER_F = {
  /** The tunnel has a header. */
  HDRSIZE: 0x1,
  LL: 0x2,
  NH: 0x4,
  TH: 0x8
} as const
