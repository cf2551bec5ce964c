import { attributes, bytes, struct, u32, u64 } from '../../../definition'
import { actions } from '../action'

/** Every packet. <linux/pkt_cls.h>, man 8 tc-matchall */
export const matchall = attributes('TCA_MATCHALL', {
  /** Handle of the class that packets go to. */
  classid: [1, u32],
  act: [2, actions],
  /** TCA_CLS_FLAGS_* bits. */
  flags: [3, u32],
  pcnt: [4, struct('tc_matchall_pcnt', { rhit: u64 })],
  pad: [5, bytes]
})
