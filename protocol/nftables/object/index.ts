import { attributes, be32, be64, bytes, message, string, type TypeOf, variant } from '../../definition'
import { nfgenmsg } from '../../nfnetlink/header'
import { connlimit } from '../expression/connlimit'
import { counter } from '../expression/counter'
import { limit } from '../expression/limit'
import { quota } from '../expression/quota'
import { synproxy } from '../expression/synproxy'
import { objectUserdata } from '../userdata'
import { ctExpect } from './ct-expect'
import { ctHelper } from './ct-helper'
import { ctTimeout } from './ct-timeout'
import { secmark } from './secmark'
import { tunnelKey } from './tunnel-key'

/** Kinds of object. <linux/netfilter/nf_tables.h> */
export const NFT_OBJECT = {
  COUNTER: 1,
  QUOTA: 2,
  CT_HELPER: 3,
  LIMIT: 4,
  CONNLIMIT: 5,
  TUNNEL: 6,
  CT_TIMEOUT: 7,
  SECMARK: 8,
  CT_EXPECT: 9,
  SYNPROXY: 10
} as const

/** Something with a name that several rules use: `nft add counter`. <linux/netfilter/nf_tables.h> */
export const object = message('object', {
  types: {
    NFT_MSG_NEWOBJ: 18,
    NFT_MSG_GETOBJ: 19,
    NFT_MSG_DELOBJ: 20,
    NFT_MSG_GETOBJ_RESET: 21,
    NFT_MSG_DESTROYOBJ: 31
  },
  header: nfgenmsg,
  attributes: attributes('NFTA_OBJ', {
    table: [1, string],
    name: [2, string],
    /** NFT_OBJECT.* */
    type: [3, be32],
    data: [
      4,
      variant('type', {
        [NFT_OBJECT.COUNTER]: counter,
        [NFT_OBJECT.QUOTA]: quota,
        [NFT_OBJECT.CT_HELPER]: ctHelper,
        [NFT_OBJECT.LIMIT]: limit,
        [NFT_OBJECT.CONNLIMIT]: connlimit,
        [NFT_OBJECT.TUNNEL]: tunnelKey,
        [NFT_OBJECT.CT_TIMEOUT]: ctTimeout,
        [NFT_OBJECT.SECMARK]: secmark,
        [NFT_OBJECT.CT_EXPECT]: ctExpect,
        [NFT_OBJECT.SYNPROXY]: synproxy
      })
    ],
    /** How many rules and elements refer to it. */
    use: [5, be32],
    handle: [6, be64],
    pad: [7, bytes],
    userdata: [8, objectUserdata]
  })
})
export type NftObject = TypeOf<typeof object>
