import { attributes, bytes, many, s32, s64, u8, u32, u64 } from '../../../definition'
import { tcMqprioQopt } from './mqprio'

const entry = attributes('TCA_TAPRIO_SCHED_ENTRY', {
  index: [1, u32],
  /** TC_TAPRIO_CMD_*. */
  cmd: [2, u8],
  /** Traffic classes whose gates are open, a bit each. */
  gateMask: [3, u32],
  /** Nanoseconds that it lasts. */
  interval: [4, u32]
})

const entries = attributes('TCA_TAPRIO_SCHED', { entry: [1, many(entry)] })

/** Gates that open and close by the clock. <linux/pkt_sched.h>, man 8 tc-taprio */
export const taprio = attributes('TCA_TAPRIO_ATTR', {
  priomap: [1, tcMqprioQopt],
  schedEntryList: [2, entries],
  /** When the schedule starts, in nanoseconds of its clock. */
  schedBaseTime: [3, s64],
  schedSingleEntry: [4, entry],
  /** CLOCK_*. */
  schedClockid: [5, s32],
  pad: [6, bytes],
  /** The schedule that will follow the current one; in answers only. */
  adminSched: [
    7,
    attributes('TCA_TAPRIO_ATTR', {
      schedEntryList: [2, entries],
      schedBaseTime: [3, s64],
      schedCycleTime: [8, s64],
      schedCycleTimeExtension: [9, s64]
    })
  ],
  /** Nanoseconds until the schedule starts over. */
  schedCycleTime: [8, s64],
  /** Nanoseconds that the last cycle before a new schedule may be longer. */
  schedCycleTimeExtension: [9, s64],
  /** TCA_TAPRIO_ATTR_FLAG_* bits. */
  flags: [10, u32],
  /** Nanoseconds that a packet takes at most to the hardware. */
  txtimeDelay: [11, u32],
  tcEntry: [
    12,
    many(
      attributes('TCA_TAPRIO_TC_ENTRY', {
        /** The traffic class. */
        index: [1, u32],
        /** Bytes of its longest frame. */
        maxSdu: [2, u32],
        /** TC_FP_*. */
        fp: [3, u32]
      })
    )
  ]
})

/** What the hardware counted. <linux/pkt_sched.h> */
export const taprioStats = attributes('TCA_TAPRIO_OFFLOAD_STATS', {
  pad: [1, bytes],
  /** Frames that were too long for the time that their gate is open. */
  windowDrops: [2, u64],
  /** Frames that were still being sent when their gate closed. */
  txOverruns: [3, u64]
})

/** <linux/pkt_sched.h> */
export const TC_TAPRIO_CMD = { SET_GATES: 0, SET_AND_HOLD: 1, SET_AND_RELEASE: 2 } as const

/** <linux/pkt_sched.h> */
export const TCA_TAPRIO_ATTR_FLAG = {
  /** Packets get a time at which the hardware sends them. */
  TXTIME_ASSIST: 0x1,
  /** The hardware has the gates. */
  FULL_OFFLOAD: 0x2
} as const
