import { family } from '../definition'
import { address } from './address'

/** NETLINK_ROUTE: links, addresses, routes. <linux/rtnetlink.h>, man 7 rtnetlink */
export const rtnetlink = family('rtnetlink', { address })
