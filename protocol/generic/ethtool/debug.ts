import { attributes, message, type TypeOf } from '../../definition'
import { genlmsghdr } from '../header'
import { bitset } from './bitset'
import { header } from './header'

/** What the driver writes to the kernel log: `ethtool -s eth0 msglvl`. */
export const debug = message('debug', {
  types: {
    ETHTOOL_MSG_DEBUG_GET: 7,
    ETHTOOL_MSG_DEBUG_SET: 8,
    ETHTOOL_MSG_DEBUG_GET_REPLY: 7,
    ETHTOOL_MSG_DEBUG_NTF: 8
  },
  header: genlmsghdr,
  attributes: attributes('ETHTOOL_A_DEBUG', {
    header: [1, header],
    msgmask: [2, bitset]
  })
})
export interface Debug extends TypeOf<typeof debug> {}
