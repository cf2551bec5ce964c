import {
  attributes,
  be16,
  bytes,
  fixedBytes,
  many,
  pad,
  string,
  struct,
  u8,
  u16,
  u32,
  u64
} from '../../definition'

/** <linux/if_link.h> */
export const iflaVfMac = struct('ifla_vf_mac', {
  vf: u32,
  /** As many bytes count as the device's addresses have. */
  mac: fixedBytes(32)
})

/** <linux/if_link.h> */
export const iflaVfBroadcast = struct('ifla_vf_broadcast', { broadcast: fixedBytes(32) })

/** <linux/if_link.h> */
export const iflaVfVlan = struct('ifla_vf_vlan', {
  vf: u32,
  /** 0 is none. */
  vlan: u32,
  qos: u32
})

/** <linux/if_link.h> */
export const iflaVfVlanInfo = struct('ifla_vf_vlan_info', {
  vf: u32,
  /** 0 is none. */
  vlan: u32,
  qos: u32,
  /** Ethertype of the tag: 0x8100 or 0x88a8. */
  vlanProto: be16,
  pad: pad(2)
})

/** <linux/if_link.h> */
export const iflaVfTxRate = struct('ifla_vf_tx_rate', {
  vf: u32,
  /** Megabits a second, 0 is no limit. */
  rate: u32
})

/** In megabits a second. <linux/if_link.h> */
export const iflaVfRate = struct('ifla_vf_rate', { vf: u32, minTxRate: u32, maxTxRate: u32 })

/** <linux/if_link.h> */
export const iflaVfSpoofchk = struct('ifla_vf_spoofchk', { vf: u32, setting: u32 })

/** <linux/if_link.h> */
export const iflaVfLinkState = struct('ifla_vf_link_state', {
  vf: u32,
  /** IFLA_VF_LINK_STATE_*. */
  linkState: u32
})

/** <linux/if_link.h> */
export const iflaVfRssQueryEn = struct('ifla_vf_rss_query_en', { vf: u32, setting: u32 })

/** <linux/if_link.h> */
export const iflaVfTrust = struct('ifla_vf_trust', { vf: u32, setting: u32 })

/** <linux/if_link.h> */
export const iflaVfGuid = struct('ifla_vf_guid', { vf: u32, pad: pad(4), guid: u64 })

/** A virtual function of a device: `ip link set … vf 0`. <linux/if_link.h> */
export const virtualFunction = attributes('IFLA_VF', {
  mac: [1, iflaVfMac],
  vlan: [2, iflaVfVlan],
  txRate: [3, iflaVfTxRate],
  spoofchk: [4, iflaVfSpoofchk],
  linkState: [5, iflaVfLinkState],
  rate: [6, iflaVfRate],
  rssQueryEn: [7, iflaVfRssQueryEn],
  stats: [
    8,
    attributes('IFLA_VF_STATS', {
      rxPackets: [0, u64],
      txPackets: [1, u64],
      rxBytes: [2, u64],
      txBytes: [3, u64],
      broadcast: [4, u64],
      multicast: [5, u64],
      pad: [6, bytes],
      rxDropped: [7, u64],
      txDropped: [8, u64]
    })
  ],
  trust: [9, iflaVfTrust],
  ibNodeGuid: [10, iflaVfGuid],
  ibPortGuid: [11, iflaVfGuid],
  vlanList: [12, attributes('IFLA_VF_VLAN', { info: [1, many(iflaVfVlanInfo)] })],
  broadcast: [13, iflaVfBroadcast]
})

/** The virtual functions of a device. */
export const virtualFunctions = attributes('IFLA_VF', { info: [1, many(virtualFunction)] })

/** The station's interface of IEEE 802.1Qbg. <linux/if_link.h> */
export const iflaPortVsi = struct('ifla_port_vsi', {
  vsiMgrId: u8,
  vsiTypeId: fixedBytes(3),
  vsiTypeVersion: u8,
  pad: pad(3)
})

/** A device's or virtual function's port of the switch outside (IEEE 802.1Qbg). <linux/if_link.h> */
export const port = attributes('IFLA_PORT', {
  vf: [1, u32],
  profile: [2, string],
  vsiType: [3, iflaPortVsi],
  instanceUuid: [4, bytes],
  hostUuid: [5, bytes],
  /** PORT_REQUEST_*. */
  request: [6, u8],
  /** PORT_VDP_RESPONSE_* or PORT_PROFILE_RESPONSE_*. */
  response: [7, u16]
})

/** The ports of the virtual functions. */
export const virtualFunctionPorts = attributes('IFLA_VF', { port: [1, many(port)] })

/** When a virtual function has its carrier. <linux/if_link.h> */
export const IFLA_VF_LINK_STATE = {
  /** When the device has one. */
  AUTO: 0,
  ENABLE: 1,
  DISABLE: 2
} as const
