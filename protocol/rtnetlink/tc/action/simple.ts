import { attributes, bytes, string, struct } from '../../../definition'
import { generic, tcfT } from './generic'

/** Writes a line to the kernel's log for each packet. <linux/tc_act/tc_defact.h>, man 8 tc-simple */
export const simple = attributes('TCA_DEF', {
  tm: [1, tcfT],
  parms: [2, struct('tc_defact', generic)],
  data: [3, string],
  pad: [4, bytes]
})
