import { suite } from 'uvu'
import { NFPROTO } from '../../../protocol/nfnetlink/header'
import { NFT_FLOWTABLE } from '../../../protocol/nftables/flowtable'
import { golden } from './golden'

const test = suite('nftables flowtable')

golden(
  test,
  'nft add flowtable inet f fast { hook ingress priority -100; devices = { veth0, veth1 }; counter; }',
  `
  60000000160a010401000000000000000100000006000100660000000900020066617374000000003000038008000100
  0000000008000200ffffff9c1c0003800a00010076657468310000000a00010076657468300000000800070000000002
  `,
  {
    type: 'NFT_MSG_NEWFLOWTABLE',
    family: NFPROTO.INET,
    attributes: {
      table: 'f',
      name: 'fast',
      hook: { num: 0, priority: -100, devs: { name: ['veth1', 'veth0'] } },
      flags: NFT_FLOWTABLE.COUNTER
    }
  }
)

golden(
  test,
  'nft delete flowtable inet f fast',
  `
  28000000180a01000100000000000000010000000600010066000000090002006661737400000000
  `,
  { type: 'NFT_MSG_DELFLOWTABLE', family: NFPROTO.INET, attributes: { table: 'f', name: 'fast' } }
)

test.run()
