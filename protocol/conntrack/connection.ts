import {
  attributes,
  be16,
  be32,
  be64,
  bytes,
  ip4,
  ip6,
  message,
  sbe32,
  string,
  type TypeOf,
  u32
} from '../definition'
import { nfgenmsg } from '../nfnetlink/header'
import { protocolState } from './state'
import { tuple } from './tuple'

/** What one direction has carried; counted only with net.netfilter.nf_conntrack_acct. */
export const counters = attributes('CTA_COUNTERS', {
  packets: [1, be64],
  bytes: [2, be64],
  /** Kernels before 2.6.29 counted in 32 bits. */
  packets_32: [3, be32, 'CTA_COUNTERS32_PACKETS'],
  bytes_32: [4, be32, 'CTA_COUNTERS32_BYTES'],
  pad: [5, bytes]
})

/** The protocol module that reads along to expect further connections: `ftp`. */
export const connectionHelper = attributes('CTA_HELP', {
  name: [1, string],
  /** The helper's own record of this connection. */
  info: [2, bytes]
})

const portRange = attributes('CTA_PROTONAT', {
  portMin: [1, be16],
  portMax: [2, be16]
})

/** The range to translate to. Only requests have it: in answers, the reply's tuple tells. */
export const translation = attributes('CTA_NAT', {
  v4Minip: [1, ip4],
  v4Maxip: [2, ip4],
  proto: [3, portRange],
  v6Minip: [4, ip6],
  v6Maxip: [5, ip6]
})

/** How TCP sequence numbers shift where a helper changed the length of what was said. */
export const sequenceAdjustment = attributes('CTA_SEQADJ', {
  correctionPos: [1, be32],
  /** Bytes added before that position; negative for bytes taken away. */
  offsetBefore: [2, sbe32],
  offsetAfter: [3, sbe32]
})

export const securityContext = attributes('CTA_SECCTX', {
  name: [1, string]
})

/** Nanoseconds since 1970; kept only with net.netfilter.nf_conntrack_timestamp. */
export const timestamp = attributes('CTA_TIMESTAMP', {
  start: [1, be64],
  stop: [2, be64],
  pad: [3, bytes]
})

export const synproxy = attributes('CTA_SYNPROXY', {
  /** The sequence number that we chose for the server. */
  isn: [1, be32],
  /** TCP timestamp of the first segment. */
  its: [2, be32],
  /** What to add to the server's timestamps. */
  tsoff: [3, be32]
})

/** Which members of the given tuples must match: CTA_FILTER_F_*. In host byte order, unlike everything else here. */
export const filter = attributes('CTA_FILTER', {
  origFlags: [1, u32],
  replyFlags: [2, u32]
})

/** A tracked connection: `conntrack -L`. <linux/netfilter/nfnetlink_conntrack.h> */
export const connection = message('connection', {
  types: {
    IPCTNL_MSG_CT_NEW: 0,
    IPCTNL_MSG_CT_GET: 1,
    IPCTNL_MSG_CT_DELETE: 2,
    /** Also sets the counters to zero. */
    IPCTNL_MSG_CT_GET_CTRZERO: 3,
    IPCTNL_MSG_CT_GET_DYING: 6,
    IPCTNL_MSG_CT_GET_UNCONFIRMED: 7
  },
  header: nfgenmsg,
  attributes: attributes('CTA', {
    tupleOrig: [1, tuple],
    tupleReply: [2, tuple],
    /** IPS_* bits. */
    status: [3, be32],
    protoinfo: [4, protocolState],
    help: [5, connectionHelper],
    natSrc: [6, translation],
    /** Seconds left. */
    timeout: [7, be32],
    mark: [8, be32],
    countersOrig: [9, counters],
    countersReply: [10, counters],
    /** How many hold a reference to it. */
    use: [11, be32],
    /** Told by the kernel. A deletion that has it spares a newer connection with the same tuples. */
    id: [12, be32],
    natDst: [13, translation],
    /** The connection that led to expecting this one. */
    tupleMaster: [14, tuple],
    seqAdjOrig: [15, sequenceAdjustment],
    seqAdjReply: [16, sequenceAdjustment],
    /** Obsolete: see `secctx`. */
    secmark: [17, be32],
    zone: [18, be16],
    secctx: [19, securityContext],
    timestamp: [20, timestamp],
    /** The bits of `mark` that are meant. */
    markMask: [21, be32],
    /** 128 bits, the lowest first. */
    labels: [22, bytes],
    labelsMask: [23, bytes],
    synproxy: [24, synproxy],
    filter: [25, filter],
    /** The bits of `status` that are meant. */
    statusMask: [26, be32],
    /** When the event happened, in nanoseconds since 1970. */
    timestampEvent: [27, be64]
  })
})
export interface Connection extends TypeOf<typeof connection> {}

/** Status of a tracked connection. <linux/netfilter/nf_conntrack_common.h> */
export const IPS = {
  /** It was expected because of another one. */
  EXPECTED: 0x1,
  /** Packets went both ways. */
  SEEN_REPLY: 0x2,
  /** Not dropped early when the table is full. */
  ASSURED: 0x4,
  /** Its first packet has left the machine. */
  CONFIRMED: 0x8,
  SRC_NAT: 0x10,
  DST_NAT: 0x20,
  SEQ_ADJUST: 0x40,
  SRC_NAT_DONE: 0x80,
  DST_NAT_DONE: 0x100,
  DYING: 0x200,
  /** Packets do not renew its timeout. */
  FIXED_TIMEOUT: 0x400,
  TEMPLATE: 0x800,
  UNTRACKED: 0x1000,
  HELPER: 0x2000,
  /** Its packets pass through a flowtable. */
  OFFLOAD: 0x4000,
  HW_OFFLOAD: 0x8000
} as const

/** Members of a tuple that a filter compares, as the kernel's net/netfilter/nf_internals.h numbers them. */
export const CTA_FILTER_F = {
  CTA_IP_SRC: 0x1,
  CTA_IP_DST: 0x2,
  CTA_TUPLE_ZONE: 0x4,
  CTA_PROTO_NUM: 0x8,
  CTA_PROTO_SRC_PORT: 0x10,
  CTA_PROTO_DST_PORT: 0x20,
  CTA_PROTO_ICMP_TYPE: 0x40,
  CTA_PROTO_ICMP_CODE: 0x80,
  CTA_PROTO_ICMP_ID: 0x100,
  CTA_PROTO_ICMPV6_TYPE: 0x200,
  CTA_PROTO_ICMPV6_CODE: 0x400,
  CTA_PROTO_ICMPV6_ID: 0x800
} as const
