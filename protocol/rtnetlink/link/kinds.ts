// Every kind of interface, by the name that `ip link add … type` takes.
export { amt } from './amt'
export { bareudp } from './bareudp'
export { batadv } from './batadv'
export { bond } from './bond'
export { bridge } from './bridge'
export { caif } from './caif'
export { can } from './can'
export { dsa } from './dsa'
export { geneve } from './geneve'
export { gre, gre as erspan, gre as gretap, gre as ip6erspan, gre as ip6gre, gre as ip6gretap } from './gre'
export { gtp } from './gtp'
export { hsr } from './hsr'
export { ipTunnel as ip6tnl, ipTunnel as ipip, ipTunnel as sit } from './ip-tunnel'
export { ipoib } from './ipoib'
export { ipvlan, ipvlan as ipvtap } from './ipvlan'
export { macsec } from './macsec'
export { macvlan, macvlan as macvtap } from './macvlan'
export { netkit } from './netkit'
export { ovpn } from './ovpn'
export {
  plain as dummy,
  plain as ifb,
  plain as lowpan,
  plain as netdevsim,
  plain as nlmon,
  plain as openvswitch,
  plain as pfcp,
  plain as team,
  plain as vcan,
  plain as virt_wifi,
  plain as vsockmon,
  plain as wireguard,
  plain as wlan
} from './plain'
export { ppp } from './ppp'
export { rmnet } from './rmnet'
export { tun } from './tun'
export { veth, vxcan } from './veth'
export { vlan } from './vlan'
export { vrf } from './vrf'
export { vti, vti as vti6 } from './vti'
export { vxlan } from './vxlan'
export { wwan } from './wwan'
export { xfrm } from './xfrm'
