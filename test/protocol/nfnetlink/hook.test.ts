import { suite } from 'uvu'
import { NFPROTO } from '../../../protocol/nfnetlink/header'
import { golden } from '../nftables/golden'

const test = suite('nfnetlink_hook')

golden(
  test,
  'nft list hooks',
  `
  1c000000000c01030100000000000000050000000800010000000000
  `,
  { type: 'NFNL_MSG_HOOK_GET', family: NFPROTO.NETDEV, attributes: { hooknum: 0 } }
)

test.run()
