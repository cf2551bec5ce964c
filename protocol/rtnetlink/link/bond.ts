import { attributes, indexed, ip4, ip6, mac, s32, u8, u16, u32 } from '../../definition'

/** Several interfaces as one: `ip link add type bond`. Times are in milliseconds. <linux/if_link.h> */
export const bond = attributes('IFLA_BOND', {
  /** BOND_MODE_*. */
  mode: [1, u8],
  /** Index of the interface in use. */
  activeSlave: [2, u32],
  miimon: [3, u32],
  updelay: [4, u32],
  downdelay: [5, u32],
  useCarrier: [6, u8],
  arpInterval: [7, u32],
  arpIpTarget: [8, indexed(0, ip4)],
  arpValidate: [9, u32],
  arpAllTargets: [10, u32],
  /** Index of the interface to prefer. */
  primary: [11, u32],
  primaryReselect: [12, u8],
  failOverMac: [13, u8],
  /** BOND_XMIT_POLICY_*. */
  xmitHashPolicy: [14, u8],
  resendIgmp: [15, u32],
  numPeerNotif: [16, u8],
  allSlavesActive: [17, u8],
  minLinks: [18, u32],
  /** In seconds. */
  lpInterval: [19, u32],
  packetsPerSlave: [20, u32],
  adLacpRate: [21, u8],
  adSelect: [22, u8],
  adInfo: [
    23,
    attributes('IFLA_BOND_AD_INFO', {
      aggregator: [1, u16],
      numPorts: [2, u16],
      actorKey: [3, u16],
      partnerKey: [4, u16],
      partnerMac: [5, mac]
    })
  ],
  adActorSysPrio: [24, u16],
  adUserPortKey: [25, u16],
  adActorSystem: [26, mac],
  tlbDynamicLb: [27, u8],
  peerNotifDelay: [28, u32],
  adLacpActive: [29, u8],
  missedMax: [30, u8],
  nsIp6Target: [31, indexed(0, ip6)],
  coupledControl: [32, u8],
  broadcastNeigh: [33, u8],
  lacpStrict: [34, u8]
})

/** An interface as part of a bond: `ip link set … type bond_slave`. <linux/if_link.h> */
export const bondSlave = attributes('IFLA_BOND_SLAVE', {
  /** BOND_STATE_*. */
  state: [1, u8],
  /** BOND_LINK_*. */
  miiStatus: [2, u8],
  linkFailureCount: [3, u32],
  permHwaddr: [4, mac],
  queueId: [5, u16],
  adAggregatorId: [6, u16],
  adActorOperPortState: [7, u8],
  adPartnerOperPortState: [8, u16],
  prio: [9, s32],
  actorPortPrio: [10, u16],
  adChurnActorState: [11, u8],
  adChurnPartnerState: [12, u8]
})

/** How a bond chooses among its interfaces. <linux/if_bonding.h> */
export const BOND_MODE = {
  ROUNDROBIN: 0,
  ACTIVEBACKUP: 1,
  XOR: 2,
  BROADCAST: 3,
  '8023AD': 4,
  TLB: 5,
  ALB: 6
} as const

/** What of a packet chooses its interface. <linux/if_bonding.h> */
export const BOND_XMIT_POLICY = {
  LAYER2: 0,
  LAYER34: 1,
  LAYER23: 2,
  ENCAP23: 3,
  ENCAP34: 4,
  VLAN_SRCMAC: 5
} as const

/** <linux/if_bonding.h> */
export const BOND_STATE = { ACTIVE: 0, BACKUP: 1 } as const

/** <linux/if_bonding.h> */
export const BOND_LINK = { UP: 0, FAIL: 1, DOWN: 2, BACK: 3 } as const
