import { attributes, be32, message } from '../definition'
import { nfgenmsg } from '../nfnetlink/header'

/** What each CPU did, one message per CPU, whose number stands in `resId`: `conntrack -S`. */
export const cpuStatistics = message('cpuStatistics', {
  types: { IPCTNL_MSG_CT_GET_STATS_CPU: 4 },
  header: nfgenmsg,
  attributes: attributes('CTA_STATS', {
    /** Newer kernels no longer count this one, `new`, `ignore`, `delete` and `deleteList`. */
    searched: [1, be32],
    found: [2, be32],
    new: [3, be32],
    /** Packets that belong to no connection and cannot start one. */
    invalid: [4, be32],
    ignore: [5, be32],
    delete: [6, be32],
    deleteList: [7, be32],
    insert: [8, be32],
    insertFailed: [9, be32],
    /** Packets dropped because no connection could be made for them. */
    drop: [10, be32],
    /** Connections dropped to make room in a full table. */
    earlyDrop: [11, be32],
    error: [12, be32],
    searchRestart: [13, be32],
    clashResolve: [14, be32],
    chainToolong: [15, be32]
  })
})

/** How full the table is: `conntrack -C`. */
export const tableStatistics = message('tableStatistics', {
  types: { IPCTNL_MSG_CT_GET_STATS: 5 },
  header: nfgenmsg,
  attributes: attributes('CTA_STATS_GLOBAL', {
    entries: [1, be32],
    /** net.netfilter.nf_conntrack_max. */
    maxEntries: [2, be32]
  })
})

/** What each CPU did with expectations. */
export const expectationStatistics = message('expectationStatistics', {
  types: { IPCTNL_MSG_EXP_GET_STATS_CPU: 3 },
  header: nfgenmsg,
  attributes: attributes('CTA_STATS_EXP', {
    new: [1, be32],
    create: [2, be32],
    delete: [3, be32]
  })
})
