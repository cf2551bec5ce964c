import { attributes, be32, message, string, type TypeOf } from '../definition'
import { nfgenmsg } from '../nfnetlink/header'

/** The ruleset's generation, which each batch raises; its event ends those of the batch. <linux/netfilter/nf_tables.h> */
export const generation = message('generation', {
  types: { NFT_MSG_NEWGEN: 15, NFT_MSG_GETGEN: 16 },
  header: nfgenmsg,
  attributes: attributes('NFTA_GEN', {
    id: [1, be32],
    /** The process that changed the ruleset. */
    procPid: [2, be32],
    procName: [3, string]
  })
})
export interface Generation extends TypeOf<typeof generation> {}
