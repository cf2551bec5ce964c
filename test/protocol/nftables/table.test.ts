import { suite } from 'uvu'
import { NFPROTO } from '../../../protocol/nfnetlink/header'
import { NFT_TABLE_F } from '../../../protocol/nftables/table'
import { golden } from './golden'

const test = suite('nftables table')

golden(
  test,
  'nft add table inet dormant { flags dormant; comment "asleep"; }',
  `
  38000000000a01000100000000000000010000000c000100646f726d616e740008000200000000010d00060000076173
  6c65657000000000
  `,
  {
    type: 'NFT_MSG_NEWTABLE',
    family: NFPROTO.INET,
    attributes: { name: 'dormant', flags: NFT_TABLE_F.DORMANT, userdata: { comment: 'asleep' } }
  }
)

golden(
  test,
  'nft delete table ip d',
  `
  1c000000020a01000100000000000000020000000600010064000000
  `,
  { type: 'NFT_MSG_DELTABLE', family: NFPROTO.IPV4, attributes: { name: 'd' } }
)

golden(
  test,
  'nft list tables: a table, as the kernel tells it',
  `
  38000000000a020000000000ae5600000200006d080001006e61740008000300000000030c0004000000000000000001
  0800020000000000
  `,
  {
    type: 'NFT_MSG_NEWTABLE',
    family: NFPROTO.IPV4,
    attributes: { name: 'nat', use: 3, handle: 1n, flags: 0 }
  }
)

test.run()
