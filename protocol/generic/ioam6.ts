import { attributes, bytes, flag, message, type TypeOf, u16, u32, u64 } from '../definition'
import { genlmsghdr } from './header'

/** What packets collect on their way, in situ OAM over IPv6: `ip ioam`. <linux/ioam6_genl.h> */
export const inSituOam = message('inSituOam', {
  types: {
    IOAM6_CMD_ADD_NAMESPACE: 1,
    IOAM6_CMD_DEL_NAMESPACE: 2,
    IOAM6_CMD_DUMP_NAMESPACES: 3,
    IOAM6_CMD_ADD_SCHEMA: 4,
    IOAM6_CMD_DEL_SCHEMA: 5,
    IOAM6_CMD_DUMP_SCHEMAS: 6,
    IOAM6_CMD_NS_SET_SCHEMA: 7
  },
  header: genlmsghdr,
  attributes: attributes('IOAM6_ATTR', {
    nsId: [1, u16],
    nsData: [2, u32],
    nsDataWide: [3, u64],
    scId: [4, u32],
    scData: [5, bytes],
    /** The namespace shall have no schema. */
    scNone: [6, flag],
    pad: [7, bytes]
  })
})
export interface InSituOam extends TypeOf<typeof inSituOam> {}
