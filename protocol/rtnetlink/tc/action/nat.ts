import { attributes, bytes, ip4, struct, u32 } from '../../../definition'
import { generic, tcfT } from './generic'

/** Network address translation without state. <linux/tc_act/tc_nat.h>, man 8 tc-nat */
export const nat = attributes('TCA_NAT', {
  parms: [
    1,
    struct('tc_nat', {
      ...generic,
      oldAddr: ip4,
      newAddr: ip4,
      /** Of the old address's network. */
      mask: ip4,
      /** TCA_NAT_FLAG_* bits. */
      flags: u32
    })
  ],
  tm: [2, tcfT],
  pad: [3, bytes]
})

/** <linux/tc_act/tc_nat.h> */
export const TCA_NAT_FLAG = {
  /** The source is changed, else the destination. */
  EGRESS: 0x1
} as const
