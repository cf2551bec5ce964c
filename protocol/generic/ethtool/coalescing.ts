import { attributes, many, message, type TypeOf, u8, u32 } from '../../definition'
import { genlmsghdr } from '../header'
import { header } from './header'

const irqModeration = attributes('ETHTOOL_A_IRQ_MODERATION', {
  usec: [1, u32],
  pkts: [2, u32],
  comps: [3, u32]
})

const profile = attributes('ETHTOOL_A_PROFILE', {
  irqModeration: [1, many(irqModeration)]
})

/** When the device interrupts, and after how many frames: `ethtool -c eth0`. */
export const coalescing = message('coalescing', {
  types: {
    ETHTOOL_MSG_COALESCE_GET: 19,
    ETHTOOL_MSG_COALESCE_SET: 20,
    ETHTOOL_MSG_COALESCE_GET_REPLY: 20,
    ETHTOOL_MSG_COALESCE_NTF: 21
  },
  header: genlmsghdr,
  attributes: attributes('ETHTOOL_A_COALESCE', {
    header: [1, header],
    /** How long to wait after a frame, in microseconds, and for how many frames. */
    rxUsecs: [2, u32],
    rxMaxFrames: [3, u32],
    /** The same while an interrupt is served. */
    rxUsecsIrq: [4, u32],
    rxMaxFramesIrq: [5, u32],
    txUsecs: [6, u32],
    txMaxFrames: [7, u32],
    txUsecsIrq: [8, u32],
    txMaxFramesIrq: [9, u32],
    /** How often the device updates its counters, in microseconds. */
    statsBlockUsecs: [10, u32],
    /** The driver chooses by itself: 0 or 1. */
    useAdaptiveRx: [11, u8],
    useAdaptiveTx: [12, u8],
    /** Packets per second below which the values for low rates hold. */
    pktRateLow: [13, u32],
    rxUsecsLow: [14, u32],
    rxMaxFramesLow: [15, u32],
    txUsecsLow: [16, u32],
    txMaxFramesLow: [17, u32],
    pktRateHigh: [18, u32],
    rxUsecsHigh: [19, u32],
    rxMaxFramesHigh: [20, u32],
    txUsecsHigh: [21, u32],
    txMaxFramesHigh: [22, u32],
    /** How often the rate is measured, in seconds. */
    rateSampleInterval: [23, u32],
    useCqeModeTx: [24, u8],
    useCqeModeRx: [25, u8],
    txAggrMaxBytes: [26, u32],
    txAggrMaxFrames: [27, u32],
    txAggrTimeUsecs: [28, u32],
    rxProfile: [29, profile],
    txProfile: [30, profile],
    rxCqeFrames: [31, u32],
    rxCqeNsecs: [32, u32]
  })
})
export interface Coalescing extends TypeOf<typeof coalescing> {}
