import { attributes, be32, u8 } from '../../definition'

/**
 * Loads bytes of an extension header or an option, or sets them: `tcp option maxseg size set 1400`. Without `dreg`
 * and `sreg` the option is taken out. <linux/netfilter/nf_tables.h>
 */
export const exthdr = attributes('NFTA_EXTHDR', {
  dreg: [1, be32],
  /** Number of the header or option. */
  type: [2, u8],
  /** In bytes. */
  offset: [3, be32],
  /** In bytes. */
  len: [4, be32],
  /** NFT_EXTHDR_F.* bits. */
  flags: [5, be32],
  /** NFT_EXTHDR_OP.*: where to look. */
  op: [6, be32],
  sreg: [7, be32]
})

/** Flags of such a look. <linux/netfilter/nf_tables.h> */
export const NFT_EXTHDR_F = {
  /** Tells only whether there is one. */
  PRESENT: 1
} as const

/** What has extension headers or options. <linux/netfilter/nf_tables.h> */
export const NFT_EXTHDR_OP = { IPV6: 0, TCPOPT: 1, IPV4: 2, SCTP: 3, DCCP: 4 } as const
