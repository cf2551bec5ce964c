import { attributes, be32, be64, bytes, many, message, sbe32, string, type TypeOf } from '../definition'
import { nfgenmsg } from '../nfnetlink/header'
import { counter } from './expression/counter'
import { chainUserdata } from './userdata'

/** The devices that a hook is for. <linux/netfilter/nf_tables.h> */
export const devices = attributes('NFTA_DEVICE', {
  name: [1, many(string)],
  /** Every device whose name begins so. */
  prefix: [2, many(string)]
})

/** A chain: `nft add chain`. One with a hook is a base chain. <linux/netfilter/nf_tables.h> */
export const chain = message('chain', {
  types: { NFT_MSG_NEWCHAIN: 3, NFT_MSG_GETCHAIN: 4, NFT_MSG_DELCHAIN: 5, NFT_MSG_DESTROYCHAIN: 27 },
  header: nfgenmsg,
  attributes: attributes('NFTA_CHAIN', {
    table: [1, string],
    handle: [2, be64],
    name: [3, string],
    hook: [
      4,
      attributes('NFTA_HOOK', {
        /** NF_INET.*, or NF_NETDEV.* in family netdev. */
        hooknum: [1, be32],
        /** Chains of one hook are passed from the lowest number to the highest. */
        priority: [2, sbe32],
        /** The only device, in family netdev. */
        dev: [3, string],
        devs: [4, devices]
      })
    ],
    /** VERDICT.ACCEPT or VERDICT.DROP, at the end of a base chain. */
    policy: [5, be32],
    /** How many rules it has, and how many jump to it. */
    use: [6, be32],
    /** `filter`, `nat` or `route`. */
    type: [7, string],
    /** Packets that met the policy. */
    counters: [8, counter],
    pad: [9, bytes],
    /** NFT_CHAIN.* bits. */
    flags: [10, be32],
    /** A name for it within this batch, chosen by the sender. */
    id: [11, be32],
    userdata: [12, chainUserdata]
  })
})
export interface Chain extends TypeOf<typeof chain> {}

/** Flags of a chain. <linux/netfilter/nf_tables.h> */
export const NFT_CHAIN = {
  /** It has a hook. */
  BASE: 1,
  HW_OFFLOAD: 2,
  /** It belongs to the one rule that jumps to it: `jump { … }`. */
  BINDING: 4
} as const

/** Hooks of the families ip, ip6, inet, bridge (which has no INGRESS), arp (IN 0, OUT 1). <linux/netfilter.h> */
export const NF_INET = {
  PRE_ROUTING: 0,
  LOCAL_IN: 1,
  FORWARD: 2,
  LOCAL_OUT: 3,
  POST_ROUTING: 4,
  INGRESS: 5
} as const

/** Hooks of family netdev. <linux/netfilter.h> */
export const NF_NETDEV = { INGRESS: 0, EGRESS: 1 } as const

/** Usual priorities: what of netfilter's own stands where. <linux/netfilter_ipv4.h> */
export const NF_IP_PRI = {
  RAW_BEFORE_DEFRAG: -450,
  CONNTRACK_DEFRAG: -400,
  RAW: -300,
  SELINUX_FIRST: -225,
  CONNTRACK: -200,
  MANGLE: -150,
  NAT_DST: -100,
  FILTER: 0,
  SECURITY: 50,
  NAT_SRC: 100,
  SELINUX_LAST: 225,
  CONNTRACK_HELPER: 300
} as const

/** The same in family bridge. <linux/netfilter_bridge.h> */
export const NF_BR_PRI = {
  NAT_DST_BRIDGED: -300,
  FILTER_BRIDGED: -200,
  BRNF: 0,
  NAT_DST_OTHER: 100,
  FILTER_OTHER: 200,
  NAT_SRC: 300
} as const
