import { attributes, pad, s32, struct, u8 } from '../../../definition'

/** Credit-based shaper, IEEE 802.1Qav. <linux/pkt_sched.h>, man 8 tc-cbs */
export const cbs = attributes('TCA_CBS', {
  parms: [
    1,
    struct('tc_cbs_qopt', {
      /** Whether hardware does it. */
      offload: u8,
      pad: pad(3),
      /** Bytes. */
      hicredit: s32,
      /** Bytes. */
      locredit: s32,
      /** Thousands of bits a second. */
      idleslope: s32,
      /** Thousands of bits a second. */
      sendslope: s32
    })
  ]
})
