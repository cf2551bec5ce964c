import { arrayOf, attributes, bytes, message, type TypeOf, u32, uint } from '../../definition'
import { genlmsghdr } from '../header'
import { header } from './header'

/** RXH_* bits by kind of flow: what is hashed. */
const flowHash = attributes('ETHTOOL_A_FLOW', {
  ether: [1, uint],
  ip4: [2, uint],
  ip6: [3, uint],
  tcp4: [4, uint],
  tcp6: [5, uint],
  udp4: [6, uint],
  udp6: [7, uint],
  sctp4: [8, uint],
  sctp6: [9, uint],
  ah4: [10, uint],
  ah6: [11, uint],
  esp4: [12, uint],
  esp6: [13, uint],
  ahEsp4: [14, uint],
  ahEsp6: [15, uint],
  gtpu4: [16, uint],
  gtpu6: [17, uint],
  gtpc4: [18, uint],
  gtpc6: [19, uint],
  gtpcTeid4: [20, uint],
  gtpcTeid6: [21, uint],
  gtpuEh4: [22, uint],
  gtpuEh6: [23, uint],
  gtpuUl4: [24, uint],
  gtpuUl6: [25, uint],
  gtpuDl4: [26, uint],
  gtpuDl6: [27, uint]
})

/** Which queue a packet comes to, by a hash: `ethtool -x eth0`. */
export const rss = message('rss', {
  types: {
    ETHTOOL_MSG_RSS_GET: 38,
    ETHTOOL_MSG_RSS_SET: 48,
    ETHTOOL_MSG_RSS_CREATE_ACT: 49,
    ETHTOOL_MSG_RSS_DELETE_ACT: 50,
    ETHTOOL_MSG_RSS_GET_REPLY: 38,
    ETHTOOL_MSG_RSS_NTF: 50,
    ETHTOOL_MSG_RSS_CREATE_ACT_REPLY: 51,
    ETHTOOL_MSG_RSS_CREATE_NTF: 52,
    ETHTOOL_MSG_RSS_DELETE_NTF: 53
  },
  header: genlmsghdr,
  attributes: attributes('ETHTOOL_A_RSS', {
    header: [1, header],
    /** 0, or one of the contexts that were made besides. */
    context: [2, u32],
    /** One bit: ETH_RSS_HASH_*. */
    hfunc: [3, u32],
    /** The queue of each value of the hash. */
    indir: [4, arrayOf(u32)],
    hkey: [5, bytes],
    /** RXH_XFRM_* bits. */
    inputXfrm: [6, u32],
    /** Where a dump starts. */
    startContext: [7, u32],
    flowHash: [8, flowHash]
  })
})
export interface Rss extends TypeOf<typeof rss> {}
