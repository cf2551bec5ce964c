import { attributes, bytes, struct, u16, u32, u64 } from '../../../definition'
import { generic, tcfT } from './generic'

/** Restores DS field and mark of a packet from its connection. <linux/tc_act/tc_ctinfo.h>, man 8 tc-ctinfo */
export const ctinfo = attributes('TCA_CTINFO', {
  pad: [1, bytes],
  tm: [2, tcfT],
  act: [3, struct('tc_ctinfo', generic)],
  zone: [4, u16],
  /** The bits of the connection's mark that are the DS field: six in a row. */
  parmsDscpMask: [5, u32],
  /** The bit of the mark that says they count. */
  parmsDscpStatemask: [6, u32],
  /** The bits of the mark that the packet gets. */
  parmsCpmarkMask: [7, u32],
  statsDscpSet: [8, u64],
  statsDscpError: [9, u64],
  statsCpmarkSet: [10, u64]
})
