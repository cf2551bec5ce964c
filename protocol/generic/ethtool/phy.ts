import { attributes, message, string, type TypeOf, u32, uint } from '../../definition'
import { genlmsghdr } from '../header'
import { header } from './header'

/** The PHYs behind an interface: `ethtool --show-phys eth0`. */
export const phy = message('phy', {
  types: { ETHTOOL_MSG_PHY_GET: 45, ETHTOOL_MSG_PHY_GET_REPLY: 45, ETHTOOL_MSG_PHY_NTF: 46 },
  header: genlmsghdr,
  attributes: attributes('ETHTOOL_A_PHY', {
    header: [1, header],
    index: [2, u32],
    drvname: [3, string],
    name: [4, string],
    /** PHY_UPSTREAM*: what it is attached to. */
    upstreamType: [5, u32],
    upstreamIndex: [6, u32],
    upstreamSfpName: [7, string],
    downstreamSfpName: [8, string]
  })
})
export interface Phy extends TypeOf<typeof phy> {}

const mseCapabilities = attributes('ETHTOOL_A_MSE_CAPABILITIES', {
  maxAverageMse: [1, uint],
  maxPeakMse: [2, uint],
  /** How often the device measures, in picoseconds. */
  refreshRatePs: [3, uint],
  numSymbols: [4, uint]
})

const mseSnapshot = attributes('ETHTOOL_A_MSE_SNAPSHOT', {
  averageMse: [1, uint],
  peakMse: [2, uint],
  worstPeakMse: [3, uint]
})

/** Mean square error of the signal, channel by channel. */
export const signalError = message('signalError', {
  types: { ETHTOOL_MSG_MSE_GET: 51, ETHTOOL_MSG_MSE_GET_REPLY: 54 },
  header: genlmsghdr,
  attributes: attributes('ETHTOOL_A_MSE', {
    header: [1, header],
    capabilities: [2, mseCapabilities],
    channelA: [3, mseSnapshot],
    channelB: [4, mseSnapshot],
    channelC: [5, mseSnapshot],
    channelD: [6, mseSnapshot],
    worstChannel: [7, mseSnapshot],
    link: [8, mseSnapshot]
  })
})
export interface SignalError extends TypeOf<typeof signalError> {}
