import { family } from '../definition'
import { address } from './address'
import { addrlabel } from './addrlabel'
import { link } from './link'
import { neighbour } from './neighbour'
import { neighbourTable } from './neighbour-table'
import { netconf } from './netconf'
import { nexthop, nexthopBucket } from './nexthop'
import { nsid } from './nsid'
import { route } from './route'
import { rule } from './rule'

/** NETLINK_ROUTE: links, addresses, routes. <linux/rtnetlink.h>, man 7 rtnetlink */
export const rtnetlink = family('rtnetlink', {
  address,
  link,
  route,
  addrlabel,
  neighbour,
  neighbourTable,
  netconf,
  nexthop,
  nexthopBucket,
  nsid,
  rule
})
