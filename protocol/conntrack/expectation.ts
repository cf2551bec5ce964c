import { attributes, be16, be32, message, string, type TypeOf } from '../definition'
import { nfgenmsg } from '../nfnetlink/header'
import { tuple } from './tuple'

/** How to translate the connection once it comes. */
const expectedTranslation = attributes('CTA_EXPECT_NAT', {
  /** 0 for the original direction, 1 for the reply's. */
  dir: [1, be32],
  tuple: [2, tuple]
})

/** A connection that a helper expects: `conntrack -L expect`. <linux/netfilter/nfnetlink_conntrack.h> */
export const expectation = message('expectation', {
  types: { IPCTNL_MSG_EXP_NEW: 0, IPCTNL_MSG_EXP_GET: 1, IPCTNL_MSG_EXP_DELETE: 2 },
  header: nfgenmsg,
  attributes: attributes('CTA_EXPECT', {
    /** The connection that led to it. */
    master: [1, tuple],
    tuple: [2, tuple],
    /** The bits of `tuple` that must match. */
    mask: [3, tuple],
    /** Seconds left. */
    timeout: [4, be32],
    id: [5, be32],
    helpName: [6, string],
    zone: [7, be16],
    /** NF_CT_EXPECT_* bits. */
    flags: [8, be32],
    /** The helper's own kind of expectation. */
    class: [9, be32],
    nat: [10, expectedTranslation],
    /** The helper's function to call when the connection comes. */
    fn: [11, string]
  })
})
export interface Expectation extends TypeOf<typeof expectation> {}

/** Flags of an expectation. <linux/netfilter/nf_conntrack_common.h> */
export const NF_CT_EXPECT = {
  /** It outlives the first connection that it matches. */
  PERMANENT: 0x1,
  INACTIVE: 0x2,
  /** A helper in user space made it. */
  USERSPACE: 0x4
} as const
