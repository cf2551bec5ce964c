import { attributes, u16, u32 } from '../../../definition'
import { actions } from '../action'
import { police } from '../action/police'

/** The DS field as `dsmark` saw it, until Linux 6.2. <linux/pkt_cls.h>, man 8 tc-tcindex */
export const tcindex = attributes('TCA_TCINDEX', {
  /** Size of the hash table. */
  hash: [1, u32],
  mask: [2, u16],
  shift: [3, u32],
  /** Whether a value that no filter has is taken for the class's minor. */
  fallThrough: [4, u32],
  /** Handle of the class that packets go to. */
  classid: [5, u32],
  police: [6, police],
  act: [7, actions]
})
