import { attributes, bytes, ip4, ip6, message, s32, type TypeOf, u16, u32, u64 } from '../definition'
import { genlmsghdr } from './header'

/** What was measured, numbered one higher than the header's constants. */
const measurements = attributes('TCP_METRIC', {
  /** Milliseconds, times 8. */
  rtt: [1, u32],
  /** Milliseconds, times 4. */
  rttvar: [2, u32],
  ssthresh: [3, u32],
  cwnd: [4, u32],
  reordering: [5, u32],
  /** Microseconds, times 8. */
  rttUs: [6, u32],
  /** Microseconds, times 4. */
  rttvarUs: [7, u32]
})

/** What TCP remembers of a destination: `ip tcp_metrics`. <linux/tcp_metrics.h> */
export const metrics = message('metrics', {
  types: { TCP_METRICS_CMD_GET: 1, TCP_METRICS_CMD_DEL: 2 },
  header: genlmsghdr,
  attributes: attributes('TCP_METRICS_ATTR', {
    addrIpv4: [1, ip4],
    addrIpv6: [2, ip6],
    /** Milliseconds since it was last changed. */
    age: [3, u64],
    twTsval: [4, u32],
    twTsStamp: [5, s32],
    vals: [6, measurements],
    /** What fast open knows of the destination. */
    fopenMss: [7, u16],
    fopenSynDrops: [8, u16],
    /** Milliseconds since a SYN with data was last lost. */
    fopenSynDropTs: [9, u64],
    fopenCookie: [10, bytes],
    saddrIpv4: [11, ip4],
    saddrIpv6: [12, ip6],
    pad: [13, bytes]
  })
})
export interface Metrics extends TypeOf<typeof metrics> {}
