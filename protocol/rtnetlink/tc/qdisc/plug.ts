import { s32, struct, u32 } from '../../../definition'

/** Holds packets back until it is told to let them go. <linux/pkt_sched.h> */
export const plug = struct('tc_plug_qopt', {
  /** TCQ_PLUG_*. */
  action: s32,
  /** Bytes that may wait. */
  limit: u32
})

/** <linux/pkt_sched.h> */
export const TCQ_PLUG = {
  /** Holds back what comes from now on. */
  BUFFER: 0,
  /** Lets go what came before the next plug. */
  RELEASE_ONE: 1,
  /** Lets everything go until the next BUFFER. */
  RELEASE_INDEFINITE: 2,
  /** Changes the limit. */
  LIMIT: 3
} as const
