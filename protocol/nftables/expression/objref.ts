import { attributes, be32, string } from '../../definition'

/** Passes the packet to an object, or to the one that a map gives: `counter name "http"`. <linux/netfilter/nf_tables.h> */
export const objref = attributes('NFTA_OBJREF', {
  /** NFT_OBJECT.* */
  immType: [1, be32],
  immName: [2, string],
  /** In place of a type and a name: the map's key. */
  setSreg: [3, be32],
  setName: [4, string],
  /** The map, by the id that it was given in this batch. */
  setId: [5, be32]
})
