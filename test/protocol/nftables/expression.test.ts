import { suite } from 'uvu'
import { NFPROTO } from '../../../protocol/nfnetlink/header'
import { VERDICT } from '../../../protocol/nftables/data'
import { NFT_BITWISE } from '../../../protocol/nftables/expression/bitwise'
import { NFT_BYTEORDER } from '../../../protocol/nftables/expression/byteorder'
import { NFT_CMP } from '../../../protocol/nftables/expression/cmp'
import { NFT_CONNLIMIT_F } from '../../../protocol/nftables/expression/connlimit'
import { NFT_CT } from '../../../protocol/nftables/expression/ct'
import { NFT_DYNSET_F, NFT_DYNSET_OP } from '../../../protocol/nftables/expression/dynset'
import { NFT_EXTHDR_OP } from '../../../protocol/nftables/expression/exthdr'
import { NFT_HASH } from '../../../protocol/nftables/expression/hash'
import { NFT_LIMIT, NFT_LIMIT_F } from '../../../protocol/nftables/expression/limit'
import { NFT_LOOKUP_F } from '../../../protocol/nftables/expression/lookup'
import { NFT_META } from '../../../protocol/nftables/expression/meta'
import { NF_NAT_RANGE, NFT_NAT } from '../../../protocol/nftables/expression/nat'
import { NFT_NG } from '../../../protocol/nftables/expression/numgen'
import { NF_OSF_TTL, NFT_OSF_F } from '../../../protocol/nftables/expression/osf'
import { NFT_PAYLOAD, NFT_PAYLOAD_CSUM } from '../../../protocol/nftables/expression/payload'
import { NFT_QUEUE_FLAG } from '../../../protocol/nftables/expression/queue'
import { NFT_QUOTA_F } from '../../../protocol/nftables/expression/quota'
import { NFT_RANGE } from '../../../protocol/nftables/expression/range'
import { NFT_REJECT, NFT_REJECT_ICMPX } from '../../../protocol/nftables/expression/reject'
import { NFT_RT } from '../../../protocol/nftables/expression/rt'
import { NFT_SOCKET } from '../../../protocol/nftables/expression/socket'
import { NF_SYNPROXY_OPT } from '../../../protocol/nftables/expression/synproxy'
import { NFT_XFRM_KEY, XFRM_POLICY } from '../../../protocol/nftables/expression/xfrm'
import { NFT_OBJECT } from '../../../protocol/nftables/object'
import { golden, hex } from './golden'

const test = suite('nftables expression')

golden(
  test,
  'nft add rule ip nat prerouting tcp dport 8081 dnat to 10.0.0.2:80-90',
  `
  a4010000060a010c010000000000000002000000080001006e6174000f000200707265726f7574696e67000078010480
  24000180090001006d6574610000000014000280080002000000001008000100000000012c00018008000100636d7000
  20000280080001000000000108000200000000000c0003800500010006000000340001800c0001007061796c6f616400
  2400028008000100000000010800020000000002080003000000000208000400000000022c00018008000100636d7000
  20000280080001000000000108000200000000000c000380060001001f9100002c0001800e000100696d6d6564696174
  650000001800028008000100000000010c000280080001000a0000022c0001800e000100696d6d656469617465000000
  1800028008000100000000020c00028006000100005000002c0001800e000100696d6d65646961746500000018000280
  08000100000000030c00028006000100005a000040000180080001006e61740034000280080001000000000108000200
  000000020800030000000001080005000000000208000600000000030800070000000002
  `,
  {
    type: 'NFT_MSG_NEWRULE',
    family: NFPROTO.IPV4,
    attributes: {
      table: 'nat',
      chain: 'prerouting',
      expressions: [
        { name: 'meta', data: { key: NFT_META.L4PROTO, dreg: 1 } },
        { name: 'cmp', data: { sreg: 1, op: NFT_CMP.EQ, data: { value: hex('06') } } },
        { name: 'payload', data: { dreg: 1, base: NFT_PAYLOAD.TRANSPORT_HEADER, offset: 2, len: 2 } },
        { name: 'cmp', data: { sreg: 1, op: NFT_CMP.EQ, data: { value: hex('1f91') } } },
        { name: 'immediate', data: { dreg: 1, data: { value: hex('0a000002') } } },
        { name: 'immediate', data: { dreg: 2, data: { value: hex('0050') } } },
        { name: 'immediate', data: { dreg: 3, data: { value: hex('005a') } } },
        {
          name: 'nat',
          data: {
            type: NFT_NAT.DNAT,
            family: NFPROTO.IPV4,
            regAddrMin: 1,
            regProtoMin: 2,
            regProtoMax: 3,
            flags: NF_NAT_RANGE.PROTO_SPECIFIED
          }
        }
      ]
    }
  }
)

