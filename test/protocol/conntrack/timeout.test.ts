import * as E from 'fp-ts/Either'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { decode, encode } from '../../../protocol'
import { timeout } from '../../../protocol/conntrack/timeout'
import { NFPROTO } from '../../../protocol/nfnetlink/header'
import { golden, hex } from '../nftables/golden'

const test = suite('conntrack timeout')

golden(
  test,
  'nfct get default-timeout inet tcp',
  `
  8000000003080200010000007f0c000000000000060002000002000005000300060000005c0004800800010000000078
  080002000000003c08000300000697800800040000000078080005000000003c080006000000001e0800070000000078
  080008000000000a080009000000007808000a000000012c08000b000000012c
  `,
  {
    type: 'IPCTNL_MSG_TIMEOUT_DEFAULT_SET',
    family: NFPROTO.UNSPEC,
    attributes: {
      l3proto: 2,
      l4proto: 6,
      data: {
        synSent: 120,
        synRecv: 60,
        established: 432000,
        finWait: 120,
        closeWait: 60,
        lastAck: 30,
        timeWait: 120,
        close: 10,
        synSent2: 120,
        retrans: 300,
        unack: 300
      }
    }
  }
)

test('the protocol says what the timeouts are called', () => {
  const bytes = encode(timeout.attributes)({ l4proto: 17, data: { unreplied: 30, replied: 120 } })
  assert.equal(
    bytes,
    E.right(hex('05000300 11000000 14000480 08000100 0000001e 08000200 00000078')),
    'as those of UDP'
  )
  const unknownProtocol = hex('05000300 63000000 0c000480 08000100 0000001e')
  assert.equal(
    decode(timeout.attributes)(unknownProtocol),
    E.right({ l4proto: 99, unknown: [{ type: 0x8004, payload: hex('08000100 0000001e') }] }),
    'and those of a protocol without a table are kept'
  )
})

test.run()
