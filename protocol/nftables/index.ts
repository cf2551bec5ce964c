import { family, subsystem } from '../definition/family'
import { table } from './table'

/** NFNL_SUBSYS_NFTABLES: tables, chains, rules, sets. <linux/netfilter/nf_tables.h>, man 8 nft */
export const nftables = family('nftables', { table }, subsystem(10))
