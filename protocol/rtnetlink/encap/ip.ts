import { ip6 as address6, attributes, be16, be32, be64, bytes, ip4, many, u8, u32 } from '../../definition'

/**
 * Options that a tunnel's header carries. A request gives each Geneve option a nest of its own; the kernel answers
 * with one nest in which class, type and data repeat.
 */
const options = attributes('LWTUNNEL_IP_OPTS', {
  geneve: [
    1,
    many(
      attributes('LWTUNNEL_IP_OPT_GENEVE', {
        class: [1, many(be16)],
        type: [2, many(u8)],
        /** A multiple of four bytes. */
        data: [3, many(bytes)]
      })
    )
  ],
  vxlan: [
    2,
    attributes('LWTUNNEL_IP_OPT_VXLAN', {
      /** Group policy. */
      gbp: [1, u32]
    })
  ],
  erspan: [
    3,
    attributes('LWTUNNEL_IP_OPT_ERSPAN', {
      ver: [1, u8],
      /** Version 1. */
      index: [2, be32],
      /** Version 2: 0 is ingress, 1 egress. */
      dir: [3, u8],
      /** Version 2. */
      hwid: [4, u8]
    })
  ]
})

/** What a metadata tunnel over IPv4 is told of each packet: `encap ip`. <linux/lwtunnel.h> */
export const ip = attributes('LWTUNNEL_IP', {
  /** The tunnel's key: a VNI, a GRE key. */
  id: [1, be64],
  dst: [2, ip4],
  src: [3, ip4],
  ttl: [4, u8],
  tos: [5, u8],
  /** TUNNEL_* bits: 0x01 checksum, 0x04 key, 0x08 sequence number. */
  flags: [6, be16],
  pad: [7, bytes],
  opts: [8, options]
})

/** The same over IPv6: `encap ip6`. <linux/lwtunnel.h> */
export const ip6 = attributes('LWTUNNEL_IP6', {
  id: [1, be64],
  dst: [2, address6],
  src: [3, address6],
  hoplimit: [4, u8],
  /** Traffic class. */
  tc: [5, u8],
  flags: [6, be16],
  pad: [7, bytes],
  opts: [8, options]
})
