import { attributes, be32, family, message, string, subsystem, type TypeOf } from '../definition'
import { nfgenmsg } from '../nfnetlink/header'

/** Asks whether the kernel has a match or a target of iptables: `iptables-nft`. <linux/netfilter/nf_tables_compat.h> */
export const compat = message('compat', {
  types: { NFNL_MSG_COMPAT_GET: 0 },
  header: nfgenmsg,
  attributes: attributes('NFTA_COMPAT', {
    name: [1, string],
    /** The greatest revision that the kernel has, as its answer. */
    rev: [2, be32],
    /** NFT_COMPAT_TYPE.* */
    type: [3, be32]
  })
})
export interface Compat extends TypeOf<typeof compat> {}

/** What is asked for. */
export const NFT_COMPAT_TYPE = { MATCH: 0, TARGET: 1 } as const

/** NFNL_SUBSYS_NFT_COMPAT: what `iptables-nft` needs beside nftables. <linux/netfilter/nf_tables_compat.h> */
export const nftCompat = family('nft_compat', { compat: () => compat }, subsystem(11))
