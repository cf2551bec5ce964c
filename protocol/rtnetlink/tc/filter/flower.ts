import { attributes, be16, be32, be64, bytes, ip, mac, many, string, u8, u16, u32 } from '../../../definition'
import { actions } from '../action'

const encOpts = attributes('TCA_FLOWER_KEY_ENC_OPTS', {
  /** Requests carry one for each option, answers one with all of them, so that each member repeats. */
  geneve: [
    1,
    many(
      attributes('TCA_FLOWER_KEY_ENC_OPT_GENEVE', {
        class: [1, many(be16)],
        type: [2, many(u8)],
        data: [3, many(bytes)]
      })
    )
  ],
  vxlan: [
    2,
    attributes('TCA_FLOWER_KEY_ENC_OPT_VXLAN', {
      /** Group-based policy. */
      gbp: [1, u32]
    })
  ],
  erspan: [
    3,
    attributes('TCA_FLOWER_KEY_ENC_OPT_ERSPAN', {
      ver: [1, u8],
      /** Version 1. */
      index: [2, be32],
      /** Version 2. */
      dir: [3, u8],
      hwid: [4, u8]
    })
  ],
  gtp: [4, attributes('TCA_FLOWER_KEY_ENC_OPT_GTP', { pduType: [1, u8], qfi: [2, u8] })],
  pfcp: [5, attributes('TCA_FLOWER_KEY_ENC_OPT_PFCP', { type: [1, u8], seid: [2, be64] })]
})

