import {
  attributes,
  body,
  bytes,
  choice,
  mac,
  many,
  pad,
  s32,
  string,
  struct,
  u8,
  u16,
  u32,
  u64,
  uint
} from '../../definition'
import { AF } from '../af'
import { addressFamilies, inet6 } from './address-family'
import { bridgePort } from './bridge-port'
import { bridgeAfSpec } from './bridge-vlan'
import { rtnlLinkStats, rtnlLinkStats64 } from './statistics'
import { port, virtualFunctionPorts, virtualFunctions } from './virtual-function'
import { xdp } from './xdp'

// Published declarations keep the docs of what they name, and lose those of what they copy from another file: so
// rows and members that other files use have types with names.

const members = {
  /** AF_UNSPEC for the interface itself, AF_BRIDGE for it as a bridge or a port. */
  family: u8,
  pad: pad(1),
  /** Kind of its link-layer addresses, ARPHRD_*. */
  type: u16,
  /** In requests, 0 leaves it to the name, or to the kernel when the interface is new. */
  index: s32,
  /** IFF_* bits. */
  flags: u32,
  /** In requests, the bits of `flags` to change; 0 with any flag set means all of them. */
  change: u32
} as const
export type InterfaceMembers = { readonly [K in keyof typeof members]: (typeof members)[K] }

/** What every message about an interface begins with. <linux/rtnetlink.h> */
export const ifinfomsg = struct<InterfaceMembers>('ifinfomsg', members)

/** Where a device's memory and lines are. <linux/if_link.h> */
export const rtnlLinkIfmap = struct('rtnl_link_ifmap', {
  memStart: u64,
  memEnd: u64,
  baseAddr: u64,
  irq: u16,
  dma: u8,
  port: u8,
  pad: pad(4)
})

/** The attributes of an interface, whatever its kind. <linux/if_link.h> */
export const interfaceRows = {
  address: [1, mac],
  broadcast: [2, mac],
  ifname: [3, string],
  mtu: [4, u32],
  /** Index of the interface below or opposite, in the namespace `linkNetnsid` if that is given. */
  link: [5, u32],
  qdisc: [6, string],
  stats: [7, rtnlLinkStats],
  /** Never sent. */
  cost: [8, bytes],
  /** Never sent. */
  priority: [9, bytes],
  /** Index of the interface that this one is a part of; 0 in requests sets it free. */
  master: [10, u32],
  /** An event of a wireless driver, a `struct iw_event`. */
  wireless: [11, bytes],
  /** By the message's family: the settings of a bridge's port, or of IPv6. */
  protinfo: [12, choice('family', { [AF.BRIDGE]: bridgePort }, inet6)],
  /** Packets that may wait for the device. */
  txqlen: [13, u32],
  map: [14, rtnlLinkIfmap],
  weight: [15, u32],
  /** IF_OPER_*. */
  operstate: [16, u8],
  /** IF_LINK_MODE_*. */
  linkmode: [17, u8],
  /** Moves the interface to the namespace of this process. */
  netNsPid: [19, u32],
  ifalias: [20, string],
  numVf: [21, u32],
  vfinfoList: [22, virtualFunctions],
  stats64: [23, rtnlLinkStats64],
  vfPorts: [24, virtualFunctionPorts],
  portSelf: [25, port],
  /** By the message's family: what a bridge has, or what each address family has. */
  afSpec: [26, choice('family', { [AF.BRIDGE]: bridgeAfSpec }, addressFamilies)],
  /** A number by which many interfaces are asked for or removed at once. */
  group: [27, u32],
  /** Moves the interface to the namespace that this file descriptor is open on. */
  netNsFd: [28, u32],
  /** In requests, what the answer shall hold besides: RTEXT_FILTER_* bits. */
  extMask: [29, u32],
  /** How many ask for all packets. */
  promiscuity: [30, u32],
  numTxQueues: [31, u32],
  numRxQueues: [32, u32],
  carrier: [33, u8],
  physPortId: [34, bytes],
  carrierChanges: [35, u32],
  physSwitchId: [36, bytes],
  /** The namespace where `link` is, by the id that ours has for it. */
  linkNetnsid: [37, s32],
  physPortName: [38, string],
  protoDown: [39, u8],
  gsoMaxSegs: [40, u32],
  gsoMaxSize: [41, u32],
  pad: [42, bytes],
  xdp: [43, xdp],
  /** Why the kernel sends the notification, IFLA_EVENT_*. */
  event: [44, u32],
  /** Where the interface has gone, by the id that this namespace has for it. */
  newNetnsid: [45, s32],
  /** The namespace to act in, by the id that ours has for it. */
  targetNetnsid: [46, s32],
  carrierUpCount: [47, u32],
  carrierDownCount: [48, u32],
  /** Its index where it has gone, or in requests shall have there. */
  newIfindex: [49, s32],
  minMtu: [50, u32],
  /** 0 is no limit. */
  maxMtu: [51, u32],
  propList: [52, attributes('IFLA', { altIfname: [53, many(string)] })],
  /** In requests, a name to find the interface by; up to 127 bytes. */
  altIfname: [53, string],
  /** The address that the hardware came with. */
  permAddress: [54, mac],
  protoDownReason: [
    55,
    attributes('IFLA_PROTO_DOWN_REASON', {
      /** In requests, the bits of `value` to change. */
      mask: [1, u32],
      value: [2, u32]
    })
  ],
  parentDevName: [56, string],
  parentDevBusName: [57, string],
  groMaxSize: [58, u32],
  tsoMaxSize: [59, u32],
  tsoMaxSegs: [60, u32],
  /** How many ask for all multicast packets. */
  allmulti: [61, u32],
  /** The device's port as devlink names it. */
  devlinkPort: [
    62,
    attributes('DEVLINK_ATTR', {
      busName: [1, string],
      devName: [2, string],
      portIndex: [3, u32]
    })
  ],
  gsoIpv4MaxSize: [63, u32],
  groIpv4MaxSize: [64, u32],
  dpllPin: [65, attributes('DPLL_A_PIN', { id: [1, u32] })],
  /** Nanoseconds ahead of time that the device takes packets. */
  maxPacingOffloadHorizon: [66, uint],
  netnsImmutable: [67, u8],
  headroom: [68, u16],
  tailroom: [69, u16]
} as const
export type InterfaceRows = { readonly [K in keyof typeof interfaceRows]: (typeof interfaceRows)[K] }

/** The other end of a pair, described as a link of its own. */
export const peer = body(ifinfomsg, attributes<InterfaceRows>('IFLA', interfaceRows))
