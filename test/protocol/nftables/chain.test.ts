import { suite } from 'uvu'
import { NFPROTO } from '../../../protocol/nfnetlink/header'
import { NF_INET, NF_NETDEV, NFT_CHAIN } from '../../../protocol/nftables/chain'
import { VERDICT } from '../../../protocol/nftables/data'
import { golden } from './golden'

const test = suite('nftables chain')

golden(
  test,
  'nft add chain ip nat postrouting { type nat hook postrouting priority srcnat; policy accept; comment "to the world"; }',
  `
  64000000030a0104010000000000000002000000080001006e61740010000300706f7374726f7574696e670008000700
  6e6174000800050000000001140004800800010000000004080002000000006413000c00000d746f2074686520776f72
  6c640000
  `,
  {
    type: 'NFT_MSG_NEWCHAIN',
    family: NFPROTO.IPV4,
    attributes: {
      table: 'nat',
      name: 'postrouting',
      type: 'nat',
      policy: VERDICT.ACCEPT,
      hook: { hooknum: NF_INET.POST_ROUTING, priority: 100 },
      userdata: { comment: 'to the world' }
    }
  }
)

golden(
  test,
  'nft add chain inet f forward { type filter hook forward priority filter + 10; }',
  `
  48000000030a010401000000000000000100000006000100660000000c000300666f7277617264000b00070066696c74
  65720000140004800800010000000002080002000000000a
  `,
  {
    type: 'NFT_MSG_NEWCHAIN',
    family: NFPROTO.INET,
    attributes: {
      table: 'f',
      name: 'forward',
      type: 'filter',
      hook: { hooknum: NF_INET.FORWARD, priority: 10 }
    }
  }
)

golden(
  test,
  'nft add chain netdev n both { type filter hook ingress devices = { veth0, veth1 } priority -5; }',
  `
  64000000030a0104010000000000000005000000060001006e00000009000300626f7468000000000b00070066696c74
  6572000030000480080001000000000008000200fffffffb1c0004800a00010076657468310000000a00010076657468
  30000000
  `,
  {
    type: 'NFT_MSG_NEWCHAIN',
    family: NFPROTO.NETDEV,
    attributes: {
      table: 'n',
      name: 'both',
      type: 'filter',
      hook: { hooknum: NF_NETDEV.INGRESS, priority: -5, devs: { name: ['veth1', 'veth0'] } }
    }
  }
)

golden(
  test,
  'nft add rule inet f input jump { ip saddr 10.0.0.1 drop; accept; }',
  `
  2c000000030a0104010000000000000001000000060001006600000008000b000000000108000a0000000004
  `,
  {
    type: 'NFT_MSG_NEWCHAIN',
    family: NFPROTO.INET,
    attributes: { table: 'f', id: 1, flags: NFT_CHAIN.BINDING }
  }
)

golden(
  test,
  'nft list chains: a chain, as the kernel tells it',
  `
  80000000030a020000000000ae5600000200006d080001006e61740010000300706f7374726f7574696e67000c000200
  000000000000000114000400080001000000000408000200000000640800050000000001080007006e61740008000a00
  00000001080006000000000413000c00000d746f2074686520776f726c640000
  `,
  {
    type: 'NFT_MSG_NEWCHAIN',
    family: NFPROTO.IPV4,
    attributes: {
      table: 'nat',
      name: 'postrouting',
      handle: 1n,
      hook: { hooknum: NF_INET.POST_ROUTING, priority: 100 },
      policy: VERDICT.ACCEPT,
      type: 'nat',
      flags: NFT_CHAIN.BASE,
      use: 4,
      userdata: { comment: 'to the world' }
    }
  }
)

test.run()
