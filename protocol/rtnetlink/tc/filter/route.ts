import { attributes, u32 } from '../../../definition'
import { actions } from '../action'
import { police } from '../action/police'

/** Realms of the packet's route. <linux/pkt_cls.h>, man 8 tc-route */
export const route = attributes('TCA_ROUTE4', {
  /** Handle of the class that packets go to. */
  classid: [1, u32],
  to: [2, u32],
  from: [3, u32],
  /** Index of the interface that packets came in by. */
  iif: [4, u32],
  police: [5, police],
  act: [6, actions]
})
