import { suite } from 'uvu'
import { NFPROTO } from '../../../protocol/nfnetlink/header'
import { NFT_LIMIT } from '../../../protocol/nftables/expression/limit'
import { NFT_QUOTA_F } from '../../../protocol/nftables/expression/quota'
import { NF_SYNPROXY_OPT } from '../../../protocol/nftables/expression/synproxy'
import { NFT_OBJECT } from '../../../protocol/nftables/object'
import { golden } from './golden'

const test = suite('nftables object')

golden(
  test,
  'nft add counter inet f hits { comment "seen"; }',
  `
  58000000120a010401000000000000000100000006000100660000000900020068697473000000000800030000000001
  0b00080000057365656e00001c0004800c00010000000000000000000c0002000000000000000000
  `,
  {
    type: 'NFT_MSG_NEWOBJ',
    family: NFPROTO.INET,
    attributes: {
      table: 'f',
      name: 'hits',
      type: NFT_OBJECT.COUNTER,
      userdata: { comment: 'seen' },
      data: { bytes: 0n, packets: 0n }
    }
  }
)

golden(
  test,
  'nft add quota inet f month { over 25 mbytes used 1 kbytes; }',
  `
  54000000120a010401000000000000000100000006000100660000000a0002006d6f6e74680000000800030000000002
  240004800c00010000000000019000000c00040000000000000004000800020000000001
  `,
  {
    type: 'NFT_MSG_NEWOBJ',
    family: NFPROTO.INET,
    attributes: {
      table: 'f',
      name: 'month',
      type: NFT_OBJECT.QUOTA,
      data: { bytes: 26214400n, consumed: 1024n, flags: NFT_QUOTA_F.INV }
    }
  }
)

golden(
  test,
  'nft add limit inet f slow { rate 400/hour burst 7 packets; }',
  `
  64000000120a0104010000000000000001000000060001006600000009000200736c6f77000000000800030000000004
  340004800c00010000000000000001900c0002000000000000000e100800030000000007080004000000000008000500
  00000000
  `,
  {
    type: 'NFT_MSG_NEWOBJ',
    family: NFPROTO.INET,
    attributes: {
      table: 'f',
      name: 'slow',
      type: NFT_OBJECT.LIMIT,
      data: { rate: 400n, unit: 3600n, burst: 7, type: NFT_LIMIT.PKTS, flags: 0 }
    }
  }
)

golden(
  test,
  'nft add ct helper inet f ftp { type "ftp" protocol tcp; l3proto ip; }',
  `
  48000000120a01040100000000000000010000000600010066000000080002006674700008000300000000031c000480
  070001006674700006000200000200000500030006000000
  `,
  {
    type: 'NFT_MSG_NEWOBJ',
    family: NFPROTO.INET,
    attributes: {
      table: 'f',
      name: 'ftp',
      type: NFT_OBJECT.CT_HELPER,
      data: { name: 'ftp', l3proto: NFPROTO.IPV4, l4proto: 6 }
    }
  },
  { irregular: true }
)

golden(
  test,
  'nft add ct timeout inet f quick { protocol tcp; l3proto ip; policy = { established : 100, close_wait : 4 }; }',
  `
  a0000000120a010401000000000000000100000006000100660000000a000200717569636b0000000800030000000007
  70000480060001000002000005000200060000005c0003800800010000000078080002000000003c0800030000000064
  08000400000000780800050000000004080006000000001e0800070000000078080008000000000a0800090000000078
  08000a000000012c08000b000000012c
  `,
  {
    type: 'NFT_MSG_NEWOBJ',
    family: NFPROTO.INET,
    attributes: {
      table: 'f',
      name: 'quick',
      type: NFT_OBJECT.CT_TIMEOUT,
      data: {
        l3proto: NFPROTO.IPV4,
        l4proto: 6,
        data: {
          synSent: 120,
          synRecv: 60,
          established: 100,
          finWait: 120,
          closeWait: 4,
          lastAck: 30,
          timeWait: 120,
          close: 10,
          synSent2: 120,
          retrans: 300,
          unack: 300
        }
      }
    }
  }
)

golden(
  test,
  'nft add ct expectation inet f more { protocol udp; dport 9876; timeout 2m; size 12; l3proto ip; }',
  `
  5c000000120a01040100000000000000010000000600010066000000090002006d6f7265000000000800030000000009
  2c00048006000100000200000500020011000000060003002694000008000400c0d40100050005000c000000
  `,
  {
    type: 'NFT_MSG_NEWOBJ',
    family: NFPROTO.INET,
    attributes: {
      table: 'f',
      name: 'more',
      type: NFT_OBJECT.CT_EXPECT,
      data: { l3proto: NFPROTO.IPV4, l4proto: 17, dport: 9876, timeout: 120000, size: 12 }
    }
  }
)

golden(
  test,
  'nft add synproxy inet f sp mss 1460 wscale 7 timestamp sack-perm',
  `
  48000000120a010401000000000000000100000006000100660000000700020073700000080003000000000a1c000480
  0600010005b400000500020007000000080003000000000f
  `,
  {
    type: 'NFT_MSG_NEWOBJ',
    family: NFPROTO.INET,
    attributes: {
      table: 'f',
      name: 'sp',
      type: NFT_OBJECT.SYNPROXY,
      data: {
        mss: 1460,
        wscale: 7,
        flags:
          NF_SYNPROXY_OPT.MSS | NF_SYNPROXY_OPT.WSCALE | NF_SYNPROXY_OPT.SACK_PERM | NF_SYNPROXY_OPT.TIMESTAMP
      }
    }
  }
)

golden(
  test,
  'nft add secmark inet f ssh "system_u:object_r:ssh_server_packet_t:s0"',
  `
  5c000000120a010401000000000000000100000006000100660000000800020073736800080003000000000830000480
  2c00010073797374656d5f753a6f626a6563745f723a7373685f7365727665725f7061636b65745f743a7330
  `,
  {
    type: 'NFT_MSG_NEWOBJ',
    family: NFPROTO.INET,
    attributes: {
      table: 'f',
      name: 'ssh',
      type: NFT_OBJECT.SECMARK,
      data: { ctx: 'system_u:object_r:ssh_server_packet_t:s0' }
    }
  },
  { irregular: true }
)

golden(
  test,
  'nft reset counters: a counter, as the kernel tells it',
  `
  6c000000120a020801000000a45600000100006d06000100660000000900020068697473000000000800030000000001
  0c000600000000000000001c08000500000000021c0004000c00010000000000000000000c0002000000000000000000
  0b00080000057365656e0000
  `,
  {
    type: 'NFT_MSG_NEWOBJ',
    family: NFPROTO.INET,
    attributes: {
      table: 'f',
      name: 'hits',
      type: NFT_OBJECT.COUNTER,
      handle: 28n,
      use: 2,
      userdata: { comment: 'seen' },
      data: { bytes: 0n, packets: 0n }
    }
  }
)

test.run()