golden(
  test,
  'nft add rule ip nat prerouting tcp dport 22 redirect to :2222',
  `
  30010000060a010c010000000000000002000000080001006e6174000f000200707265726f7574696e67000004010480
  24000180090001006d6574610000000014000280080002000000001008000100000000012c00018008000100636d7000
  20000280080001000000000108000200000000000c0003800500010006000000340001800c0001007061796c6f616400
  2400028008000100000000010800020000000002080003000000000208000400000000022c00018008000100636d7000
  20000280080001000000000108000200000000000c00038006000100001600002c0001800e000100696d6d6564696174
  650000001800028008000100000000010c0002800600010008ae0000240001800a000100726564697200000014000280
  08000100000000010800030000000002
  `,
  {
    type: 'NFT_MSG_NEWRULE',
    family: NFPROTO.IPV4,
    attributes: {
      table: 'nat',
      chain: 'prerouting',
      expressions: [
        { name: 'meta', data: { key: NFT_META.L4PROTO, dreg: 1 } },
        { name: 'cmp', data: { sreg: 1, op: NFT_CMP.EQ, data: { value: hex('06') } } },
        { name: 'payload', data: { dreg: 1, base: NFT_PAYLOAD.TRANSPORT_HEADER, offset: 2, len: 2 } },
        { name: 'cmp', data: { sreg: 1, op: NFT_CMP.EQ, data: { value: hex('0016') } } },
        { name: 'immediate', data: { dreg: 1, data: { value: hex('08ae') } } },
        { name: 'redir', data: { regProtoMin: 1, flags: NF_NAT_RANGE.PROTO_SPECIFIED } }
      ]
    }
  }
)

golden(
  test,
  'nft add rule inet f mangle meta l4proto tcp tproxy ip to 127.0.0.1:50080',
  `
  00010000060a010c01000000000000000100000006000100660000000b0002006d616e676c650000d800048024000180
  090001006d6574610000000014000280080002000000001008000100000000012c00018008000100636d700020000280
  080001000000000108000200000000000c00038005000100060000002c0001800e000100696d6d656469617465000000
  1800028008000100000000010c000280080001007f0000012c0001800e000100696d6d65646961746500000018000280
  08000100000000020c00028006000100c3a000002c0001800b0001007470726f787900001c0002800800010000000002
  08000200000000010800030000000002
  `,
  {
    type: 'NFT_MSG_NEWRULE',
    family: NFPROTO.INET,
    attributes: {
      table: 'f',
      chain: 'mangle',
      expressions: [
        { name: 'meta', data: { key: NFT_META.L4PROTO, dreg: 1 } },
        { name: 'cmp', data: { sreg: 1, op: NFT_CMP.EQ, data: { value: hex('06') } } },
        { name: 'immediate', data: { dreg: 1, data: { value: hex('7f000001') } } },
        { name: 'immediate', data: { dreg: 2, data: { value: hex('c3a0') } } },
        { name: 'tproxy', data: { family: NFPROTO.IPV4, regAddr: 1, regPort: 2 } }
      ]
    }
  }
)

golden(
  test,
  'nft add rule inet f input tcp dport != 1-1023 accept',
  `
  1c010000060a010c01000000000000000100000006000100660000000a000200696e707574000000f400048024000180
  090001006d6574610000000014000280080002000000001008000100000000012c00018008000100636d700020000280
  080001000000000108000200000000000c0003800500010006000000340001800c0001007061796c6f61640024000280
  08000100000000010800020000000002080003000000000208000400000000023c0001800a00010072616e6765000000
  2c000280080001000000000108000200000000010c00038006000100000100000c0004800600010003ff000030000180
  0e000100696d6d6564696174650000001c0002800800010000000000100002800c0002800800010000000001
  `,
  {
    type: 'NFT_MSG_NEWRULE',
    family: NFPROTO.INET,
    attributes: {
      table: 'f',
      chain: 'input',
      expressions: [
        { name: 'meta', data: { key: NFT_META.L4PROTO, dreg: 1 } },
        { name: 'cmp', data: { sreg: 1, op: NFT_CMP.EQ, data: { value: hex('06') } } },
        { name: 'payload', data: { dreg: 1, base: NFT_PAYLOAD.TRANSPORT_HEADER, offset: 2, len: 2 } },
        {
          name: 'range',
          data: {
            sreg: 1,
            op: NFT_RANGE.NEQ,
            fromData: { value: hex('0001') },
            toData: { value: hex('03ff') }
          }
        },
        { name: 'immediate', data: { dreg: 0, data: { verdict: { code: VERDICT.ACCEPT } } } }
      ]
    }
  }
)

