import { family } from '../definition'
import { action } from './action'
import { address } from './address'
import { addrlabel } from './addrlabel'
import { cacheReport } from './cache-report'
import { chain } from './chain'
import { trafficClass } from './class'
import { filter } from './filter'
import { link } from './link'
import { mdb, mdbQuery } from './mdb'
import { nduseropt } from './nduseropt'
import { neighbour } from './neighbour'
import { neighbourTable } from './neighbour-table'
import { netconf } from './netconf'
import { nexthop, nexthopBucket } from './nexthop'
import { nsid } from './nsid'
import { prefix } from './prefix'
import { qdisc } from './qdisc'
import { route } from './route'
import { rule } from './rule'
import { stats, statsRequest } from './stats'
import { tunnel } from './tunnel'
import { vlan, vlanQuery } from './vlan'

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
  rule,
  cacheReport,
  mdb,
  mdbQuery,
  nduseropt,
  prefix,
  stats,
  statsRequest,
  tunnel,
  vlan,
  vlanQuery,
  qdisc,
  trafficClass,
  filter,
  chain,
  action
})
