import * as E from 'fp-ts/Either'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { encode } from '../../../protocol'
import {
  CTA_FILTER_F,
  connection,
  filter,
  IPS,
  sequenceAdjustment
} from '../../../protocol/conntrack/connection'
import { IP_CT_TCP_FLAG, TCP_CONNTRACK } from '../../../protocol/conntrack/state'
import { NFPROTO } from '../../../protocol/nfnetlink/header'
import { golden, hex } from '../nftables/golden'

const test = suite('conntrack connection')

const { WINDOW_SCALE, SACK_PERM, BE_LIBERAL } = IP_CT_TCP_FLAG
const liberal = { flags: SACK_PERM | BE_LIBERAL, mask: SACK_PERM | BE_LIBERAL }

golden(
  test,
  'conntrack -I -p tcp -s 10.1.1.1 -d 10.1.1.3 --sport 1 --dport 80 --src-nat 1.2.3.4:5000 --state SYN_SENT --timeout 100',
  `
  c4000000000105062c67006b00000000020000003400018014000180080001000a010101080002000a0101031c000280
  0500010006000000060002000001000006000300005000003400028014000180080001000a010103080002000a010101
  1c0002800500010006100000060002000050000006000300000100000800070000000064200004801c00018005000100
  01720000060004000a0a0000060005000a0a000020000680080001000102030414000380060001001388000006000200
  13880000
  `,
  {
    type: 'IPCTNL_MSG_CT_NEW',
    family: NFPROTO.IPV4,
    attributes: {
      tupleOrig: {
        ip: { v4Src: '10.1.1.1', v4Dst: '10.1.1.3' },
        proto: { num: 6, srcPort: 1, dstPort: 80 }
      },
      tupleReply: {
        ip: { v4Src: '10.1.1.3', v4Dst: '10.1.1.1' },
        proto: { num: 6, srcPort: 80, dstPort: 1 }
      },
      protoinfo: { tcp: { state: TCP_CONNTRACK.SYN_SENT, flagsOriginal: liberal, flagsReply: liberal } },
      natSrc: { v4Minip: '1.2.3.4', proto: { portMin: 5000, portMax: 5000 } },
      timeout: 100
    }
  }
)

golden(
  test,
  'conntrack -L --status ASSURED',
  '24000000010101032c67006b0000000000000000080003000000000408001a0000000004',
  {
    type: 'IPCTNL_MSG_CT_GET',
    family: NFPROTO.UNSPEC,
    attributes: { status: IPS.ASSURED, statusMask: IPS.ASSURED }
  }
)

golden(
  test,
  'conntrack -E, a connection whose helper is ftp',
  `
  f8000000000100060000000000000000020000003400018014000180080001000a4d0001080002000a4d00021c000280
  0500010006000000060002 00d64c000006000300084900003400028014000180080001000a4d0002080002000a4d0001
  1c0002800500010006000000060002000849000006000300d64c000008000c001911ec39080003000000218808000700
  00000078300004802c0001800500010001000000050002000a0000000500030000000000060004000300000006000500
  000000000c00058008000100667470001400160002000000000000000000000000000000080008000000002a0c001b00
  18e9ca784b8c64f1
  `,
  {
    type: 'IPCTNL_MSG_CT_NEW',
    family: NFPROTO.IPV4,
    attributes: {
      tupleOrig: {
        ip: { v4Src: '10.77.0.1', v4Dst: '10.77.0.2' },
        proto: { num: 6, srcPort: 54860, dstPort: 2121 }
      },
      tupleReply: {
        ip: { v4Src: '10.77.0.2', v4Dst: '10.77.0.1' },
        proto: { num: 6, srcPort: 2121, dstPort: 54860 }
      },
      id: 0x1911ec39,
      status: IPS.CONFIRMED | IPS.SRC_NAT_DONE | IPS.DST_NAT_DONE | IPS.HELPER,
      timeout: 120,
      protoinfo: {
        tcp: {
          state: TCP_CONNTRACK.SYN_SENT,
          wscaleOriginal: 10,
          wscaleReply: 0,
          flagsOriginal: { flags: WINDOW_SCALE | SACK_PERM, mask: 0 },
          flagsReply: { flags: 0, mask: 0 }
        }
      },
      help: { name: 'ftp' },
      labels: hex('02000000000000000000000000000000'),
      mark: 42,
      timestampEvent: 0x18e9ca784b8c64f1n
    }
  }
)

