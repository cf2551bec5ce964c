import { family, subsystem } from '../definition'
import { chain } from './chain'
import { elements } from './element'
import { flowtable } from './flowtable'
import { generation } from './generation'
import { object } from './object'
import { rule } from './rule'
import { set } from './set'
import { table } from './table'
import { trace } from './trace'

/** NFNL_SUBSYS_NFTABLES: tables, chains, rules, sets. <linux/netfilter/nf_tables.h>, man 8 nft */
export const nftables = family(
  'nftables',
  {
    table: () => table,
    chain: () => chain,
    rule: () => rule,
    set: () => set,
    elements: () => elements,
    generation: () => generation,
    object: () => object,
    flowtable: () => flowtable,
    trace: () => trace
  },
  subsystem(10)
)
