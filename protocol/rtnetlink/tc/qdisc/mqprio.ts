import { attributes, body, list, many, repeat, struct, u8, u16, u32, u64 } from '../../../definition'

/** Which queues of the hardware each traffic class has. <linux/pkt_sched.h> */
export const tcMqprioQopt = struct('tc_mqprio_qopt', {
  /** How many traffic classes there are. */
  numTc: u8,
  /** The traffic class of each of the priorities 0 to 15. */
  prioTcMap: repeat(16, u8),
  /** TC_MQPRIO_HW_OFFLOAD_*. */
  hw: u8,
  /** How many queues each traffic class has. */
  count: repeat(16, u16),
  /** The first queue of each traffic class. */
  offset: repeat(16, u16)
})

/** Traffic classes, each with queues of the hardware. <linux/pkt_sched.h>, man 8 tc-mqprio */
export const mqprio = body(
  tcMqprioQopt,
  attributes('TCA_MQPRIO', {
    /** TC_MQPRIO_MODE_*. */
    mode: [1, u16],
    /** TC_MQPRIO_SHAPER_*. */
    shaper: [2, u16],
    /** Bytes a second of each traffic class. */
    minRate64: [3, list(3, u64)],
    maxRate64: [4, list(4, u64)],
    tcEntry: [
      5,
      many(
        attributes('TCA_MQPRIO_TC_ENTRY', {
          /** The traffic class. */
          index: [1, u32],
          /** TC_FP_*. */
          fp: [2, u32]
        })
      )
    ]
  })
)

/** <linux/pkt_sched.h> */
export const TC_MQPRIO_HW_OFFLOAD = { NONE: 0, TCS: 1 } as const

/** <linux/pkt_sched.h> */
export const TC_MQPRIO_MODE = { DCB: 0, CHANNEL: 1 } as const

/** <linux/pkt_sched.h> */
export const TC_MQPRIO_SHAPER = { DCB: 0, BW_RATE: 1 } as const

/** Whether frames of a traffic class may be interrupted by others. <linux/pkt_sched.h> */
export const TC_FP = { EXPRESS: 1, PREEMPTIBLE: 2 } as const
