import { attributes, bytes, string, struct, u16, u32 } from '../../../definition'
import { program } from '../program'
import { generic, tcfT } from './generic'

/** A BPF program decides. <linux/tc_act/tc_bpf.h>, man 8 tc-bpf */
export const bpf = attributes('TCA_ACT_BPF', {
  tm: [1, tcfT],
  parms: [2, struct('tc_act_bpf', generic)],
  /** How many instructions `ops` has. */
  opsLen: [3, u16],
  ops: [4, program],
  /** File descriptor of a program that is loaded already. */
  fd: [5, u32],
  name: [6, string],
  pad: [7, bytes],
  tag: [8, bytes],
  id: [9, u32]
})
