import { attributes, be16, flag, u16 } from '../../definition'

/** IP or MPLS over UDP: `ip link add type bareudp`. <linux/if_link.h> */
export const bareudp = attributes('IFLA_BAREUDP', {
  port: [1, be16],
  ethertype: [2, be16],
  srcportMin: [3, u16],
  /** IPv6 along with IPv4, or multicast along with unicast MPLS. */
  multiprotoMode: [4, flag]
})
