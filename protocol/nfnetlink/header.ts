import { be16, struct, u8 } from '../definition'

/** What every nfnetlink message begins with. <linux/netfilter/nfnetlink.h> */
export const nfgenmsg = struct('nfgenmsg', {
  /** NFPROTO.* */
  nfgenFamily: u8,
  version: u8,
  /** The subsystem in a batch's begin and end; in answers and events the low bits of the ruleset's generation. */
  resId: be16
})

/** Families of netfilter: AF_* where there is one, and more. <linux/netfilter.h> */
export const NFPROTO = {
  UNSPEC: 0,
  /** IPv4 and IPv6 in one. */
  INET: 1,
  IPV4: 2,
  ARP: 3,
  /** What a device sends and receives. */
  NETDEV: 5,
  BRIDGE: 7,
  IPV6: 10
} as const
