import {
  attributes,
  bytes,
  ip4,
  ip6,
  many,
  message,
  pad,
  struct,
  type TypeOf,
  u8,
  u32,
  u64
} from '../definition'

/** The network identifiers that a VXLAN interface serves: `bridge vni`. <linux/if_link.h> */
export const tunnel = message('tunnel', {
  types: { RTM_NEWTUNNEL: 120, RTM_DELTUNNEL: 121, RTM_GETTUNNEL: 122 },
  header: struct('tunnel_msg', {
    family: u8,
    /** TUNNEL_MSG_FLAG_* bits. */
    flags: u8,
    reserved2: pad(2),
    ifindex: u32
  }),
  attributes: attributes('VXLAN_VNIFILTER', {
    entry: [
      1,
      many(
        attributes('VXLAN_VNIFILTER_ENTRY', {
          start: [1, u32],
          /** The last identifier of a range. */
          end: [2, u32],
          /** The far end of frames whose destination is not known. */
          group: [3, ip4],
          group6: [4, ip6],
          stats: [
            5,
            attributes('VNIFILTER_ENTRY_STATS', {
              rxBytes: [1, u64],
              rxPkts: [2, u64],
              rxDrops: [3, u64],
              rxErrors: [4, u64],
              txBytes: [5, u64],
              txPkts: [6, u64],
              txDrops: [7, u64],
              txErrors: [8, u64],
              pad: [9, bytes]
            })
          ]
        })
      )
    ]
  })
})
export interface Tunnel extends TypeOf<typeof tunnel> {}

/** What a dump shall have. <linux/if_link.h> */
export const TUNNEL_MSG_FLAG = { STATS: 0x01 } as const
