import {
  attributes,
  be32,
  family,
  message,
  sbe32,
  string,
  subsystem,
  type TypeOf,
  u8,
  variant
} from '../definition'
import { nfgenmsg } from './header'

const chain = attributes('NFNLA_CHAIN', {
  table: [1, string],
  /** NFPROTO.* */
  family: [2, u8],
  name: [3, string]
})

/** Who hooks in. <linux/netfilter/nfnetlink_hook.h> */
export const NFNL_HOOK_TYPE = {
  NFTABLES: 1,
  BPF: 2,
  NFT_FLOWTABLE: 3
} as const

/** What is called at a hook, in the order of the calls: `nft list hooks`. <linux/netfilter/nfnetlink_hook.h> */
export const hook = message('hook', {
  types: { NFNL_MSG_HOOK_GET: 0 },
  header: nfgenmsg,
  attributes: attributes('NFNLA_HOOK', {
    /** NF_INET.*, or NF_NETDEV.* in family netdev. */
    hooknum: [1, be32],
    priority: [2, sbe32],
    /** The device, in family netdev. */
    dev: [3, string],
    /** The kernel's function. */
    functionName: [4, string],
    /** The module that it is in. */
    moduleName: [5, string],
    chainInfo: [
      6,
      attributes('NFNLA_HOOK_INFO', {
        desc: [
          1,
          variant('type', {
            [NFNL_HOOK_TYPE.NFTABLES]: chain,
            [NFNL_HOOK_TYPE.BPF]: attributes('NFNLA_HOOK_BPF', {
              /** The program's id. */
              id: [1, be32]
            }),
            [NFNL_HOOK_TYPE.NFT_FLOWTABLE]: chain
          })
        ],
        /** NFNL_HOOK_TYPE.* */
        type: [2, be32]
      })
    ]
  })
})
export interface Hook extends TypeOf<typeof hook> {}

/** NFNL_SUBSYS_HOOK: who is called for packets, nftables or not. <linux/netfilter/nfnetlink_hook.h> */
export const nfnetlinkHook = family('nfnetlink_hook', { hook: () => hook }, subsystem(12))
