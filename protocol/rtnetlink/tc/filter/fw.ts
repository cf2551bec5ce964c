import { attributes, string, u32 } from '../../../definition'
import { actions } from '../action'
import { police } from '../action/police'

/** The firewall's mark; the value stands in the filter's handle. <linux/pkt_cls.h>, man 8 tc-fw */
export const fw = attributes('TCA_FW', {
  /** Handle of the class that packets go to. */
  classid: [1, u32],
  police: [2, police],
  /** Name of the interface that packets came in by. */
  indev: [3, string],
  act: [4, actions],
  /** The bits of the mark that count. */
  mask: [5, u32]
})
