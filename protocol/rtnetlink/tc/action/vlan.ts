import { attributes, be16, bytes, mac, s32, struct, u8, u16 } from '../../../definition'
import { generic, tcfT } from './generic'

/** Changes the tags or the Ethernet header of packets. <linux/tc_act/tc_vlan.h>, man 8 tc-vlan */
export const vlan = attributes('TCA_VLAN', {
  tm: [1, tcfT],
  parms: [
    2,
    struct('tc_vlan', {
      ...generic,
      /** TCA_VLAN_ACT_*. */
      vAction: s32
    })
  ],
  pushVlanId: [3, u16],
  /** The tag's EtherType. */
  pushVlanProtocol: [4, be16],
  pad: [5, bytes],
  pushVlanPriority: [6, u8],
  pushEthDst: [7, mac],
  pushEthSrc: [8, mac]
})

/** <linux/tc_act/tc_vlan.h> */
export const TCA_VLAN_ACT = { POP: 1, PUSH: 2, MODIFY: 3, POP_ETH: 4, PUSH_ETH: 5 } as const
