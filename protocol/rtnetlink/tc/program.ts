import { arrayOf, struct, u8, u16, u32 } from '../../definition'

/** Instructions of classic BPF. <linux/filter.h> */
export const program = arrayOf(
  struct('sock_filter', {
    code: u16,
    /** Instructions to skip if a comparison holds. */
    jt: u8,
    /** The same if it does not. */
    jf: u8,
    k: u32
  })
)
