import { attributes, message, type TypeOf } from '../../definition'
import { genlmsghdr } from '../header'
import { bitset } from './bitset'
import { header } from './header'

/** Offloads: `ethtool -k eth0`. */
export const features = message('features', {
  types: {
    ETHTOOL_MSG_FEATURES_GET: 11,
    ETHTOOL_MSG_FEATURES_SET: 12,
    ETHTOOL_MSG_FEATURES_GET_REPLY: 11,
    ETHTOOL_MSG_FEATURES_SET_REPLY: 12,
    ETHTOOL_MSG_FEATURES_NTF: 13
  },
  header: genlmsghdr,
  attributes: attributes('ETHTOOL_A_FEATURES', {
    header: [1, header],
    /** What can be changed. */
    hw: [2, bitset],
    /** What was asked for. */
    wanted: [3, bitset],
    /** What is on. */
    active: [4, bitset],
    /** What can never be changed. */
    nochange: [5, bitset]
  })
})
export interface Features extends TypeOf<typeof features> {}

/** Switches of the driver's own: `ethtool --show-priv-flags eth0`. */
export const privateFlags = message('privateFlags', {
  types: {
    ETHTOOL_MSG_PRIVFLAGS_GET: 13,
    ETHTOOL_MSG_PRIVFLAGS_SET: 14,
    ETHTOOL_MSG_PRIVFLAGS_GET_REPLY: 14,
    ETHTOOL_MSG_PRIVFLAGS_NTF: 15
  },
  header: genlmsghdr,
  attributes: attributes('ETHTOOL_A_PRIVFLAGS', {
    header: [1, header],
    flags: [2, bitset]
  })
})
export interface PrivateFlags extends TypeOf<typeof privateFlags> {}
