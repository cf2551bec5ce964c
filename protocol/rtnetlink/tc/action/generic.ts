import { s32, struct, u32, u64 } from '../../../definition'

/** What the parameters of every action begin with. `tc_gen` in <linux/pkt_cls.h> */
export const generic = {
  /** Its number among those of its kind; 0 lets the kernel choose. */
  index: u32,
  capab: u32,
  /** What becomes of the packet then, TC_ACT_*. */
  action: s32,
  /** Filters and others that hold it; in answers only. */
  refcnt: s32,
  /** Filters that use it; in answers only. */
  bindcnt: s32
}

/** Hundredths of a second since things happened; in answers only. <linux/pkt_cls.h> */
export const tcfT = struct('tcf_t', { install: u64, lastuse: u64, expires: u64, firstuse: u64 })

/** What becomes of a packet. <linux/pkt_cls.h> */
export const TC_ACT = {
  /** The default of whoever asks. */
  UNSPEC: -1,
  OK: 0,
  /** Classify it anew. */
  RECLASSIFY: 1,
  /** Drop it. */
  SHOT: 2,
  /** Go on with the next action. */
  PIPE: 3,
  STOLEN: 4,
  QUEUED: 5,
  REPEAT: 6,
  REDIRECT: 7,
  /** Hardware: hand it to the kernel. */
  TRAP: 8,
  /** Skip as many actions as the low 28 bits say. */
  JUMP: 0x10000000,
  /** Go on in the chain of filters that the low 28 bits name. */
  GOTO_CHAIN: 0x20000000
} as const
