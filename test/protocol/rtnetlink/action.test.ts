import { suite } from 'uvu'
import {
  TC_ACT,
  TCA_ACT_FLAG,
  TCA_ACT_HW_STATS,
  TCA_EGRESS,
  TCA_PEDIT_KEY_EX_CMD,
  TCA_PEDIT_KEY_EX_HDR_TYPE,
  TCA_TUNNEL_KEY_ACT
} from '../../../protocol/rtnetlink/action'
import { TCA_CLS_FLAGS } from '../../../protocol/rtnetlink/filter'
import { hex } from '../nftables/golden'
import { golden } from './golden'

const test = suite('rtnetlink action')

golden(
  test,
  'tc action add action mirred egress redirect dev e0 index 77',
  `
  4c00000030000506d066006b000000000000000038000100340001000b0001006d697272656400002400028020000200
  4d000000000000000400000000000000000000000100000003000000
  `,
  {
    type: 'RTM_NEWACTION',
    header: { family: 0 },
    attributes: {
      tab: [
        {
          kind: 'mirred',
          options: {
            parms: {
              index: 77,
              capab: 0,
              action: TC_ACT.STOLEN,
              refcnt: 0,
              bindcnt: 0,
              eaction: TCA_EGRESS.REDIR,
              ifindex: 3
            }
          }
        }
      ]
    }
  }
)

golden(
  test,
  'tc action flush action mirred',
  `
  3400000031000501d066006b000000000000000014000100100001000b0001006d697272656400000c00020001000000
  01000000
  `,
  {
    type: 'RTM_DELACTION',
    header: { family: 0 },
    attributes: {
      tab: [{ kind: 'mirred' }],
      flags: { value: TCA_ACT_FLAG.LARGE_DUMP_ON, selector: TCA_ACT_FLAG.LARGE_DUMP_ON }
    }
  }
)

const statistics = (bytes: bigint, packets: number) => ({
  basic: { bytes, packets },
  basicHw: { bytes: 0n, packets: 0 },
  queue: { qlen: 0, backlog: 0, drops: 0, requeues: 0, overlimits: 0 }
})
const nowhere = {
  usedHwStats: { value: 0, selector: TCA_ACT_HW_STATS.IMMEDIATE | TCA_ACT_HW_STATS.DELAYED },
  inHwCount: 0
}

golden(
  test,
  'tc actions list action mirred: the kernel counts from 0 here, from 1 in a filter',
  `
  3002000032000200cf66006b1c62000000000000080003000300000014020100b00000000b0001006d69727265640000
  4400040014000100c0060000000000001800000000000000140007000000000000000000000000000000000018000300
  00000000000000000000000000000000000000000c000900000000000300000008000a00000000004800020020000200
  010000000000000004000000010000000100000001000000030000002400010006000000000000000000000000000000
  00000000000000000100000000000000b00001000b0001006d6972726564000044000400140001005600000000000000
  010000000000000014000700000000000000000000000000000000001800030000000000000000000000000000000000
  000000000c000900000000000300000008000a0000000000480002002000020002000000000000000300000001000000
  010000000200000003000000240001000400000000000000010000000000000000000000000000000100000000000000
  b00002000b0001006d697272656400004400040014000100000000000000000000000000000000001400070000000000
  0000000000000000000000001800030000000000000000000000000000000000000000000c0009000000000003000000
  08000a000000000048000200200002004d00000000000000040000000100000000000000010000000300000024000100
  0100000000000000010000000000000000000000000000000000000000000000
  `,
  {
    type: 'RTM_GETACTION',
    header: { family: 0 },
    attributes: {
      count: 3,
      tab: [
        {
          kind: 'mirred',
          ...nowhere,
          stats: statistics(1728n, 24),
          options: {
            parms: { index: 1, capab: 0, action: 4, refcnt: 1, bindcnt: 1, eaction: 1, ifindex: 3 },
            tm: { install: 6n, lastuse: 0n, expires: 0n, firstuse: 1n }
          }
        },
        {
          kind: 'mirred',
          ...nowhere,
          stats: statistics(86n, 1),
          options: {
            parms: { index: 2, capab: 0, action: 3, refcnt: 1, bindcnt: 1, eaction: 2, ifindex: 3 },
            tm: { install: 4n, lastuse: 1n, expires: 0n, firstuse: 1n }
          }
        },
        {
          kind: 'mirred',
          ...nowhere,
          stats: statistics(0n, 0),
          options: {
            parms: { index: 77, capab: 0, action: 4, refcnt: 1, bindcnt: 0, eaction: 1, ifindex: 3 },
            tm: { install: 1n, lastuse: 1n, expires: 0n, firstuse: 0n }
          }
        }
      ]
    }
  },
  { irregular: true }
)

const pipe = { index: 0, capab: 0, action: TC_ACT.PIPE, refcnt: 0, bindcnt: 0 }
const inFilter = { family: 0, ifindex: 5, handle: 0, parent: 0xfffffff2, info: 0x300 }
const straight = { at: 0, offmask: 0, shift: 0 }
const { ETH, IP4, TCP } = TCA_PEDIT_KEY_EX_HDR_TYPE
const { SET } = TCA_PEDIT_KEY_EX_CMD

