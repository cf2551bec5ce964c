import { attributes, u32 } from '../../definition'

/** The transform interface's id of a packet: `encap xfrm`. <linux/lwtunnel.h> */
export const xfrm = attributes('LWT_XFRM', {
  ifId: [1, u32],
  /** The underlying interface's index. */
  link: [2, u32]
})
