import * as E from 'fp-ts/Either'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { encode } from '../../../protocol'
import { trafficClass } from '../../../protocol/rtnetlink/class'
import { qdisc } from '../../../protocol/rtnetlink/qdisc'
import { hex } from '../nftables/golden'
import { golden } from './golden'

const test = suite('rtnetlink class')

const beyond32bits = { cellLog: 0, linklayer: 1, overhead: 0, cellAlign: 0, mpu: 0, rate: 0xffffffff }
const lent = { lends: 0, borrows: 0, giants: 0, tokens: 200_000, ctokens: 200_000 }

golden(
  test,
  'tc monitor, when a class 1:1 htb rate 1mbit is added',
  `
  ec000000280000003267006bb4680000000000000300000001000100ffffffff00000000080001006874620034000200
  30000100000100000000000048e80100000100000000000048e80100400d0300400d0300d43000000000000000000000
  480007001400010000000000000000000000000000000000180003000000000000000000000000000000000000000000
  18000400000000000000000000000000400d0300400d03002c0003000000000000000000000000000000000000000000
  000000000000000000000000000000000000000018000400000000000000000000000000400d0300400d0300
  `,
  {
    type: 'RTM_NEWTCLASS',
    header: { family: 0, ifindex: 3, handle: 0x10001, parent: 0xffffffff, info: 0 },
    attributes: {
      kind: 'htb',
      options: {
        parms: {
          rate: { ...beyond32bits, rate: 125_000 },
          ceil: { ...beyond32bits, rate: 125_000 },
          buffer: 200_000,
          cbuffer: 200_000,
          quantum: 12_500,
          level: 0,
          prio: 0
        }
      },
      stats2: {
        basic: { bytes: 0n, packets: 0 },
        queue: { qlen: 0, backlog: 0, drops: 0, requeues: 0, overlimits: 0 },
        app: lent
      },
      stats: { bytes: 0n, packets: 0, drops: 0, overlimits: 0, bps: 0, pps: 0, qlen: 0, backlog: 0 },
      xstats: lent
    }
  }
)

golden(
  test,
  'tc -s -d class show dev e0, with: htb rate 50gbit ceil 60gbit',
  `
  0401000028000200d066006b28620000000000000300000011000100010001000000110008000100687462004c000200
  300001000001000000000000ffffffff0001000000000000ffffffff0000000000000000400d03000000000000000000
  0c000600806e8774010000000c00070000eb08bf01000000480007001400010000000000000000000000000000000000
  180003000000000000000000000000000000000000000000180004000000000000000000000000000000000000000000
  2c0003000000000000000000000000000000000000000000000000000000000000000000000000000000000018000400
  0000000000000000000000000000000000000000
  `,
  {
    type: 'RTM_NEWTCLASS',
    header: { family: 0, ifindex: 3, handle: 0x10011, parent: 0x10001, info: 0x110000 },
    attributes: {
      kind: 'htb',
      options: {
        parms: {
          rate: beyond32bits,
          ceil: beyond32bits,
          buffer: 0,
          cbuffer: 0,
          quantum: 200_000,
          level: 0,
          prio: 0
        },
        rate64: 6_250_000_000n,
        ceil64: 7_500_000_000n
      },
      stats2: {
        basic: { bytes: 0n, packets: 0 },
        queue: { qlen: 0, backlog: 0, drops: 0, requeues: 0, overlimits: 0 },
        app: { lends: 0, borrows: 0, giants: 0, tokens: 0, ctokens: 0 }
      },
      stats: { bytes: 0n, packets: 0, drops: 0, overlimits: 0, bps: 0, pps: 0, qlen: 0, backlog: 0 },
      xstats: { lends: 0, borrows: 0, giants: 0, tokens: 0, ctokens: 0 }
    }
  }
)

golden(
  test,
  'tc class add dev e3 parent 8: classid 8:1 drr quantum 1600',
  `
  3800000028000506d166006b00000000000000000400000001000800000008000000000008000100647272000c000200
  0800010040060000
  `,
  {
    type: 'RTM_NEWTCLASS',
    header: { family: 0, ifindex: 4, handle: 0x80001, parent: 0x80000, info: 0 },
    attributes: { kind: 'drr', options: { quantum: 1600 } }
  }
)

golden(
  test,
  'tc -s class show dev d0, with: hfsc rt m1 1mbit d 10ms m2 2mbit ls rate 1mbit ul rate 5mbit',
  `
  f8000000280002000100000093815d9d0000000002000000010002000000020000000000090001006866736300000000
  340002001000010048e801001027000090d0030010000200000000000000000048e80100100003000000000000000000
  688909004c00070014000100260100000000000003000000000000001800030000000000000000000000000000000000
  000000001c0004002601000000000000260100000000000003000000000000002c000300260100000000000003000000
  000000000000000000000000000000000000000000000000000000001c00040026010000000000002601000000000000
  0300000000000000
  `,
  {
    type: 'RTM_NEWTCLASS',
    header: { family: 0, ifindex: 2, handle: 0x20001, parent: 0x20000, info: 0 },
    attributes: {
      kind: 'hfsc',
      options: {
        rsc: { m1: 125_000, d: 10_000, m2: 250_000 },
        fsc: { m1: 0, d: 0, m2: 125_000 },
        usc: { m1: 0, d: 0, m2: 625_000 }
      },
      stats2: {
        basic: { bytes: 294n, packets: 3 },
        queue: { qlen: 0, backlog: 0, drops: 0, requeues: 0, overlimits: 0 },
        app: { work: 294n, rtwork: 294n, period: 3, level: 0 }
      },
      stats: { bytes: 294n, packets: 3, drops: 0, overlimits: 0, bps: 0, pps: 0, qlen: 0, backlog: 0 },
      xstats: { work: 294n, rtwork: 294n, period: 3, level: 0 }
    }
  }
)

test('the same kind has other options as a qdisc and as a class', () => {
  assert.equal(
    encode(qdisc.attributes)({ kind: 'hfsc', options: { defcls: 0x10 } }),
    E.right(hex('09000100 68667363 00000000 06000200 10000000')),
    'tc qdisc add dev e0 root hfsc default 10'
  )
  const curve = { m1: 0, d: 0, m2: 125_000 }
  assert.equal(
    encode(trafficClass.attributes)({ kind: 'hfsc', options: { fsc: curve, rsc: curve } }),
    E.right(
      hex(`09000100 68667363 00000000 24000280
           10000100 00000000 00000000 48e80100  10000200 00000000 00000000 48e80100`)
    ),
    'tc class add dev e0 parent 1: classid 1:10 hfsc sc rate 1mbit'
  )
})

test.run()
