import { attributes, message, type TypeOf } from '../definition'
import { type InterfaceRows, ifinfomsg, interfaceRows } from './link/interface'
import { linkinfo } from './link/linkinfo'

export { DEVCONF, IN6_ADDR_GEN_MODE } from './link/address-family'
export { AMT_MODE } from './link/amt'
export { BOND_LINK, BOND_MODE, BOND_STATE, BOND_XMIT_POLICY } from './link/bond'
export { BR_BOOLOPT, BR_STP_MODE } from './link/bridge'
export { BR_CFM, BR_CFM_CCM_INTERVAL, BR_CFM_MEP_DIRECTION } from './link/bridge-cfm'
export {
  BR_MRP_IN_ROLE,
  BR_MRP_IN_STATE,
  BR_MRP_PORT_ROLE,
  BR_MRP_PORT_STATE,
  BR_MRP_RING_ROLE,
  BR_MRP_RING_STATE
} from './link/bridge-mrp'
export { BR_STATE } from './link/bridge-port'
export { BRIDGE_FLAGS, BRIDGE_MODE, BRIDGE_VLAN_INFO } from './link/bridge-vlan'
export { CAN_CTRLMODE, CAN_STATE } from './link/can'
export { GENEVE_DF } from './link/geneve'
export { GRE } from './link/gre'
export { GTP_ROLE } from './link/gtp'
export { HSR_PROTOCOL } from './link/hsr'
export { IP6_TNL_F, SIT_ISATAP, TUNNEL_ENCAP, TUNNEL_ENCAP_FLAG } from './link/ip-tunnel'
export { IPOIB_MODE } from './link/ipoib'
export { IPVLAN_F, IPVLAN_MODE } from './link/ipvlan'
export { MACSEC_CIPHER_ID, MACSEC_OFFLOAD, MACSEC_VALIDATE } from './link/macsec'
export { MACVLAN_FLAG, MACVLAN_MACADDR, MACVLAN_MODE } from './link/macvlan'
export { NETKIT, NETKIT_DEVICE, NETKIT_MODE, NETKIT_SCRUB } from './link/netkit'
export { OVPN_MODE } from './link/ovpn'
export { RMNET_FLAGS } from './link/rmnet'
export { IFLA_VF_LINK_STATE } from './link/virtual-function'
export { VLAN_FLAG } from './link/vlan'
export { VXLAN_DF, VXLAN_LABEL } from './link/vxlan'
export { XDP_ATTACHED, XDP_FLAGS } from './link/xdp'
export { ifinfomsg }

type LinkRows = InterfaceRows & { readonly linkinfo: readonly [18, typeof linkinfo] }

/** An interface: `ip link`. Alternative names come and go as LINKPROP. <linux/if_link.h>, man 7 rtnetlink */
export const link = message('link', {
  types: {
    RTM_NEWLINK: 16,
    RTM_DELLINK: 17,
    RTM_GETLINK: 18,
    RTM_SETLINK: 19,
    RTM_NEWLINKPROP: 108,
    RTM_DELLINKPROP: 109,
    RTM_GETLINKPROP: 110
  },
  header: ifinfomsg,
  attributes: attributes<LinkRows>('IFLA', { ...interfaceRows, linkinfo: [18, linkinfo] })
})
export interface Link extends TypeOf<typeof link> {}

/** Flags of an interface. <linux/if.h> */
export const IFF = {
  /** Somebody has switched it on. */
  UP: 0x1,
  BROADCAST: 0x2,
  DEBUG: 0x4,
  LOOPBACK: 0x8,
  POINTOPOINT: 0x10,
  NOTRAILERS: 0x20,
  /** It can pass packets. */
  RUNNING: 0x40,
  /** No link-layer addresses are asked for. */
  NOARP: 0x80,
  PROMISC: 0x100,
  ALLMULTI: 0x200,
  MASTER: 0x400,
  SLAVE: 0x800,
  MULTICAST: 0x1000,
  PORTSEL: 0x2000,
  AUTOMEDIA: 0x4000,
  DYNAMIC: 0x8000,
  /** It has a carrier. */
  LOWER_UP: 0x10000,
  DORMANT: 0x20000,
  ECHO: 0x40000
} as const

/** How an interface is, seen from the packets' side (RFC 2863). <linux/if.h> */
export const IF_OPER = {
  UNKNOWN: 0,
  NOTPRESENT: 1,
  DOWN: 2,
  /** The interface below or opposite is down. */
  LOWERLAYERDOWN: 3,
  TESTING: 4,
  /** It waits for something, such as a login. */
  DORMANT: 5,
  UP: 6
} as const

/** What an interface is once it has a carrier. <linux/if.h> */
export const IF_LINK_MODE = { DEFAULT: 0, DORMANT: 1, TESTING: 2 } as const

/** What an answer shall hold besides, or leave out. <linux/rtnetlink.h> */
export const RTEXT_FILTER = {
  VF: 1,
  BRVLAN: 2,
  /** Consecutive VLANs as ranges. */
  BRVLAN_COMPRESSED: 4,
  SKIP_STATS: 8,
  MRP: 16,
  CFM_CONFIG: 32,
  CFM_STATUS: 64,
  MST: 128,
  NAME_ONLY: 256
} as const

/** Why the kernel tells of an interface. <linux/if_link.h> */
export const IFLA_EVENT = {
  NONE: 0,
  REBOOT: 1,
  FEATURES: 2,
  BONDING_FAILOVER: 3,
  NOTIFY_PEERS: 4,
  IGMP_RESEND: 5,
  BONDING_OPTIONS: 6
} as const

/** Kinds of link-layer addresses, the common ones. <linux/if_arp.h> */
export const ARPHRD = {
  ETHER: 1,
  INFINIBAND: 32,
  CAN: 280,
  PPP: 512,
  RAWIP: 519,
  TUNNEL: 768,
  TUNNEL6: 769,
  LOOPBACK: 772,
  SIT: 776,
  IPGRE: 778,
  IEEE80211: 801,
  IP6GRE: 823,
  NETLINK: 824,
  VSOCKMON: 826,
  NONE: 0xfffe
} as const
