import { arrayOf, attributes, bytes, many, message, type TypeOf, u8, u32, u64, uint } from '../../definition'
import { genlmsghdr } from '../header'
import { bitset } from './bitset'
import { header } from './header'

const fecHist = attributes('ETHTOOL_A_FEC_HIST', {
  pad: [1, bytes],
  /** From this many errors in a codeword. */
  binLow: [2, u32],
  binHigh: [3, u32],
  /** Codewords with so many errors. */
  binVal: [4, uint],
  binValPerLane: [5, arrayOf(u64)]
})

const fecStat = attributes('ETHTOOL_A_FEC_STAT', {
  pad: [1, bytes],
  /** Codewords: of the whole link, then of each lane. */
  corrected: [2, arrayOf(u64)],
  uncorr: [3, arrayOf(u64)],
  corrBits: [4, arrayOf(u64)],
  hist: [5, many(fecHist)]
})

/** Forward error correction: `ethtool --show-fec eth0`. */
export const fec = message('fec', {
  types: {
    ETHTOOL_MSG_FEC_GET: 29,
    ETHTOOL_MSG_FEC_SET: 30,
    ETHTOOL_MSG_FEC_GET_REPLY: 30,
    ETHTOOL_MSG_FEC_NTF: 31
  },
  header: genlmsghdr,
  attributes: attributes('ETHTOOL_A_FEC', {
    header: [1, header],
    modes: [2, bitset],
    /** 0 or 1. */
    auto: [3, u8],
    /** The link mode that is in use. */
    active: [4, u32],
    stats: [5, fecStat]
  })
})
export interface Fec extends TypeOf<typeof fec> {}
