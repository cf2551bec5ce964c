import { attributes, bytes, message, type TypeOf } from '../../definition'
import { genlmsghdr } from '../header'
import { bitset } from './bitset'
import { header } from './header'

/** What wakes the machine: `ethtool -s eth0 wol g`. */
export const wakeOnLan = message('wakeOnLan', {
  types: {
    ETHTOOL_MSG_WOL_GET: 9,
    ETHTOOL_MSG_WOL_SET: 10,
    ETHTOOL_MSG_WOL_GET_REPLY: 9,
    ETHTOOL_MSG_WOL_NTF: 10
  },
  header: genlmsghdr,
  attributes: attributes('ETHTOOL_A_WOL', {
    header: [1, header],
    modes: [2, bitset],
    /** The password of a magic packet, six bytes. */
    sopass: [3, bytes]
  })
})
export interface WakeOnLan extends TypeOf<typeof wakeOnLan> {}
