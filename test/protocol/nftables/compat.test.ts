import { suite } from 'uvu'
import { NFPROTO } from '../../../protocol/nfnetlink/header'
import { NFT_COMPAT_TYPE } from '../../../protocol/nftables/compat'
import { golden } from './golden'

const test = suite('nft_compat')

golden(
  test,
  'iptables-nft -A FORWARD -m comment --comment hello -m multiport -p tcp --dports 80,443 -j LOG --log-prefix x',
  `
  30000000000b05008ea3006b00000000020000000c000100636f6d6d656e740008000200000000000800030000000000
  `,
  {
    type: 'NFNL_MSG_COMPAT_GET',
    family: NFPROTO.IPV4,
    attributes: { name: 'comment', rev: 0, type: NFT_COMPAT_TYPE.MATCH }
  }
)

golden(
  test,
  'iptables-nft -A FORWARD -m comment …: what the kernel answers',
  `
  30000000000b02008ea3006b662d27bb020000000c000100636f6d6d656e740008000200000000000800030000000000
  `,
  {
    type: 'NFNL_MSG_COMPAT_GET',
    family: NFPROTO.IPV4,
    attributes: { name: 'comment', rev: 0, type: NFT_COMPAT_TYPE.MATCH }
  }
)

test.run()
