import {
  attributes,
  be32,
  be64,
  bytes,
  list,
  message,
  string,
  type TypeOf,
  type ValueOf
} from '../definition'
import { nfgenmsg } from '../nfnetlink/header'
import { data } from './data'
import { statefulExpression } from './expression/stateful'
import { elementUserdata } from './userdata'

/** An element of a set. <linux/netfilter/nf_tables.h> */
export const element = attributes('NFTA_SET_ELEM', {
  key: [1, data],
  /** What a map gives for the key. */
  data: [2, data],
  /** NFT_SET_ELEM.* bits. */
  flags: [3, be32],
  /** How long it stays, in milliseconds. */
  timeout: [4, be64],
  /** How long it still stays, in milliseconds. */
  expiration: [5, be64],
  userdata: [6, elementUserdata],
  expr: [7, statefulExpression],
  pad: [8, bytes],
  /** The object that a map of objects gives for the key. */
  objref: [9, string],
  /** The last key of an interval of concatenations. */
  keyEnd: [10, data],
  expressions: [11, list(1, statefulExpression)]
})
export interface Element extends ValueOf<typeof element> {}

/** Elements of one set: `nft add element`. <linux/netfilter/nf_tables.h> */
export const elements = message('elements', {
  types: {
    NFT_MSG_NEWSETELEM: 12,
    NFT_MSG_GETSETELEM: 13,
    NFT_MSG_DELSETELEM: 14,
    NFT_MSG_DESTROYSETELEM: 30,
    NFT_MSG_GETSETELEM_RESET: 33
  },
  header: nfgenmsg,
  attributes: attributes('NFTA_SET_ELEM_LIST', {
    table: [1, string],
    set: [2, string],
    elements: [3, list(1, element)],
    /** The set, by the id that it was given in this batch. */
    setId: [4, be32]
  })
})
export interface Elements extends TypeOf<typeof elements> {}

/** Flags of an element. <linux/netfilter/nf_tables.h> */
export const NFT_SET_ELEM = {
  /** Its key is the first one behind an interval. */
  INTERVAL_END: 1,
  /** It stands for every key that no other element has; it has no key. */
  CATCHALL: 2
} as const
