import { attributes, bytes, s32, string, struct, u32 } from '../../../definition'
import { tcfT } from './generic'

/** A target of iptables, until Linux 6.6: `ipt`, `xt`. <linux/tc_act/tc_ipt.h>, man 8 tc-xt */
export const xt = attributes('TCA_IPT', {
  table: [1, string],
  /** NF_INET_*. */
  hook: [2, u32],
  index: [3, u32],
  cnt: [4, struct('tc_cnt', { refcnt: s32, bindcnt: s32 })],
  tm: [5, tcfT],
  /** struct xt_entry_target and what the target adds to it. */
  targ: [6, bytes],
  pad: [7, bytes]
})
