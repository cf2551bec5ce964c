import { be16, struct, u8 } from '../definition'

/** What every nfnetlink message begins with. <linux/netfilter/nfnetlink.h> */
export const nfgenmsg = struct('nfgenmsg', {
  /** NFPROTO_*: ipv4, ipv6, inet, bridge … */
  nfgenFamily: u8,
  version: u8,
  /** The subsystem in a batch's begin and end; in answers and events the low bits of the ruleset's generation. */
  resId: be16
})
