import { suite } from 'uvu'
import { AF } from '../../../protocol/rtnetlink/af'
import { MCAST, MDB, MDB_RTR_TYPE } from '../../../protocol/rtnetlink/mdb'
import { RTPROT } from '../../../protocol/rtnetlink/route'
import { golden } from './golden'

const test = suite('rtnetlink mdb')

const ETH_P_IP = 0x0800
const header = { family: AF.BRIDGE, ifindex: 4 }
const group = {
  ifindex: 2,
  state: MDB.PERMANENT,
  flags: 0,
  vid: 0,
  addr: { u: Uint8Array.from([239, 5, 5, 5, ...new Uint8Array(12)]), proto: ETH_P_IP }
}

golden(
  test,
  'bridge mdb add dev br0 port v0 grp 239.5.5.5 permanent',
  `
  3800000054000506a2aa006b000000000700000004000000200001000300000001000000ef0505050000000000000000
  0000000008000000
  `,
  { type: 'RTM_NEWMDB', header, attributes: { entry: { ...group, ifindex: 3 } } }
)

golden(
  test,
  'bridge monitor mdb: the same numbers mean groups and ports when the kernel speaks',
  `
  5000000055000000000000000000000007000000040000003800010034000100300001000200000001000000ef050505
  0000000000000000000000000800000008000100000000000500050004000000
  `,
  {
    type: 'RTM_DELMDB',
    header,
    attributes: {
      mdb: [[{ header: group, attributes: { timer: 0, rtprot: RTPROT.STATIC } }]]
    }
  }
)

golden(
  test,
  'bridge mdb add dev br0 port v0 grp 239.5.5.5 src 10.0.0.1: attribute 2, laid out by hand',
  `
  5c0000005400050601000000000000000700000004000000200001000200000001000000ef0505050000000000000000
  000000000800000024000280080001000a000001100002800c000180080001000a0000020500030001000000
  `,
  {
    type: 'RTM_NEWMDB',
    header,
    attributes: {
      entry: group,
      entryAttrs: { source: '10.0.0.1', srcList: [{ address: '10.0.0.2' }], groupMode: MCAST.INCLUDE }
    }
  }
)

golden(
  test,
  'bridge monitor mdb: attribute 2 alone is a router port, laid out by hand',
  `
  3400000054000000010000000000000007000000040000001c0002001800010002000000080001000000000005000200
  02000000
  `,
  {
    type: 'RTM_NEWMDB',
    header,
    attributes: { router: [{ ifindex: 2, attributes: { timer: 0, type: MDB_RTR_TYPE.PERM } }] }
  }
)

golden(
  test,
  'bridge mdb show: the kernel answers with the type of the question, laid out by hand',
  `
  640000005600020001000000000000000700000004000000300001002c000100280001000200000001000000ef050505
  0000000000000000000000000800000008000100906500001c0002001800010002000000080001000000000005000200
  02000000
  `,
  {
    type: 'RTM_GETMDB',
    header,
    attributes: {
      mdb: [[{ header: group, attributes: { timer: 26000 } }]],
      router: [{ ifindex: 2, attributes: { timer: 0, type: MDB_RTR_TYPE.PERM } }]
    }
  }
)

test.run()