/** Fields of the packet's headers; with `enc…`, of the tunnel's around it. <linux/pkt_cls.h>, man 8 tc-flower */
export const flower = attributes('TCA_FLOWER', {
  /** Handle of the class that packets go to. */
  classid: [1, u32],
  /** Name of the interface that packets came in by. */
  indev: [2, string],
  act: [3, actions],
  keyEthDst: [4, mac],
  keyEthDstMask: [5, mac],
  keyEthSrc: [6, mac],
  keyEthSrcMask: [7, mac],
  keyEthType: [8, be16],
  keyIpProto: [9, u8],
  keyIpv4Src: [10, ip],
  keyIpv4SrcMask: [11, ip],
  keyIpv4Dst: [12, ip],
  keyIpv4DstMask: [13, ip],
  keyIpv6Src: [14, ip],
  keyIpv6SrcMask: [15, ip],
  keyIpv6Dst: [16, ip],
  keyIpv6DstMask: [17, ip],
  keyTcpSrc: [18, be16],
  keyTcpDst: [19, be16],
  keyUdpSrc: [20, be16],
  keyUdpDst: [21, be16],
  /** TCA_CLS_FLAGS_* bits. */
  flags: [22, u32],
  keyVlanId: [23, u16],
  keyVlanPrio: [24, u8],
  keyVlanEthType: [25, be16],
  /** The tunnel's number: a VNI, a key. */
  keyEncKeyId: [26, be32],
  keyEncIpv4Src: [27, ip],
  keyEncIpv4SrcMask: [28, ip],
  keyEncIpv4Dst: [29, ip],
  keyEncIpv4DstMask: [30, ip],
  keyEncIpv6Src: [31, ip],
  keyEncIpv6SrcMask: [32, ip],
  keyEncIpv6Dst: [33, ip],
  keyEncIpv6DstMask: [34, ip],
  keyTcpSrcMask: [35, be16],
  keyTcpDstMask: [36, be16],
  keyUdpSrcMask: [37, be16],
  keyUdpDstMask: [38, be16],
  keySctpSrcMask: [39, be16],
  keySctpDstMask: [40, be16],
  keySctpSrc: [41, be16],
  keySctpDst: [42, be16],
  keyEncUdpSrcPort: [43, be16],
  keyEncUdpSrcPortMask: [44, be16],
  keyEncUdpDstPort: [45, be16],
  keyEncUdpDstPortMask: [46, be16],
  /** TCA_FLOWER_KEY_FLAGS_* bits, those of fragments. */
  keyFlags: [47, be32],
  keyFlagsMask: [48, be32],
  keyIcmpv4Code: [49, u8],
  keyIcmpv4CodeMask: [50, u8],
  keyIcmpv4Type: [51, u8],
  keyIcmpv4TypeMask: [52, u8],
  keyIcmpv6Code: [53, u8],
  keyIcmpv6CodeMask: [54, u8],
  keyIcmpv6Type: [55, u8],
  keyIcmpv6TypeMask: [56, u8],
  keyArpSip: [57, ip],
  keyArpSipMask: [58, ip],
  keyArpTip: [59, ip],
  keyArpTipMask: [60, ip],
  /** 1 asks, 2 answers. */
  keyArpOp: [61, u8],
  keyArpOpMask: [62, u8],
  keyArpSha: [63, mac],
  keyArpShaMask: [64, mac],
  keyArpTha: [65, mac],
  keyArpThaMask: [66, mac],
  keyMplsTtl: [67, u8],
  /** Bottom of the stack. */
  keyMplsBos: [68, u8],
  /** Traffic class. */
  keyMplsTc: [69, u8],
  keyMplsLabel: [70, u32],
  keyTcpFlags: [71, be16],
  keyTcpFlagsMask: [72, be16],
  keyIpTos: [73, u8],
  keyIpTosMask: [74, u8],
  keyIpTtl: [75, u8],
  keyIpTtlMask: [76, u8],
  /** The inner of two tags. */
  keyCvlanId: [77, u16],
  keyCvlanPrio: [78, u8],
  keyCvlanEthType: [79, be16],
  keyEncIpTos: [80, u8],
  keyEncIpTosMask: [81, u8],
  keyEncIpTtl: [82, u8],
  keyEncIpTtlMask: [83, u8],
  keyEncOpts: [84, encOpts],
  keyEncOptsMask: [85, encOpts],
  /** How many devices do it in hardware. */
  inHwCount: [86, u32],
  keyPortSrcMin: [87, be16],
  keyPortSrcMax: [88, be16],
  keyPortDstMin: [89, be16],
  keyPortDstMax: [90, be16],
  /** TCA_FLOWER_KEY_CT_FLAGS_* bits. */
  keyCtState: [91, u16],
  keyCtStateMask: [92, u16],
  keyCtZone: [93, u16],
  keyCtZoneMask: [94, u16],
  keyCtMark: [95, u32],
  keyCtMarkMask: [96, u32],
  /** 128 bits. */
  keyCtLabels: [97, bytes],
  keyCtLabelsMask: [98, bytes],
  keyMplsOpts: [
    99,
    attributes('TCA_FLOWER_KEY_MPLS_OPTS', {
      /** An entry of the stack of labels. */
      lse: [
        1,
        many(
          attributes('TCA_FLOWER_KEY_MPLS_OPT_LSE', {
            /** 1 is the outermost. */
            depth: [1, u8],
            ttl: [2, u8],
            bos: [3, u8],
            tc: [4, u8],
            label: [5, u32]
          })
        )
      ]
    })
  ],
  keyHash: [100, u32],
  keyHashMask: [101, u32],
  keyNumOfVlans: [102, u8],
  keyPppoeSid: [103, be16],
  keyPppProto: [104, be16],
  keyL2tpv3Sid: [105, be32],
  /** Whether the bridge did not know the destination. */
  l2Miss: [106, u8],
  keyCfm: [107, attributes('TCA_FLOWER_KEY_CFM', { mdLevel: [1, u8], opcode: [2, u8] })],
  /** Of IPsec. */
  keySpi: [108, be32],
  keySpiMask: [109, be32],
  /** TCA_FLOWER_KEY_FLAGS_* bits, those of tunnels. */
  keyEncFlags: [110, be32],
  keyEncFlagsMask: [111, be32]
})

/** <linux/pkt_cls.h> */
export const TCA_FLOWER_KEY_FLAGS = {
  IS_FRAGMENT: 0x1,
  FRAG_IS_FIRST: 0x2,
  TUNNEL_CSUM: 0x4,
  TUNNEL_DONT_FRAGMENT: 0x8,
  TUNNEL_OAM: 0x10,
  TUNNEL_CRIT_OPT: 0x20
} as const

/** What conntrack made of a packet. <linux/pkt_cls.h> */
export const TCA_FLOWER_KEY_CT_FLAGS = {
  NEW: 0x1,
  ESTABLISHED: 0x2,
  RELATED: 0x4,
  TRACKED: 0x8,
  INVALID: 0x10,
  REPLY: 0x20
} as const
