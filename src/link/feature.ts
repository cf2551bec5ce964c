import { NLM_F } from '../../protocol/netlink/header'
import { ask, lo } from '../socket/feature'
import { message } from '../socket/message'
import type { Feature, Request } from '../socket/request'

/** Kinds of link: the version of Linux that brought them or made `ip link add` know them, and their module. */
const kinds: { readonly [kind: string]: readonly [since: string, module: string] } = {
  amt: ['5.16', 'amt'],
  bareudp: ['5.7', 'bareudp'],
  batadv: ['3.10', 'batman-adv'],
  bond: ['2.6.33', 'bonding'],
  bridge: ['3.0', 'bridge'],
  dummy: ['2.6.23', 'dummy'],
  erspan: ['4.14', 'ip_gre'],
  geneve: ['4.2', 'geneve'],
  gre: ['2.6.28', 'ip_gre'],
  gretap: ['2.6.28', 'ip_gre'],
  gtp: ['4.7', 'gtp'],
  hsr: ['3.13', 'hsr'],
  ifb: ['2.6.23', 'ifb'],
  ip6erspan: ['4.16', 'ip6_gre'],
  ip6gre: ['3.7', 'ip6_gre'],
  ip6gretap: ['3.7', 'ip6_gre'],
  ip6tnl: ['3.8', 'ip6_tunnel'],
  ipip: ['3.8', 'ipip'],
  ipvlan: ['3.19', 'ipvlan'],
  ipvtap: ['4.11', 'ipvtap'],
  macsec: ['4.6', 'macsec'],
  macvlan: ['2.6.23', 'macvlan'],
  macvtap: ['2.6.34', 'macvtap'],
  netkit: ['6.7', 'netkit'],
  nlmon: ['3.11', 'nlmon'],
  ovpn: ['6.16', 'ovpn'],
  rmnet: ['4.14', 'rmnet'],
  sit: ['3.8', 'sit'],
  team: ['3.3', 'team'],
  vcan: ['2.6.25', 'vcan'],
  veth: ['2.6.24', 'veth'],
  vlan: ['2.6.23', '8021q'],
  vrf: ['4.3', 'vrf'],
  vsockmon: ['4.12', 'vsockmon'],
  vti: ['3.6', 'ip_vti'],
  vti6: ['3.13', 'ip6_vti'],
  vxcan: ['4.12', 'vxcan'],
  vxlan: ['3.7', 'vxlan'],
  wireguard: ['5.6', 'wireguard'],
  xfrm: ['4.19', 'xfrm_interface']
}

/** Kinds whose module is loaded for their family of generic netlink, and not for `ip link add`. */
const families: ReadonlySet<string> = new Set(['ovpn'])

/** The family of generic netlink to ask for before links of a kind, if there is one. */
export const loadedBy = (kind: string): Pick<Request<void>, 'loadedBy'> =>
  families.has(kind) ? { loadedBy: kind } : {}

/** Asks for a link of which nothing but the kind is said: what else it lacks is looked at later than that. */
const make = (name: string, linkinfo: { readonly kind: string; readonly data?: object }): Request<void> => ({
  ...ask('link.add', () =>
    message('RTM_NEWLINK', NLM_F.REQUEST | NLM_F.CREATE | NLM_F.EXCL, {
      attributes: { ifname: name, linkinfo } as never
    })
  ),
  ...loadedBy(linkinfo.kind)
})

/** Links of a kind. */
export const linkKind = (kind: string): Feature => {
  const [since, module] = Object.hasOwn(kinds, kind) ? (kinds[kind] ?? []) : []
  return {
    name: `links of kind ${kind}`,
    ...(since !== undefined && { since }),
    ...(module !== undefined && { module }),
    signs: ['EOPNOTSUPP'],
    probe: [make('probe', { kind })]
  }
}

/** VLANs of a bridge's ports. */
export const vlanFiltering: Feature = {
  name: 'VLAN filtering of bridges',
  since: '3.9',
  module: 'bridge',
  option: 'CONFIG_BRIDGE_VLAN_FILTERING',
  hint: 'leave vlanFiltering out',
  signs: ['EOPNOTSUPP'],
  probe: [make('probe', { kind: 'bridge', data: { vlanFiltering: 1 } })]
}

/** Whether options of a kind say if VLANs are filtered. A kernel that cannot refuses to be told not to, too. */
const filtersVlans = (kind: string, options: object | undefined): boolean =>
  kind === 'bridge' && (options as { readonly vlanFiltering?: number })?.vlanFiltering !== undefined

/** What a link with options of a kind needs. */
export const optionsOf = (kind: string, options: object | undefined): ReadonlyArray<Feature> => [
  linkKind(kind),
  ...(filtersVlans(kind, options) ? [vlanFiltering] : [])
]

/** More names for a link. */
export const alternativeNames: Feature = {
  name: 'alternative names of links',
  since: '5.5',
  signs: ['EOPNOTSUPP'],
  probe: [
    ask('link.removeNames', () =>
      message('RTM_DELLINKPROP', NLM_F.REQUEST, {
        header: { index: lo },
        attributes: { propList: { altIfname: ['probe'] } }
      })
    )
  ]
}

/** What a kernel may lack of links. */
export const features: ReadonlyArray<Feature> = [
  ...Object.keys(kinds).map(linkKind),
  vlanFiltering,
  alternativeNames
]
