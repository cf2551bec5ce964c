import { attributes, bytes, message, type TypeOf, u8, u32, u64 } from '../../definition'
import { genlmsghdr } from '../header'
import { header } from './header'

const pauseStat = attributes('ETHTOOL_A_PAUSE_STAT', {
  pad: [1, bytes],
  txFrames: [2, u64],
  rxFrames: [3, u64],
  txPauseStormEvents: [4, u64]
})

/** Pause frames: `ethtool -a eth0`. */
export const pause = message('pause', {
  types: {
    ETHTOOL_MSG_PAUSE_GET: 21,
    ETHTOOL_MSG_PAUSE_SET: 22,
    ETHTOOL_MSG_PAUSE_GET_REPLY: 22,
    ETHTOOL_MSG_PAUSE_NTF: 23
  },
  header: genlmsghdr,
  attributes: attributes('ETHTOOL_A_PAUSE', {
    header: [1, header],
    autoneg: [2, u8],
    rx: [3, u8],
    tx: [4, u8],
    stats: [5, pauseStat],
    /** ETHTOOL_MAC_STATS_SRC_*. */
    statsSrc: [6, u32]
  })
})
export interface Pause extends TypeOf<typeof pause> {}
