import { attributes, choice, string, variant } from '../../definition'
import { amt } from './amt'
import { bareudp } from './bareudp'
import { batadv } from './batadv'
import { bond, bondSlave } from './bond'
import { bridge } from './bridge'
import { bridgePort } from './bridge-port'
import { caif } from './caif'
import { can, canDeviceStats } from './can'
import { dsa } from './dsa'
import { geneve } from './geneve'
import { gre } from './gre'
import { gtp } from './gtp'
import { hsr } from './hsr'
import { ipTunnel } from './ip-tunnel'
import { ipoib } from './ipoib'
import { ipvlan } from './ipvlan'
import { macsec } from './macsec'
import { macvlan } from './macvlan'
import { netkit } from './netkit'
import { ovpn } from './ovpn'
import { ppp } from './ppp'
import { rmnet } from './rmnet'
import { tun } from './tun'
import { veth, vxcan } from './veth'
import { vlan } from './vlan'
import { vrf, vrfPort } from './vrf'
import { vti } from './vti'
import { vxlan } from './vxlan'
import { wwan } from './wwan'
import { xfrm } from './xfrm'

/** The kinds that have nothing to say about themselves. */
const nothing = attributes('IFLA', {})

/** Every kind of interface, by the name that `ip link add … type` takes. */
export const kinds = {
  amt,
  bareudp,
  batadv,
  bond,
  bridge,
  caif,
  can,
  dsa,
  dummy: nothing,
  erspan: gre,
  geneve,
  gre,
  gretap: gre,
  gtp,
  hsr,
  ifb: nothing,
  ip6erspan: gre,
  ip6gre: gre,
  ip6gretap: gre,
  ip6tnl: ipTunnel,
  ipip: ipTunnel,
  ipoib,
  ipvlan,
  ipvtap: ipvlan,
  lowpan: nothing,
  macsec,
  macvlan,
  macvtap: macvlan,
  netdevsim: nothing,
  netkit,
  nlmon: nothing,
  openvswitch: nothing,
  ovpn,
  pfcp: nothing,
  ppp,
  rmnet,
  sit: ipTunnel,
  team: nothing,
  tun,
  vcan: nothing,
  veth,
  virt_wifi: nothing,
  vlan,
  vrf,
  vsockmon: nothing,
  vti,
  vti6: vti,
  vxcan,
  vxlan,
  wireguard: nothing,
  wlan: nothing,
  wwan,
  xfrm
} as const

/** What kind of interface it is, and what that kind and its master have to say. <linux/if_link.h> */
export const linkinfo = attributes('IFLA_INFO', {
  kind: [1, string],
  data: [2, variant('kind', kinds)],
  xstats: [3, choice('kind', { can: canDeviceStats })],
  /** The kind of its master. */
  slaveKind: [4, string],
  /** What its master keeps of it. A request may leave out `slaveKind` and say `bridge_slave` as `kind`. */
  slaveData: [
    5,
    choice(
      'slaveKind',
      { bridge: bridgePort, bond: bondSlave, vrf: vrfPort },
      choice('kind', { bridge_slave: bridgePort, bond_slave: bondSlave, vrf_slave: vrfPort })
    )
  ]
})
