import { attributes, bytes, mac, many, u8, u32 } from '../../definition'

const mepCreate = attributes('IFLA_BRIDGE_CFM_MEP_CREATE', {
  instance: [1, u32],
  /** BR_CFM_PORT or BR_CFM_VLAN. */
  domain: [2, u32],
  /** BR_CFM_MEP_DIRECTION_*. */
  direction: [3, u32],
  ifindex: [4, u32]
})

const mepConfig = attributes('IFLA_BRIDGE_CFM_MEP_CONFIG', {
  instance: [1, u32],
  unicastMac: [2, mac],
  mdlevel: [3, u32],
  mepid: [4, u32]
})

const ccConfig = attributes('IFLA_BRIDGE_CFM_CC_CONFIG', {
  instance: [1, u32],
  enable: [2, u32],
  /** BR_CFM_CCM_INTERVAL_*. */
  expInterval: [3, u32],
  expMaid: [4, bytes]
})

const ccPeerMep = attributes('IFLA_BRIDGE_CFM_CC_PEER_MEP', {
  instance: [1, u32],
  mepid: [2, u32, 'IFLA_BRIDGE_CFM_CC_PEER_MEPID']
})

const ccRdi = attributes('IFLA_BRIDGE_CFM_CC_RDI', {
  instance: [1, u32],
  rdi: [2, u32]
})

const ccCcmTx = attributes('IFLA_BRIDGE_CFM_CC_CCM_TX', {
  instance: [1, u32],
  dmac: [2, mac],
  seqNoUpdate: [3, u32],
  /** Seconds that the sending goes on. */
  period: [4, u32],
  ifTlv: [5, u32],
  ifTlvValue: [6, u8],
  portTlv: [7, u32],
  portTlvValue: [8, u8]
})

/** Connectivity fault management of a bridge's ports. <linux/if_bridge.h>, <linux/cfm_bridge.h> */
export const bridgeCfm = attributes('IFLA_BRIDGE_CFM', {
  mepCreate: [1, mepCreate],
  mepDelete: [2, attributes('IFLA_BRIDGE_CFM_MEP_DELETE', { instance: [1, u32] })],
  mepConfig: [3, mepConfig],
  ccConfig: [4, ccConfig],
  ccPeerMepAdd: [5, ccPeerMep],
  ccPeerMepRemove: [6, ccPeerMep],
  ccRdi: [7, ccRdi],
  ccCcmTx: [8, ccCcmTx],
  // What the kernel answers, one for each maintenance end point or peer of one.
  mepCreateInfo: [9, many(mepCreate)],
  mepConfigInfo: [10, many(mepConfig)],
  ccConfigInfo: [11, many(ccConfig)],
  ccRdiInfo: [12, many(ccRdi)],
  ccCcmTxInfo: [13, many(ccCcmTx)],
  ccPeerMepInfo: [14, many(ccPeerMep)],
  mepStatusInfo: [
    15,
    many(
      attributes('IFLA_BRIDGE_CFM_MEP_STATUS', {
        instance: [1, u32],
        opcodeUnexpSeen: [2, u32],
        versionUnexpSeen: [3, u32],
        rxLevelLowSeen: [4, u32]
      })
    )
  ],
  ccPeerStatusInfo: [
    16,
    many(
      attributes('IFLA_BRIDGE_CFM_CC_PEER_STATUS', {
        instance: [1, u32],
        peerMepid: [2, u32],
        ccmDefect: [3, u32],
        rdi: [4, u32],
        portTlvValue: [5, u8],
        ifTlvValue: [6, u8],
        seen: [7, u32],
        tlvSeen: [8, u32],
        seqUnexpSeen: [9, u32]
      })
    )
  ]
})

/** What a maintenance end point watches. <linux/cfm_bridge.h> */
export const BR_CFM = { PORT: 0, VLAN: 1 } as const

/** <linux/cfm_bridge.h> */
export const BR_CFM_MEP_DIRECTION = { DOWN: 0, UP: 1 } as const

/** Time between continuity checks. <linux/cfm_bridge.h> */
export const BR_CFM_CCM_INTERVAL = {
  NONE: 0,
  '3_3_MS': 1,
  '10_MS': 2,
  '100_MS': 3,
  '1_SEC': 4,
  '10_SEC': 5,
  '1_MIN': 6,
  '10_MIN': 7
} as const
