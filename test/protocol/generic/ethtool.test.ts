import * as E from 'fp-ts/Either'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { decodeMessages, encode, type Message } from '../../../protocol'
import { ethtool } from '../../../protocol/generic/ethtool'
import { statistics } from '../../../protocol/generic/ethtool/statistics'
import { fromKernel } from '../../../protocol/generic/family'
import { NLM_F } from '../../../protocol/netlink/header'
import { hex, right } from '../nftables/golden'
import { families, golden } from './golden'

const test = suite('generic ethtool')

golden(
  test,
  'ethtool -L e0 combined 1',
  '28000000150005000200000000000000120100000c00018007000200653000000800090001000000',
  { type: 'ETHTOOL_MSG_CHANNELS_SET', attributes: { header: { devName: 'e0' }, combinedCount: 1 } },
  21
)

golden(
  test,
  'ethtool -s e0 wol g',
  `
  380000001500050002000000000000000a0100000c00018007000200653000001800028004000100100003800c000180
  0800010005000000
  `,
  {
    type: 'ETHTOOL_MSG_WOL_SET',
    attributes: { header: { devName: 'e0' }, modes: { nomask: true, bits: { bit: [{ index: 5 }] } } }
  },
  21
)

golden(
  test,
  'ethtool -S e0 --all-groups, of a device that counts nothing',
  `
  940000001500000002000000cd6300002101000014000280080001000300000007000200653000000800050000000000
  140004800800020000000000080003001100000014000480080002000100000008000300120000001400048008000200
  020000000800030013000000140004800800020003000000080003001400000014000480080002000400000008000300
  15000000
  `,
  {
    type: 'ETHTOOL_MSG_STATS_GET_REPLY',
    attributes: {
      header: { devIndex: 3, devName: 'e0' },
      src: 0,
      grp: [
        { id: 0, ssId: 17 },
        { id: 1, ssId: 18 },
        { id: 2, ssId: 19 },
        { id: 3, ssId: 20 },
        { id: 4, ssId: 21 }
      ]
    }
  },
  21
)

test('a counter is a nest with the number of what it counts', () => {
  assert.equal(
    encode(statistics.attributes)({ grp: [{ id: 1, stat: [{ 0: 5n }, { 21: 7n }] }] }),
    E.right(
      hex(`
        2c000480 08000200 01000000
        10000480 0c000000 0500000000000000
        10000480 0c001500 0700000000000000
      `)
    )
  )
})

test('one number has two meanings, and the direction tells which', () => {
  const meaning = (flags: number): Message['type'] | undefined => {
    const bytes = hex('14000000 1500 0000 01000000 00000000 10010000')
    bytes[6] = flags
    return right(decodeMessages('generic', bytes, families))[0]?.type
  }
  assert.is(meaning(NLM_F.REQUEST | NLM_F.ACK), 'ETHTOOL_MSG_RINGS_SET')
  assert.is(meaning(0), 'ETHTOOL_MSG_RINGS_GET_REPLY')
  assert.is(meaning(NLM_F.MULTI), 'ETHTOOL_MSG_RINGS_GET_REPLY')
})

test('each direction counts its messages without a gap', () => {
  const numbers = (kernel: boolean): ReadonlyArray<number> =>
    Object.values(ethtool.definitions)
      .flatMap(({ types }) => Object.entries<number>(types))
      .filter(([type]) => fromKernel(type) === kernel)
      .map(([, number]) => number)
      .sort((a, b) => a - b)
  for (const found of [numbers(false), numbers(true)])
    assert.equal(
      found,
      found.map((_, n) => n + 1)
    )
})

test.run()
