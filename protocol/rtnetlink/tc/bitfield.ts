import { struct, u32 } from '../../definition'

/** Bits, and which of them are meant. <linux/netlink.h> */
export const nlaBitfield32 = struct('nla_bitfield32', {
  value: u32,
  /** The bits of `value` that count; the others are left as they are. */
  selector: u32
})
