import { family } from '../definition'
import { nftables } from '../nftables'
import { batch } from './batch'

/** The batch messages, which are of no subsystem. */
export const nfnetlink = family('nfnetlink', { batch })

/** NETLINK_NETFILTER, subsystem by subsystem. <linux/netfilter/nfnetlink.h> */
export const netfilter = [nfnetlink, nftables] as const
