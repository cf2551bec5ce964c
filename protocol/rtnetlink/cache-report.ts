import { attributes, bytes, ip, message, struct, type TypeOf, u8, u32 } from '../definition'

/** A packet that the kernel shows to the multicast routing daemon. <linux/mroute.h>, <linux/mroute6.h> */
export const cacheReport = message('cache report', {
  types: { RTM_NEWCACHEREPORT: 96 },
  header: struct('rtgenmsg', {
    /** RTNL_FAMILY_*. */
    family: u8
  }),
  attributes: attributes('IPMRA_CREPORT', {
    /** IGMPMSG_* or MRT6MSG_*. */
    msgtype: [1, u8],
    /** Number of the multicast interface it came in by. */
    vifId: [2, u32],
    srcAddr: [3, ip],
    dstAddr: [4, ip],
    pkt: [5, bytes],
    /** IPv4 only. */
    table: [6, u32]
  })
})
export interface CacheReport extends TypeOf<typeof cacheReport> {}
