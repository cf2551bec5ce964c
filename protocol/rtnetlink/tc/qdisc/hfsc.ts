import { attributes, struct, u16, u32, u64 } from '../../../definition'

/** Hierarchical fair service curve. <linux/pkt_sched.h>, man 7 tc-hfsc */
export const hfsc = struct('tc_hfsc_qopt', {
  /** Minor of the class for packets that no filter takes. */
  defcls: u16
})

const tcServiceCurve = struct('tc_service_curve', {
  /** Slope of the first part, in bytes a second. */
  m1: u32,
  /** Length of the first part, in microseconds. */
  d: u32,
  /** Slope of the rest, in bytes a second. */
  m2: u32
})

/** Curves of a class. <linux/pkt_sched.h> */
export const hfscClass = attributes('TCA_HFSC', {
  /** Real time: what it gets in any case. */
  rsc: [1, tcServiceCurve],
  /** Fair: its share of what is left. */
  fsc: [2, tcServiceCurve],
  /** Upper limit. */
  usc: [3, tcServiceCurve]
})

/** Of a class. <linux/pkt_sched.h> */
export const tcHfscStats = struct('tc_hfsc_stats', {
  /** Bytes sent. */
  work: u64,
  /** Those by the real-time curve. */
  rtwork: u64,
  period: u32,
  /** Height above the leaves. */
  level: u32
})
