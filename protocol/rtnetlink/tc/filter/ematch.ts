import {
  arrayOf,
  attributes,
  bits,
  body,
  bytes,
  choice,
  fixedString,
  followed,
  indexed,
  pad,
  string,
  struct,
  u8,
  u16,
  u32
} from '../../../definition'
import { tcU32Key } from './u32'

/** Kinds of extended matches, then their flags. <linux/pkt_cls.h> */
export const TCF_EM = {
  CONTAINER: 0,
  CMP: 1,
  NBYTE: 2,
  U32: 3,
  META: 4,
  TEXT: 5,
  VLAN: 6,
  CANID: 7,
  IPSET: 8,
  IPT: 9,
  /** No match follows. */
  REL_END: 0x0,
  REL_AND: 0x1,
  REL_OR: 0x2,
  INVERT: 0x4,
  /** What follows the header is a number. */
  SIMPLE: 0x8
} as const

/** A number in the packet. <linux/tc_ematch/tc_em_cmp.h> */
const cmp = struct('tcf_em_cmp', {
  val: u32,
  mask: u32,
  off: u16,
  /** `align` is the number's size in bytes; flag 1 is for network order. */
  width: bits(u8, { flags: 4, align: 4 }),
  /** `layer` is what `off` counts from, TCF_LAYER_*; `opnd` how to compare, TCF_EM_OPND_*. */
  relation: bits(u8, { opnd: 4, layer: 4 })
})

/** Bytes at a place in the packet. <linux/tc_ematch/tc_em_nbyte.h> */
const nbyte = followed(
  struct('tcf_em_nbyte', {
    off: u16,
    /** `layer` is what `off` counts from, TCF_LAYER_*; `len` how many bytes there are. */
    place: bits(u16, { layer: 4, len: 12 })
  }),
  'pattern',
  bytes
)

const tcfMetaVal = struct('tcf_meta_val', {
  /** TCF_META_TYPE_* and TCF_META_ID_*. */
  kind: bits(u16, { type: 4, unused: 1, id: 11 }),
  shift: u8,
  /** TCF_EM_OPND_*. */
  op: u8
})

/** What the kernel notes about a packet. <linux/tc_ematch/tc_em_meta.h> */
const meta = attributes('TCA_EM_META', {
  hdr: [1, struct('tcf_meta_hdr', { left: tcfMetaVal, right: tcfMetaVal })],
  /** A value or a mask, if `left` takes one: a number in host order, or text. */
  lvalue: [2, bytes],
  rvalue: [3, bytes]
})

/** Text somewhere in the packet. <linux/tc_ematch/tc_em_text.h> */
const text = followed(
  struct('tcf_em_text', {
    /** How to search: `kmp`, `bm`, `fsm`. */
    algo: fixedString(16),
    fromOffset: u16,
    toOffset: u16,
    patternLen: u16,
    /** What the offsets count from, TCF_LAYER_*. */
    layers: bits(u8, { to: 4, from: 4 }),
    pad: pad(1)
  }),
  'pattern',
  bytes
)

/** A match of iptables. <linux/tc_ematch/tc_em_ipt.h> */
const ipt = attributes('TCA_EM_IPT', {
  /** NF_INET_*. */
  hook: [1, u32],
  matchName: [2, string],
  matchRevision: [3, u8],
  /** NFPROTO_*. */
  nfproto: [4, u8],
  matchData: [5, bytes]
})

/** Matches joined by and, or, not and parentheses. <linux/pkt_cls.h>, man 8 tc-ematch */
export const ematches = attributes('TCA_EMATCH_TREE', {
  hdr: [
    1,
    struct('tcf_ematch_tree_hdr', {
      /** How many matches there are. */
      nmatches: u16,
      /** Who made the tree, for its own use. */
      progid: u16
    })
  ],
  list: [
    2,
    indexed(
      1,
      body(
        struct('tcf_ematch_hdr', {
          matchid: u16,
          /** TCF_EM_*; selects the form of what follows. */
          kind: u16,
          /** TCF_EM_REL_*, TCF_EM_INVERT, TCF_EM_SIMPLE bits. */
          flags: u16,
          pad: pad(2)
        }),
        choice(
          'kind',
          {
            /** Number of the match that the parenthesis begins with. */
            [TCF_EM.CONTAINER]: u32,
            [TCF_EM.CMP]: cmp,
            [TCF_EM.NBYTE]: nbyte,
            [TCF_EM.U32]: tcU32Key,
            [TCF_EM.META]: meta,
            [TCF_EM.TEXT]: text,
            [TCF_EM.CANID]: arrayOf(struct('can_filter', { canId: u32, canMask: u32 })),
            [TCF_EM.IPSET]: struct('xt_set_info', { index: u16, dim: u8, flags: u8 }),
            [TCF_EM.IPT]: ipt
          },
          bytes
        )
      )
    )
  ]
})

/** <linux/pkt_cls.h> */
export const TCF_EM_OPND = { EQ: 0, GT: 1, LT: 2 } as const

/** The header that an offset counts from. <linux/pkt_cls.h> */
export const TCF_LAYER = { LINK: 0, NETWORK: 1, TRANSPORT: 2 } as const

/** <linux/tc_ematch/tc_em_meta.h> */
export const TCF_META_TYPE = { VAR: 0, INT: 1 } as const

/** What the kernel notes about a packet, and about the socket that sent it. <linux/tc_ematch/tc_em_meta.h> */
export const TCF_META_ID = {
  /** The value given. */
  VALUE: 0,
  RANDOM: 1,
  LOADAVG_0: 2,
  LOADAVG_1: 3,
  LOADAVG_2: 4,
  DEV: 5,
  PRIORITY: 6,
  PROTOCOL: 7,
  PKTTYPE: 8,
  PKTLEN: 9,
  DATALEN: 10,
  MACLEN: 11,
  NFMARK: 12,
  TCINDEX: 13,
  RTCLASSID: 14,
  RTIIF: 15,
  SK_FAMILY: 16,
  SK_STATE: 17,
  SK_REUSE: 18,
  SK_BOUND_IF: 19,
  SK_REFCNT: 20,
  SK_SHUTDOWN: 21,
  SK_PROTO: 22,
  SK_TYPE: 23,
  SK_RCVBUF: 24,
  SK_RMEM_ALLOC: 25,
  SK_WMEM_ALLOC: 26,
  SK_OMEM_ALLOC: 27,
  SK_WMEM_QUEUED: 28,
  SK_RCV_QLEN: 29,
  SK_SND_QLEN: 30,
  SK_ERR_QLEN: 31,
  SK_FORWARD_ALLOCS: 32,
  SK_SNDBUF: 33,
  SK_ALLOCS: 34,
  SK_HASH: 36,
  SK_LINGERTIME: 37,
  SK_ACK_BACKLOG: 38,
  SK_MAX_ACK_BACKLOG: 39,
  SK_PRIO: 40,
  SK_RCVLOWAT: 41,
  SK_RCVTIMEO: 42,
  SK_SNDTIMEO: 43,
  SK_SENDMSG_OFF: 44,
  SK_WRITE_PENDING: 45,
  VLAN_TAG: 46,
  RXHASH: 47
} as const
