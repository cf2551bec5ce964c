import { timeouts } from '../../conntrack/timeout'
import { attributes, be16, u8, variant } from '../../definition'

/** `ct timeout`: how long connections may be silent. <linux/netfilter/nf_tables.h> */
export const ctTimeout = attributes('NFTA_CT_TIMEOUT', {
  /** NFPROTO.* */
  l3proto: [1, be16],
  /** IPPROTO_* */
  l4proto: [2, u8],
  /** In seconds. */
  data: [3, variant('l4proto', timeouts)]
})
