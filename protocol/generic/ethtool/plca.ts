import { attributes, message, type TypeOf, u8, u16, u32 } from '../../definition'
import { genlmsghdr } from '../header'
import { header } from './header'

/** Turns on a shared cable, 10BASE-T1S: `ethtool --get-plca-cfg eth0`. */
export const plca = message('plca', {
  types: {
    ETHTOOL_MSG_PLCA_GET_CFG: 39,
    ETHTOOL_MSG_PLCA_SET_CFG: 40,
    ETHTOOL_MSG_PLCA_GET_STATUS: 41,
    ETHTOOL_MSG_PLCA_GET_CFG_REPLY: 39,
    ETHTOOL_MSG_PLCA_GET_STATUS_REPLY: 40,
    ETHTOOL_MSG_PLCA_NTF: 41
  },
  header: genlmsghdr,
  attributes: attributes('ETHTOOL_A_PLCA', {
    header: [1, header],
    version: [2, u16],
    enabled: [3, u8],
    status: [4, u8],
    nodeCnt: [5, u32],
    nodeId: [6, u32],
    /** How long a node may keep silent on its turn, in bit times. */
    toTmr: [7, u32],
    /** Further packets that a node may send on its turn. */
    burstCnt: [8, u32],
    /** How long it may wait between them, in bit times. */
    burstTmr: [9, u32]
  })
})
export interface Plca extends TypeOf<typeof plca> {}