golden(
  test,
  'conntrack -E, the end of a connection that was counted and timed',
  `
  fc0000000201000000000000e346828b0200000034000180140001800800010001010101080002000202 02021c000280
  050001001100000006000200000100000600030000020000340002801400018008000100020202020800020001010101
  1c00028005000100110000000600020000020000060003000001000008000c00db0b4d94080003000000020808000700
  000000081c0009800c00010000000000000000000c00020000000000000000001c000a800c0001000000000000000000
  0c00020000000000000000001c0014800c00010018e9ca7863e771020c00020018e9ca7864d6be990800080000000008
  0c001b0018e9ca7864d6bf06
  `,
  {
    type: 'IPCTNL_MSG_CT_DELETE',
    family: NFPROTO.IPV4,
    attributes: {
      tupleOrig: {
        ip: { v4Src: '1.1.1.1', v4Dst: '2.2.2.2' },
        proto: { num: 17, srcPort: 1, dstPort: 2 }
      },
      tupleReply: {
        ip: { v4Src: '2.2.2.2', v4Dst: '1.1.1.1' },
        proto: { num: 17, srcPort: 2, dstPort: 1 }
      },
      id: 0xdb0b4d94,
      status: IPS.CONFIRMED | IPS.DYING,
      timeout: 8,
      countersOrig: { packets: 0n, bytes: 0n },
      countersReply: { packets: 0n, bytes: 0n },
      timestamp: { start: 0x18e9ca7863e77102n, stop: 0x18e9ca7864d6be99n },
      mark: 8,
      timestampEvent: 0x18e9ca7864d6bf06n
    }
  }
)

golden(
  test,
  'conntrack -S, the first CPU',
  `
  64000000040102002c67006bf06700000000000008000200000000000800040000000000080008000000000008000900
  0000000008000a000000000008000b000000000008000c000000000008000d000000000008000e000000000008000f00
  00000000
  `,
  {
    type: 'IPCTNL_MSG_CT_GET_STATS_CPU',
    family: NFPROTO.UNSPEC,
    attributes: {
      found: 0,
      invalid: 0,
      insert: 0,
      insertFailed: 0,
      drop: 0,
      earlyDrop: 0,
      error: 0,
      searchRestart: 0,
      clashResolve: 0,
      chainToolong: 0
    }
  }
)

golden(test, 'conntrack -C', '24000000050102002c67006bf467000000000000080001000000000a0800020000040000', {
  type: 'IPCTNL_MSG_CT_GET_STATS',
  family: NFPROTO.UNSPEC,
  attributes: { entries: 10, maxEntries: 262144 }
})

test('the flags of a filter are in host byte order, unlike everything around them', () => {
  const flags = CTA_FILTER_F.CTA_IP_SRC | CTA_FILTER_F.CTA_PROTO_NUM
  assert.equal(encode(filter)({ origFlags: flags }), E.right(hex('08000100 09000000')))
  assert.equal(
    encode(connection.attributes)({ mark: 9 }),
    E.right(hex('08000800 00000009')),
    'and so is the mark, which is not'
  )
})

test('a helper that shortened what was said shifts sequence numbers down', () => {
  assert.equal(
    encode(sequenceAdjustment)({ correctionPos: 7, offsetBefore: 0, offsetAfter: -3 }),
    E.right(hex('08000100 00000007 08000200 00000000 08000300 fffffffd'))
  )
})

test.run()
