import { attributes, u32 } from '../../definition'

/** A port of a switch in the machine: `ip link set … type dsa conduit eth0`. <linux/if_link.h> */
export const dsa = attributes('IFLA_DSA', {
  /** Index of the interface that leads to the switch. Called master once. */
  conduit: [1, u32]
})
