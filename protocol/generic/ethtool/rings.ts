import { attributes, message, type TypeOf, u8, u32 } from '../../definition'
import { genlmsghdr } from '../header'
import { header } from './header'

/** Sizes of the descriptor rings: `ethtool -g eth0`. */
export const rings = message('rings', {
  types: {
    ETHTOOL_MSG_RINGS_GET: 15,
    ETHTOOL_MSG_RINGS_SET: 16,
    ETHTOOL_MSG_RINGS_GET_REPLY: 16,
    ETHTOOL_MSG_RINGS_NTF: 17
  },
  header: genlmsghdr,
  attributes: attributes('ETHTOOL_A_RINGS', {
    header: [1, header],
    /** The limits, then what is set. */
    rxMax: [2, u32],
    rxMiniMax: [3, u32],
    rxJumboMax: [4, u32],
    txMax: [5, u32],
    rx: [6, u32],
    rxMini: [7, u32],
    rxJumbo: [8, u32],
    tx: [9, u32],
    /** Bytes. */
    rxBufLen: [10, u32],
    /** ETHTOOL_TCP_DATA_SPLIT_*: headers and data in buffers of their own. */
    tcpDataSplit: [11, u8],
    /** Bytes. */
    cqeSize: [12, u32],
    /** Descriptors are written to the device directly: 0 or 1. */
    txPush: [13, u8],
    rxPush: [14, u8],
    txPushBufLen: [15, u32],
    txPushBufLenMax: [16, u32],
    /** Shorter packets are not split; bytes. */
    hdsThresh: [17, u32],
    hdsThreshMax: [18, u32]
  })
})
export interface Rings extends TypeOf<typeof rings> {}
