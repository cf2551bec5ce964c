import { attributes, bytes, s32, struct, u16 } from '../../../definition'
import { generic, tcfT } from './generic'

/** Drop, pass and the like. <linux/tc_act/tc_gact.h> */
export const gact = attributes('TCA_GACT', {
  tm: [1, tcfT],
  parms: [2, struct('tc_gact', generic)],
  /** Now and then another verdict. */
  prob: [
    3,
    struct('tc_gact_p', {
      /** PGACT_*. */
      ptype: u16,
      /** One packet of so many. */
      pval: u16,
      /** TC_ACT_*. */
      paction: s32
    })
  ],
  pad: [4, bytes]
})

/** Which packets are meant. <linux/tc_act/tc_gact.h> */
export const PGACT = { NONE: 0, NETRAND: 1, DETERM: 2 } as const
