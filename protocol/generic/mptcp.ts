import { attributes, ip4, ip6, message, s32, type TypeOf, u8, u16, u32 } from '../definition'
import { genlmsghdr } from './header'

/** An address that connections may use besides their first one. */
const endpointAddress = attributes('MPTCP_PM_ADDR_ATTR', {
  /** AF_*. */
  family: [1, u16],
  id: [2, u8],
  addr4: [3, ip4],
  addr6: [4, ip6],
  /** In host byte order. */
  port: [5, u16],
  /** MPTCP_PM_ADDR_FLAG_* bits. */
  flags: [6, u32],
  /** The interface's index. */
  ifIdx: [7, s32]
})

/** The path manager of multipath TCP: `ip mptcp`. <linux/mptcp_pm.h> */
export const pathManager = message('pathManager', {
  types: {
    MPTCP_PM_CMD_ADD_ADDR: 1,
    MPTCP_PM_CMD_DEL_ADDR: 2,
    MPTCP_PM_CMD_GET_ADDR: 3,
    MPTCP_PM_CMD_FLUSH_ADDRS: 4,
    MPTCP_PM_CMD_SET_LIMITS: 5,
    MPTCP_PM_CMD_GET_LIMITS: 6,
    MPTCP_PM_CMD_SET_FLAGS: 7,
    MPTCP_PM_CMD_ANNOUNCE: 8,
    MPTCP_PM_CMD_REMOVE: 9,
    MPTCP_PM_CMD_SUBFLOW_CREATE: 10,
    MPTCP_PM_CMD_SUBFLOW_DESTROY: 11
  },
  header: genlmsghdr,
  attributes: attributes('MPTCP_PM_ATTR', {
    addr: [1, endpointAddress],
    /** How many addresses announced by the peer are used. */
    rcvAddAddrs: [2, u32],
    /** How many further subflows a connection may have. */
    subflows: [3, u32],
    /** The connection that is meant. */
    token: [4, u32],
    locId: [5, u8],
    addrRemote: [6, endpointAddress]
  })
})
export interface PathManager extends TypeOf<typeof pathManager> {}

/** Flags of an endpoint. <linux/mptcp_pm.h> */
export const MPTCP_PM_ADDR_FLAG = {
  /** Announce it to the peer. */
  SIGNAL: 0x01,
  /** Open subflows from it. */
  SUBFLOW: 0x02,
  BACKUP: 0x04,
  /** Open a subflow from it to each address that the peer announces. */
  FULLMESH: 0x08,
  IMPLICIT: 0x10
} as const
