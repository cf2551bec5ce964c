import { attributes, be16, u8, u32 } from '../../definition'

/** `ct expectation`: further connections that are to count as related. <linux/netfilter/nf_tables.h> */
export const ctExpect = attributes('NFTA_CT_EXPECT', {
  /** NFPROTO.* */
  l3proto: [1, be16],
  /** IPPROTO_* */
  l4proto: [2, u8],
  /** The port that they go to. */
  dport: [3, be16],
  /** In milliseconds, which kernels before 7.2 took for seconds. The only number here in the machine's order. */
  timeout: [4, u32],
  /** How many there can be. */
  size: [5, u8]
})
