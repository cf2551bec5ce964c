import * as E from 'fp-ts/Either'
import { NLM_F } from '../../protocol/netlink/header'
import { message } from '../socket/message'
import { type Feature, listing } from '../socket/request'

/** nftables itself. A kernel without it says EINVAL to who reads of it, and EOPNOTSUPP to a transaction. */
export const nftables: Feature = {
  name: 'nftables',
  since: '3.13',
  module: 'nf_tables',
  option: 'CONFIG_NF_TABLES',
  signs: ['EINVAL', 'EOPNOTSUPP'],
  probe: [
    listing({
      operation: 'nftables.tables',
      protocol: 'netfilter',
      messages: () => E.right([message('NFT_MSG_GETTABLE', NLM_F.REQUEST | NLM_F.DUMP, {})]),
      entries: () => [],
      fields: {}
    })
  ]
}
