import { attributes, string, u32 } from '../../definition'

/** Which interface is meant, in every message. A request names it by one of the two. */
export const header = attributes('ETHTOOL_A_HEADER', {
  devIndex: [1, u32],
  devName: [2, string],
  /** ETHTOOL_FLAG_* bits. */
  flags: [3, u32],
  /** Which PHY of the interface; none for its own. */
  phyIndex: [4, u32]
})

/** Wishes of a request. <linux/ethtool_netlink.h> */
export const ETHTOOL_FLAG = {
  /** Bitsets as two bitmaps instead of a list of named bits. */
  COMPACT_BITSETS: 0x1,
  OMIT_REPLY: 0x2,
  STATS: 0x4
} as const
