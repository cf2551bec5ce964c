import { suite } from 'uvu'
import { NFPROTO } from '../../../protocol/nfnetlink/header'
import { golden } from '../nftables/golden'

const test = suite('conntrack expectation')

golden(
  test,
  'conntrack -L expect',
  `
  d80000000002020000000000a1fe85a5020000003400028014000180080001000a4d0002080002000a4d00011c000280
  0500010006000000060002000000000006000300c8150000340003801400018008000100ffffffff08000200ffffffff
  1c0002800500010006000000060002000000000006000300ffff00003400018014000180080001000a4d000108000200
  0a4d00021c0002800500010006000000060002008d6800000600030008490000080004000000012b08000500203ef2d6
  080008000000000008000900000000000800060066747000
  `,
  {
    type: 'IPCTNL_MSG_EXP_NEW',
    family: NFPROTO.IPV4,
    attributes: {
      tuple: {
        ip: { v4Src: '10.77.0.2', v4Dst: '10.77.0.1' },
        proto: { num: 6, srcPort: 0, dstPort: 51221 }
      },
      mask: {
        ip: { v4Src: '255.255.255.255', v4Dst: '255.255.255.255' },
        proto: { num: 6, srcPort: 0, dstPort: 0xffff }
      },
      master: {
        ip: { v4Src: '10.77.0.1', v4Dst: '10.77.0.2' },
        proto: { num: 6, srcPort: 36200, dstPort: 2121 }
      },
      timeout: 299,
      id: 0x203ef2d6,
      flags: 0,
      class: 0,
      helpName: 'ftp'
    }
  }
)

test.run()
