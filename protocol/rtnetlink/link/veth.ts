import { attributes } from '../../definition'
import { peer } from './interface'

/** A pair of Ethernet interfaces: `ip link add a type veth peer name b`. <linux/veth.h> */
export const veth = attributes('VETH_INFO', {
  peer: [1, peer]
})

/** A pair of CAN interfaces: `ip link add a type vxcan peer name b`. <linux/can/vxcan.h> */
export const vxcan = attributes('VXCAN_INFO', {
  peer: [1, peer]
})
