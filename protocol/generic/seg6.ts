import { attributes, bytes, ip6, message, numbered, s32, type TypeOf, u8, u32 } from '../definition'
import { genlmsghdr } from './header'

/** Segment routing over IPv6, as a whole: `ip sr`. <linux/seg6_genl.h> */
export const segmentRouting = message('segmentRouting', {
  types: { SEG6_CMD_SETHMAC: 1, SEG6_CMD_DUMPHMAC: 2, SEG6_CMD_SET_TUNSRC: 3, SEG6_CMD_GET_TUNSRC: 4 },
  header: genlmsghdr,
  attributes: attributes('SEG6_ATTR', {
    /** The source address of what is encapsulated. */
    dst: [1, ip6],
    dstlen: [2, s32],
    hmackeyid: [3, u32],
    /** Empty to remove the key. */
    secret: [4, bytes],
    secretlen: [5, u8],
    /** SEG6_HMAC_ALGO_*. */
    algid: [6, u8],
    /** No kernel uses it yet. */
    hmacinfo: [7, numbered(bytes)]
  })
})
export interface SegmentRouting extends TypeOf<typeof segmentRouting> {}

/** How a segment routing header is authenticated. <linux/seg6_hmac.h> */
export const SEG6_HMAC_ALGO = { SHA1: 1, SHA256: 2 } as const
