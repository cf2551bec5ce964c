import { attributes, bytes, struct, u32 } from '../../../definition'
import { generic, tcfT } from './generic'

/** Hands samples of packets to listeners. <linux/tc_act/tc_sample.h>, man 8 tc-sample */
export const sample = attributes('TCA_SAMPLE', {
  tm: [1, tcfT],
  parms: [2, struct('tc_sample', generic)],
  /** One packet of so many. */
  rate: [3, u32],
  /** Bytes of each that are handed on. */
  truncSize: [4, u32],
  /** The group of listeners. */
  psampleGroup: [5, u32],
  pad: [6, bytes]
})
