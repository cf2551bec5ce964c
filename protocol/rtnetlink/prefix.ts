import { attributes, ip6, message, pad, s32, struct, type TypeOf, u8, u32 } from '../definition'

/** A prefix that a router advertised, told as it comes: `ip monitor prefix`. <linux/rtnetlink.h> */
export const prefix = message('prefix', {
  types: { RTM_NEWPREFIX: 52 },
  header: struct('prefixmsg', {
    family: u8,
    pad1: pad(1),
    pad2: pad(2),
    ifindex: s32,
    /** Of the option it came in: 3. */
    type: u8,
    /** Bits. */
    len: u8,
    /** IF_PREFIX_* bits. */
    flags: u8,
    pad3: pad(1)
  }),
  attributes: attributes('PREFIX', {
    address: [1, ip6],
    cacheinfo: [
      2,
      struct('prefix_cacheinfo', {
        /** Seconds. */
        preferredTime: u32,
        /** Seconds. */
        validTime: u32
      })
    ]
  })
})
export interface Prefix extends TypeOf<typeof prefix> {}

/** What hosts may do with a prefix. <net/if_inet6.h> */
export const IF_PREFIX = {
  /** Its addresses are on the link. */
  ONLINK: 0x01,
  /** Hosts may give themselves addresses of it. */
  AUTOCONF: 0x02
} as const
