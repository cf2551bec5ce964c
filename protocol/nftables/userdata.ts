import { be64, bytes, string, tlvs, u32 } from '../definition'

/**
 * What `nft` keeps with an object, and only it understands: libnftnl's records, integers in the order of the
 * machine. Other programs write what they like there; that stays among the object's unknown attributes, as bytes.
 * <libnftnl/udata.h>
 */
export const tableUserdata = tlvs('NFTNL_UDATA_TABLE', {
  comment: [0, string],
  /** The version of the `nft` that made it, a byte for each part. */
  nftver: [1, bytes],
  /** When that was built, in seconds since 1970. */
  nftbld: [2, be64]
})

export const chainUserdata = tlvs('NFTNL_UDATA_CHAIN', {
  comment: [0, string]
})

export const ruleUserdata = tlvs('NFTNL_UDATA_RULE', {
  comment: [0, string],
  /** ebtables' policy of the chain that the rule stands for. */
  ebtablesPolicy: [1, u32]
})

const typeofUserdata = tlvs('NFTNL_UDATA_SET_TYPEOF', {
  /** Kind of the expression, by nft's own numbers: 7 payload, 9 meta … */
  expr: [0, u32],
  data: [1, bytes]
})

export const setUserdata = tlvs('NFTNL_UDATA_SET', {
  /** BYTEORDER_*, of the keys. */
  keybyteorder: [0, u32],
  /** BYTEORDER_*, of a map's data. */
  databyteorder: [1, u32],
  /** 1: `auto-merge`. */
  mergeElements: [2, u32],
  /** What `typeof` was written with. */
  keyTypeof: [3, typeofUserdata],
  dataTypeof: [4, typeofUserdata],
  expr: [5, bytes],
  /** 1: a map's data are intervals. */
  dataInterval: [6, u32],
  comment: [7, string]
})

export const elementUserdata = tlvs('NFTNL_UDATA_SET_ELEM', {
  comment: [0, string],
  /** 1: an interval that ends with the greatest key. */
  flags: [1, u32]
})

export const objectUserdata = tlvs('NFTNL_UDATA_OBJ', {
  comment: [0, string]
})

/** Most bytes that the kernel keeps for `nft` with an object. <linux/netfilter/nf_tables.h> */
export const NFT_USERDATA_MAXLEN = 256

/** How the values of a set are to be read. */
export const BYTEORDER = { INVALID: 0, HOST_ENDIAN: 1, BIG_ENDIAN: 2 } as const
