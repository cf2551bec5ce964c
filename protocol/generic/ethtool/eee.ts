import { attributes, message, type TypeOf, u8, u32 } from '../../definition'
import { genlmsghdr } from '../header'
import { bitset } from './bitset'
import { header } from './header'

/** Energy-efficient Ethernet: `ethtool --show-eee eth0`. */
export const eee = message('eee', {
  types: {
    ETHTOOL_MSG_EEE_GET: 23,
    ETHTOOL_MSG_EEE_SET: 24,
    ETHTOOL_MSG_EEE_GET_REPLY: 24,
    ETHTOOL_MSG_EEE_NTF: 25
  },
  header: genlmsghdr,
  attributes: attributes('ETHTOOL_A_EEE', {
    header: [1, header],
    /** What is advertised; the mask says what is supported. */
    modesOurs: [2, bitset],
    modesPeer: [3, bitset],
    active: [4, u8],
    enabled: [5, u8],
    txLpiEnabled: [6, u8],
    /** How long to be idle before sleeping, in microseconds. */
    txLpiTimer: [7, u32]
  })
})
export interface Eee extends TypeOf<typeof eee> {}
