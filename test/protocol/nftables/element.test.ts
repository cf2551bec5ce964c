import { suite } from 'uvu'
import { NFPROTO } from '../../../protocol/nfnetlink/header'
import { VERDICT } from '../../../protocol/nftables/data'
import { NFT_SET_ELEM } from '../../../protocol/nftables/element'
import { golden, hex } from './golden'

const test = suite('nftables element')

golden(
  test,
  'nft add element ip nat published { tcp . 8080 comment "web" : 10.0.0.2 . 80, udp . 53 : 10.0.0.3 . 53 }',
  `
  8c0000000c0a0104010000000000000002000000080001006e6174000e0002007075626c697368656400000008000400
  000000015800038030000180100001800c000100060000001f900000100002800c0001000a000002005000000a000600
  000477656200000024000280100001800c0001001100000000350000100002800c0001000a00000300350000
  `,
  {
    type: 'NFT_MSG_NEWSETELEM',
    family: NFPROTO.IPV4,
    attributes: {
      table: 'nat',
      set: 'published',
      setId: 1,
      elements: [
        {
          key: { value: hex('060000001f900000') },
          data: { value: hex('0a00000200500000') },
          userdata: { comment: 'web' }
        },
        { key: { value: hex('1100000000350000') }, data: { value: hex('0a00000300350000') } }
      ]
    }
  },
  { irregular: true }
)

golden(
  test,
  'nft add element inet f blocked { 10.0.0.0/8, 192.168.1.7 timeout 5m comment "noisy", 172.16.0.1-172.16.0.9 expires 3s }',
  `
  e80000000c0a010401000000000000000100000006000100660000000c000200626c6f636b6564000800040000000006
  b80003801800018008000300000000010c0001800800010000000000100002800c000180080001000a00000018000380
  08000300000000010c000180080001000b0000001c0004800c0005000000000000000bb80c00018008000100ac100001
  1800058008000300000000010c00018008000100ac10000a280006800c00040000000000000493e00c00018008000100
  c0a801070c00060000066e6f697379001800078008000300000000010c00018008000100c0a80108
  `,
  {
    type: 'NFT_MSG_NEWSETELEM',
    family: NFPROTO.INET,
    attributes: {
      table: 'f',
      set: 'blocked',
      setId: 6,
      elements: [
        { flags: NFT_SET_ELEM.INTERVAL_END, key: { value: hex('00000000') } },
        { key: { value: hex('0a000000') } },
        { flags: NFT_SET_ELEM.INTERVAL_END, key: { value: hex('0b000000') } },
        { expiration: 3000n, key: { value: hex('ac100001') } },
        { flags: NFT_SET_ELEM.INTERVAL_END, key: { value: hex('ac10000a') } },
        { timeout: 300000n, key: { value: hex('c0a80107') }, userdata: { comment: 'noisy' } },
        { flags: NFT_SET_ELEM.INTERVAL_END, key: { value: hex('c0a80108') } }
      ]
    }
  },
  { irregular: true }
)

golden(
  test,
  'nft add element inet f pairs { 10.0.0.0/8 . 80-90 counter packets 5 bytes 300, 192.168.0.1 . 443 }',
  `
  a80000000c0a010401000000000000000100000006000100660000000a00020070616972730000000800040000000007
  7800038050000180100001800c0001000a0000000050000010000a800c0001000affffff005a00002c0007800c000100
  636f756e746572001c0002800c000100000000000000012c0c000200000000000000000524000280100001800c000100
  c0a8000101bb000010000a800c000100c0a8000101bb0000
  `,
  {
    type: 'NFT_MSG_NEWSETELEM',
    family: NFPROTO.INET,
    attributes: {
      table: 'f',
      set: 'pairs',
      setId: 7,
      elements: [
        {
          key: { value: hex('0a00000000500000') },
          keyEnd: { value: hex('0affffff005a0000') },
          expr: { name: 'counter', data: { bytes: 300n, packets: 5n } }
        },
        { key: { value: hex('c0a8000101bb0000') }, keyEnd: { value: hex('c0a8000101bb0000') } }
      ]
    }
  },
  { irregular: true }
)

