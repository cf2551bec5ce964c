import { attributes, bytes, string, u16, u32 } from '../../../definition'
import { actions } from '../action'
import { police } from '../action/police'
import { program } from '../program'

/** A BPF program decides. <linux/pkt_cls.h>, man 8 tc-bpf */
export const bpf = attributes('TCA_BPF', {
  act: [1, actions],
  police: [2, police],
  /** Handle of the class that packets go to. */
  classid: [3, u32],
  /** How many instructions `ops` has. */
  opsLen: [4, u16],
  ops: [5, program],
  /** File descriptor of a program that is loaded already. */
  fd: [6, u32],
  name: [7, string],
  /** TCA_BPF_FLAG_* bits. */
  flags: [8, u32],
  /** TCA_CLS_FLAGS_* bits. */
  flagsGen: [9, u32],
  tag: [10, bytes],
  id: [11, u32]
})

/** <linux/pkt_cls.h> */
export const TCA_BPF_FLAG = {
  /** What the program returns is the verdict, TC_ACT_*. */
  ACT_DIRECT: 0x1
} as const
