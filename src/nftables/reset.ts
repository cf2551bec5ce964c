import * as E from 'fp-ts/Either'
import { NLM_F } from '../../protocol/netlink/header'
import { message } from '../socket/message'
import { type Feature, type ListRequest, listing } from '../socket/request'
import { familyHeader, type TableRef } from './family'

const reset = (type: 'NFT_MSG_GETRULE_RESET' | 'NFT_MSG_GETOBJ_RESET', ref?: TableRef): ListRequest<never> =>
  listing({
    operation: 'nftables.reset',
    protocol: 'netfilter',
    messages: () =>
      E.right([
        message(type, NLM_F.REQUEST | NLM_F.DUMP, {
          ...(ref !== undefined && {
            header: familyHeader(ref),
            attributes: { table: ref.table }
          })
        })
      ]),
    entries: () => [],
    fields: {}
  })

/** Counters of rules that begin anew. */
export const ruleReset: Feature = {
  name: 'nftables reset of rules',
  since: '6.2',
  hint: 'nftables.resetObjects is for counters with a name',
  signs: ['EINVAL'],
  probe: [reset('NFT_MSG_GETRULE_RESET')]
}

/** Sets the counters of a table's rules to zero, of all tables by default: `nft reset rules`. Linux 6.2. */
export const resetRules = (ref?: TableRef): ListRequest<never> => ({
  ...reset('NFT_MSG_GETRULE_RESET', ref),
  needs: [ruleReset]
})

/** Sets named counters and quotas of a table to zero, of all tables by default: `nft reset counters`. */
export const resetObjects = (ref?: TableRef): ListRequest<never> => reset('NFT_MSG_GETOBJ_RESET', ref)