golden(
  test,
  'nft add rule inet f input ct state vmap { invalid : drop, established : accept, related : jump other }',
  `
  a00000000c0a010402000000000000000100000006000100660000000c0002005f5f6d61702564000800040000000003
  70000380200001800c0001800800010001000000100002800c0002800800010000000000200002800c00018008000100
  02000000100002800c00028008000100000000012c0003800c00018008000100040000001c0002801800028008000100
  fffffffd0a0002006f74686572000000
  `,
  {
    type: 'NFT_MSG_NEWSETELEM',
    family: NFPROTO.INET,
    attributes: {
      table: 'f',
      set: '__map%d',
      setId: 3,
      elements: [
        { key: { value: hex('01000000') }, data: { verdict: { code: VERDICT.DROP } } },
        { key: { value: hex('02000000') }, data: { verdict: { code: VERDICT.ACCEPT } } },
        { key: { value: hex('04000000') }, data: { verdict: { code: VERDICT.JUMP, chain: 'other' } } }
      ]
    }
  },
  { irregular: true }
)

golden(
  test,
  'nft add element inet f marks { "veth0" : 7, * : 9 }',
  `
  740000000c0a010401000000000000000100000006000100660000000a0002006d61726b730000000800040000000001
  44000380280001801800018014000100766574683000000000000000000000000c000280080001000700000018000280
  08000300000000020c0002800800010009000000
  `,
  {
    type: 'NFT_MSG_NEWSETELEM',
    family: NFPROTO.INET,
    attributes: {
      table: 'f',
      set: 'marks',
      setId: 1,
      elements: [
        { key: { value: hex('76657468300000000000000000000000') }, data: { value: hex('07000000') } },
        { flags: NFT_SET_ELEM.CATCHALL, data: { value: hex('09000000') } }
      ]
    }
  },
  { irregular: true }
)

golden(
  test,
  'nft delete element inet f marks { "veth0" }',
  `
  480000000e0a010001000000000000000100000006000100660000000a0002006d61726b73000000200003801c000180
  180001801400010076657468300000000000000000000000
  `,
  {
    type: 'NFT_MSG_DELSETELEM',
    family: NFPROTO.INET,
    attributes: {
      table: 'f',
      set: 'marks',
      elements: [{ key: { value: hex('76657468300000000000000000000000') } }]
    }
  }
)

golden(
  test,
  'nft add rule inet f input counter name ip saddr map { 10.0.0.1 : "hits" }',
  `
  540000000c0a010402000000000000000100000006000100660000000f0002005f5f6f626a6d61702564000008000400
  0000000a200003801c0001800c000180080001000a000001090009006869747300000000
  `,
  {
    type: 'NFT_MSG_NEWSETELEM',
    family: NFPROTO.INET,
    attributes: {
      table: 'f',
      set: '__objmap%d',
      setId: 10,
      elements: [{ key: { value: hex('0a000001') }, objref: 'hits' }]
    }
  }
)

golden(
  test,
  'nft list set inet f blocked: its elements, as the kernel tells them',
  `
  280100000c0a020000000000bd5600000100006d06000100660000000c000200626c6f636b6564000001030024000100
  0c00010008000100c0a8010808000300000000010c0004000000000000000000340001000c00010008000100c0a80107
  0c00040000000000000493e00c0005000000000000048c040c00060000066e6f69737900240001000c00010008000100
  ac10000a08000300000000010c00040000000000000000001c0001000c00010008000100ac1000010c00050000000000
  000003dc240001000c000100080001000b00000008000300000000010c00040000000000000000001c0001000c000100
  080001000a0000000c000500000000000036e6a4240001000c000100080001000000000008000300000000010c000400
  0000000000000000
  `,
  {
    type: 'NFT_MSG_NEWSETELEM',
    family: NFPROTO.INET,
    attributes: {
      table: 'f',
      set: 'blocked',
      elements: [
        { key: { value: hex('c0a80108') }, flags: NFT_SET_ELEM.INTERVAL_END, timeout: 0n },
        {
          key: { value: hex('c0a80107') },
          timeout: 300000n,
          expiration: 297988n,
          userdata: { comment: 'noisy' }
        },
        { key: { value: hex('ac10000a') }, flags: NFT_SET_ELEM.INTERVAL_END, timeout: 0n },
        { key: { value: hex('ac100001') }, expiration: 988n },
        { key: { value: hex('0b000000') }, flags: NFT_SET_ELEM.INTERVAL_END, timeout: 0n },
        { key: { value: hex('0a000000') }, expiration: 3597988n },
        { key: { value: hex('00000000') }, flags: NFT_SET_ELEM.INTERVAL_END, timeout: 0n }
      ]
    }
  }
)

test.run()
