import { attributes, choice, closed, string, variant } from '../../definition'
import { canDeviceStats } from './can'
import * as kinds from './kinds'
import * as slaves from './slaves'

// The tables are modules, so that published declarations refer to them instead of copying them.

/** What kind of interface it is, and what that kind and its master have to say. <linux/if_link.h> */
export const linkinfo = attributes('IFLA_INFO', {
  kind: [1, string],
  data: [2, closed(variant('kind', kinds))],
  xstats: [3, choice('kind', { can: canDeviceStats })],
  /** The kind of its master. */
  slaveKind: [4, string],
  /** What its master keeps of it. A request may leave out `slaveKind` and say `bridge_slave` as `kind`. */
  slaveData: [5, closed(choice('slaveKind', slaves, closed(choice('kind', slaves))))]
})
