/** A NIC of the host with all that one can have, and all of the host that can be lost with it. */
import { spawnSync } from 'node:child_process'
import { byName, ip, raze, settle, sh, stateOfHost } from './lab'
import type { Missing } from './sandbox'

/** A veth, unless the environment names a card of the machine that nobody needs: a virtual machine has one. */
export const nic = process.env.ISOLINK_TEST_NIC ?? 'eth1'

/** Why there is no card to have. */
export const card: Missing =
  process.env.ISOLINK_TEST_NIC === undefined ? 'the machine has no network card to spare' : undefined

/** Why the NIC does not end with its namespace. */
export const lasting: Missing =
  card === undefined ? 'a network card does not end with its namespace' : undefined

/** The card is in the namespace of the first process: gets it from there, as it was when the machine started. */
const borrow = (): void =>
  void sh(`nsenter --target 1 --net ip link set ${nic} down netns ${process.pid}
for name in enp0s99 another-rather-long-name-of-it; do ip link property del dev ${nic} altname $name 2>/dev/null || true; done
tc qdisc delete dev ${nic} root 2>/dev/null || true`)

/** A card does not end with its namespace, but is then given back by the kernel; and what it had is lost on the way. */
const giveBack = (): void =>
  void spawnSync('sh', ['-c', `ip link set ${nic} down netns 1`], { stdio: 'ignore' })

/** Makes the NIC; its other end, if it is ours to make, is in `other`. */
export const plug = (): void => {
  if (card === undefined) {
    borrow()
    return
  }
  ip(`link add ${nic} type veth peer name ${nic} netns other`)
  sh(`ip -n other link set ${nic} up`)
}

/** Makes the NIC and gives it all that can be given to one. */
export const equip = (): void => {
  plug()
  ip(`link set ${nic} address 02:00:00:00:00:01 mtu 1400 txqueuelen 500 alias "the second one" group 7
link property add dev ${nic} altname enp0s99 altname another-rather-long-name-of-it`)
  sh(`sysctl -qw net.ipv6.conf.${nic}.accept_dad=0 net.ipv4.conf.${nic}.forwarding=1 net.ipv6.conf.${nic}.accept_ra=2 \
  net.ipv4.neigh.${nic}.base_reachable_time_ms=12000 net.ipv6.neigh.${nic}.mcast_solicit=7 net.ipv4.conf.${nic}.rp_filter=1`)
  ip(`link set ${nic} up allmulticast on
address add 10.0.7.14/24 brd + dev ${nic} label ${nic}:x
address add 10.0.8.1/24 dev ${nic} scope link
address add 10.0.7.15/24 dev ${nic} valid_lft 3000 preferred_lft 2000
address add 10.0.7.16/24 dev ${nic} noprefixroute metric 77
address add 192.0.2.1 peer 192.0.2.2/32 dev ${nic}
address add fd00:7::14/64 dev ${nic}
address add fd00:7::15/64 dev ${nic} nodad valid_lft 3000 preferred_lft 2000
address add fe80::5/64 dev ${nic}
address add 2001:db8::1 peer 2001:db8::2 dev ${nic}
nexthop add id 7 via 10.0.7.1 dev ${nic}
nexthop add id 8 via 10.0.6.1 dev eth0
nexthop add id 9 group 7/8,3
nexthop add id 10 group 7
route add 203.0.113.0/24 nhid 9
route add 198.51.100.0/24 nhid 10
route add default via 10.0.7.1 dev ${nic} metric 600 src 10.0.7.15 mtu 1300 proto dhcp
route add 10.1.0.0/16 via 10.0.7.1 table 100
route add 10.2.0.0/16 via 10.9.9.9 dev ${nic} onlink table 1000
route add 10.3.0.0/16 nexthop via 10.0.7.1 dev ${nic} weight 2 nexthop via 10.0.6.1 dev eth0
route add 10.4.0.0/16 via 10.0.6.1 src 10.0.7.14
route add 10.5.0.0/16 dev ${nic} scope link
route add unreachable 10.6.0.0/16
rule add iif ${nic} lookup 100 pref 50
rule add from 10.0.7.14 lookup 100 pref 51
neighbour add 10.0.7.99 lladdr 02:00:00:00:00:99 dev ${nic} nud permanent
neighbour add fd00:7::99 lladdr 02:00:00:00:00:99 dev ${nic} nud permanent
neighbour add 10.0.7.98 lladdr 02:00:00:00:00:98 dev ${nic} nud noarp
neighbour add proxy 10.0.7.97 dev ${nic}
neighbour add proxy fd00:7::97 dev ${nic}`)
  ip(
    `route add default via fd00:7::1 dev ${nic} metric 2000 pref high
route add fd01::/64 via fe80::1 dev ${nic} expires 3000
route add fd02::/64 table 100 nexthop via fd00:7::1 dev ${nic} nexthop via fd00:6::1 dev eth0 weight 3
route add fd03::/64 from fd00:7::/64 dev ${nic}
rule add oif ${nic} lookup 100 pref 50`,
    '-6'
  )
  sh(`bridge fdb add 02:00:00:00:00:77 dev ${nic}
tc qdisc add dev ${nic} root handle 1: htb default 10
tc class add dev ${nic} parent 1: classid 1:10 htb rate 10mbit
tc qdisc add dev ${nic} parent 1:10 handle 10: pfifo limit 77`)
  settle(nic)
}

