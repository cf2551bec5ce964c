import { attributes, be32, be64, bytes, message, sbe32, string, type TypeOf } from '../definition'
import { nfgenmsg } from '../nfnetlink/header'
import { devices } from './chain'

/** A flowtable: the short way for connections that are forwarded. `nft add flowtable`. <linux/netfilter/nf_tables.h> */
export const flowtable = message('flowtable', {
  types: {
    NFT_MSG_NEWFLOWTABLE: 22,
    NFT_MSG_GETFLOWTABLE: 23,
    NFT_MSG_DELFLOWTABLE: 24,
    NFT_MSG_DESTROYFLOWTABLE: 32
  },
  header: nfgenmsg,
  attributes: attributes('NFTA_FLOWTABLE', {
    table: [1, string],
    name: [2, string],
    hook: [
      3,
      attributes('NFTA_FLOWTABLE_HOOK', {
        /** NF_NETDEV.INGRESS */
        num: [1, be32],
        priority: [2, sbe32],
        devs: [3, devices]
      })
    ],
    /** How many rules refer to it. */
    use: [4, be32],
    handle: [5, be64],
    pad: [6, bytes],
    /** NFT_FLOWTABLE.* bits. */
    flags: [7, be32]
  })
})
export interface Flowtable extends TypeOf<typeof flowtable> {}

/** Flags of a flowtable. <linux/netfilter/nf_tables.h> */
export const NFT_FLOWTABLE = { HW_OFFLOAD: 1, COUNTER: 2 } as const
