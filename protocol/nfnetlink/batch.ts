import { attributes, be32, message } from '../definition'
import { nfgenmsg } from './header'

/** The messages around changes that are applied all together or not at all. <linux/netfilter/nfnetlink.h> */
export const batch = message('batch', {
  types: { NFNL_MSG_BATCH_BEGIN: 16, NFNL_MSG_BATCH_END: 17 },
  header: nfgenmsg,
  attributes: attributes('NFNL_BATCH', {
    /** The generation that the changes were made for; with any other one the kernel refuses them (ERESTART). */
    genid: [1, be32]
  })
})
