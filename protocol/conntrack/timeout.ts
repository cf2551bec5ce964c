import { attributes, be16, be32, message, string, type TypeOf, u8, variant } from '../definition'
import { nfgenmsg } from '../nfnetlink/header'

/** Seconds that a connection may be silent, state by state and protocol by protocol. */
const generic = attributes('CTA_TIMEOUT_GENERIC', { timeout: [1, be32] })

const tcp = attributes('CTA_TIMEOUT_TCP', {
  synSent: [1, be32],
  synRecv: [2, be32],
  established: [3, be32],
  finWait: [4, be32],
  closeWait: [5, be32],
  lastAck: [6, be32],
  timeWait: [7, be32],
  close: [8, be32],
  synSent2: [9, be32],
  retrans: [10, be32],
  unack: [11, be32]
})

const udp = attributes('CTA_TIMEOUT_UDP', { unreplied: [1, be32], replied: [2, be32] })

const udplite = attributes('CTA_TIMEOUT_UDPLITE', { unreplied: [1, be32], replied: [2, be32] })

const icmp = attributes('CTA_TIMEOUT_ICMP', { timeout: [1, be32] })

const dccp = attributes('CTA_TIMEOUT_DCCP', {
  request: [1, be32],
  respond: [2, be32],
  partopen: [3, be32],
  open: [4, be32],
  closereq: [5, be32],
  closing: [6, be32],
  timewait: [7, be32]
})

const sctp = attributes('CTA_TIMEOUT_SCTP', {
  closed: [1, be32],
  cookieWait: [2, be32],
  cookieEchoed: [3, be32],
  established: [4, be32],
  shutdownSent: [5, be32],
  shutdownRecd: [6, be32],
  shutdownAckSent: [7, be32],
  heartbeatSent: [8, be32],
  heartbeatAcked: [9, be32]
})

const icmpv6 = attributes('CTA_TIMEOUT_ICMPV6', { timeout: [1, be32] })

const gre = attributes('CTA_TIMEOUT_GRE', { unreplied: [1, be32], replied: [2, be32] })

/** The timeouts of each protocol, by IPPROTO_*; 255 is for those that have no table of their own. */
export const timeouts = {
  1: icmp,
  6: tcp,
  17: udp,
  33: dccp,
  47: gre,
  58: icmpv6,
  132: sctp,
  136: udplite,
  255: generic
} as const

/**
 * A named set of timeouts that a rule can give to connections, or the defaults of a protocol: `nfct timeout`.
 * <linux/netfilter/nfnetlink_cttimeout.h>
 */
export const timeout = message('timeout', {
  types: {
    IPCTNL_MSG_TIMEOUT_NEW: 0,
    IPCTNL_MSG_TIMEOUT_GET: 1,
    IPCTNL_MSG_TIMEOUT_DELETE: 2,
    IPCTNL_MSG_TIMEOUT_DEFAULT_SET: 3,
    IPCTNL_MSG_TIMEOUT_DEFAULT_GET: 4
  },
  header: nfgenmsg,
  attributes: attributes('CTA_TIMEOUT', {
    name: [1, string],
    /** AF_*. */
    l3proto: [2, be16],
    /** IPPROTO_*; 255 for the protocols that have no table of their own. */
    l4proto: [3, u8],
    data: [4, variant('l4proto', timeouts)],
    /** How many hold a reference to it. */
    use: [5, be32]
  })
})
export type Timeout = TypeOf<typeof timeout>
