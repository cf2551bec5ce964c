import { attributes, be16, be32, bytes, either, flag, ip4, ip6, struct, u8, u32 } from '../../definition'

/** <linux/if_link.h> */
export const iflaVxlanPortRange = struct('ifla_vxlan_port_range', { low: be16, high: be16 })

/** Ethernet over UDP: `ip link add type vxlan`. <linux/if_link.h> */
export const vxlan = attributes('IFLA_VXLAN', {
  /** The network's identifier, 24 bits. */
  id: [1, u32],
  /** Where unknown destinations go: a multicast group or a peer. */
  group: [2, ip4],
  link: [3, u32],
  local: [4, ip4],
  /** 0 follows the inner packet. */
  ttl: [5, u8],
  /** 1 follows the inner packet. */
  tos: [6, u8],
  learning: [7, u8],
  /** Seconds that learnt addresses last. */
  ageing: [8, u32],
  /** Most addresses to learn, 0 is any number. */
  limit: [9, u32],
  portRange: [10, iflaVxlanPortRange],
  proxy: [11, u8],
  rsc: [12, u8],
  l2miss: [13, u8],
  l3miss: [14, u8],
  port: [15, be16],
  group6: [16, ip6],
  local6: [17, ip6],
  udpCsum: [18, u8],
  udpZeroCsum6Tx: [19, u8],
  udpZeroCsum6Rx: [20, u8],
  remcsumTx: [21, u8],
  remcsumRx: [22, u8],
  gbp: [23, flag],
  remcsumNopartial: [24, flag],
  /** Peers and identifiers come from routes and filters. */
  collectMetadata: [25, u8],
  label: [26, be32],
  gpe: [27, flag],
  /** A flag in requests, 0 or 1 in answers. */
  ttlInherit: [28, either(u8, flag)],
  /** The outer packet's don't-fragment bit, VXLAN_DF_*. */
  df: [29, u8],
  vnifilter: [30, u8],
  localbypass: [31, u8],
  /** Where `label` comes from, VXLAN_LABEL_*. */
  labelPolicy: [32, u32],
  /** Bits of the header that must be zero, a `struct vxlanhdr`. */
  reservedBits: [33, bytes],
  mcRoute: [34, u8]
})

/** <linux/if_link.h> */
export const VXLAN_DF = { UNSET: 0, SET: 1, INHERIT: 2 } as const

/** <linux/if_link.h> */
export const VXLAN_LABEL = { FIXED: 0, INHERIT: 1 } as const
