import { attributes, flag, many, message, string, type TypeOf, u32 } from '../../definition'
import { genlmsghdr } from '../header'
import { header } from './header'

const indexedString = attributes('ETHTOOL_A_STRING', {
  index: [1, u32],
  value: [2, string]
})

const strings = attributes('ETHTOOL_A_STRINGS', {
  string: [1, many(indexedString)]
})

const stringset = attributes('ETHTOOL_A_STRINGSET', {
  /** ETH_SS_*. */
  id: [1, u32],
  count: [2, u32],
  strings: [3, strings]
})

const stringsets = attributes('ETHTOOL_A_STRINGSETS', {
  stringset: [1, many(stringset)]
})

/** The names that the driver or the kernel gives to bits and counters. */
export const stringSets = message('stringSets', {
  types: { ETHTOOL_MSG_STRSET_GET: 1, ETHTOOL_MSG_STRSET_GET_REPLY: 1 },
  header: genlmsghdr,
  attributes: attributes('ETHTOOL_A_STRSET', {
    header: [1, header],
    stringsets: [2, stringsets],
    /** Leave the strings out. */
    countsOnly: [3, flag]
  })
})
export interface StringSets extends TypeOf<typeof stringSets> {}
