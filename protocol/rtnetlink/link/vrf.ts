import { attributes, u32 } from '../../definition'

/** Interfaces with a routing table of their own: `ip link add type vrf table 10`. <linux/if_link.h> */
export const vrf = attributes('IFLA_VRF', {
  table: [1, u32]
})

/** An interface as part of a vrf. <linux/if_link.h> */
export const vrfPort = attributes('IFLA_VRF_PORT', {
  table: [1, u32]
})
