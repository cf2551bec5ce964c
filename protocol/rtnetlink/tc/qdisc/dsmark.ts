import { attributes, flag, u8, u16 } from '../../../definition'

/** Sets the DS field by class, until Linux 6.2. <linux/pkt_sched.h> */
export const dsmark = attributes('TCA_DSMARK', {
  /** How many classes there are. */
  indices: [1, u16],
  defaultIndex: [2, u16],
  /** Take the class from the DS field. */
  setTcIndex: [3, flag],
  /** Of a class: the bits that are kept. */
  mask: [4, u8],
  /** Of a class: the bits that are set. */
  value: [5, u8]
})
