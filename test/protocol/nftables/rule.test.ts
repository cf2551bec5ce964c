import { suite } from 'uvu'
import { NFPROTO } from '../../../protocol/nfnetlink/header'
import { VERDICT } from '../../../protocol/nftables/data'
import { NFT_CMP } from '../../../protocol/nftables/expression/cmp'
import { NFT_CT } from '../../../protocol/nftables/expression/ct'
import { NFT_FIB_RESULT, NFTA_FIB_F } from '../../../protocol/nftables/expression/fib'
import { NFT_META } from '../../../protocol/nftables/expression/meta'
import { NF_NAT_RANGE, NFT_NAT } from '../../../protocol/nftables/expression/nat'
import { NFT_PAYLOAD } from '../../../protocol/nftables/expression/payload'
import { golden, hex } from './golden'

const test = suite('nftables rule')

golden(
  test,
  'nft add rule ip nat postrouting oifname eth0 masquerade',
  `
  a0000000060a010c010000000000000002000000080001006e61740010000200706f7374726f7574696e670074000480
  24000180090001006d6574610000000014000280080002000000000708000100000000013800018008000100636d7000
  2c0002800800010000000001080002000000000018000380140001006574683000000000000000000000000014000180
  090001006d6173710000000004000280
  `,
  {
    type: 'NFT_MSG_NEWRULE',
    family: NFPROTO.IPV4,
    attributes: {
      table: 'nat',
      chain: 'postrouting',
      expressions: [
        { name: 'meta', data: { key: NFT_META.OIFNAME, dreg: 1 } },
        {
          name: 'cmp',
          data: { sreg: 1, op: NFT_CMP.EQ, data: { value: hex('65746830000000000000000000000000') } }
        },
        { name: 'masq', data: {} }
      ]
    }
  }
)

golden(
  test,
  'nft add rule ip nat postrouting ip saddr 192.168.45.0/24 oifname "eth0" counter masquerade random,persistent comment "blue"',
  `
  28010000060a010c010000000000000002000000080001006e61740010000200706f7374726f7574696e6700f0000480
  340001800c0001007061796c6f6164002400028008000100000000010800020000000001080003000000000c08000400
  000000032c00018008000100636d700020000280080001000000000108000200000000000c00038007000100c0a82d00
  24000180090001006d6574610000000014000280080002000000000708000100000000013800018008000100636d7000
  2c0002800800010000000001080002000000000018000380140001006574683000000000000000000000000014000180
  0c000100636f756e74657200040002801c000180090001006d617371000000000c000280080001000000000c0b000700
  0005626c75650000
  `,
  {
    type: 'NFT_MSG_NEWRULE',
    family: NFPROTO.IPV4,
    attributes: {
      table: 'nat',
      chain: 'postrouting',
      expressions: [
        { name: 'payload', data: { dreg: 1, base: NFT_PAYLOAD.NETWORK_HEADER, offset: 12, len: 3 } },
        { name: 'cmp', data: { sreg: 1, op: NFT_CMP.EQ, data: { value: hex('c0a82d') } } },
        { name: 'meta', data: { key: NFT_META.OIFNAME, dreg: 1 } },
        {
          name: 'cmp',
          data: { sreg: 1, op: NFT_CMP.EQ, data: { value: hex('65746830000000000000000000000000') } }
        },
        { name: 'counter', data: {} },
        { name: 'masq', data: { flags: NF_NAT_RANGE.PROTO_RANDOM | NF_NAT_RANGE.PERSISTENT } }
      ],
      userdata: { comment: 'blue' }
    }
  }
)