golden(
  test,
  'tc filter add dev e2 ingress matchall action pedit ex munge ip ttl set 10 munge tcp dport set 22 munge eth src set 02:00:00:00:00:05',
  `
  200100002c000506d266006b00000000000000000500000000000000f2ffffff000300000d0001006d61746368616c6c
  00000000ec000200e8000200e40001000a0001007065646974000000d40002807c000400000000000000000000000000
  00000000000000000400000000ffffff0a00000008000000000000000000000000000000ffff00000000001600000000
  000000000000000000000000ffff00000000020004000000000000000000000000000000000000000000000508000000
  000000000000000000000000540005801400068006000100020000000600020000000000140006800600010004000000
  060002000000000014000680060001000100000006000200000000001400068006000100010000000600020000000000
  `,
  {
    type: 'RTM_NEWTFILTER',
    header: inFilter,
    attributes: {
      kind: 'matchall',
      options: {
        act: [
          {
            kind: 'pedit',
            options: {
              parmsEx: {
                ...pipe,
                action: TC_ACT.OK,
                nkeys: 4,
                flags: 0,
                keys: [
                  { mask: 0xffffff00, val: 10, off: 8, ...straight },
                  { mask: 0x0000ffff, val: 0x16000000, off: 0, ...straight },
                  { mask: 0x0000ffff, val: 0x00020000, off: 4, ...straight },
                  { mask: 0, val: 0x05000000, off: 8, ...straight }
                ]
              },
              keysEx: {
                keyEx: [
                  { htype: IP4, cmd: SET },
                  { htype: TCP, cmd: SET },
                  { htype: ETH, cmd: SET },
                  { htype: ETH, cmd: SET }
                ]
              }
            }
          }
        ]
      }
    }
  }
)

golden(
  test,
  'tc filter add dev e2 ingress matchall action gate clockid CLOCK_TAI sched-entry open 200000000 -1 8000000 sched-entry close 100000000 -1 -1',
  `
  b00000002c000506d366006b00000000000000000500000000000000f2ffffff000300000d0001006d61746368616c6c
  000000007c00020078000200740001000900010067617465000000006400028018000200000000000000000003000000
  000000000000000008000a000b0000004000058020000180040002000800030000c2eb0b08000400ffffffff08000500
  00127a001c0001800800030000e1f50508000400ffffffff08000500ffffffff
  `,
  {
    type: 'RTM_NEWTFILTER',
    header: inFilter,
    attributes: {
      kind: 'matchall',
      options: {
        act: [
          {
            kind: 'gate',
            options: {
              parms: pipe,
              clockid: 11,
              entryList: {
                entry: [
                  { gate: true, interval: 200_000_000, ipv: -1, maxOctets: 8_000_000 },
                  { interval: 100_000_000, ipv: -1, maxOctets: -1 }
                ]
              }
            }
          }
        ]
      }
    }
  }
)

golden(
  test,
  'tc filter add dev e2 ingress matchall action ife encode type 0xDEAD allow mark dst 02:15:15:15:15:15',
  `
  840000002c000506d366006b00000000000000000500000000000000f2ffffff000300000d0001006d61746368616c6c
  00000000500002004c0002004800010008000100696665003c0002801c00010000000000000000000300000000000000
  00000000010000000a000300021515151515000006000500adde00000800060004000100
  `,
  {
    type: 'RTM_NEWTFILTER',
    header: inFilter,
    attributes: {
      kind: 'matchall',
      options: {
        act: [
          {
            kind: 'ife',
            options: {
              parms: { ...pipe, flags: 1 },
              dmac: '02:15:15:15:15:15',
              type: 0xdead,
              metalst: { skbmark: true }
            }
          }
        ]
      }
    }
  }
)

golden(
  test,
  'tc filter show, with: action tunnel_key set … geneve_opts 0102:80:00880022,0103:81:0011223344556677',
  `
  980100002c00020001000000ccb165d3000000000300000001000000f2ffffff080006000b000100666c6f7765720000
  08000b000000000060010200060008000800000008001a0000000064100054000c000200080001000500000010005500
  0c00020008000100ffff4800080016000800000008005600000000001c010300180101000f00010074756e6e656c5f6b
  657900004400040014000100000000000000000000000000000000001400070000000000000000000000000000000000
  18000300000000000000000000000000000000000000000008000a0000000000b80002001c0002000200000000000000
  030000000100000001000000010000000800070000000005080003000101010108000400020202020600090012b50000
  05000a00000000003c000b00380001000600010001020000050002008000000008000300008800220600010001030000
  05000200810000000c000300001122334455667705000c000300000005000d0005000000240001004103000000000000
  410300000000000000000000000000000000000000000000
  `,
  {
    type: 'RTM_NEWTFILTER',
    header: { family: 0, ifindex: 3, handle: 1, parent: 0xfffffff2, info: 0x60008 },
    attributes: {
      kind: 'flower',
      chain: 0,
      options: {
        keyEthType: 0x0800,
        keyEncKeyId: 100,
        keyEncOpts: { vxlan: { gbp: 5 } },
        keyEncOptsMask: { vxlan: { gbp: 0x48ffff } },
        flags: TCA_CLS_FLAGS.NOT_IN_HW,
        inHwCount: 0,
        act: [
          {
            kind: 'tunnel_key',
            inHwCount: 0,
            stats: statistics(0n, 0),
            options: {
              parms: {
                index: 2,
                capab: 0,
                action: TC_ACT.PIPE,
                refcnt: 1,
                bindcnt: 1,
                tAction: TCA_TUNNEL_KEY_ACT.SET
              },
              tm: { install: 833n, lastuse: 833n, expires: 0n, firstuse: 0n },
              encIpv4Src: '1.1.1.1',
              encIpv4Dst: '2.2.2.2',
              encKeyId: 5,
              encDstPort: 4789,
              encTos: 3,
              encTtl: 5,
              noCsum: 0,
              encOpts: {
                geneve: [
                  {
                    class: [0x0102, 0x0103],
                    type: [0x80, 0x81],
                    data: [hex('00880022'), hex('0011223344556677')]
                  }
                ]
              }
            }
          }
        ]
      }
    }
  }
)

test.run()
