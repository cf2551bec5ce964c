import { attributes, message, type TypeOf, u8, u32 } from '../../definition'
import { genlmsghdr } from '../header'
import { bitset } from './bitset'
import { header } from './header'

/** How the interface is plugged in: `ethtool eth0`. */
export const linkInfo = message('linkInfo', {
  types: {
    ETHTOOL_MSG_LINKINFO_GET: 2,
    ETHTOOL_MSG_LINKINFO_SET: 3,
    ETHTOOL_MSG_LINKINFO_GET_REPLY: 2,
    ETHTOOL_MSG_LINKINFO_NTF: 3
  },
  header: genlmsghdr,
  attributes: attributes('ETHTOOL_A_LINKINFO', {
    header: [1, header],
    /** PORT_*. */
    port: [2, u8],
    phyaddr: [3, u8],
    /** ETH_TP_MDI*: whether the pairs are crossed. */
    tpMdix: [4, u8],
    tpMdixCtrl: [5, u8],
    transceiver: [6, u8]
  })
})
export interface LinkInfo extends TypeOf<typeof linkInfo> {}

/** Speed, duplex and what can be negotiated: `ethtool -s eth0 speed 1000`. */
export const linkModes = message('linkModes', {
  types: {
    ETHTOOL_MSG_LINKMODES_GET: 4,
    ETHTOOL_MSG_LINKMODES_SET: 5,
    ETHTOOL_MSG_LINKMODES_GET_REPLY: 4,
    ETHTOOL_MSG_LINKMODES_NTF: 5
  },
  header: genlmsghdr,
  attributes: attributes('ETHTOOL_A_LINKMODES', {
    header: [1, header],
    /** 0 or 1. */
    autoneg: [2, u8],
    /** What is advertised; the mask says what is supported. */
    ours: [3, bitset],
    /** What the other end advertises. */
    peer: [4, bitset],
    /** Mb/s; 0xffffffff is unknown. */
    speed: [5, u32],
    /** 0 is half, 1 full, 0xff unknown. */
    duplex: [6, u8],
    masterSlaveCfg: [7, u8],
    masterSlaveState: [8, u8],
    lanes: [9, u32],
    rateMatching: [10, u8]
  })
})
export interface LinkModes extends TypeOf<typeof linkModes> {}

/** Whether there is a link, and how good it is. */
export const linkState = message('linkState', {
  types: { ETHTOOL_MSG_LINKSTATE_GET: 6, ETHTOOL_MSG_LINKSTATE_GET_REPLY: 6 },
  header: genlmsghdr,
  attributes: attributes('ETHTOOL_A_LINKSTATE', {
    header: [1, header],
    /** 0 or 1. */
    link: [2, u8],
    /** Signal quality, up to `sqiMax`. */
    sqi: [3, u32],
    sqiMax: [4, u32],
    /** Why there is no link: ETHTOOL_LINK_EXT_STATE_*. */
    extState: [5, u8],
    extSubstate: [6, u8],
    /** How often the link went down. */
    extDownCnt: [7, u32]
  })
})
export interface LinkState extends TypeOf<typeof linkState> {}
