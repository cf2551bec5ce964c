import { family, subsystem } from '../definition'
import { connection } from './connection'
import { expectation } from './expectation'
import { helper } from './helper'
import { cpuStatistics, expectationStatistics, tableStatistics } from './statistics'
import { timeout } from './timeout'

/** NFNL_SUBSYS_CTNETLINK: the connections that the kernel tracks. man 8 conntrack */
export const ctnetlink = family(
  'ctnetlink',
  {
    connection: () => connection,
    cpuStatistics: () => cpuStatistics,
    tableStatistics: () => tableStatistics
  },
  subsystem(1)
)

/** NFNL_SUBSYS_CTNETLINK_EXP: the connections that helpers expect. */
export const ctnetlinkExp = family(
  'ctnetlink_exp',
  { expectation: () => expectation, expectationStatistics: () => expectationStatistics },
  subsystem(2)
)

/** NFNL_SUBSYS_CTNETLINK_TIMEOUT: for how long connections may be silent. */
export const ctnetlinkTimeout = family('ctnetlink_timeout', { timeout: () => timeout }, subsystem(8))

/** NFNL_SUBSYS_CTHELPER: helpers in user space. */
export const cthelper = family('cthelper', { helper: () => helper }, subsystem(9))