golden(
  test,
  'nft add rule ip nat prerouting fib daddr type local dnat ip to meta l4proto . th dport map @published',
  `
  48010000060a010c010000000000000002000000080001006e6174000f000200707265726f7574696e6700001c010480
  2800018008000100666962001c0002800800030000000002080002000000000308000100000000012c00018008000100
  636d700020000280080001000000000108000200000000000c000380080001000200000024000180090001006d657461
  000000001400028008000200000000100800010000000001340001800c0001007061796c6f6164002400028008000100
  000000090800020000000002080003000000000208000400000000023c0001800b0001006c6f6f6b757000002c000280
  080002000000000108000300000000010e0001007075626c697368656400000008000400000000013000018008000100
  6e617400240002800800010000000001080002000000000208000300000000010800050000000009
  `,
  {
    type: 'NFT_MSG_NEWRULE',
    family: NFPROTO.IPV4,
    attributes: {
      table: 'nat',
      chain: 'prerouting',
      expressions: [
        { name: 'fib', data: { flags: NFTA_FIB_F.DADDR, result: NFT_FIB_RESULT.ADDRTYPE, dreg: 1 } },
        { name: 'cmp', data: { sreg: 1, op: NFT_CMP.EQ, data: { value: hex('02000000') } } },
        { name: 'meta', data: { key: NFT_META.L4PROTO, dreg: 1 } },
        { name: 'payload', data: { dreg: 9, base: NFT_PAYLOAD.TRANSPORT_HEADER, offset: 2, len: 2 } },
        { name: 'lookup', data: { sreg: 1, dreg: 1, set: 'published', setId: 1 } },
        { name: 'nat', data: { type: NFT_NAT.DNAT, family: NFPROTO.IPV4, regAddrMin: 1, regProtoMin: 9 } }
      ]
    }
  }
)

golden(
  test,
  'nft add rule inet f input ct state established,related accept',
  `
  ec000000060a010c01000000000000000100000006000100660000000a000200696e707574000000c400048020000180
  07000100637400001400028008000200000000000800010000000001440001800c000100626974776973650034000280
  0800010000000001080002000000000108000300000000040c00048008000100060000000c0005800800010000000000
  2c00018008000100636d700020000280080001000000000108000200000000010c000380080001000000000030000180
  0e000100696d6d6564696174650000001c0002800800010000000000100002800c0002800800010000000001
  `,
  {
    type: 'NFT_MSG_NEWRULE',
    family: NFPROTO.INET,
    attributes: {
      table: 'f',
      chain: 'input',
      expressions: [
        { name: 'ct', data: { key: NFT_CT.STATE, dreg: 1 } },
        {
          name: 'bitwise',
          data: {
            sreg: 1,
            dreg: 1,
            len: 4,
            mask: { value: hex('06000000') },
            xor: { value: hex('00000000') }
          }
        },
        { name: 'cmp', data: { sreg: 1, op: NFT_CMP.NEQ, data: { value: hex('00000000') } } },
        { name: 'immediate', data: { dreg: 0, data: { verdict: { code: VERDICT.ACCEPT } } } }
      ]
    }
  }
)

golden(
  test,
  'nft add rule inet f input ct state vmap { invalid : drop, established : accept, related : jump other }',
  `
  84000000060a010c03000000000000000100000006000100660000000a000200696e7075740000005c00048020000180
  07000100637400001400028008000200000000000800010000000001380001800b0001006c6f6f6b7570000028000280
  080002000000000108000300000000000c0001005f5f6d61702564000800040000000003
  `,
  {
    type: 'NFT_MSG_NEWRULE',
    family: NFPROTO.INET,
    attributes: {
      table: 'f',
      chain: 'input',
      expressions: [
        { name: 'ct', data: { key: NFT_CT.STATE, dreg: 1 } },
        { name: 'lookup', data: { sreg: 1, dreg: 0, set: '__map%d', setId: 3 } }
      ]
    }
  }
)

golden(
  test,
  'nft add rule inet f input jump { ip saddr 10.0.0.1 drop; accept; }',
  `
  64000000060a010c04000000000000000100000006000100660000000a000200696e7075740000003c00048038000180
  0e000100696d6d656469617465000000240002800800010000000000180002801400028008000100fffffffd08000300
  00000001
  `,
  {
    type: 'NFT_MSG_NEWRULE',
    family: NFPROTO.INET,
    attributes: {
      table: 'f',
      chain: 'input',
      expressions: [
        { name: 'immediate', data: { dreg: 0, data: { verdict: { code: VERDICT.JUMP, chainId: 1 } } } }
      ]
    }
  }
)

golden(
  test,
  'nft insert rule inet f other index 0 drop',
  `
  68000000060a010401000000000000000100000006000100660000000a0002006f746865720000003400048030000180
  0e000100696d6d6564696174650000001c0002800800010000000000100002800c00028008000100000000000c000600
  000000000000000b
  `,
  {
    type: 'NFT_MSG_NEWRULE',
    family: NFPROTO.INET,
    attributes: {
      table: 'f',
      chain: 'other',
      expressions: [{ name: 'immediate', data: { dreg: 0, data: { verdict: { code: VERDICT.DROP } } } }],
      position: 11n
    }
  }
)

