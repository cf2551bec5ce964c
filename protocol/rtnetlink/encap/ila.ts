import { attributes, be64, bytes, s32, u8, u32 } from '../../definition'

/** Identifier locator addressing: `encap ila`. <linux/ila.h> */
export const ila = attributes('ILA_ATTR', {
  /** The upper half of the IPv6 address to write into packets. */
  locator: [1, be64],
  identifier: [2, be64],
  locatorMatch: [3, be64],
  ifindex: [4, s32],
  dir: [5, u32],
  pad: [6, bytes],
  /** ILA_CSUM_*: what is done so that checksums stay right. */
  csumMode: [7, u8],
  /** ILA_ATYPE_*. */
  identType: [8, u8],
  /** 0 for packets sent from here, 1 for those received. */
  hookType: [9, u8]
})
