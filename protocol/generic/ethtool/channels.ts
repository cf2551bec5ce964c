import { attributes, message, type TypeOf, u32 } from '../../definition'
import { genlmsghdr } from '../header'
import { header } from './header'

/** Numbers of queues: `ethtool -l eth0`. */
export const channels = message('channels', {
  types: {
    ETHTOOL_MSG_CHANNELS_GET: 17,
    ETHTOOL_MSG_CHANNELS_SET: 18,
    ETHTOOL_MSG_CHANNELS_GET_REPLY: 18,
    ETHTOOL_MSG_CHANNELS_NTF: 19
  },
  header: genlmsghdr,
  attributes: attributes('ETHTOOL_A_CHANNELS', {
    header: [1, header],
    rxMax: [2, u32],
    txMax: [3, u32],
    otherMax: [4, u32],
    combinedMax: [5, u32],
    rxCount: [6, u32],
    txCount: [7, u32],
    otherCount: [8, u32],
    combinedCount: [9, u32]
  })
})
export interface Channels extends TypeOf<typeof channels> {}