golden(
  test,
  'nft add rule inet f input ip saddr != @blocked accept',
  `
  18010000060a010c01000000000000000100000006000100660000000a000200696e707574000000f000048024000180
  090001006d6574610000000014000280080002000000000f08000100000000012c00018008000100636d700020000280
  080001000000000108000200000000000c0003800500010002000000340001800c0001007061796c6f61640024000280
  08000100000000010800020000000001080003000000000c0800040000000004380001800b0001006c6f6f6b75700000
  2800028008000200000000010c000100626c6f636b65640008000400000000060800050000000001300001800e000100
  696d6d6564696174650000001c0002800800010000000000100002800c0002800800010000000001
  `,
  {
    type: 'NFT_MSG_NEWRULE',
    family: NFPROTO.INET,
    attributes: {
      table: 'f',
      chain: 'input',
      expressions: [
        { name: 'meta', data: { key: NFT_META.NFPROTO, dreg: 1 } },
        { name: 'cmp', data: { sreg: 1, op: NFT_CMP.EQ, data: { value: hex('02') } } },
        { name: 'payload', data: { dreg: 1, base: NFT_PAYLOAD.NETWORK_HEADER, offset: 12, len: 4 } },
        { name: 'lookup', data: { sreg: 1, set: 'blocked', setId: 6, flags: NFT_LOOKUP_F.INV } },
        { name: 'immediate', data: { dreg: 0, data: { verdict: { code: VERDICT.ACCEPT } } } }
      ]
    }
  }
)

golden(
  test,
  'nft add rule inet f input limit rate over 10/second burst 20 packets drop',
  `
  a0000000060a010c01000000000000000100000006000100660000000a000200696e7075740000007800048044000180
  0a0001006c696d6974000000340002800c000100000000000000000a0c00020000000000000000010800030000000014
  08000400000000000800050000000001300001800e000100696d6d6564696174650000001c0002800800010000000000
  100002800c0002800800010000000000
  `,
  {
    type: 'NFT_MSG_NEWRULE',
    family: NFPROTO.INET,
    attributes: {
      table: 'f',
      chain: 'input',
      expressions: [
        {
          name: 'limit',
          data: { rate: 10n, unit: 1n, burst: 20, type: NFT_LIMIT.PKTS, flags: NFT_LIMIT_F.INV }
        },
        { name: 'immediate', data: { dreg: 0, data: { verdict: { code: VERDICT.DROP } } } }
      ]
    }
  }
)

golden(
  test,
  'nft add rule inet f input quota over 5 mbytes drop',
  `
  90000000060a010c01000000000000000100000006000100660000000a000200696e7075740000006800048034000180
  0a00010071756f7461000000240002800c00010000000000005000000c00040000000000000000000800020000000001
  300001800e000100696d6d6564696174650000001c0002800800010000000000100002800c0002800800010000000000
  `,
  {
    type: 'NFT_MSG_NEWRULE',
    family: NFPROTO.INET,
    attributes: {
      table: 'f',
      chain: 'input',
      expressions: [
        { name: 'quota', data: { bytes: 5242880n, consumed: 0n, flags: NFT_QUOTA_F.INV } },
        { name: 'immediate', data: { dreg: 0, data: { verdict: { code: VERDICT.DROP } } } }
      ]
    }
  }
)

golden(
  test,
  'nft add rule inet f input ct count over 20 reject',
  `
  78000000060a010c01000000000000000100000006000100660000000a000200696e7075740000005000048028000180
  0e000100636f6e6e6c696d69740000001400028008000100000000140800020000000001240001800b00010072656a65
  637400001400028008000100000000020500020001000000
  `,
  {
    type: 'NFT_MSG_NEWRULE',
    family: NFPROTO.INET,
    attributes: {
      table: 'f',
      chain: 'input',
      expressions: [
        { name: 'connlimit', data: { count: 20, flags: NFT_CONNLIMIT_F.INV } },
        { name: 'reject', data: { type: NFT_REJECT.ICMPX_UNREACH, icmpCode: NFT_REJECT_ICMPX.PORT_UNREACH } }
      ]
    }
  }
)

golden(
  test,
  'nft add rule inet f input log prefix "nflog" group 5 snaplen 100 queue-threshold 20',
  `
  60000000060a010c01000000000000000100000006000100660000000a000200696e7075740000003800048034000180
  080001006c6f6700280002800a0002006e666c6f67000000060001000005000008000300000000640600040000140000
  `,
  {
    type: 'NFT_MSG_NEWRULE',
    family: NFPROTO.INET,
    attributes: {
      table: 'f',
      chain: 'input',
      expressions: [{ name: 'log', data: { prefix: 'nflog', group: 5, snaplen: 100, qthreshold: 20 } }]
    }
  }
)

golden(
  test,
  'nft add rule inet f input counter name hits',
  `
  50000000060a010c01000000000000000100000006000100660000000a000200696e7075740000002800048024000180
  0b0001006f626a72656600001400028008000100000000010800020068697473
  `,
  {
    type: 'NFT_MSG_NEWRULE',
    family: NFPROTO.INET,
    attributes: {
      table: 'f',
      chain: 'input',
      expressions: [{ name: 'objref', data: { immType: NFT_OBJECT.COUNTER, immName: 'hits' } }]
    }
  },
  { irregular: true }
)

