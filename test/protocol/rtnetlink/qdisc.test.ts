import * as E from 'fp-ts/Either'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { decode, encode } from '../../../protocol'
import { CAKE_ACK, CAKE_ATM, CAKE_DIFFSERV, CAKE_FLOW, qdisc, TC_H } from '../../../protocol/rtnetlink/qdisc'
import { hex } from '../nftables/golden'
import { golden } from './golden'

const test = suite('rtnetlink qdisc')

golden(
  test,
  'tc qdisc replace dev e0 root handle 4: htb default 11',
  `
  4800000024000505d066006b00000000000000000300000000000400ffffffff0000000008000100687462001c000200
  18000200030000000a000000110000000000000000000000
  `,
  {
    type: 'RTM_NEWQDISC',
    header: { family: 0, ifindex: 3, handle: 0x40000, parent: TC_H.ROOT, info: 0 },
    attributes: {
      kind: 'htb',
      options: { init: { version: 3, rate2quantum: 10, defcls: 0x11, debug: 0, directPkts: 0 } }
    }
  }
)

golden(
  test,
  'tc -s qdisc show, with a tbf',
  `
  bc00000024000200d066006b20620000000000000300000000001000100001000100000008000100746266002c000200
  280001000001000000000000007d0000000100000000000048e80100440c000051790b006cdc020005000c0000000000
  300007001400010012090000000000001b0000000000000018000300010000005600000000000000000000000b000000
  2c00030012090000000000001b000000000000000b0000000000000000000000010000005600000000000000
  `,
  {
    type: 'RTM_NEWQDISC',
    header: { family: 0, ifindex: 3, handle: 0x100000, parent: 0x10010, info: 1 },
    attributes: {
      kind: 'tbf',
      options: {
        parms: {
          rate: { cellLog: 0, linklayer: 1, overhead: 0, cellAlign: 0, mpu: 0, rate: 32_000 },
          peakrate: { cellLog: 0, linklayer: 1, overhead: 0, cellAlign: 0, mpu: 0, rate: 125_000 },
          limit: 3140,
          buffer: 751_953,
          mtu: 187_500
        }
      },
      hwOffload: 0,
      stats2: {
        basic: { bytes: 2322n, packets: 27 },
        queue: { qlen: 1, backlog: 86, drops: 0, requeues: 0, overlimits: 11 }
      },
      stats: {
        bytes: 2322n,
        packets: 27,
        drops: 0,
        overlimits: 11,
        bps: 0,
        pps: 0,
        qlen: 1,
        backlog: 86
      }
    }
  }
)

golden(
  test,
  'tc qdisc add dev e3 root netem loss gemodel 1% 10% 70% 0.1% slot 800us 1000us packets 5 bytes 5000',
  `
  9000000024000506d166006b00000000000000000400000000000000ffffffff000000000a0001006e6574656d000000
  6000020000000000e8030000000000000000000000000000000000002c000c0000350c000000000040420f0000000000
  0500000088130000000000000000000000000000000000001800058014000200295c8f029a999919cdcccc4c37894100
  `,
  {
    type: 'RTM_NEWQDISC',
    header: { family: 0, ifindex: 4, handle: 0, parent: TC_H.ROOT, info: 0 },
    attributes: {
      kind: 'netem',
      options: {
        header: { latency: 0, limit: 1000, loss: 0, gap: 0, duplicate: 0, jitter: 0 },
        attributes: {
          loss: { ge: { p: 42_949_673, r: 429_496_730, h: 1_288_490_189, k1: 4_294_967 } },
          slot: {
            minDelay: 800_000n,
            maxDelay: 1_000_000n,
            maxPackets: 5,
            maxBytes: 5000,
            distDelay: 0n,
            distJitter: 0n
          }
        }
      }
    }
  }
)

