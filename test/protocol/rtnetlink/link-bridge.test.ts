import { suite } from 'uvu'
import { AF } from '../../../protocol/rtnetlink/af'
import {
  ARPHRD,
  BR_STATE,
  BRIDGE_FLAGS,
  BRIDGE_VLAN_INFO,
  IF_OPER,
  IFF,
  ifinfomsg
} from '../../../protocol/rtnetlink/link'
import { golden } from './golden'

const test = suite('rtnetlink link of a bridge')

const none = ifinfomsg.zero

golden(
  test,
  'ip link add br0 type bridge stp_state 1 forward_delay 400 priority 100 group_fwd_mask 8 mcast_snooping 0 vlan_default_pvid 5 mcast_stats_enabled 1 mcast_igmp_version 3 vlan_protocol 802.1ad',
  `
  840000001000050673aa006b000000000000000000000000000000000000000008000300627230005c0012000a000100
  62726964676500004c000200080005000100000008000100900100000600060064000000060009000800000005001700
  00000000060027000500000005002a000100000005002b00030000000600080088a80000
  `,
  {
    type: 'RTM_NEWLINK',
    header: none,
    attributes: {
      ifname: 'br0',
      linkinfo: {
        kind: 'bridge',
        data: {
          stpState: 1,
          forwardDelay: 400,
          priority: 100,
          groupFwdMask: 8,
          mcastSnooping: 0,
          vlanDefaultPvid: 5,
          mcastStatsEnabled: 1,
          mcastIgmpVersion: 3,
          vlanProtocol: 0x88a8
        }
      }
    }
  },
  { irregular: true }
)

golden(
  test,
  'ip link set va type bridge_slave isolated on neigh_suppress on backup_port vb',
  `
  500000001000050073aa006b000000000000000003000000000000000000000030001200100001006272696467655f73
  6c6176651c000500050021000100000005002000010000000800220004000000
  `,
  {
    type: 'RTM_NEWLINK',
    header: { ...none, index: 3 },
    attributes: {
      linkinfo: { kind: 'bridge_slave', slaveData: { isolated: 1, neighSuppress: 1, backupPort: 4 } }
    }
  },
  { irregular: true }
)

golden(
  test,
  'ip link set va type bridge_slave nobackup_port fdb_flush',
  `
  440000001000050073aa006b000000000000000003000000000000000000000024001200100001006272696467655f73
  6c61766510000500080022000000000004001800
  `,
  {
    type: 'RTM_NEWLINK',
    header: { ...none, index: 3 },
    attributes: { linkinfo: { kind: 'bridge_slave', slaveData: { backupPort: 0, flush: true } } }
  },
  { irregular: true }
)

golden(
  test,
  'bridge link set dev va cost 5 priority 3 state 3 guard on hairpin on learning off flood off isolated on self',
  `
  700000001300050074aa006b000000000700000003000000000000000000000044000c80050005000100000005000400
  010000000500090000000000050008000000000008000300050000000600020003000000050001000300000005002100
  010000000c001a000600000002000000
  `,
  {
    type: 'RTM_SETLINK',
    header: { ...none, family: AF.BRIDGE, index: 3 },
    attributes: {
      protinfo: {
        guard: 1,
        mode: 1,
        unicastFlood: 0,
        learning: 0,
        cost: 5,
        priority: 3,
        state: BR_STATE.FORWARDING,
        isolated: 1
      },
      afSpec: { flags: BRIDGE_FLAGS.SELF }
    }
  }
)

golden(
  test,
  'bridge vlan add dev va vid 10 pvid untagged',
  `
  2c0000001300050074aa006b00000000070000000300000000000000000000000c001a000800020006000a00
  `,
  {
    type: 'RTM_SETLINK',
    header: { ...none, family: AF.BRIDGE, index: 3 },
    attributes: {
      afSpec: { vlanInfo: [{ flags: BRIDGE_VLAN_INFO.PVID | BRIDGE_VLAN_INFO.UNTAGGED, vid: 10 }] }
    }
  }
)

golden(
  test,
  'bridge vlan add dev va vid 20-30 tunnel_info id 1020-1030',
  `
  5c0000001300050074aa006b00000000070000000300000000000000000000003c001a001c00030008000100fc030000
  060002001400000006000300080000001c0003000800010006040000060002001e0000000600030010000000
  `,
  {
    type: 'RTM_SETLINK',
    header: { ...none, family: AF.BRIDGE, index: 3 },
    attributes: {
      afSpec: {
        vlanTunnelInfo: [
          { id: 1020, vid: 20, flags: BRIDGE_VLAN_INFO.RANGE_BEGIN },
          { id: 1030, vid: 30, flags: BRIDGE_VLAN_INFO.RANGE_END }
        ]
      }
    }
  }
)

golden(
  test,
  'bridge vlan del dev va vid 10 self',
  `
  340000001100050074aa006b000000000700000003000000000000000000000014001a00060000000200000008000200
  00000a00
  `,
  {
    type: 'RTM_DELLINK',
    header: { ...none, family: AF.BRIDGE, index: 3 },
    attributes: { afSpec: { flags: BRIDGE_FLAGS.SELF, vlanInfo: [{ flags: 0, vid: 10 }] } }
  }
)

golden(
  test,
  'ip link set m1 nomaster: a bridge tells of the port that left',
  `
  5400000011000000000000000000000007000100020000000210000000000000070003006d31000008000a0004000000
  08000400dc05000005001000020000000a0001001271cd85161300000800050000000000
  `,
  {
    type: 'RTM_DELLINK',
    header: {
      ...none,
      family: AF.BRIDGE,
      type: ARPHRD.ETHER,
      index: 2,
      flags: IFF.BROADCAST | IFF.MULTICAST
    },
    attributes: {
      ifname: 'm1',
      master: 4,
      mtu: 1500,
      operstate: IF_OPER.DOWN,
      address: '12:71:cd:85:16:13',
      link: 0
    }
  }
)

test.run()
