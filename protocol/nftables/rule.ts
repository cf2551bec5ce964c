import { attributes, be32, be64, bytes, list, message, string, type TypeOf } from '../definition'
import { nfgenmsg } from '../nfnetlink/header'
import { expression } from './expression'
import { ruleUserdata } from './userdata'

/** A rule: `nft add rule`. <linux/netfilter/nf_tables.h> */
export const rule = message('rule', {
  types: {
    NFT_MSG_NEWRULE: 6,
    NFT_MSG_GETRULE: 7,
    NFT_MSG_DELRULE: 8,
    NFT_MSG_GETRULE_RESET: 25,
    NFT_MSG_DESTROYRULE: 28
  },
  header: nfgenmsg,
  attributes: attributes('NFTA_RULE', {
    table: [1, string],
    chain: [2, string],
    handle: [3, be64],
    expressions: [4, list(1, expression)],
    /** For the matches and targets of iptables. */
    compat: [
      5,
      attributes('NFTA_RULE_COMPAT', {
        /** IPPROTO_*, which the rule matches. */
        proto: [1, be32],
        /** NFT_RULE_COMPAT_F.* bits. */
        flags: [2, be32]
      })
    ],
    /** In a request, the handle of the rule to stand beside; in an answer, of the one before. */
    position: [6, be64],
    userdata: [7, ruleUserdata],
    pad: [8, bytes],
    /** A name for it within this batch, chosen by the sender. */
    id: [9, be32],
    /** The rule to stand beside, by the id that it was given in this batch. */
    positionId: [10, be32],
    /** The chain, by the id that it was given in this batch. */
    chainId: [11, be32]
  })
})
export interface Rule extends TypeOf<typeof rule> {}

/** Flags of a rule of iptables. <linux/netfilter/nf_tables.h> */
export const NFT_RULE_COMPAT_F = {
  UNUSED: 1,
  /** Every protocol but this one. */
  INV: 2
} as const
