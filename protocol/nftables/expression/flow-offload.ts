import { attributes, string } from '../../definition'

/** Lets the packet's connection take the short way of a flowtable: `flow add @fast`. <linux/netfilter/nf_tables.h> */
export const flowOffload = attributes('NFTA_FLOW', {
  tableName: [1, string]
})
