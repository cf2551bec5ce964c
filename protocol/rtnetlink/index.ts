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

/**
 * NETLINK_ROUTE: links, addresses, routes. <linux/rtnetlink.h>, man 7 rtnetlink
 *
 * A message is looked for in this order, so what is most often meant comes first.
 */
export const rtnetlink = family('rtnetlink', {
  link: () => link,
  address: () => address,
  route: () => route,
  rule: () => rule,
  neighbour: () => neighbour,
  nexthop: () => nexthop,
  addrlabel: () => addrlabel,
  neighbourTable: () => neighbourTable,
  netconf: () => netconf,
  nexthopBucket: () => nexthopBucket,
  nsid: () => nsid,
  cacheReport: () => cacheReport,
  mdb: () => mdb,
  mdbQuery: () => mdbQuery,
  nduseropt: () => nduseropt,
  prefix: () => prefix,
  stats: () => stats,
  statsRequest: () => statsRequest,
  tunnel: () => tunnel,
  vlan: () => vlan,
  vlanQuery: () => vlanQuery,
  qdisc: () => qdisc,
  trafficClass: () => trafficClass,
  filter: () => filter,
  chain: () => chain,
  action: () => action
})
