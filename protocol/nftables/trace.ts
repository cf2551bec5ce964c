import { attributes, be16, be32, be64, bytes, message, string, type TypeOf, u8, u32 } from '../definition'
import { nfgenmsg } from '../nfnetlink/header'
import { verdict } from './data'

/** What became of a packet with `meta nftrace set 1`, step by step: `nft monitor trace`. <linux/netfilter/nf_tables.h> */
export const trace = message('trace', {
  types: { NFT_MSG_TRACE: 17 },
  header: nfgenmsg,
  attributes: attributes('NFTA_TRACE', {
    table: [1, string],
    chain: [2, string],
    ruleHandle: [3, be64],
    /** NFT_TRACETYPE.* */
    type: [4, be32],
    verdict: [5, verdict],
    /** The same for all steps of one packet; in the machine's order, which `nft` shows turned round. */
    id: [6, u32],
    llHeader: [7, bytes],
    networkHeader: [8, bytes],
    transportHeader: [9, bytes],
    /** The interface's index. */
    iif: [10, be32],
    /** ARPHRD_* */
    iiftype: [11, be16],
    oif: [12, be32],
    oiftype: [13, be16],
    mark: [14, be32],
    /** NFPROTO.* */
    nfproto: [15, be32],
    /** VERDICT.* of the chain. */
    policy: [16, be32],
    pad: [17, bytes],
    ctId: [18, be32],
    /** 0: as the connection was opened; 1: replies. */
    ctDirection: [19, u8],
    /** IPS_* bits. */
    ctStatus: [20, be32],
    /** NF_CT_STATE.* bits. */
    ctState: [21, be32]
  })
})
export interface Trace extends TypeOf<typeof trace> {}

/** Where a packet can be seen. <linux/netfilter/nf_tables.h> */
export const NFT_TRACETYPE = {
  UNSPEC: 0,
  /** At the end of a base chain. */
  POLICY: 1,
  /** At the end of another chain. */
  RETURN: 2,
  RULE: 3
} as const
