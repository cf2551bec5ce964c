import type { Message } from '../../protocol'
import { NLM_F } from '../../protocol/netlink/header'
import { message } from '../socket/message'

/** NFNL_SUBSYS_NFTABLES, which a batch's ends carry. <linux/netfilter/nfnetlink.h> */
const header = { resId: 10 }

/** Begins what the kernel does as a whole or not at all; of a generation of the ruleset only, if one is given. */
export const batchBegin = (generation?: number): Message =>
  message('NFNL_MSG_BATCH_BEGIN', NLM_F.REQUEST, {
    header,
    ...(generation !== undefined && { attributes: { genid: generation } })
  })

export const batchEnd = (): Message => message('NFNL_MSG_BATCH_END', NLM_F.REQUEST, { header })
