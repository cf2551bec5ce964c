import { suite } from 'uvu'
import { AF } from '../../../protocol/rtnetlink/af'
import { LWTUNNEL_ENCAP } from '../../../protocol/rtnetlink/encap'
import { NEXTHOP_GRP_TYPE, nexthop } from '../../../protocol/rtnetlink/nexthop'
import { RT_SCOPE } from '../../../protocol/rtnetlink/route'
import { golden } from './golden'

const test = suite('rtnetlink nexthop')

golden(
  test,
  'ip nexthop add id 6 encap ip id 3 dst 192.0.2.1 via 10.1.0.2 dev v0',
  `
  5000000068000506a0aa006b0000000002000000000000000800010006000000180008800c0001000000000000000003
  08000200c00002010600070002002f2f080006000a0100020800050003000000
  `,
  {
    type: 'RTM_NEWNEXTHOP',
    header: { ...nexthop.header.zero, family: AF.INET },
    attributes: {
      id: 6,
      encapType: LWTUNNEL_ENCAP.IP,
      encap: { id: 3n, dst: '192.0.2.1' },
      gateway: '10.1.0.2',
      oif: 3
    }
  }
)

golden(
  test,
  'ip nexthop add id 10 group 1,4/2,30',
  `
  3400000068000506a0aa006b000000000000000000000000080001000a00000014000200010000000300000002000000
  1d000000
  `,
  {
    type: 'RTM_NEWNEXTHOP',
    header: nexthop.header.zero,
    attributes: {
      id: 10,
      group: [
        { id: 1, weight: 3, weightHigh: 0 },
        { id: 2, weight: 29, weightHigh: 0 }
      ]
    }
  }
)

golden(
  test,
  'ip nexthop add id 11 group 1/2 type resilient buckets 8 idle_timer 60 unbalanced_timer 300',
  `
  5800000068000506a0aa006b000000000000000000000000080001000b00000014000200010000000000000002000000
  000000001c000c800600010008000000080002007017000008000300307500000600030001000000
  `,
  {
    type: 'RTM_NEWNEXTHOP',
    header: nexthop.header.zero,
    attributes: {
      id: 11,
      group: [
        { id: 1, weight: 0, weightHigh: 0 },
        { id: 2, weight: 0, weightHigh: 0 }
      ],
      groupType: NEXTHOP_GRP_TYPE.RES,
      resGroup: { buckets: 8, idleTimer: 6000, unbalancedTimer: 30000 }
    }
  }
)

golden(
  test,
  'ip monitor nexthop: the kernel adds a nexthop',
  `
  30000000680005063167006bb068000002fd00000000000008000100050000000800050003000000080006000a580003
  `,
  {
    type: 'RTM_NEWNEXTHOP',
    header: { family: AF.INET, scope: RT_SCOPE.LINK, protocol: 0, flags: 0 },
    attributes: { id: 5, oif: 3, gateway: '10.88.0.3' }
  }
)

golden(
  test,
  'ip nexthop bucket show id 11',
  `
  2000000076000103a0aa006b000000000000000000000000080001000b000000
  `,
  { type: 'RTM_GETNEXTHOPBUCKET', header: nexthop.header.zero, attributes: { id: 11 } }
)

test.run()