golden(
  test,
  'nft add rule inet f input counter name ip saddr map { 10.0.0.1 : "hits" }',
  `
  e4000000060a010c03000000000000000100000006000100660000000a000200696e707574000000bc00048024000180
  090001006d6574610000000014000280080002000000000f08000100000000012c00018008000100636d700020000280
  080001000000000108000200000000000c0003800500010002000000340001800c0001007061796c6f61640024000280
  08000100000000010800020000000001080003000000000c0800040000000004340001800b0001006f626a7265660000
  2400028008000300000000010e0004005f5f6f626a6d617025640000080005000000000a
  `,
  {
    type: 'NFT_MSG_NEWRULE',
    family: NFPROTO.INET,
    attributes: {
      table: 'f',
      chain: 'input',
      expressions: [
        { name: 'meta', data: { key: NFT_META.NFPROTO, dreg: 1 } },
        { name: 'cmp', data: { sreg: 1, op: NFT_CMP.EQ, data: { value: hex('02') } } },
        { name: 'payload', data: { dreg: 1, base: NFT_PAYLOAD.NETWORK_HEADER, offset: 12, len: 4 } },
        { name: 'objref', data: { setSreg: 1, setName: '__objmap%d', setId: 10 } }
      ]
    }
  },
  { irregular: true }
)

golden(
  test,
  'nft add rule inet f input update @seen { ip saddr timeout 30s counter }',
  `
  08010000060a010c01000000000000000100000006000100660000000a000200696e707574000000e000048024000180
  090001006d6574610000000014000280080002000000000f08000100000000012c00018008000100636d700020000280
  080001000000000108000200000000000c0003800500010002000000340001800c0001007061796c6f61640024000280
  08000100000000010800020000000001080003000000000c0800040000000004580001800b00010064796e7365740000
  48000280080004000000000108000300000000010c0006000000000000007530090001007365656e0000000008000200
  00000002140007800c000100636f756e7465720004000280
  `,
  {
    type: 'NFT_MSG_NEWRULE',
    family: NFPROTO.INET,
    attributes: {
      table: 'f',
      chain: 'input',
      expressions: [
        { name: 'meta', data: { key: NFT_META.NFPROTO, dreg: 1 } },
        { name: 'cmp', data: { sreg: 1, op: NFT_CMP.EQ, data: { value: hex('02') } } },
        { name: 'payload', data: { dreg: 1, base: NFT_PAYLOAD.NETWORK_HEADER, offset: 12, len: 4 } },
        {
          name: 'dynset',
          data: {
            sregKey: 1,
            op: NFT_DYNSET_OP.UPDATE,
            timeout: 30000n,
            setName: 'seen',
            setId: 2,
            expr: { name: 'counter', data: {} }
          }
        }
      ]
    }
  }
)

golden(
  test,
  'nft add rule inet f input update @seen2 { ip saddr counter limit rate 3/minute burst 2 packets }',
  `
  4c010000060a010c01000000000000000100000006000100660000000a000200696e7075740000002401048024000180
  090001006d6574610000000014000280080002000000000f08000100000000012c00018008000100636d700020000280
  080001000000000108000200000000000c0003800500010002000000340001800c0001007061796c6f61640024000280
  08000100000000010800020000000001080003000000000c08000400000000049c0001800b00010064796e7365740000
  8c000280080004000000000108000300000000010a0001007365656e3200000008000200000000035c000a8014000180
  0c000100636f756e7465720004000280440001800a0001006c696d6974000000340002800c0001000000000000000003
  0c000200000000000000003c0800030000000002080004000000000008000500000000000800090000000002
  `,
  {
    type: 'NFT_MSG_NEWRULE',
    family: NFPROTO.INET,
    attributes: {
      table: 'f',
      chain: 'input',
      expressions: [
        { name: 'meta', data: { key: NFT_META.NFPROTO, dreg: 1 } },
        { name: 'cmp', data: { sreg: 1, op: NFT_CMP.EQ, data: { value: hex('02') } } },
        { name: 'payload', data: { dreg: 1, base: NFT_PAYLOAD.NETWORK_HEADER, offset: 12, len: 4 } },
        {
          name: 'dynset',
          data: {
            sregKey: 1,
            op: NFT_DYNSET_OP.UPDATE,
            setName: 'seen2',
            setId: 3,
            expressions: [
              { name: 'counter', data: {} },
              { name: 'limit', data: { rate: 3n, unit: 60n, burst: 2, type: NFT_LIMIT.PKTS, flags: 0 } }
            ],
            flags: NFT_DYNSET_F.EXPR
          }
        }
      ]
    }
  }
)

