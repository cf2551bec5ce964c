import { pad, struct, u8 } from '../definition'

/** What every message of generic netlink begins with. <linux/genetlink.h> */
export const genlmsghdr = struct('genlmsghdr', {
  /** The command, in the numbering of the family. Encoding fills it in from the message's type. */
  cmd: u8,
  version: u8,
  reserved: pad(2)
})
