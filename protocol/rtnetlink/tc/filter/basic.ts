import { attributes, bytes, struct, u32, u64 } from '../../../definition'
import { actions } from '../action'
import { police } from '../action/police'
import { ematches } from './ematch'

/** Extended matches. <linux/pkt_cls.h>, man 8 tc-basic */
export const basic = attributes('TCA_BASIC', {
  /** Handle of the class that packets go to. */
  classid: [1, u32],
  ematches: [2, ematches],
  act: [3, actions],
  police: [4, police],
  /** How often it was tried, and how often it matched. */
  pcnt: [5, struct('tc_basic_pcnt', { rcnt: u64, rhit: u64 })],
  pad: [6, bytes]
})