/** What counts, and changes by itself. */
const volatile = new Set([
  'valid_life_time',
  'preferred_life_time',
  'expires',
  'stats',
  'used',
  'refcnt',
  'bytes',
  'packets',
  'direct_packets_stat'
])

const steady = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(steady)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, each]) =>
      volatile.has(key) || key.endsWith('_timer') ? [] : [[key, steady(each)]]
    )
  )
}

const listings: ReadonlyArray<string> = [
  'ip -d -j address',
  'ip -d -j link',
  'ip -d -j -4 route show table all',
  'ip -d -j -6 route show table all',
  'ip -d -j -4 rule',
  'ip -d -j -6 rule',
  'ip -d -j nexthop',
  'ip -d -j neighbour show nud permanent',
  'ip -d -j neighbour show nud noarp',
  'ip -d -j neighbour show proxy',
  'bridge -d -j fdb',
  'tc -j qdisc',
  `tc class show dev ${nic}`,
  "grep -rs '' /proc/sys/net/ipv4/neigh /proc/sys/net/ipv6/neigh | sort"
]

const understood = (text: string): unknown => {
  try {
    return JSON.parse(text.trim() || '[]')
  } catch {
    return text
  }
}

/** Databases of addresses have no order, qdiscs that in which links came; and the kernel makes neighbours of groups as it goes. */
const sorted = (listing: string, told: unknown): unknown => {
  if (!Array.isArray(told)) return told
  if (listing === 'ip -d -j address' || listing === 'ip -d -j link') return byName(told)
  const texts = told.map(each => JSON.stringify(each))
  if (listing.startsWith('bridge') || listing.startsWith('tc')) return texts.toSorted()
  return listing.includes('noarp') ? texts.filter(each => !/"dst":"(ff|224)/.test(each)) : told
}

/** All that the tools tell of the host, but what counts by itself. */
export const everything = (): ReadonlyArray<unknown> => {
  const answers = sh(listings.map(each => `${each}\nprintf '\\0'`).join('\n')).split('\0')
  return [
    steady(stateOfHost()),
    ...listings.map((listing, n) => [listing, sorted(listing, steady(understood(answers[n] ?? '')))])
  ]
}

/** Removes all of it, and what hangs on no link. */
export const strip = (): void => {
  if (card === undefined) giveBack()
  raze()
  spawnSync('sh', [], {
    input: `ip nexthop flush
ip route flush table all proto boot
for family in 4 6; do
  ip -$family rule flush
  ip -$family rule add priority 32766 lookup main
done
ip -4 rule add priority 32767 lookup default`
  })
}
