import { attributes, bytes, struct, u16, u32, u64 } from '../../../definition'
import { generic, tcfT } from './generic'

/** Changes what the kernel notes about a packet. <linux/tc_act/tc_skbedit.h>, man 8 tc-skbedit */
export const skbedit = attributes('TCA_SKBEDIT', {
  tm: [1, tcfT],
  parms: [2, struct('tc_skbedit', generic)],
  /** Priority, or the handle of a class. */
  priority: [3, u32],
  queueMapping: [4, u16],
  mark: [5, u32],
  pad: [6, bytes],
  /** PACKET_HOST and the like. */
  ptype: [7, u16],
  /** The bits of `mark` that are set. */
  mask: [8, u32],
  /** SKBEDIT_F_* bits; only those need be sent that have no attribute. */
  flags: [9, u64],
  /** With SKBEDIT_F_TXQ_SKBHASH: the last of the queues that flows are spread over. */
  queueMappingMax: [10, u16]
})

/** <linux/tc_act/tc_skbedit.h> */
export const SKBEDIT_F = {
  PRIORITY: 0x1,
  QUEUE_MAPPING: 0x2,
  MARK: 0x4,
  PTYPE: 0x8,
  MASK: 0x10,
  /** The priority comes from the DS field. */
  INHERITDSFIELD: 0x20,
  TXQ_SKBHASH: 0x40
} as const
