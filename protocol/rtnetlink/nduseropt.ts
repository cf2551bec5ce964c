import { attributes, ip6, message, pad, preceded, s32, struct, type TypeOf, u8, u16 } from '../definition'

/** Options of a router advertisement that are not the kernel's business: DNS servers. <linux/rtnetlink.h>, RFC 8106 */
export const nduseropt = message('nduseropt', {
  types: { RTM_NEWNDUSEROPT: 68 },
  header: struct('nduseroptmsg', {
    family: u8,
    pad1: pad(1),
    /** How many bytes of options there are. */
    optsLen: u16,
    ifindex: s32,
    /** 134, a router advertisement. */
    icmpType: u8,
    icmpCode: u8,
    pad2: pad(2),
    pad3: pad(4)
  }),
  attributes: preceded(
    'optsLen',
    'options',
    attributes('NDUSEROPT', {
      /** The router's address. */
      srcaddr: [1, ip6]
    })
  )
})
export interface Nduseropt extends TypeOf<typeof nduseropt> {}
