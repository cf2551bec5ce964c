import { attributes, flag, u32 } from '../../definition'

/** An interface in front of IPsec's policies: `ip link add type xfrm if_id 7`. <linux/if_link.h> */
export const xfrm = attributes('IFLA_XFRM', {
  link: [1, u32],
  ifId: [2, u32],
  collectMetadata: [3, flag]
})
