import { attributes, be32, be64, bytes, message, string, type TypeOf } from '../definition'
import { nfgenmsg } from '../nfnetlink/header'
import { tableUserdata } from './userdata'

/** A table: `nft add table`. <linux/netfilter/nf_tables.h> */
export const table = message('table', {
  types: { NFT_MSG_NEWTABLE: 0, NFT_MSG_GETTABLE: 1, NFT_MSG_DELTABLE: 2, NFT_MSG_DESTROYTABLE: 26 },
  header: nfgenmsg,
  attributes: attributes('NFTA_TABLE', {
    name: [1, string],
    /** NFT_TABLE_F.* bits. */
    flags: [2, be32],
    /** How many chains it has. */
    use: [3, be32],
    handle: [4, be64],
    pad: [5, bytes],
    userdata: [6, tableUserdata],
    /** The port of the socket that owns it, if one does. */
    owner: [7, be32]
  })
})
export interface Table extends TypeOf<typeof table> {}

/** Flags of a table. <linux/netfilter/nf_tables.h> */
export const NFT_TABLE_F = {
  /** Its chains are not hooked in. */
  DORMANT: 1,
  /** Only the socket that made it can change it, and it goes with that socket. */
  OWNER: 2,
  /** It stays when its owner's socket is closed. */
  PERSIST: 4
} as const