golden(
  test,
  'nft add rule inet f input meter m1 { ip saddr ct count over 2 } drop',
  `
  3c010000060a010c03000000000000000100000006000100660000000a000200696e7075740004001401048024000180
  090001006d6574610000000014000280080002000000000f08000100000000012c00018008000100636d700020000280
  080001000000000108000200000000000c0003800500010002000000340001800c0001007061796c6f61640024000280
  08000100000000010800020000000001080003000000000c08000400000000045c0001800b00010064796e7365740000
  4c00028008000400000000010800030000000000070001006d310000080002000000000b280007800e000100636f6e6e
  6c696d69740000001400028008000100000000020800020000000001300001800e000100696d6d656469617465000000
  1c0002800800010000000000100002800c0002800800010000000000
  `,
  {
    type: 'NFT_MSG_NEWRULE',
    family: NFPROTO.INET,
    attributes: {
      table: 'f',
      chain: 'input',
      expressions: [
        { name: 'meta', data: { key: NFT_META.NFPROTO, dreg: 1 } },
        { name: 'cmp', data: { sreg: 1, op: NFT_CMP.EQ, data: { value: hex('02') } } },
        { name: 'payload', data: { dreg: 1, base: NFT_PAYLOAD.NETWORK_HEADER, offset: 12, len: 4 } },
        {
          name: 'dynset',
          data: {
            sregKey: 1,
            op: NFT_DYNSET_OP.ADD,
            setName: 'm1',
            setId: 11,
            expr: { name: 'connlimit', data: { count: 2, flags: NFT_CONNLIMIT_F.INV } }
          }
        },
        { name: 'immediate', data: { dreg: 0, data: { verdict: { code: VERDICT.DROP } } } }
      ]
    }
  }
)

golden(
  test,
  'nft add rule inet f input ct mark set meta mark and 0xff or 0x100',
  `
  bc000000060a010c01000000000000000100000006000100660000000a000200696e7075740000009400048024000180
  090001006d6574610000000014000280080002000000000308000100000000014c0001800c0001006269747769736500
  3c00028008000100000000010800020000000001080006000000000008000300000000040c00048008000100ff000000
  0c00058008000100000100002000018007000100637400001400028008000200000000030800040000000001
  `,
  {
    type: 'NFT_MSG_NEWRULE',
    family: NFPROTO.INET,
    attributes: {
      table: 'f',
      chain: 'input',
      expressions: [
        { name: 'meta', data: { key: NFT_META.MARK, dreg: 1 } },
        {
          name: 'bitwise',
          data: {
            sreg: 1,
            dreg: 1,
            op: NFT_BITWISE.MASK_XOR,
            len: 4,
            mask: { value: hex('ff000000') },
            xor: { value: hex('00010000') }
          }
        },
        { name: 'ct', data: { key: NFT_CT.MARK, sreg: 1 } }
      ]
    }
  }
)

golden(
  test,
  'nft add rule inet f input meta mark set ct mark << 8',
  `
  b0000000060a010c01000000000000000100000006000100660000000a000200696e7075740000008800048020000180
  07000100637400001400028008000200000000030800010000000001400001800c000100626974776973650030000280
  08000100000000010800020000000001080006000000000108000300000000040c000780080001000800000024000180
  090001006d657461000000001400028008000200000000030800030000000001
  `,
  {
    type: 'NFT_MSG_NEWRULE',
    family: NFPROTO.INET,
    attributes: {
      table: 'f',
      chain: 'input',
      expressions: [
        { name: 'ct', data: { key: NFT_CT.MARK, dreg: 1 } },
        {
          name: 'bitwise',
          data: { sreg: 1, dreg: 1, op: NFT_BITWISE.LSHIFT, len: 4, data: { value: hex('08000000') } }
        },
        { name: 'meta', data: { key: NFT_META.MARK, sreg: 1 } }
      ]
    }
  }
)

golden(
  test,
  'nft add rule inet f input meta mark set jhash ip saddr . tcp dport mod 4 seed 0xdeadbeef offset 5',
  `
  a4010000060a010c01000000000000000100000006000100660000000a000200696e7075740000007c01048024000180
  090001006d6574610000000014000280080002000000000f08000100000000012c00018008000100636d700020000280
  080001000000000108000200000000000c000380050001000200000024000180090001006d6574610000000014000280
  080002000000001008000100000000012c00018008000100636d70002000028008000100000000010800020000000000
  0c0003800500010006000000340001800c0001007061796c6f6164002400028008000100000000020800020000000001
  080003000000000c0800040000000004340001800c0001007061796c6f61640024000280080001000000000d08000200
  00000002080003000000000208000400000000024c0001800900010068617368000000003c0002800800010000000002
  08000200000000010800030000000008080004000000000408000500deadbeef08000600000000050800070000000000
  24000180090001006d657461000000001400028008000200000000030800030000000001
  `,
  {
    type: 'NFT_MSG_NEWRULE',
    family: NFPROTO.INET,
    attributes: {
      table: 'f',
      chain: 'input',
      expressions: [
        { name: 'meta', data: { key: NFT_META.NFPROTO, dreg: 1 } },
        { name: 'cmp', data: { sreg: 1, op: NFT_CMP.EQ, data: { value: hex('02') } } },
        { name: 'meta', data: { key: NFT_META.L4PROTO, dreg: 1 } },
        { name: 'cmp', data: { sreg: 1, op: NFT_CMP.EQ, data: { value: hex('06') } } },
        { name: 'payload', data: { dreg: 2, base: NFT_PAYLOAD.NETWORK_HEADER, offset: 12, len: 4 } },
        { name: 'payload', data: { dreg: 13, base: NFT_PAYLOAD.TRANSPORT_HEADER, offset: 2, len: 2 } },
        {
          name: 'hash',
          data: { sreg: 2, dreg: 1, len: 8, modulus: 4, seed: 3735928559, offset: 5, type: NFT_HASH.JENKINS }
        },
        { name: 'meta', data: { key: NFT_META.MARK, sreg: 1 } }
      ]
    }
  }
)

