import { attributes, be16, be32, bits, bytes, followed, ip6, struct, u8, u32 } from '../../definition'

/** Packets that gather data of the nodes they pass: `encap ioam6`. <linux/ioam6_iptunnel.h> */
export const ioam6 = attributes('IOAM6_IPTUNNEL', {
  /** IOAM6_IPTUNNEL_MODE_*. */
  mode: [1, u8],
  /** Of the outer header, with modes ENCAP and AUTO. */
  dst: [2, ip6],
  trace: [
    3,
    followed(
      struct('ioam6_trace_hdr', {
        namespaceId: be16,
        /** `nodelen` and `remlen` count units of four bytes. */
        lengths: bits(be16, { nodelen: 5, overflow: 1, unused: 3, remlen: 7 }),
        /** Which data each node adds, bit 0 the highest; the low eight bits are reserved. */
        type: be32
      }),
      'data',
      bytes
    )
  ],
  /** `freqK` packets of every `freqN` are traced. */
  freqK: [4, u32],
  freqN: [5, u32],
  /** Of the outer header. */
  src: [6, ip6]
})

/** Where the trace is put. <linux/ioam6_iptunnel.h> */
export const IOAM6_IPTUNNEL_MODE = {
  /** Into the packet itself. */
  INLINE: 1,
  /** Into an IPv6 header around it. */
  ENCAP: 2,
  /** INLINE for packets of our own, ENCAP for those we forward. */
  AUTO: 3
} as const
