import { suite } from 'uvu'
import { AF } from '../../../protocol/rtnetlink/af'
import { BRIDGE_VLANDB_DUMPF } from '../../../protocol/rtnetlink/vlan'
import { golden } from './golden'

const test = suite('rtnetlink vlan')

golden(
  test,
  'bridge vlan global set dev br0 vid 1 mcast_snooping 1 mcast_querier 1 mcast_igmp_version 3 mcast_query_interval 1000',
  `
  4800000070000500a2aa006b000000000700000004000000300002800600010001000000050003000100000005000f00
  0100000005000400030000000c000c00e803000000000000
  `,
  {
    type: 'RTM_NEWVLAN',
    header: { family: AF.BRIDGE, ifindex: 4 },
    attributes: {
      globalOptions: [
        { id: 1, mcastSnooping: 1, mcastQuerier: 1, mcastIgmpVersion: 3, mcastQueryIntvl: 1000n }
      ]
    }
  }
)

golden(
  test,
  'bridge vlan global show: the question has numbers of its own',
  `
  2000000072000103a2aa006b0000000007000000000000000800010002000000
  `,
  {
    type: 'RTM_GETVLAN',
    header: { family: AF.BRIDGE, ifindex: 0 },
    attributes: { flags: BRIDGE_VLANDB_DUMPF.GLOBAL }
  }
)

golden(
  test,
  'bridge vni add dev vx1 vni 10-20 group 239.1.1.1',
  `
  3400000078000500a2aa006b0000000007000000060000001c000180080001000a000000080002001400000008000300
  ef010101
  `,
  {
    type: 'RTM_NEWTUNNEL',
    header: { family: AF.BRIDGE, flags: 0, ifindex: 6 },
    attributes: { entry: [{ start: 10, end: 20, group: '239.1.1.1' }] }
  }
)

test.run()