golden(
  test,
  'nft add rule inet f input numgen inc mod 3 vmap { 0 : accept, 1 : drop, 2 : continue }',
  `
  98000000060a010c03000000000000000100000006000100660000000a000200696e7075740000007000048034000180
  0b0001006e756d67656e0000240002800800010000000001080002000000000308000300000000000800040000000000
  380001800b0001006c6f6f6b7570000028000280080002000000000108000300000000000c0001005f5f6d6170256400
  080004000000000c
  `,
  {
    type: 'NFT_MSG_NEWRULE',
    family: NFPROTO.INET,
    attributes: {
      table: 'f',
      chain: 'input',
      expressions: [
        { name: 'numgen', data: { dreg: 1, modulus: 3, type: NFT_NG.INCREMENTAL, offset: 0 } },
        { name: 'lookup', data: { sreg: 1, dreg: 0, set: '__map%d', setId: 12 } }
      ]
    }
  }
)

golden(
  test,
  'nft add rule inet f input tcp option maxseg size set 1400',
  `
  94000000060a010c01000000000000000100000006000100660000000a000200696e7075740000006c0004802c000180
  0e000100696d6d6564696174650000001800028008000100000000010c00028006000100057800003c0001800b000100
  65787468647200002c000280080007000000000105000200020000000800030000000002080004000000000208000600
  00000001
  `,
  {
    type: 'NFT_MSG_NEWRULE',
    family: NFPROTO.INET,
    attributes: {
      table: 'f',
      chain: 'input',
      expressions: [
        { name: 'immediate', data: { dreg: 1, data: { value: hex('0578') } } },
        { name: 'exthdr', data: { sreg: 1, type: 2, offset: 2, len: 2, op: NFT_EXTHDR_OP.TCPOPT } }
      ]
    }
  }
)

golden(
  test,
  'nft add rule inet f input ip ttl set 64',
  `
  40010000060a010c01000000000000000100000006000100660000000a000200696e7075740000001801048024000180
  090001006d6574610000000014000280080002000000000f08000100000000012c00018008000100636d700020000280
  080001000000000108000200000000000c0003800500010002000000340001800c0001007061796c6f61640024000280
  08000100000000010800020000000001080003000000000808000400000000024c0001800c0001006269747769736500
  3c00028008000100000000010800020000000001080006000000000008000300000000020c0004800600010000ff0000
  0c0005800600010040000000440001800c0001007061796c6f6164003400028008000500000000010800020000000001
  080003000000000808000400000000020800060000000001080007000000000a
  `,
  {
    type: 'NFT_MSG_NEWRULE',
    family: NFPROTO.INET,
    attributes: {
      table: 'f',
      chain: 'input',
      expressions: [
        { name: 'meta', data: { key: NFT_META.NFPROTO, dreg: 1 } },
        { name: 'cmp', data: { sreg: 1, op: NFT_CMP.EQ, data: { value: hex('02') } } },
        { name: 'payload', data: { dreg: 1, base: NFT_PAYLOAD.NETWORK_HEADER, offset: 8, len: 2 } },
        {
          name: 'bitwise',
          data: {
            sreg: 1,
            dreg: 1,
            op: NFT_BITWISE.MASK_XOR,
            len: 2,
            mask: { value: hex('00ff') },
            xor: { value: hex('4000') }
          }
        },
        {
          name: 'payload',
          data: {
            sreg: 1,
            base: NFT_PAYLOAD.NETWORK_HEADER,
            offset: 8,
            len: 2,
            csumType: NFT_PAYLOAD_CSUM.INET,
            csumOffset: 10
          }
        }
      ]
    }
  }
)

