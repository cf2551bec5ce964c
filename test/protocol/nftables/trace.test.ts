import { suite } from 'uvu'
import { NFPROTO } from '../../../protocol/nfnetlink/header'
import { VERDICT } from '../../../protocol/nftables/data'
import { NF_CT_STATE } from '../../../protocol/nftables/expression/ct'
import { NFT_TRACETYPE } from '../../../protocol/nftables/trace'
import { golden, hex } from './golden'

const test = suite('nftables trace')

golden(
  test,
  'nft monitor trace: the packet, with the first rule that it meets',
  `
  cc000000110a000000000000000000000100000008000f00000000020800040000000003080006003f80bc100a000200
  696e70757400000006000100660000000c00030000000000000000060c00050008000100ffffffff08000a0000000001
  06000b00030400001800080045000054c40940004001789d7f0000017f0000011800090008006f0c58dc0001a4a3006b
  00000000be340e0012000700000000000000000000000000080000000800150000000008050013000000000008001200
  d065f13f0800140000000008
  `,
  {
    type: 'NFT_MSG_TRACE',
    family: NFPROTO.INET,
    attributes: {
      nfproto: NFPROTO.IPV4,
      type: NFT_TRACETYPE.RULE,
      id: 280789055,
      chain: 'input',
      table: 'f',
      ruleHandle: 6n,
      verdict: { code: VERDICT.CONTINUE },
      iif: 1,
      iiftype: 772,
      networkHeader: hex('45000054c40940004001789d7f0000017f000001'),
      transportHeader: hex('08006f0c58dc0001a4a3006b00000000be340e00'),
      llHeader: hex('0000000000000000000000000800'),
      ctState: NF_CT_STATE.NEW,
      ctDirection: 0,
      ctId: 3496341823,
      ctStatus: 8
    }
  }
)

golden(
  test,
  'nft monitor trace: inet f t rule jump other (verdict jump other)',
  `
  60000000110a000000000000000000000100000008000f00000000020800040000000003080006002c5eee6506000200
  7400000006000100660000000c00030000000000000000171800050008000100fffffffd0a0002006f74686572000000
  `,
  {
    type: 'NFT_MSG_TRACE',
    family: NFPROTO.INET,
    attributes: {
      nfproto: NFPROTO.IPV4,
      type: NFT_TRACETYPE.RULE,
      id: 1710120492,
      chain: 't',
      table: 'f',
      ruleHandle: 23n,
      verdict: { code: VERDICT.JUMP, chain: 'other' }
    }
  }
)

golden(
  test,
  'nft monitor trace: inet f input policy drop',
  `
  48000000110a000000000000000000000100000008000f00000000020800040000000001080006003f80bc100a000200
  696e70757400000006000100660000000800100000000000
  `,
  {
    type: 'NFT_MSG_TRACE',
    family: NFPROTO.INET,
    attributes: {
      nfproto: NFPROTO.IPV4,
      type: NFT_TRACETYPE.POLICY,
      id: 280789055,
      chain: 'input',
      table: 'f',
      policy: VERDICT.DROP
    }
  }
)

test.run()
