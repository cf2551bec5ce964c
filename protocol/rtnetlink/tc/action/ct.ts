import { attributes, be16, bytes, ip, string, struct, u8, u16, u32 } from '../../../definition'
import { generic, tcfT } from './generic'

/** Sends packets through conntrack. <linux/tc_act/tc_ct.h>, man 8 tc-ct */
export const ct = attributes('TCA_CT', {
  parms: [1, struct('tc_ct', generic)],
  tm: [2, tcfT],
  /** TCA_CT_ACT_* bits. */
  action: [3, u16],
  zone: [4, u16],
  mark: [5, u32],
  markMask: [6, u32],
  /** 128 bits. */
  labels: [7, bytes],
  labelsMask: [8, bytes],
  /** The range of addresses and ports to translate to. */
  natIpv4Min: [9, ip],
  natIpv4Max: [10, ip],
  natIpv6Min: [11, ip],
  natIpv6Max: [12, ip],
  natPortMin: [13, be16],
  natPortMax: [14, be16],
  pad: [15, bytes],
  helperName: [16, string],
  /** NFPROTO_*. */
  helperFamily: [17, u8],
  /** IPPROTO_*. */
  helperProto: [18, u8]
})

/** <linux/tc_act/tc_ct.h> */
export const TCA_CT_ACT = {
  COMMIT: 0x1,
  FORCE: 0x2,
  CLEAR: 0x4,
  NAT: 0x8,
  NAT_SRC: 0x10,
  NAT_DST: 0x20
} as const
