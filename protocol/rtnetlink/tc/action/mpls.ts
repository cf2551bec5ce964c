import { attributes, be16, bytes, s32, struct, u8, u32 } from '../../../definition'
import { generic, tcfT } from './generic'

/** Changes the MPLS labels of packets. <linux/tc_act/tc_mpls.h>, man 8 tc-mpls */
export const mpls = attributes('TCA_MPLS', {
  tm: [1, tcfT],
  parms: [
    2,
    struct('tc_mpls', {
      ...generic,
      /** TCA_MPLS_ACT_*. */
      mAction: s32
    })
  ],
  pad: [3, bytes],
  /** EtherType of the label pushed, or of what a label removed lays bare. */
  proto: [4, be16],
  label: [5, u32],
  /** Traffic class. */
  tc: [6, u8],
  ttl: [7, u8],
  /** Bottom of the stack. */
  bos: [8, u8]
})

/** <linux/tc_act/tc_mpls.h> */
export const TCA_MPLS_ACT = { POP: 1, PUSH: 2, MODIFY: 3, DEC_TTL: 4, MAC_PUSH: 5 } as const