golden(
  test,
  'iptables-nft -t nat -A PREROUTING -p tcp --dport 80 -m addrtype --dst-type LOCAL -j DNAT --to-destination 10.0.0.2:80',
  `
  b4010000060a010c030000000000000002000000080001006e6174000f000200505245524f5554494e47000074010480
  24000180090001006d6574610000000014000280080002000000001008000100000000012c00018008000100636d7000
  20000280080001000000000108000200000000000c0003800500010006000000340001800c0001007061796c6f616400
  2400028008000100000000010800020000000002080003000000000208000400000000022c00018008000100636d7000
  20000280080001000000000108000200000000000c0003800600010000500000380001800a0001006d61746368000000
  280002800d00010061646472747970650000000008000200000000010c00030000000400000000002c0001800c000100
  636f756e746572001c0002800c00010000000000000000000c00020000000000000000005c0001800b00010074617267
  657400004c00028009000100444e415400000000080002000000000234000300030000000a0000020000000000000000
  000000000a00000200000000000000000000000000500050000000000000000014000580080001000000000608000200
  00000000
  `,
  {
    type: 'NFT_MSG_NEWRULE',
    family: NFPROTO.IPV4,
    attributes: {
      table: 'nat',
      chain: 'PREROUTING',
      expressions: [
        { name: 'meta', data: { key: NFT_META.L4PROTO, dreg: 1 } },
        { name: 'cmp', data: { sreg: 1, op: NFT_CMP.EQ, data: { value: hex('06') } } },
        { name: 'payload', data: { dreg: 1, base: NFT_PAYLOAD.TRANSPORT_HEADER, offset: 2, len: 2 } },
        { name: 'cmp', data: { sreg: 1, op: NFT_CMP.EQ, data: { value: hex('0050') } } },
        { name: 'match', data: { name: 'addrtype', rev: 1, info: hex('0000040000000000') } },
        { name: 'counter', data: { bytes: 0n, packets: 0n } },
        {
          name: 'target',
          data: {
            name: 'DNAT',
            rev: 2,
            info: hex(
              '030000000a0000020000000000000000000000000a000002000000000000000000000000005000500000000000000000'
            )
          }
        }
      ],
      compat: { proto: 6, flags: 0 }
    }
  }
)

golden(
  test,
  'nft flush table ip nat',
  `
  1c000000080a0100010000000000000002000000080001006e617400
  `,
  { type: 'NFT_MSG_DELRULE', family: NFPROTO.IPV4, attributes: { table: 'nat' } }
)

golden(
  test,
  'nft list ruleset: a rule with a comment, as the kernel tells it',
  `
  58010000060a020800000000ae5600000200006d080001006e61740010000200706f7374726f7574696e67000c000300
  00000000000000040c000600000000000000000308010400340001000c0001007061796c6f6164002400020008000100
  000000010800020000000001080003000000000c08000400000000032c00010008000100636d70002000020008000100
  0000000108000200000000000c00030007000100c0a82d0024000100090001006d657461000000001400020008000200
  0000000708000100000000013800010008000100636d70002c0002000800010000000001080002000000000018000300
  14000100657468300000000000000000000000002c0001000c000100636f756e746572001c0002000c00010000000000
  000000000c00020000000000000000001c000100090001006d617371000000000c000200080001000000000c0b000700
  0005626c75650000
  `,
  {
    type: 'NFT_MSG_NEWRULE',
    family: NFPROTO.IPV4,
    attributes: {
      table: 'nat',
      chain: 'postrouting',
      handle: 4n,
      position: 3n,
      expressions: [
        { name: 'payload', data: { dreg: 1, base: NFT_PAYLOAD.NETWORK_HEADER, offset: 12, len: 3 } },
        { name: 'cmp', data: { sreg: 1, op: NFT_CMP.EQ, data: { value: hex('c0a82d') } } },
        { name: 'meta', data: { key: NFT_META.OIFNAME, dreg: 1 } },
        {
          name: 'cmp',
          data: { sreg: 1, op: NFT_CMP.EQ, data: { value: hex('65746830000000000000000000000000') } }
        },
        { name: 'counter', data: { bytes: 0n, packets: 0n } },
        { name: 'masq', data: { flags: NF_NAT_RANGE.PROTO_RANDOM | NF_NAT_RANGE.PERSISTENT } }
      ],
      userdata: { comment: 'blue' }
    }
  }
)

test.run()
