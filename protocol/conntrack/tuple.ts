import { attributes, be16, ip4, ip6, u8 } from '../definition'

/** Addresses of one direction. <linux/netfilter/nfnetlink_conntrack.h> */
export const tupleAddresses = attributes('CTA_IP', {
  v4Src: [1, ip4],
  v4Dst: [2, ip4],
  v6Src: [3, ip6],
  v6Dst: [4, ip6]
})

/** What tells apart the connections between two addresses: ports, or an echo's id. */
export const tupleProtocol = attributes('CTA_PROTO', {
  /** IPPROTO_*. */
  num: [1, u8],
  srcPort: [2, be16],
  dstPort: [3, be16],
  icmpId: [4, be16],
  icmpType: [5, u8],
  icmpCode: [6, u8],
  icmpv6Id: [7, be16],
  icmpv6Type: [8, u8],
  icmpv6Code: [9, u8]
})

/** One direction of a connection. */
export const tuple = attributes('CTA_TUPLE', {
  ip: [1, tupleAddresses],
  proto: [2, tupleProtocol],
  /** The zone, where it holds for this direction alone. */
  zone: [3, be16]
})
