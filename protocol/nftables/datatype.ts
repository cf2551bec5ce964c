import { BYTEORDER } from './userdata'

/** What keys and data of a set are, for `nft`; the kernel only stores the number. */
export interface Datatype {
  readonly number: number
  /** In bytes. In a concatenation each field takes a multiple of four. */
  readonly size: number
  /** BYTEORDER.* of the value; INVALID where one byte has none. */
  readonly byteorder: number
}

/** The datatypes that have a size of their own, as `nft` names them: `type ipv4_addr`. nft's <datatype.h> */
export const DATATYPE = {
  nf_proto: { number: 2, size: 1, byteorder: BYTEORDER.INVALID },
  ipv4_addr: { number: 7, size: 4, byteorder: BYTEORDER.BIG_ENDIAN },
  ipv6_addr: { number: 8, size: 16, byteorder: BYTEORDER.BIG_ENDIAN },
  ether_addr: { number: 9, size: 6, byteorder: BYTEORDER.BIG_ENDIAN },
  ether_type: { number: 10, size: 2, byteorder: BYTEORDER.BIG_ENDIAN },
  arp_op: { number: 11, size: 2, byteorder: BYTEORDER.BIG_ENDIAN },
  inet_proto: { number: 12, size: 1, byteorder: BYTEORDER.INVALID },
  inet_service: { number: 13, size: 2, byteorder: BYTEORDER.BIG_ENDIAN },
  icmp_type: { number: 14, size: 1, byteorder: BYTEORDER.BIG_ENDIAN },
  tcp_flag: { number: 15, size: 1, byteorder: BYTEORDER.BIG_ENDIAN },
  dccp_pkttype: { number: 16, size: 1, byteorder: BYTEORDER.INVALID },
  mh_type: { number: 17, size: 1, byteorder: BYTEORDER.BIG_ENDIAN },
  time: { number: 18, size: 4, byteorder: BYTEORDER.HOST_ENDIAN },
  mark: { number: 19, size: 4, byteorder: BYTEORDER.HOST_ENDIAN },
  iface_index: { number: 20, size: 4, byteorder: BYTEORDER.HOST_ENDIAN },
  iface_type: { number: 21, size: 2, byteorder: BYTEORDER.HOST_ENDIAN },
  realm: { number: 22, size: 4, byteorder: BYTEORDER.HOST_ENDIAN },
  classid: { number: 23, size: 4, byteorder: BYTEORDER.HOST_ENDIAN },
  uid: { number: 24, size: 4, byteorder: BYTEORDER.HOST_ENDIAN },
  gid: { number: 25, size: 4, byteorder: BYTEORDER.HOST_ENDIAN },
  ct_state: { number: 26, size: 4, byteorder: BYTEORDER.HOST_ENDIAN },
  ct_dir: { number: 27, size: 1, byteorder: BYTEORDER.INVALID },
  ct_status: { number: 28, size: 4, byteorder: BYTEORDER.HOST_ENDIAN },
  icmpv6_type: { number: 29, size: 1, byteorder: BYTEORDER.BIG_ENDIAN },
  /** A bit for each label. */
  ct_label: { number: 30, size: 16, byteorder: BYTEORDER.HOST_ENDIAN },
  pkt_type: { number: 31, size: 1, byteorder: BYTEORDER.HOST_ENDIAN },
  icmp_code: { number: 32, size: 1, byteorder: BYTEORDER.BIG_ENDIAN },
  icmpv6_code: { number: 33, size: 1, byteorder: BYTEORDER.BIG_ENDIAN },
  icmpx_code: { number: 34, size: 1, byteorder: BYTEORDER.BIG_ENDIAN },
  devgroup: { number: 35, size: 4, byteorder: BYTEORDER.HOST_ENDIAN },
  dscp: { number: 36, size: 1, byteorder: BYTEORDER.BIG_ENDIAN },
  ecn: { number: 37, size: 1, byteorder: BYTEORDER.BIG_ENDIAN },
  fib_addrtype: { number: 38, size: 4, byteorder: BYTEORDER.HOST_ENDIAN },
  boolean: { number: 39, size: 1, byteorder: BYTEORDER.INVALID },
  ct_event: { number: 40, size: 4, byteorder: BYTEORDER.HOST_ENDIAN },
  /** The name, filled up with zeros. */
  ifname: { number: 41, size: 16, byteorder: BYTEORDER.HOST_ENDIAN },
  igmp_type: { number: 42, size: 1, byteorder: BYTEORDER.BIG_ENDIAN },
  /** Nanoseconds since 1970. */
  date: { number: 43, size: 8, byteorder: BYTEORDER.HOST_ENDIAN },
  /** Second of the day. */
  hour: { number: 44, size: 4, byteorder: BYTEORDER.HOST_ENDIAN },
  /** Day of the week, from Sunday, 0. */
  day: { number: 45, size: 1, byteorder: BYTEORDER.HOST_ENDIAN },
  cgroupsv2: { number: 46, size: 8, byteorder: BYTEORDER.HOST_ENDIAN }
} as const satisfies { readonly [name: string]: Datatype }

/** The datatypes whose size depends on the expression: `typeof ip length`. */
export const DATATYPE_OF_ANY_SIZE = { bitmask: 3, integer: 4, string: 5, ll_addr: 6 } as const

/** Bits of each datatype's number in that of a concatenation, the first one highest: `type ipv4_addr . inet_service`. */
export const TYPE_BITS = 6
