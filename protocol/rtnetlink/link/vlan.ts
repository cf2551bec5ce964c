import { attributes, be16, many, struct, u16, u32 } from '../../definition'

/** <linux/if_link.h> */
export const iflaVlanFlags = struct('ifla_vlan_flags', {
  /** VLAN_FLAG_* bits. */
  flags: u32,
  /** Which bits of `flags` count. */
  mask: u32
})

/** Between the priority of a packet and the one in its tag. <linux/if_link.h> */
export const iflaVlanQosMapping = struct('ifla_vlan_qos_mapping', { from: u32, to: u32 })

const qos = attributes('IFLA_VLAN_QOS', { mapping: [1, many(iflaVlanQosMapping)] })

/** A VLAN of another interface: `ip link add link eth0 name eth0.7 type vlan id 7`. <linux/if_link.h> */
export const vlan = attributes('IFLA_VLAN', {
  id: [1, u16],
  flags: [2, iflaVlanFlags],
  egressQos: [3, qos],
  ingressQos: [4, qos],
  /** Ethertype of the tags: 0x8100 or 0x88a8. */
  protocol: [5, be16]
})

/** <linux/if_vlan.h> */
export const VLAN_FLAG = {
  REORDER_HDR: 0x1,
  GVRP: 0x2,
  LOOSE_BINDING: 0x4,
  MVRP: 0x8,
  BRIDGE_BINDING: 0x10
} as const
