import { attributes, bytes, pad, struct, u16 } from '../../../definition'
import { generic, tcfT } from './generic'

/** Gives packets the mark of their connection. <linux/tc_act/tc_connmark.h>, man 8 tc-connmark */
export const connmark = attributes('TCA_CONNMARK', {
  parms: [1, struct('tc_connmark', { ...generic, zone: u16, pad: pad(2) })],
  tm: [2, tcfT],
  pad: [3, bytes]
})
