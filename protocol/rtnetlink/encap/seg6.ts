import {
  arrayOf,
  attributes,
  be16,
  bytes,
  either,
  followed,
  ip4,
  ip6,
  s32,
  string,
  struct,
  u8,
  u32,
  u64
} from '../../definition'

const header = struct('ipv6_sr_hdr', {
  nexthdr: u8,
  /** Length behind the first eight bytes, in units of eight bytes. */
  hdrlen: u8,
  /** 4. */
  type: u8,
  segmentsLeft: u8,
  /** Index of the last segment in the list. */
  firstSegment: u8,
  flags: u8,
  tag: be16
})

/** The routing header of segment routing, its last segment first. <linux/seg6.h>, RFC 8754 */
const segmentRoutingHeader = either(
  followed(header, 'segments', arrayOf(ip6)),
  /** Segments, and options such as a signature. */
  followed(header, 'segmentsAndOptions', bytes)
)

/** Packets sent along a list of segments: `encap seg6`. <linux/seg6_iptunnel.h> */
export const seg6 = attributes('SEG6_IPTUNNEL', {
  srh: [
    1,
    followed(
      struct('seg6_iptunnel_encap', {
        /** SEG6_IPTUN_MODE_*. */
        mode: s32
      }),
      'srh',
      segmentRoutingHeader
    )
  ],
  /** Source address of the outer header. */
  src: [2, ip6],
  /** Table in which the first segment is looked up. */
  table: [3, u32]
})

/** What a node does with packets for one of its segments: `encap seg6local`. <linux/seg6_local.h> */
export const seg6local = attributes('SEG6_LOCAL', {
  /** SEG6_LOCAL_ACTION_*. */
  action: [1, u32],
  srh: [2, segmentRoutingHeader],
  table: [3, u32],
  nh4: [4, ip4],
  nh6: [5, ip6],
  iif: [6, u32],
  oif: [7, u32],
  bpf: [
    8,
    attributes('SEG6_LOCAL_BPF', {
      /** The program's file descriptor in a request, its id in an answer. */
      prog: [1, u32],
      progName: [2, string]
    })
  ],
  /** Table of the VRF. */
  vrftable: [9, u32],
  counters: [
    10,
    attributes('SEG6_LOCAL_CNT', {
      pad: [1, bytes],
      packets: [2, u64],
      bytes: [3, u64],
      errors: [4, u64]
    })
  ],
  flavors: [
    11,
    attributes('SEG6_LOCAL_FLV', {
      /** Bits, 1 << SEG6_LOCAL_FLV_OP_*. */
      operation: [1, u32],
      /** Length of the locator's block, in bits. */
      lcblockBits: [2, u8],
      /** Length of the locator's node and function, in bits. */
      lcnodeFnBits: [3, u8]
    })
  ]
})

/** How segments are put into a packet. <linux/seg6_iptunnel.h> */
export const SEG6_IPTUN_MODE = {
  /** Into the packet itself. */
  INLINE: 0,
  /** Into an IPv6 header around it. */
  ENCAP: 1,
  /** Into an IPv6 header around the whole frame. */
  L2ENCAP: 2,
  /** As ENCAP, without the first segment, which is the destination already. */
  ENCAP_RED: 3,
  L2ENCAP_RED: 4
} as const

/** What a node does for one of its segments. <linux/seg6_local.h> */
export const SEG6_LOCAL_ACTION = {
  END: 1,
  END_X: 2,
  END_T: 3,
  END_DX2: 4,
  END_DX6: 5,
  END_DX4: 6,
  END_DT6: 7,
  END_DT4: 8,
  END_B6: 9,
  END_B6_ENCAP: 10,
  END_BM: 11,
  END_S: 12,
  END_AS: 13,
  END_AM: 14,
  END_BPF: 15,
  END_DT46: 16
} as const

/** Flavours of END, by the number of their bit. <linux/seg6_local.h> */
export const SEG6_LOCAL_FLV_OP = { PSP: 1, USP: 2, USD: 3, NEXT_CSID: 4 } as const
