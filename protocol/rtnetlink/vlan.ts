import { attributes, bytes, many, message, pad, struct, type TypeOf, u8, u16, u32, u64 } from '../definition'
import { bridgeQuerier } from './link/bridge'
import { bridgeVlanInfo } from './link/bridge-vlan'
import { routerPorts } from './mdb'

const header = struct('br_vlan_msg', {
  family: u8,
  reserved1: pad(1),
  reserved2: pad(2),
  /** Of the bridge or the port. */
  ifindex: u32
})

/** VLANs of bridges and their ports: `bridge vlan`. Times are in hundredths of a second. <linux/if_bridge.h> */
export const vlan = message('vlan', {
  types: { RTM_NEWVLAN: 112, RTM_DELVLAN: 113 },
  header,
  attributes: attributes('BRIDGE_VLANDB', {
    entry: [
      1,
      many(
        attributes('BRIDGE_VLANDB_ENTRY', {
          info: [1, bridgeVlanInfo],
          /** The last VLAN of a range. */
          range: [2, u16],
          /** BR_STATE_*. */
          state: [3, u8],
          tunnelInfo: [
            4,
            attributes('BRIDGE_VLANDB_TINFO', {
              id: [1, u32],
              /** RTM_SETLINK or RTM_DELLINK. */
              cmd: [2, u32]
            })
          ],
          stats: [
            5,
            attributes('BRIDGE_VLANDB_STATS', {
              rxBytes: [1, u64],
              rxPackets: [2, u64],
              txBytes: [3, u64],
              txPackets: [4, u64],
              pad: [5, bytes]
            })
          ],
          /** MDB_RTR_TYPE_*. */
          mcastRouter: [6, u8],
          mcastNGroups: [7, u32],
          /** 0 is any number. */
          mcastMaxGroups: [8, u32],
          neighSuppress: [9, u8],
          neighForwardGrat: [10, u8]
        })
      )
    ],
    /** What holds for a VLAN in the whole bridge: `bridge vlan global`. */
    globalOptions: [
      2,
      many(
        attributes('BRIDGE_VLANDB_GOPTS', {
          id: [1, u16],
          /** The last VLAN of a range. */
          range: [2, u16],
          mcastSnooping: [3, u8],
          mcastIgmpVersion: [4, u8],
          mcastMldVersion: [5, u8],
          mcastLastMemberCnt: [6, u32],
          mcastStartupQueryCnt: [7, u32],
          mcastLastMemberIntvl: [8, u64],
          pad: [9, bytes],
          mcastMembershipIntvl: [10, u64],
          mcastQuerierIntvl: [11, u64],
          mcastQueryIntvl: [12, u64],
          mcastQueryResponseIntvl: [13, u64],
          mcastStartupQueryIntvl: [14, u64],
          mcastQuerier: [15, u8],
          mcastRouterPorts: [16, attributes('MDBA', { router: [2, routerPorts] })],
          mcastQuerierState: [17, bridgeQuerier],
          /** The spanning tree that it belongs to. */
          msti: [18, u16]
        })
      )
    ]
  })
})
export interface Vlan extends TypeOf<typeof vlan> {}

/** The question for them; the answers are RTM_NEWVLAN. <linux/if_bridge.h> */
export const vlanQuery = message('vlan query', {
  types: { RTM_GETVLAN: 114 },
  header,
  attributes: attributes('BRIDGE_VLANDB_DUMP', {
    /** BRIDGE_VLANDB_DUMPF_* bits. */
    flags: [1, u32]
  })
})
export interface VlanQuery extends TypeOf<typeof vlanQuery> {}

/** What a dump shall have. <linux/if_bridge.h> */
export const BRIDGE_VLANDB_DUMPF = {
  STATS: 0x01,
  /** What holds in the whole bridge, instead of VLANs of ports. */
  GLOBAL: 0x02
} as const
