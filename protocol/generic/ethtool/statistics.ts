import { attributes, bytes, many, message, numbered, type TypeOf, u32, u64 } from '../../definition'
import { genlmsghdr } from '../header'
import { bitset } from './bitset'
import { header } from './header'

/** How many packets were of a size, from `histBktLow` to `histBktHi` bytes. */
const histogram = attributes('ETHTOOL_A_STATS_GRP', {
  pad: [1, bytes],
  histBktLow: [7, u32],
  histBktHi: [8, u32],
  histVal: [9, u64]
})

/** Counters of one of the standards. */
const group = attributes('ETHTOOL_A_STATS_GRP', {
  pad: [1, bytes],
  /** ETHTOOL_STATS_*. */
  id: [2, u32],
  /** The string set that names the counters. */
  ssId: [3, u32],
  /** By the counter's number. */
  stat: [4, many(numbered(u64))],
  /** A histogram, one attribute per size. */
  histRx: [5, many(histogram)],
  histTx: [6, many(histogram)]
})

/** Counters by the standards that define them: `ethtool -S eth0 --all-groups`. */
export const statistics = message('statistics', {
  types: { ETHTOOL_MSG_STATS_GET: 32, ETHTOOL_MSG_STATS_GET_REPLY: 33 },
  header: genlmsghdr,
  attributes: attributes('ETHTOOL_A_STATS', {
    pad: [1, bytes],
    header: [2, header],
    groups: [3, bitset],
    grp: [4, many(group)],
    /** ETHTOOL_MAC_STATS_SRC_*. */
    src: [5, u32]
  })
})
export interface Statistics extends TypeOf<typeof statistics> {}
