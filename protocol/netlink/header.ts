import { u16, u32 } from '../definition/integer'
import { struct } from '../definition/struct'

/** What every message begins with. <linux/netlink.h> */
export const nlmsghdr = struct('nlmsghdr', {
  /** Length of the message with this header, without the padding behind it. */
  len: u32,
  type: u16,
  flags: u16,
  /** Chosen by the sender of a request; answers repeat it. */
  seq: u32,
  /** The port of the socket that asked; 0 is the kernel. */
  pid: u32
})

/** Flags of nlmsghdr. <linux/netlink.h>, man 7 netlink */
export const NLM_F = {
  REQUEST: 0x1,
  /** Part of a message in several parts, ended by NLMSG_DONE. */
  MULTI: 0x2,
  ACK: 0x4,
  ECHO: 0x8,
  /** The table changed while it was dumped. */
  DUMP_INTR: 0x10,
  DUMP_FILTERED: 0x20,
  ROOT: 0x100,
  MATCH: 0x200,
  ATOMIC: 0x400,
  DUMP: 0x300,
  REPLACE: 0x100,
  EXCL: 0x200,
  CREATE: 0x400,
  APPEND: 0x800,
  /** Of a delete: do not recurse. */
  NONREC: 0x100,
  /** Of a delete: of several objects at once. */
  BULK: 0x200,
  /** Of an acknowledgement: the request's payload was left out. */
  CAPPED: 0x100,
  /** Of an acknowledgement: extended ACK attributes follow. */
  ACK_TLVS: 0x200
} as const

/** Netlink protocols: the third argument of socket(AF_NETLINK, …). <linux/netlink.h> */
export const NETLINK = { ROUTE: 0, NETFILTER: 12, GENERIC: 16 } as const
