import { attributes, message, s32, struct, type TypeOf, u8, u32 } from '../definition'

/** The id that one namespace has for another: `ip netns set`, `ip netns list-id`. <linux/net_namespace.h> */
export const nsid = message('nsid', {
  types: { RTM_NEWNSID: 88, RTM_DELNSID: 89, RTM_GETNSID: 90 },
  header: struct('rtgenmsg', { family: u8 }),
  attributes: attributes('NETNSA', {
    /** -1 when there is none, or when one is to be given out. */
    nsid: [1, s32],
    /** The namespace meant, by a process in it. */
    pid: [2, u32],
    /** The namespace meant, by a file descriptor of it. */
    fd: [3, u32],
    /** Answer with the ids that this namespace has for others. */
    targetNsid: [4, s32],
    /** In such an answer, our own id for the same namespace. */
    currentNsid: [5, s32]
  })
})
export interface Nsid extends TypeOf<typeof nsid> {}
