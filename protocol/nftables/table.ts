import { attributes, be32, be64, bytes, message, string } from '../definition'
import { nfgenmsg } from '../nfnetlink/header'

/** A table: `nft add table`. <linux/netfilter/nf_tables.h> */
export const table = message('table', {
  types: { NFT_MSG_NEWTABLE: 0, NFT_MSG_GETTABLE: 1, NFT_MSG_DELTABLE: 2, NFT_MSG_DESTROYTABLE: 26 },
  header: nfgenmsg,
  attributes: attributes('NFTA_TABLE', {
    name: [1, string],
    /** NFT_TABLE_F_*. */
    flags: [2, be32],
    /** How many chains it has. */
    use: [3, be32],
    handle: [4, be64],
    pad: [5, bytes],
    userdata: [6, bytes],
    /** The port of the socket that owns it, if one does. */
    owner: [7, be32]
  })
})
