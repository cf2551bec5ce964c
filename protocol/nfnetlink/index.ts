import { cthelper, ctnetlink, ctnetlinkExp, ctnetlinkTimeout } from '../conntrack'
import { family } from '../definition'
import { nftables } from '../nftables'
import { nftCompat } from '../nftables/compat'
import { batch } from './batch'
import { nfnetlinkHook } from './hook'

/** The batch messages, which are of no subsystem. */
export const nfnetlink = family('nfnetlink', { batch: () => batch })

/** NETLINK_NETFILTER, subsystem by subsystem, the usual ones first. <linux/netfilter/nfnetlink.h> */
export const netfilter = [
  nfnetlink,
  nftables,
  ctnetlink,
  ctnetlinkExp,
  ctnetlinkTimeout,
  cthelper,
  nftCompat,
  nfnetlinkHook
] as const
