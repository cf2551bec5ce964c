import { arrayOf, attributes, message, s32, type TypeOf, u32, uint } from '../../definition'
import { genlmsghdr } from '../header'
import { bitset } from './bitset'
import { header } from './header'

const transmitStatistics = attributes('ETHTOOL_A_TS_STAT', {
  txPkts: [1, uint],
  txLost: [2, uint],
  txErr: [3, uint],
  txOnestepPktsUnconfirmed: [4, uint]
})

const provider = attributes('ETHTOOL_A_TS_HWTSTAMP_PROVIDER', {
  /** The PTP clock. */
  index: [1, u32],
  /** HWTSTAMP_PROVIDER_QUALIFIER_*: how precise. */
  qualifier: [2, u32]
})

/** Which time stamps the device can give: `ethtool -T eth0`. */
export const timestampingInfo = message('timestampingInfo', {
  types: { ETHTOOL_MSG_TSINFO_GET: 25, ETHTOOL_MSG_TSINFO_GET_REPLY: 26 },
  header: genlmsghdr,
  attributes: attributes('ETHTOOL_A_TSINFO', {
    header: [1, header],
    /** SOF_TIMESTAMPING_*. */
    timestamping: [2, bitset],
    /** HWTSTAMP_TX_*. */
    txTypes: [3, bitset],
    /** HWTSTAMP_FILTER_*. */
    rxFilters: [4, bitset],
    /** The PTP clock. */
    phcIndex: [5, u32],
    stats: [6, transmitStatistics],
    hwtstampProvider: [7, provider],
    hwtstampSource: [8, u32],
    hwtstampPhyindex: [9, u32]
  })
})
export interface TimestampingInfo extends TypeOf<typeof timestampingInfo> {}

/** Which time stamps the device gives. */
export const timestamping = message('timestamping', {
  types: {
    ETHTOOL_MSG_TSCONFIG_GET: 46,
    ETHTOOL_MSG_TSCONFIG_SET: 47,
    ETHTOOL_MSG_TSCONFIG_GET_REPLY: 47,
    ETHTOOL_MSG_TSCONFIG_SET_REPLY: 48
  },
  header: genlmsghdr,
  attributes: attributes('ETHTOOL_A_TSCONFIG', {
    header: [1, header],
    hwtstampProvider: [2, provider],
    txTypes: [3, bitset],
    rxFilters: [4, bitset],
    hwtstampFlags: [5, bitset]
  })
})
export interface Timestamping extends TypeOf<typeof timestamping> {}

/** The virtual clocks behind the device's PTP clock. */
export const virtualClocks = message('virtualClocks', {
  types: { ETHTOOL_MSG_PHC_VCLOCKS_GET: 33, ETHTOOL_MSG_PHC_VCLOCKS_GET_REPLY: 34 },
  header: genlmsghdr,
  attributes: attributes('ETHTOOL_A_PHC_VCLOCKS', {
    header: [1, header],
    /** How many. */
    num: [2, u32],
    index: [3, arrayOf(s32)]
  })
})
export interface VirtualClocks extends TypeOf<typeof virtualClocks> {}
