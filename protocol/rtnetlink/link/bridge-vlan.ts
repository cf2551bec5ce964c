import { attributes, many, struct, u8, u16, u32 } from '../../definition'
import { bridgeCfm } from './bridge-cfm'
import { bridgeMrp } from './bridge-mrp'

/** A VLAN of a bridge or a port; a range is two of them. <linux/if_bridge.h> */
export const bridgeVlanInfo = struct('bridge_vlan_info', {
  /** BRIDGE_VLAN_INFO_* bits. */
  flags: u16,
  vid: u16
})

/** The VLAN that a tunnel's identifier stands for; a range is two of them. <linux/if_bridge.h> */
export const bridgeVlanTunnel = attributes('IFLA_BRIDGE_VLAN_TUNNEL', {
  id: [1, u32],
  vid: [2, u16],
  /** BRIDGE_VLAN_INFO_* bits. */
  flags: [3, u16]
})

/** The state of a port in one of several spanning trees. <linux/if_bridge.h> */
export const bridgeMst = attributes('IFLA_BRIDGE_MST', {
  entry: [
    1,
    many(
      attributes('IFLA_BRIDGE_MST_ENTRY', {
        msti: [1, u16],
        /** BR_STATE_*. */
        state: [2, u8]
      })
    )
  ]
})

/** VLANs and protocols of a bridge or a port, where the message's family is AF_BRIDGE. <linux/if_bridge.h> */
export const bridgeAfSpec = attributes('IFLA_BRIDGE', {
  /** Who is meant, BRIDGE_FLAGS_* bits: the bridge or the device itself. */
  flags: [0, u16],
  /** How a device's own switch forwards, BRIDGE_MODE_*. */
  mode: [1, u16],
  vlanInfo: [2, many(bridgeVlanInfo)],
  vlanTunnelInfo: [3, many(bridgeVlanTunnel)],
  mrp: [4, bridgeMrp],
  cfm: [5, bridgeCfm],
  mst: [6, bridgeMst]
})

/** Who changes: the bridge, or the device that is its port. <linux/if_bridge.h> */
export const BRIDGE_FLAGS = { MASTER: 1, SELF: 2 } as const

/** How a device's own switch forwards. <linux/if_bridge.h> */
export const BRIDGE_MODE = { VEB: 0, VEPA: 1, UNDEF: 0xffff } as const

/** <linux/if_bridge.h> */
export const BRIDGE_VLAN_INFO = {
  /** The bridge itself has the VLAN. */
  MASTER: 1,
  /** Frames without a tag belong to it. */
  PVID: 2,
  /** Its frames leave without a tag. */
  UNTAGGED: 4,
  RANGE_BEGIN: 8,
  RANGE_END: 16,
  BRENTRY: 32,
  ONLY_OPTS: 64
} as const
