import { attributes, bytes, struct, u32 } from '../../../definition'
import { generic, tcfT } from './generic'

/** Reckons checksums anew. <linux/tc_act/tc_csum.h>, man 8 tc-csum */
export const csum = attributes('TCA_CSUM', {
  parms: [
    1,
    struct('tc_csum', {
      ...generic,
      /** TCA_CSUM_UPDATE_FLAG_* bits. */
      updateFlags: u32
    })
  ],
  tm: [2, tcfT],
  pad: [3, bytes]
})

/** <linux/tc_act/tc_csum.h> */
export const TCA_CSUM_UPDATE_FLAG = {
  IPV4HDR: 0x1,
  ICMP: 0x2,
  IGMP: 0x4,
  TCP: 0x8,
  UDP: 0x10,
  UDPLITE: 0x20,
  SCTP: 0x40
} as const
