import { attributes, be16, be32, u8 } from '../../definition'

/** Answers TCP SYNs in place of the server: `synproxy mss 1460 wscale 7`. <linux/netfilter/nf_tables.h> */
export const synproxy = attributes('NFTA_SYNPROXY', {
  mss: [1, be16],
  wscale: [2, u8],
  /** NF_SYNPROXY_OPT.* bits: the options that the server would offer. */
  flags: [3, be32]
})

/** Options of TCP. <linux/netfilter/nf_synproxy.h> */
export const NF_SYNPROXY_OPT = {
  MSS: 0x1,
  WSCALE: 0x2,
  SACK_PERM: 0x4,
  TIMESTAMP: 0x8,
  ECN: 0x10
} as const
