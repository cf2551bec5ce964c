import { attributes } from '../../../definition'
import { actions } from '../action'
import { police } from '../action/police'
import { ematches } from './ematch'

/** The class that the sender's cgroup names. <linux/pkt_cls.h>, man 8 tc-cgroup */
export const cgroup = attributes('TCA_CGROUP', {
  act: [1, actions],
  police: [2, police],
  ematches: [3, ematches]
})