golden(
  test,
  'tc qdisc add dev e3 root cake bandwidth 100mbit diffserv4 dual-dsthost nat wash ack-filter rtt 50ms overhead 38 mpu 84 memlimit 8Mb fwmark 0xff split-gso ingress',
  `
  b000000024000506d166006b00000000000000000400000000000000ffffffff000000000900010063616b6500000000
  800002000c00020020bcbe000000000008000300010000000800050006000000080006002600000008000e0054000000
  0800070050c3000008000800c4090000080009000000000008000a000000800008001200ff00000008000b0001000000
  08000d0001000000080011000100000008000f00010000000800100001000000
  `,
  {
    type: 'RTM_NEWQDISC',
    header: { family: 0, ifindex: 4, handle: 0, parent: TC_H.ROOT, info: 0 },
    attributes: {
      kind: 'cake',
      options: {
        baseRate64: 12_500_000n,
        diffservMode: CAKE_DIFFSERV.DIFFSERV4,
        flowMode: CAKE_FLOW.DUAL_DST,
        overhead: 38,
        mpu: 84,
        rtt: 50_000,
        target: 2500,
        autorate: 0,
        memory: 8 * 2 ** 20,
        fwmark: 0xff,
        nat: 1,
        wash: 1,
        splitGso: 1,
        ingress: 1,
        ackFilter: CAKE_ACK.FILTER
      }
    }
  }
)

golden(
  test,
  'tc -s qdisc show, with a cake',
  `
  1c0200002400020001000000f29b03ab000000000200000000000e00ffffffff050000000900010063616b6500000000
  900002000c000200000000000000000008000500040000000800070050c3000008000800c409000008000a0000008000
  080009000000000008000f0001000000080010000100000008000b0001000000080003000300000008000d0001000000
  08000600fcffffff08000c0000000000080004000000000008000e0054000000080011000100000008001200ff000000
  05000c000000000028010700f80004000c00020020bcbe00000000000800030000008000080004000003000008000500
  000000000800070000000000080009000000000008000600ffff000008000800ffff0000b0000a00ac0001000c000c00
  00000000000000000c0003006c0100000000000008000b000000000008000d00c409000008000e0050c3000008000200
  0400000008000400000000000800080000000000080006000000000008001200f4000000080013000500000008001400
  0500000008000f0000000000080010000200000008001100000000000800150001000000080016000000000008001700
  00000000080018006200000008001900ea050000140001006c0100000000000004000000000000001800030000000000
  000000000000000000000000000000002c0003006c010000000000000400000000000000000000000000000000000000
  000000000000000000000000
  `,
  {
    type: 'RTM_NEWQDISC',
    header: { family: 0, ifindex: 2, handle: 0xe0000, parent: TC_H.ROOT, info: 5 },
    attributes: {
      kind: 'cake',
      options: {
        baseRate64: 0n,
        flowMode: CAKE_FLOW.FLOWS,
        rtt: 50_000,
        target: 2500,
        memory: 8 * 2 ** 20,
        autorate: 0,
        ingress: 1,
        ackFilter: CAKE_ACK.FILTER,
        nat: 1,
        diffservMode: CAKE_DIFFSERV.BESTEFFORT,
        wash: 1,
        overhead: -4,
        raw: 0,
        atm: CAKE_ATM.NONE,
        mpu: 84,
        splitGso: 1,
        fwmark: 0xff
      },
      hwOffload: 0,
      stats2: {
        app: {
          capacityEstimate64: 12_500_000n,
          memoryLimit: 8 * 2 ** 20,
          memoryUsed: 768,
          avgNetoff: 0,
          maxNetlen: 0,
          maxAdjlen: 0,
          minNetlen: 0xffff,
          minAdjlen: 0xffff,
          tinStats: [
            {
              thresholdRate64: 0n,
              sentBytes64: 364n,
              backlogBytes: 0,
              targetUs: 2500,
              intervalUs: 50_000,
              sentPackets: 4,
              droppedPackets: 0,
              ecnMarkedPackets: 0,
              acksDroppedPackets: 0,
              peakDelayUs: 244,
              avgDelayUs: 5,
              baseDelayUs: 5,
              wayIndirectHits: 0,
              wayMisses: 2,
              wayCollisions: 0,
              sparseFlows: 1,
              bulkFlows: 0,
              unresponsiveFlows: 0,
              maxSkblen: 98,
              flowQuantum: 1514
            }
          ]
        },
        basic: { bytes: 364n, packets: 4 },
        queue: { qlen: 0, backlog: 0, drops: 0, requeues: 0, overlimits: 0 }
      },
      stats: { bytes: 364n, packets: 4, drops: 0, overlimits: 0, bps: 0, pps: 0, qlen: 0, backlog: 0 }
    }
  }
)

