import { suite } from 'uvu'
import { AF } from '../../../protocol/rtnetlink/af'
import { RT_TABLE, RTPROT } from '../../../protocol/rtnetlink/route'
import { FIB_RULE, FR_ACT, rule } from '../../../protocol/rtnetlink/rule'
import { golden } from './golden'

const test = suite('rtnetlink rule')

const added = { ...rule.header.zero, family: AF.INET, action: FR_ACT.TO_TBL }

golden(
  test,
  'ip rule add from all lookup 100',
  `
  2000000020000506a0aa006b0000000002000000640000010000000004000200
  `,
  { type: 'RTM_NEWRULE', header: { ...added, table: 100 }, attributes: { src: '' } }
)

golden(
  test,
  'ip rule add from 10.1.0.0/16 to 10.2.0.0/16 iif v0 oif v1 fwmark 0x5/0xff tos 0x10 priority 70 table 1000 suppress_prefixlength 0 suppress_ifgroup 3 realms 2/3 protocol static',
  `
  7c00000020000506a0aa006b00000000021010100000000100000000080002000a010000080001000a02000007000300
  76300000070011007631000008000a000500000008001000ff000000080006004600000008000f00e803000008000e00
  0000000008000d000300000008000b00030002000500150004000000
  `,
  {
    type: 'RTM_NEWRULE',
    header: { ...added, dstLen: 16, srcLen: 16, tos: 0x10 },
    attributes: {
      src: '10.1.0.0',
      dst: '10.2.0.0',
      iifname: 'v0',
      oifname: 'v1',
      fwmark: 5,
      fwmask: 0xff,
      priority: 70,
      table: 1000,
      suppressPrefixlen: 0,
      suppressIfgroup: 3,
      flow: 0x20003,
      protocol: RTPROT.STATIC
    }
  }
)

golden(
  test,
  'ip rule add uidrange 1000-2000 ipproto tcp sport 10-20 dport 30 lookup main priority 71',
  `
  4800000020000506a0aa006b0000000002000000fe000001000000000c001400e8030000d00700000500160006000000
  080017000a001400080018001e001e000800060047000000
  `,
  {
    type: 'RTM_NEWRULE',
    header: { ...added, table: RT_TABLE.MAIN },
    attributes: {
      uidRange: { start: 1000, end: 2000 },
      ipProto: 6,
      sportRange: { start: 10, end: 20 },
      dportRange: { start: 30, end: 30 },
      priority: 71
    }
  }
)

golden(
  test,
  'ip rule add not from 10.9.0.0/24 goto 32766 priority 74',
  `
  3400000020000506a0aa006b00000000020018000000000202000000080002000a09000008000400fe7f000008000600
  4a000000
  `,
  {
    type: 'RTM_NEWRULE',
    header: { ...added, srcLen: 24, action: FR_ACT.GOTO, flags: FIB_RULE.INVERT },
    attributes: { src: '10.9.0.0', goto: 32766, priority: 74 }
  }
)

golden(
  test,
  'ip monitor rule: the kernel says that nothing is suppressed by 0xffffffff',
  `
  44000000210000003167006bb668000002002000370000010000000008000f003700000008000e00ffffffff05001500
  0000000008000600fd7f0000080002000a010101
  `,
  {
    type: 'RTM_DELRULE',
    header: { ...added, srcLen: 32, table: 55 },
    attributes: {
      table: 55,
      suppressPrefixlen: 0xffffffff,
      protocol: RTPROT.UNSPEC,
      priority: 32765,
      src: '10.1.1.1'
    }
  }
)

test.run()
