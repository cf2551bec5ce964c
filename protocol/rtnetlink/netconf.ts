import { attributes, message, s32, struct, type TypeOf, u8 } from '../definition'

/** Settings of the IP layer, as sysctl shows them too: `ip netconf`. <linux/netconf.h> */
export const netconf = message('netconf', {
  types: { RTM_NEWNETCONF: 80, RTM_DELNETCONF: 81, RTM_GETNETCONF: 82 },
  header: struct('netconfmsg', { family: u8 }),
  attributes: attributes('NETCONFA', {
    /** An interface's index, or one of NETCONFA_IFINDEX_*. */
    ifindex: [1, s32],
    forwarding: [2, s32],
    /** 0 off, 1 strict, 2 loose. */
    rpFilter: [3, s32],
    mcForwarding: [4, s32],
    proxyNeigh: [5, s32],
    ignoreRoutesWithLinkdown: [6, s32],
    /** MPLS. */
    input: [7, s32],
    bcForwarding: [8, s32],
    forceForwarding: [9, s32]
  })
})
export interface Netconf extends TypeOf<typeof netconf> {}

/** What stands for no one interface. <linux/netconf.h> */
export const NETCONFA_IFINDEX = {
  ALL: -1,
  /** What new interfaces begin with. */
  DEFAULT: -2
} as const
