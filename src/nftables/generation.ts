import * as E from 'fp-ts/Either'
import { NLM_F } from '../../protocol/netlink/header'
import { message } from '../socket/message'
import type { Request } from '../socket/request'
import { nftables } from './presence'

/** The number of the ruleset's generation in the namespace: each transaction, whosever, raises it. */
export const generation: Request<number> = {
  operation: 'nftables.generation',
  protocol: 'netfilter',
  answering: 'single',
  messages: () => E.right([message('NFT_MSG_GETGEN', NLM_F.REQUEST, {})]),
  read: answers =>
    answers.flatMap(answer =>
      answer.type === 'NFT_MSG_NEWGEN' && answer.attributes.id !== undefined ? [answer.attributes.id] : []
    )[0] ?? 0,
  fields: {},
  needs: [nftables]
}
