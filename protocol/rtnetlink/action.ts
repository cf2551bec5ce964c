import { attributes, message, pad, string, struct, type TypeOf, u8, u32 } from '../definition'
import { actions } from './tc/action'
import { nlaBitfield32 } from './tc/bitfield'

/** Actions that stand by themselves, for filters to share: `tc actions`. <linux/rtnetlink.h>, man 8 tc-actions */
export const action = message('action', {
  types: { RTM_NEWACTION: 48, RTM_DELACTION: 49, RTM_GETACTION: 50 },
  header: struct('tcamsg', { family: u8, pad1: pad(1), pad2: pad(2) }),
  attributes: attributes('TCA_ROOT', {
    tab: [1, actions],
    /** TCA_ACT_FLAG_* bits. */
    flags: [2, nlaBitfield32],
    /** How many actions a message of a dump has. */
    count: [3, u32],
    /** Of a dump: those used in the last so many milliseconds. */
    timeDelta: [4, u32],
    /** A remark of the kernel's on what it did, sent with the notification. */
    extWarnMsg: [5, string]
  })
})
export interface Action extends TypeOf<typeof action> {}

/** Flags of a dump. <linux/rtnetlink.h> */
export const TCA_ACT_FLAG = {
  /** As many actions in a message as fit, not 32. */
  LARGE_DUMP_ON: 0x1,
  /** Kinds and numbers only. */
  TERSE_DUMP: 0x2
} as const

export { TCA_ACT_FLAGS, TCA_ACT_HW_STATS } from './tc/action'
export { TCA_CSUM_UPDATE_FLAG } from './tc/action/csum'
export { TCA_CT_ACT } from './tc/action/ct'
export { PGACT } from './tc/action/gact'
export { TC_ACT } from './tc/action/generic'
export { IFE } from './tc/action/ife'
export { TCA_EGRESS, TCA_INGRESS } from './tc/action/mirred'
export { TCA_MPLS_ACT } from './tc/action/mpls'
export { TCA_NAT_FLAG } from './tc/action/nat'
export { TCA_PEDIT_KEY_EX_CMD, TCA_PEDIT_KEY_EX_HDR_TYPE } from './tc/action/pedit'
export { SKBEDIT_F } from './tc/action/skbedit'
export { SKBMOD_F } from './tc/action/skbmod'
export { TCA_TUNNEL_KEY_ACT } from './tc/action/tunnel-key'
export { TCA_VLAN_ACT } from './tc/action/vlan'
