import { attributes, bytes, s32, struct, u32 } from '../../../definition'
import { generic, tcfT } from './generic'

/** Sends packets, or copies of them, to another interface. <linux/tc_act/tc_mirred.h>, man 8 tc-mirred */
export const mirred = attributes('TCA_MIRRED', {
  tm: [1, tcfT],
  parms: [
    2,
    struct('tc_mirred', {
      ...generic,
      /** TCA_EGRESS_* or TCA_INGRESS_*. */
      eaction: s32,
      /** The other interface's index. */
      ifindex: u32
    })
  ],
  pad: [3, bytes],
  /** Instead of an interface: all those of a block. */
  blockid: [4, u32]
})

/** Out by the other interface. <linux/tc_act/tc_mirred.h> */
export const TCA_EGRESS = { REDIR: 1, MIRROR: 2 } as const

/** As if it had come in by the other interface. <linux/tc_act/tc_mirred.h> */
export const TCA_INGRESS = { REDIR: 3, MIRROR: 4 } as const