golden(
  test,
  'tc qdisc add dev e3 root ets bands 4 strict 2 quanta 4000 3000 priomap 0 1 1 1 2 3',
  `
  8800000024000506d166006b00000000000000000400000000000000ffffffff0000000008000100657473005c000280
  050001000400000005000200020000001400038008000400a00f000008000400b80b0000340005800500060000000000
  05000600010000000500060001000000050006000100000005000600020000000500060003000000
  `,
  {
    type: 'RTM_NEWQDISC',
    header: { family: 0, ifindex: 4, handle: 0, parent: TC_H.ROOT, info: 0 },
    attributes: {
      kind: 'ets',
      options: {
        nbands: 4,
        nstrict: 2,
        quanta: { quantaBand: [4000, 3000] },
        priomap: { priomapBand: [0, 1, 1, 1, 2, 3] }
      }
    }
  }
)

golden(
  test,
  'tc qdisc add dev e3 root taprio num_tc 3 map 2 2 1 0 2 2 2 2 2 2 2 2 2 2 2 2 queues 1@0 1@1 2@2 base-time 1000000000 sched-entry S 01 300000 sched-entry S 02 300000 flags 0x1 txtime-delay 500000 clockid CLOCK_TAI',
  `
  ec00000024000506d166006b00000000000000000400000000000000ffffffff000000000b00010074617072696f0000
  bc000200080005000b00000008000a000100000056000100030202010002020202020202020202020200010001000200
  000000000000000000000000000000000000000000000000000000000100020000000000000000000000000000000000
  00000000000000000000000008000b0020a107000c00030000ca9a3b000000003c0002801c0001000500020000000000
  080003000100000008000400e09304001c0001000500020000000000080003000200000008000400e0930400
  `,
  {
    type: 'RTM_NEWQDISC',
    header: { family: 0, ifindex: 4, handle: 0, parent: TC_H.ROOT, info: 0 },
    attributes: {
      kind: 'taprio',
      options: {
        priomap: {
          numTc: 3,
          prioTcMap: [2, 2, 1, 0, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2],
          hw: 0,
          count: [1, 1, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
          offset: [0, 1, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
        },
        schedClockid: 11,
        flags: 1,
        txtimeDelay: 500_000,
        schedBaseTime: 1_000_000_000n,
        schedEntryList: {
          entry: [
            { cmd: 0, gateMask: 0x1, interval: 300_000 },
            { cmd: 0, gateMask: 0x2, interval: 300_000 }
          ]
        }
      }
    }
  }
)

golden(
  test,
  'tc qdisc add dev e3 ingress_block 22 egress_block 23 clsact',
  `
  4000000024000506d166006b0000000000000000040000000000fffff1ffffff000000000b000100636c736163740000
  08000d001600000008000e0017000000
  `,
  {
    type: 'RTM_NEWQDISC',
    header: { family: 0, ifindex: 4, handle: 0xffff0000, parent: TC_H.CLSACT, info: 0 },
    attributes: { kind: 'clsact', ingressBlock: 22, egressBlock: 23 }
  }
)

test('a kind without a table is kept, and an older kernel’s shorter struct is filled up', () => {
  const options = hex('0800020001000000')
  assert.equal(
    decode(qdisc.attributes)(hex('0800010061626300 0c000200 08000200 01000000')),
    E.right({ kind: 'abc', unknown: [{ type: 2, payload: options }] })
  )
  const sfq = hex('08000100 73667100 18000200 ea050000 0a000000 7f000000 00040000 80000000')
  const older = decode(qdisc.attributes)(sfq)
  assert.ok(E.isRight(older) && older.right.kind === 'sfq')
  assert.equal(older.right.options?.v0, {
    quantum: 1514,
    perturbPeriod: 10,
    limit: 127,
    divisor: 1024,
    flows: 128
  })
  assert.is(older.right.options?.depth, 0)
  assert.equal(encode(qdisc.attributes)(older.right), E.right(sfq))
})

test.run()
