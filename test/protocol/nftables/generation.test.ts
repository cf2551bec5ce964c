import { suite } from 'uvu'
import { NFPROTO } from '../../../protocol/nfnetlink/header'
import { golden } from './golden'

const test = suite('nftables generation')

golden(
  test,
  'nft add table ip nat: the generation that it asks for first',
  `
  2c0000000f0a000000000000e753000000000001080001000000000108000200000053e7080003006e667400
  `,
  { type: 'NFT_MSG_NEWGEN', family: NFPROTO.UNSPEC, attributes: { id: 1, procPid: 21479, procName: 'nft' } }
)

test.run()