golden(
  test,
  'nft add rule inet f input meta day Saturday hour 17:00-19:00 drop',
  `
  68010000060a010c01000000000000000100000006000100660000000a000200696e7075740000004001048024000180
  090001006d6574610000000014000280080002000000001f08000100000000012c00018008000100636d700020000280
  080001000000000108000200000000000c000380050001000600000024000180090001006d6574610000000014000280
  08000200000000200800010000000001400001800e000100627974656f726465720000002c0002800800010000000001
  08000200000000010800030000000001080004000000000408000500000000042c00018008000100636d700020000280
  080001000000000108000200000000050c000380080001000000ef102c00018008000100636d70002000028008000100
  0000000108000200000000030c0003800800010000010b30300001800e000100696d6d6564696174650000001c000280
  0800010000000000100002800c0002800800010000000000
  `,
  {
    type: 'NFT_MSG_NEWRULE',
    family: NFPROTO.INET,
    attributes: {
      table: 'f',
      chain: 'input',
      expressions: [
        { name: 'meta', data: { key: NFT_META.TIME_DAY, dreg: 1 } },
        { name: 'cmp', data: { sreg: 1, op: NFT_CMP.EQ, data: { value: hex('06') } } },
        { name: 'meta', data: { key: NFT_META.TIME_HOUR, dreg: 1 } },
        { name: 'byteorder', data: { sreg: 1, dreg: 1, op: NFT_BYTEORDER.HTON, len: 4, size: 4 } },
        { name: 'cmp', data: { sreg: 1, op: NFT_CMP.GTE, data: { value: hex('0000ef10') } } },
        { name: 'cmp', data: { sreg: 1, op: NFT_CMP.LTE, data: { value: hex('00010b30') } } },
        { name: 'immediate', data: { dreg: 0, data: { verdict: { code: VERDICT.DROP } } } }
      ]
    }
  }
)

golden(
  test,
  'nft add rule inet f input socket cgroupv2 level 1 "/" accept',
  `
  b8000000060a010c01000000000000000100000006000100660000000a000200696e707574000000900004802c000180
  0b000100736f636b657400001c0002800800010000000003080002000000000108000300000000013000018008000100
  636d70002400028008000100000000010800020000000000100003800c0001000100000000000000300001800e000100
  696d6d6564696174650000001c0002800800010000000000100002800c0002800800010000000001
  `,
  {
    type: 'NFT_MSG_NEWRULE',
    family: NFPROTO.INET,
    attributes: {
      table: 'f',
      chain: 'input',
      expressions: [
        { name: 'socket', data: { key: NFT_SOCKET.CGROUPV2, dreg: 1, level: 1 } },
        { name: 'cmp', data: { sreg: 1, op: NFT_CMP.EQ, data: { value: hex('0100000000000000') } } },
        { name: 'immediate', data: { dreg: 0, data: { verdict: { code: VERDICT.ACCEPT } } } }
      ]
    }
  }
)

golden(
  test,
  'nft add rule inet f input rt ip nexthop 10.0.0.1 accept',
  `
  a8000000060a010c01000000000000000100000006000100660000000a000200696e7075740000008000048020000180
  070001007274000014000280080002000000000108000100000000012c00018008000100636d70002000028008000100
  0000000108000200000000000c000380080001000a000001300001800e000100696d6d6564696174650000001c000280
  0800010000000000100002800c0002800800010000000001
  `,
  {
    type: 'NFT_MSG_NEWRULE',
    family: NFPROTO.INET,
    attributes: {
      table: 'f',
      chain: 'input',
      expressions: [
        { name: 'rt', data: { key: NFT_RT.NEXTHOP4, dreg: 1 } },
        { name: 'cmp', data: { sreg: 1, op: NFT_CMP.EQ, data: { value: hex('0a000001') } } },
        { name: 'immediate', data: { dreg: 0, data: { verdict: { code: VERDICT.ACCEPT } } } }
      ]
    }
  }
)

golden(
  test,
  'nft add rule inet f input osf ttl loose version "Linux:3.0" accept',
  `
  bc000000060a010c01000000000000000100000006000100660000000a000200696e7075740000009400048028000180
  080001006f7366001c0002800800010000000001050002000100000008000300000000013800018008000100636d7000
  2c0002800800010000000001080002000000000018000380140001004c696e75783a332e300000000000000030000180
  0e000100696d6d6564696174650000001c0002800800010000000000100002800c0002800800010000000001
  `,
  {
    type: 'NFT_MSG_NEWRULE',
    family: NFPROTO.INET,
    attributes: {
      table: 'f',
      chain: 'input',
      expressions: [
        { name: 'osf', data: { dreg: 1, ttl: NF_OSF_TTL.LESS, flags: NFT_OSF_F.VERSION } },
        {
          name: 'cmp',
          data: { sreg: 1, op: NFT_CMP.EQ, data: { value: hex('4c696e75783a332e3000000000000000') } }
        },
        { name: 'immediate', data: { dreg: 0, data: { verdict: { code: VERDICT.ACCEPT } } } }
      ]
    }
  }
)

golden(
  test,
  'nft add rule inet f input ipsec in reqid 1 accept',
  `
  bc000000060a010c01000000000000000100000006000100660000000a000200696e7075740000009400048034000180
  090001007866726d00000000240002800800020000000005050003000000000008000400000000000800010000000001
  2c00018008000100636d700020000280080001000000000108000200000000000c000380080001000100000030000180
  0e000100696d6d6564696174650000001c0002800800010000000000100002800c0002800800010000000001
  `,
  {
    type: 'NFT_MSG_NEWRULE',
    family: NFPROTO.INET,
    attributes: {
      table: 'f',
      chain: 'input',
      expressions: [
        { name: 'xfrm', data: { key: NFT_XFRM_KEY.REQID, dir: XFRM_POLICY.IN, spnum: 0, dreg: 1 } },
        { name: 'cmp', data: { sreg: 1, op: NFT_CMP.EQ, data: { value: hex('01000000') } } },
        { name: 'immediate', data: { dreg: 0, data: { verdict: { code: VERDICT.ACCEPT } } } }
      ]
    }
  }
)

