import { suite } from 'uvu'
import { NFPROTO } from '../../../protocol/nfnetlink/header'
import { NFT_LIMIT } from '../../../protocol/nftables/expression/limit'
import { NFT_DATA, NFT_SET } from '../../../protocol/nftables/set'
import { BYTEORDER } from '../../../protocol/nftables/userdata'
import { golden, hex } from './golden'

const test = suite('nftables set')

golden(
  test,
  'nft add map ip nat published { type inet_proto . inet_service : ipv4_addr . inet_service; comment "ports"; }',
  `
  90000000090a0104010000000000000002000000080001006e6174000e0002007075626c697368656400000008000300
  00000008080004000000030d080005000000000808000600000001cd080007000000000808000a000000000132000d00
  000400000000010400000000030800040d0000000100040800040d00000001000604000000000706706f727473000000
  `,
  {
    type: 'NFT_MSG_NEWSET',
    family: NFPROTO.IPV4,
    attributes: {
      table: 'nat',
      name: 'published',
      flags: NFT_SET.MAP,
      keyType: 781,
      keyLen: 8,
      dataType: 461,
      dataLen: 8,
      id: 1,
      userdata: {
        keybyteorder: BYTEORDER.INVALID,
        databyteorder: BYTEORDER.INVALID,
        keyTypeof: { expr: 13, data: hex('') },
        dataTypeof: { expr: 13, data: hex('') },
        dataInterval: 0,
        comment: 'ports'
      }
    }
  }
)

golden(
  test,
  'nft add set inet f blocked { type ipv4_addr; flags interval, timeout; auto-merge; timeout 1h; gc-interval 10s; size 1000; comment "who we refuse"; }',
  `
  88000000090a010401000000000000000100000006000100660000000c000200626c6f636b6564000800030000000014
  0800040000000007080005000000000408000a00000000010c00098008000100000003e80c000b00000000000036ee80
  08000c000000271020000d00000402000000020401000000070e77686f2077652072656675736500
  `,
  {
    type: 'NFT_MSG_NEWSET',
    family: NFPROTO.INET,
    attributes: {
      table: 'f',
      name: 'blocked',
      flags: NFT_SET.INTERVAL | NFT_SET.TIMEOUT,
      keyType: 7,
      keyLen: 4,
      id: 1,
      desc: { size: 1000 },
      timeout: 3600000n,
      gcInterval: 10000,
      userdata: { keybyteorder: BYTEORDER.BIG_ENDIAN, mergeElements: 1, comment: 'who we refuse' }
    }
  }
)

golden(
  test,
  'nft add set inet f pairs { type ipv4_addr . inet_service; flags interval; counter; }',
  `
  90000000090a010401000000000000000100000006000100660000000a00020070616972730000000800030000000084
  08000400000001cd080005000000000808000a0000000001200009801c0002800c00018008000100000000040c000180
  080001000000000214000d00000400000000030800040d0000000100140011800c000100636f756e7465720004000280
  `,
  {
    type: 'NFT_MSG_NEWSET',
    family: NFPROTO.INET,
    attributes: {
      table: 'f',
      name: 'pairs',
      flags: NFT_SET.INTERVAL | NFT_SET.CONCAT,
      keyType: 461,
      keyLen: 8,
      id: 1,
      desc: { concat: [{ len: 4 }, { len: 2 }] },
      userdata: { keybyteorder: BYTEORDER.INVALID, keyTypeof: { expr: 13, data: hex('') } },
      expr: { name: 'counter', data: {} }
    }
  }
)

golden(
  test,
  'nft add set inet f typed { typeof ip saddr . tcp dport; }',
  `
  88000000090a010401000000000000000100000006000100660000000a00020074797065640000000800030000000000
  08000400000001cd080005000000000808000a000000000140000d00000400000000033400040d000000012c00140004
  07000000010c00040c00000001040b0000000114000407000000010c000408000000010402000000
  `,
  {
    type: 'NFT_MSG_NEWSET',
    family: NFPROTO.INET,
    attributes: {
      table: 'f',
      name: 'typed',
      flags: 0,
      keyType: 461,
      keyLen: 8,
      id: 1,
      userdata: {
        keybyteorder: BYTEORDER.INVALID,
        keyTypeof: {
          expr: 13,
          data: hex(
            '0014000407000000010c00040c00000001040b0000000114000407000000010c000408000000010402000000'
          )
        }
      }
    }
  }
)

