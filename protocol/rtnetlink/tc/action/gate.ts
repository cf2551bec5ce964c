import { attributes, bytes, flag, many, s32, struct, u32, u64 } from '../../../definition'
import { generic, tcfT } from './generic'

/** Lets packets pass by the clock. <linux/tc_act/tc_gate.h> */
export const gate = attributes('TCA_GATE', {
  tm: [1, tcfT],
  parms: [2, struct('tc_gate', generic)],
  pad: [3, bytes],
  priority: [4, s32],
  entryList: [
    5,
    attributes('TCA_GATE_ONE', {
      entry: [
        1,
        many(
          attributes('TCA_GATE_ENTRY', {
            index: [1, u32],
            /** The gate is open. */
            gate: [2, flag],
            /** Nanoseconds that it lasts. */
            interval: [3, u32],
            /** Priority that packets get inside; -1 for none. */
            ipv: [4, s32],
            /** Bytes that may pass; -1 for any number. */
            maxOctets: [5, s32]
          })
        )
      ]
    })
  ],
  /** When the schedule starts, in nanoseconds of its clock. */
  baseTime: [6, u64],
  /** Nanoseconds until it starts over. */
  cycleTime: [7, u64],
  cycleTimeExt: [8, u64],
  flags: [9, u32],
  /** CLOCK_*. */
  clockid: [10, s32]
})