golden(
  test,
  'nft add rule inet f input synproxy mss 1460 wscale 7 timestamp sack-perm',
  `
  5c000000060a010c01000000000000000100000006000100660000000a000200696e7075740000003400048030000180
  0d00010073796e70726f7879000000001c0002800600010005b400000500020007000000080003000000000f
  `,
  {
    type: 'NFT_MSG_NEWRULE',
    family: NFPROTO.INET,
    attributes: {
      table: 'f',
      chain: 'input',
      expressions: [
        {
          name: 'synproxy',
          data: {
            mss: 1460,
            wscale: 7,
            flags:
              NF_SYNPROXY_OPT.MSS |
              NF_SYNPROXY_OPT.WSCALE |
              NF_SYNPROXY_OPT.SACK_PERM |
              NF_SYNPROXY_OPT.TIMESTAMP
          }
        }
      ]
    }
  }
)

golden(
  test,
  'nft add rule inet f input queue num 1-3 fanout,bypass',
  `
  58000000060a010c01000000000000000100000006000100660000000a000200696e707574000000300004802c000180
  0a00010071756575650000001c000280060001000001000006000200000300000600030000030000
  `,
  {
    type: 'NFT_MSG_NEWRULE',
    family: NFPROTO.INET,
    attributes: {
      table: 'f',
      chain: 'input',
      expressions: [
        {
          name: 'queue',
          data: { num: 1, total: 3, flags: NFT_QUEUE_FLAG.BYPASS | NFT_QUEUE_FLAG.CPU_FANOUT }
        }
      ]
    }
  }
)

golden(
  test,
  'nft add rule inet f forward flow add @fast',
  `
  54000000060a010c01000000000000000100000006000100660000000c000200666f7277617264002c00048028000180
  11000100666c6f775f6f66666c6f61640000000010000280090001006661737400000000
  `,
  {
    type: 'NFT_MSG_NEWRULE',
    family: NFPROTO.INET,
    attributes: {
      table: 'f',
      chain: 'forward',
      expressions: [{ name: 'flow_offload', data: { tableName: 'fast' } }]
    }
  }
)

golden(
  test,
  'nft add rule inet f raw notrack',
  `
  38000000060a010c0100000000000000010000000600010066000000080002007261770014000480100001800c000100
  6e6f747261636b00
  `,
  {
    type: 'NFT_MSG_NEWRULE',
    family: NFPROTO.INET,
    attributes: { table: 'f', chain: 'raw', expressions: [{ name: 'notrack' }] }
  }
)

golden(
  test,
  'nft add rule netdev n in fwd ip to 10.0.0.9 device veth1',
  `
  a8000000060a010c010000000000000005000000060001006e00000007000200696e0000840004802c0001800e000100
  696d6d6564696174650000001800028008000100000000010c00028008000100020000002c0001800e000100696d6d65
  64696174650000001800028008000100000000020c000280080001000a0000092800018008000100667764001c000280
  080001000000000108000200000000020800030000000002
  `,
  {
    type: 'NFT_MSG_NEWRULE',
    family: NFPROTO.NETDEV,
    attributes: {
      table: 'n',
      chain: 'in',
      expressions: [
        { name: 'immediate', data: { dreg: 1, data: { value: hex('02000000') } } },
        { name: 'immediate', data: { dreg: 2, data: { value: hex('0a000009') } } },
        { name: 'fwd', data: { sregDev: 1, sregAddr: 2, nfproto: NFPROTO.IPV4 } }
      ]
    }
  }
)

golden(
  test,
  'nft add rule ip d c dup to 10.0.0.9 device veth1',
  `
  a0000000060a010c010000000000000002000000060001006400000006000200630000007c0004802c0001800e000100
  696d6d6564696174650000001800028008000100000000010c000280080001000a0000092c0001800e000100696d6d65
  64696174650000001800028008000100000000020c000280080001000200000020000180080001006475700014000280
  08000100000000010800020000000002
  `,
  {
    type: 'NFT_MSG_NEWRULE',
    family: NFPROTO.IPV4,
    attributes: {
      table: 'd',
      chain: 'c',
      expressions: [
        { name: 'immediate', data: { dreg: 1, data: { value: hex('0a000009') } } },
        { name: 'immediate', data: { dreg: 2, data: { value: hex('02000000') } } },
        { name: 'dup', data: { sregAddr: 1, sregDev: 2 } }
      ]
    }
  }
)

test.run()