golden(
  test,
  'nft add rule inet f input ct state vmap { invalid : drop, established : accept, related : jump other }',
  `
  84000000090a010401000000000000000100000006000100660000000c0002005f5f6d6170256400080003000000000b
  080004000000001a080005000000000408000600ffffff00080007000000000008000a00000000030c00098008000100
  0000000320000d0000040100000001040000000004080004010000000100060400000000
  `,
  {
    type: 'NFT_MSG_NEWSET',
    family: NFPROTO.INET,
    attributes: {
      table: 'f',
      name: '__map%d',
      flags: NFT_SET.ANONYMOUS | NFT_SET.CONSTANT | NFT_SET.MAP,
      keyType: 26,
      keyLen: 4,
      dataType: NFT_DATA.VERDICT,
      dataLen: 0,
      id: 3,
      desc: { size: 3 },
      userdata: {
        keybyteorder: BYTEORDER.HOST_ENDIAN,
        databyteorder: BYTEORDER.INVALID,
        dataTypeof: { expr: 1, data: hex('') },
        dataInterval: 0
      }
    }
  }
)

golden(
  test,
  'nft add set inet f seen2 { type ipv4_addr; flags dynamic; counter; limit rate 1/second; }',
  `
  b0000000090a010401000000000000000100000006000100660000000a0002007365656e320000000800030000000120
  0800040000000007080005000000000408000a00000000010a000d0000040200000000005c001280140001800c000100
  636f756e7465720004000280440001800a0001006c696d6974000000340002800c00010000000000000000010c000200
  0000000000000001080003000000000508000400000000000800050000000000
  `,
  {
    type: 'NFT_MSG_NEWSET',
    family: NFPROTO.INET,
    attributes: {
      table: 'f',
      name: 'seen2',
      flags: NFT_SET.EVAL | NFT_SET.EXPR,
      keyType: 7,
      keyLen: 4,
      id: 1,
      userdata: { keybyteorder: BYTEORDER.BIG_ENDIAN },
      expressions: [
        { name: 'counter', data: {} },
        { name: 'limit', data: { rate: 1n, unit: 1n, burst: 5, type: NFT_LIMIT.PKTS, flags: 0 } }
      ]
    }
  }
)

golden(
  test,
  'nft add rule inet f input counter name ip saddr map { 10.0.0.1 : "hits" }',
  `
  70000000090a010401000000000000000100000006000100660000000f0002005f5f6f626a6d61702564000008000300
  000000430800040000000007080005000000000408000f000000000108000a000000000a0c0009800800010000000001
  10000d00000402000000060400000000
  `,
  {
    type: 'NFT_MSG_NEWSET',
    family: NFPROTO.INET,
    attributes: {
      table: 'f',
      name: '__objmap%d',
      flags: NFT_SET.ANONYMOUS | NFT_SET.CONSTANT | NFT_SET.OBJECT,
      keyType: 7,
      keyLen: 4,
      objType: 1,
      id: 10,
      desc: { size: 1 },
      userdata: { keybyteorder: BYTEORDER.BIG_ENDIAN, dataInterval: 0 }
    }
  }
)

golden(
  test,
  'nft list set inet f blocked',
  `
  ac000000090a000000000000bd5600000100006d06000100660000000c000200626c6f636b6564000c00100000000000
  000000110800030000000014080004000000000708000500000000040c000b00000000000036ee8008000c0000002710
  20000d00000402000000020401000000070e77686f20776520726566757365000c00090008000100000003e817001300
  30786666666666666666383235303830653000000800140000000003
  `,
  {
    type: 'NFT_MSG_NEWSET',
    family: NFPROTO.INET,
    attributes: {
      table: 'f',
      name: 'blocked',
      handle: 17n,
      flags: NFT_SET.INTERVAL | NFT_SET.TIMEOUT,
      keyType: 7,
      keyLen: 4,
      timeout: 3600000n,
      gcInterval: 10000,
      userdata: { keybyteorder: BYTEORDER.BIG_ENDIAN, mergeElements: 1, comment: 'who we refuse' },
      desc: { size: 1000 },
      type: '0xffffffff825080e0',
      count: 3
    }
  }
)

test.run()
