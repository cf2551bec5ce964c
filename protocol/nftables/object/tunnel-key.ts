import { attributes, be16, be32, bytes, ip4, ip6, many, u8 } from '../../definition'

/** `tunnel`: where a tunnel device is to send packets. <linux/netfilter/nf_tables.h> */
export const tunnelKey = attributes('NFTA_TUNNEL_KEY', {
  /** The tunnel's number: a VNI … */
  id: [1, be32],
  ip: [
    2,
    attributes('NFTA_TUNNEL_KEY_IP', {
      src: [1, ip4],
      dst: [2, ip4]
    })
  ],
  ip6: [
    3,
    attributes('NFTA_TUNNEL_KEY_IP6', {
      src: [1, ip6],
      dst: [2, ip6],
      flowlabel: [3, be32]
    })
  ],
  /** NFT_TUNNEL_F.* bits. */
  flags: [4, be32],
  tos: [5, u8],
  ttl: [6, u8],
  sport: [7, be16],
  dport: [8, be16],
  opts: [
    9,
    attributes('NFTA_TUNNEL_KEY_OPTS', {
      vxlan: [
        1,
        attributes('NFTA_TUNNEL_KEY_VXLAN', {
          /** Group policy. */
          gbp: [1, be32]
        })
      ],
      erspan: [
        2,
        attributes('NFTA_TUNNEL_KEY_ERSPAN', {
          /** 1 or 2. */
          version: [1, be32],
          v1Index: [2, be32],
          v2Hwid: [3, u8],
          /** 0: what came in; 1: what goes out. */
          v2Dir: [4, u8]
        })
      ],
      geneve: [
        3,
        many(
          attributes('NFTA_TUNNEL_KEY_GENEVE', {
            class: [1, be16],
            type: [2, u8],
            data: [3, bytes]
          })
        )
      ]
    })
  ]
})

/** Flags of a tunnel. <linux/netfilter/nf_tables.h> */
export const NFT_TUNNEL_F = {
  ZERO_CSUM_TX: 1,
  DONT_FRAGMENT: 2,
  SEQ_NUMBER: 4
} as const
