import { attributes, be16, be32, bytes, flag, ip, many, s32, struct, u8, u32 } from '../../../definition'
import { generic, tcfT } from './generic'

/** Says where a packet is tunnelled to, or forgets where it came from. <linux/tc_act/tc_tunnel_key.h>, man 8 tc-tunnel_key */
export const tunnelKey = attributes('TCA_TUNNEL_KEY', {
  tm: [1, tcfT],
  parms: [
    2,
    struct('tc_tunnel_key', {
      ...generic,
      /** TCA_TUNNEL_KEY_ACT_*. */
      tAction: s32
    })
  ],
  encIpv4Src: [3, ip],
  encIpv4Dst: [4, ip],
  encIpv6Src: [5, ip],
  encIpv6Dst: [6, ip],
  /** The tunnel's number: a VNI, a key. */
  encKeyId: [7, be32],
  pad: [8, bytes],
  encDstPort: [9, be16],
  /** Whether the UDP checksum is left out. */
  noCsum: [10, u8],
  encOpts: [
    11,
    attributes('TCA_TUNNEL_KEY_ENC_OPTS', {
      /** Requests carry one for each option, answers one with all of them, so that each member repeats. */
      geneve: [
        1,
        many(
          attributes('TCA_TUNNEL_KEY_ENC_OPT_GENEVE', {
            class: [1, many(be16)],
            type: [2, many(u8)],
            data: [3, many(bytes)]
          })
        )
      ],
      vxlan: [
        2,
        attributes('TCA_TUNNEL_KEY_ENC_OPT_VXLAN', {
          /** Group-based policy. */
          gbp: [1, u32]
        })
      ],
      erspan: [
        3,
        attributes('TCA_TUNNEL_KEY_ENC_OPT_ERSPAN', {
          ver: [1, u8],
          /** Version 1. */
          index: [2, be32],
          /** Version 2. */
          dir: [3, u8],
          hwid: [4, u8]
        })
      ]
    })
  ],
  encTos: [12, u8],
  encTtl: [13, u8],
  noFrag: [14, flag]
})

/** <linux/tc_act/tc_tunnel_key.h> */
export const TCA_TUNNEL_KEY_ACT = { SET: 1, RELEASE: 2 } as const
