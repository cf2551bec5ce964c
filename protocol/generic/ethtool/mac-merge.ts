import { attributes, bytes, message, type TypeOf, u8, u32, u64 } from '../../definition'
import { genlmsghdr } from '../header'
import { header } from './header'

const mergeStatistics = attributes('ETHTOOL_A_MM_STAT', {
  pad: [1, bytes],
  reassemblyErrors: [2, u64],
  smdErrors: [3, u64],
  reassemblyOk: [4, u64],
  rxFragCount: [5, u64],
  txFragCount: [6, u64],
  holdCount: [7, u64]
})

/** Frames that express ones may interrupt: `ethtool --show-mm eth0`. */
export const macMerge = message('macMerge', {
  types: {
    ETHTOOL_MSG_MM_GET: 42,
    ETHTOOL_MSG_MM_SET: 43,
    ETHTOOL_MSG_MM_GET_REPLY: 42,
    ETHTOOL_MSG_MM_NTF: 43
  },
  header: genlmsghdr,
  attributes: attributes('ETHTOOL_A_MM', {
    header: [1, header],
    pmacEnabled: [2, u8],
    txEnabled: [3, u8],
    txActive: [4, u8],
    /** Bytes. */
    txMinFragSize: [5, u32],
    rxMinFragSize: [6, u32],
    verifyEnabled: [7, u8],
    verifyStatus: [8, u8],
    /** Milliseconds. */
    verifyTime: [9, u32],
    maxVerifyTime: [10, u32],
    stats: [11, mergeStatistics]
  })
})
export interface MacMerge extends TypeOf<typeof macMerge> {}
