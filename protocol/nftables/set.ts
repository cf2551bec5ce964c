import { attributes, be32, be64, bytes, list, message, string, type TypeOf } from '../definition'
import { nfgenmsg } from '../nfnetlink/header'
import { statefulExpression } from './expression/stateful'
import { setUserdata } from './userdata'

/** A set, map or verdict map, without its elements: `nft add set`. <linux/netfilter/nf_tables.h> */
export const set = message('set', {
  types: { NFT_MSG_NEWSET: 9, NFT_MSG_GETSET: 10, NFT_MSG_DELSET: 11, NFT_MSG_DESTROYSET: 29 },
  header: nfgenmsg,
  attributes: attributes('NFTA_SET', {
    table: [1, string],
    /** With `%d` in it, the kernel puts a free number there. */
    name: [2, string],
    /** NFT_SET.* bits. */
    flags: [3, be32],
    /** What the keys are, by a number that the kernel only stores: of a DATATYPE. */
    keyType: [4, be32],
    /** In bytes. */
    keyLen: [5, be32],
    /** What a map's data are, likewise; NFT_DATA.VERDICT for a verdict map. */
    dataType: [6, be32],
    /** In bytes. */
    dataLen: [7, be32],
    /** NFT_SET_POL.* */
    policy: [8, be32],
    desc: [
      9,
      attributes('NFTA_SET_DESC', {
        /** How many elements there can be. */
        size: [1, be32],
        /** The fields of a concatenation with intervals. */
        concat: [
          2,
          list(
            1,
            attributes('NFTA_SET_FIELD', {
              /** In bytes. */
              len: [1, be32]
            })
          )
        ]
      })
    ],
    /** A name for it within this batch, chosen by the sender. */
    id: [10, be32],
    /** How long elements stay, in milliseconds. */
    timeout: [11, be64],
    /** How often those whose time is over are swept out, in milliseconds. */
    gcInterval: [12, be32],
    userdata: [13, setUserdata],
    pad: [14, bytes],
    /** NFT_OBJECT.*: what the elements of a map of objects refer to. */
    objType: [15, be32],
    handle: [16, be64],
    /** What each element gets of its own: a counter, a limit … */
    expr: [17, statefulExpression],
    /** The same, several of them. */
    expressions: [18, list(1, statefulExpression)],
    /** What the kernel calls its way to store it. In answers only. */
    type: [19, string],
    /** How many elements it has. In answers only. */
    count: [20, be32]
  })
})
export interface NftSet extends TypeOf<typeof set> {}

/** Flags of a set. <linux/netfilter/nf_tables.h> */
export const NFT_SET = {
  /** It goes with the rule that uses it. */
  ANONYMOUS: 0x1,
  /** Its elements cannot change once a rule uses it. */
  CONSTANT: 0x2,
  INTERVAL: 0x4,
  MAP: 0x8,
  TIMEOUT: 0x10,
  /** Rules add elements to it. */
  EVAL: 0x20,
  /** A map whose data are objects. */
  OBJECT: 0x40,
  /** With INTERVAL: the keys are concatenations. */
  CONCAT: 0x80,
  /** Its elements have expressions of their own. */
  EXPR: 0x100
} as const

/** What the kernel is to save when it chooses how to store a set. <linux/netfilter/nf_tables.h> */
export const NFT_SET_POL = {
  /** Time. */
  PERFORMANCE: 0,
  MEMORY: 1
} as const

/** The type of a verdict map's data. <linux/netfilter/nf_tables.h> */
export const NFT_DATA = { VERDICT: 0xffffff00 } as const
