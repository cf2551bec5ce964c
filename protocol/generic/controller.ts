import { attributes, indexed, message, numbered, string, type TypeOf, u16, u32 } from '../definition'
import { policyType } from '../netlink/control'
import { genlmsghdr } from './header'

const operation = attributes('CTRL_ATTR_OP', {
  /** The command's number. */
  id: [1, u32],
  /** GENL_* bits. */
  flags: [2, u32]
})

const multicastGroup = attributes('CTRL_ATTR_MCAST_GRP', {
  name: [1, string],
  /** What to join with NETLINK_ADD_MEMBERSHIP. */
  id: [2, u32]
})

/** Which of the family's policies a command is checked with. */
const operationPolicy = attributes('CTRL_ATTR_POLICY', {
  do: [1, u32],
  dump: [2, u32]
})

/** A family of generic netlink, as the controller knows it: `genl ctrl list`. <linux/genetlink.h> */
export const controller = message('controller', {
  types: {
    CTRL_CMD_NEWFAMILY: 1,
    CTRL_CMD_DELFAMILY: 2,
    CTRL_CMD_GETFAMILY: 3,
    CTRL_CMD_NEWOPS: 4,
    CTRL_CMD_DELOPS: 5,
    CTRL_CMD_GETOPS: 6,
    CTRL_CMD_NEWMCAST_GRP: 7,
    CTRL_CMD_DELMCAST_GRP: 8,
    CTRL_CMD_GETMCAST_GRP: 9,
    CTRL_CMD_GETPOLICY: 10
  },
  header: genlmsghdr,
  attributes: attributes('CTRL_ATTR', {
    /** What stands as the type of the family's messages. */
    familyId: [1, u16],
    familyName: [2, string],
    version: [3, u32],
    /** Size of a header of the family's own behind genlmsghdr, in bytes. */
    hdrsize: [4, u32],
    maxattr: [5, u32],
    ops: [6, indexed(1, operation)],
    mcastGroups: [7, indexed(1, multicastGroup)],
    /** By policy and attribute: what values are accepted. One attribute a message. */
    policy: [8, numbered(numbered(policyType))],
    /** By command. */
    opPolicy: [9, numbered(operationPolicy)],
    /** The command whose policy is asked for. */
    op: [10, u32]
  })
})
export interface Controller extends TypeOf<typeof controller> {}

/** What a command needs and offers. <linux/genetlink.h> */
export const GENL = {
  /** Only with CAP_NET_ADMIN in the initial user namespace. */
  ADMIN_PERM: 0x01,
  CMD_CAP_DO: 0x02,
  CMD_CAP_DUMP: 0x04,
  CMD_CAP_HASPOL: 0x08,
  /** Only with CAP_NET_ADMIN in the user namespace of the network namespace. */
  UNS_ADMIN_PERM: 0x10
} as const

/** The controller's id, the only one that is fixed. <linux/genetlink.h> */
export const GENL_ID_CTRL = 16
