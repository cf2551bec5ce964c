import { suite } from 'uvu'
import { golden } from './golden'

const test = suite('rtnetlink chain')

golden(
  test,
  'tc chain add dev e2 ingress chain 5 flower dst_ip 0.0.0.0/32',
  `
  5c00000064000506d366006b00000000000000000500000000000000f2ffffff0000000008000b00050000000b000100
  666c6f77657200002400020008000c000000000008000d00ffffffff08001600000000000600080000000000
  `,
  {
    type: 'RTM_NEWCHAIN',
    header: { family: 0, ifindex: 5, handle: 0, parent: 0xfffffff2, info: 0 },
    attributes: {
      chain: 5,
      kind: 'flower',
      options: { keyIpv4Dst: '0.0.0.0', keyIpv4DstMask: '255.255.255.255', flags: 0, keyEthType: 0 }
    }
  }
)

test.run()
