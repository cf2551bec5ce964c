import { attributes, bytes, flag, many, string, u32 } from '../../definition'

const bitsetBit = attributes('ETHTOOL_A_BITSET_BIT', {
  index: [1, u32],
  name: [2, string],
  value: [3, flag]
})

/** Bits one by one, known by index, by name or by both. */
const bitsetBits = attributes('ETHTOOL_A_BITSET_BITS', {
  bit: [1, many(bitsetBit)]
})

/** Named bits: either a list, or bitmaps of 32-bit words in host order. */
export const bitset = attributes('ETHTOOL_A_BITSET', {
  /** The bits left out are zero, instead of left as they are. */
  nomask: [1, flag],
  /** How many bits there are. */
  size: [2, u32],
  bits: [3, bitsetBits],
  /** The bits that are set. */
  value: [4, bytes],
  /** The bits that are meant. */
  mask: [5, bytes]
})
