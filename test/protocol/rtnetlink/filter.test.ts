import { suite } from 'uvu'
import { TC_ACT, TCA_EGRESS } from '../../../protocol/rtnetlink/action'
import {
  TC_U32,
  TCA_CLS_FLAGS,
  TCF_EM,
  TCF_EM_OPND,
  TCF_LAYER,
  TCF_META_ID,
  TCF_META_TYPE
} from '../../../protocol/rtnetlink/filter'
import { hex } from '../nftables/golden'
import { golden } from './golden'

const test = suite('rtnetlink filter')

/** ffff:fff2, where packets come in. */
const ingress = 0xfffffff2
const generic = { index: 0, capab: 0, refcnt: 0, bindcnt: 0 }
const sel = { offshift: 0, offmask: 0, off: 0, offoff: 0, hoff: 0, hmask: 0 }

golden(
  test,
  'tc filter add dev e1 ingress protocol all prio 1 u32 match u32 0 0 action mirred egress redirect dev e0',
  `
  8c0000002c000506d066006b00000000000000000200000000000000f2ffffff00030100080001007533320060000200
  38000700340001000b0001006d6972726564000024000280200002000000000000000000040000000000000000000000
  0100000003000000240005000100010000000000000000000000000000000000000000000000000000000000
  `,
  {
    type: 'RTM_NEWTFILTER',
    header: { family: 0, ifindex: 2, handle: 0, parent: ingress, info: 0x10300 },
    attributes: {
      kind: 'u32',
      options: {
        sel: { ...sel, flags: TC_U32.TERMINAL, nkeys: 1, keys: [{ mask: 0, val: 0, off: 0, offmask: 0 }] },
        act: [
          {
            kind: 'mirred',
            options: {
              parms: { ...generic, action: TC_ACT.STOLEN, eaction: TCA_EGRESS.REDIR, ifindex: 3 }
            }
          }
        ]
      }
    }
  }
)

golden(
  test,
  'tc filter add dev e0 parent 1: protocol ip prio 10 u32 match ip src 10.0.0.0/8 match ip dport 80 0xffff flowid 1:10',
  `
  6c0000002c000506d066006b000000000000000003000000000000000000010008000a00080001007533320040000200
  08000100100001003400050001000200000000000000000000000000ff0000000a0000000c000000000000000000ffff
  000000501400000000000000
  `,
  {
    type: 'RTM_NEWTFILTER',
    header: { family: 0, ifindex: 3, handle: 0, parent: 0x10000, info: 0xa0008 },
    attributes: {
      kind: 'u32',
      options: {
        classid: 0x10010,
        sel: {
          ...sel,
          flags: TC_U32.TERMINAL,
          nkeys: 2,
          keys: [
            { mask: 0xff000000, val: 0x0a000000, off: 12, offmask: 0 },
            { mask: 0x0000ffff, val: 80, off: 20, offmask: 0 }
          ]
        }
      }
    }
  }
)

golden(
  test,
  'tc filter add dev e2 ingress protocol ip pref 1 handle 5 flower src_ip 10.0.0.0/8 dst_ip 10.1.0.1 ip_proto tcp src_port 1000 dst_port 80-90 tcp_flags 0x2/0x17 ip_tos 0x10/0xfc ip_ttl 64 skip_hw action drop',
  `
  e40000002c000506d266006b00000000000000000500000005000000f2ffffff080001000b000100666c6f7765720000
  b400020008000a000a00000008000b00ff00000008000c000a01000108000d00ffffffff050009000600000006001200
  03e80000060059000050000006005a00005a000006004700000200000600480000170000050049001000000005004a00
  fc00000005004b004000000005004c00ff000000300003002c0001000900010067616374000000001c00028018000200
  000000000000000002000000000000000000000008001600010000000600080008000000
  `,
  {
    type: 'RTM_NEWTFILTER',
    header: { family: 0, ifindex: 5, handle: 5, parent: ingress, info: 0x10008 },
    attributes: {
      kind: 'flower',
      options: {
        keyEthType: 0x0800,
        keyIpProto: 6,
        keyIpv4Src: '10.0.0.0',
        keyIpv4SrcMask: '255.0.0.0',
        keyIpv4Dst: '10.1.0.1',
        keyIpv4DstMask: '255.255.255.255',
        keyTcpSrc: 1000,
        keyPortDstMin: 80,
        keyPortDstMax: 90,
        keyTcpFlags: 0x2,
        keyTcpFlagsMask: 0x17,
        keyIpTos: 0x10,
        keyIpTosMask: 0xfc,
        keyIpTtl: 64,
        keyIpTtlMask: 0xff,
        flags: TCA_CLS_FLAGS.SKIP_HW,
        act: [{ kind: 'gact', options: { parms: { ...generic, action: TC_ACT.SHOT } } }]
      }
    }
  }
)

golden(
  test,
  'tc filter add dev e2 ingress protocol ip flower enc_key_id 100 enc_src_ip 1.1.1.1 enc_dst_ip 2.2.2.2 enc_dst_port 4789 geneve_opts 0102:80:00880022 action tunnel_key unset',
  `
  f40000002c000506d266006b00000000000000000500000000000000f2ffffff080000000b000100666c6f7765720000
  c400020008001a000000006408001b000101010108001c00ffffffff08001d000202020208001e00ffffffff06002d00
  12b50000200054001c000100060001000102000005000200800000000800030000880022200055001c00010006000100
  ffff000005000200ff00000008000300ffffffff400003003c0001000f00010074756e6e656c5f6b6579000028000280
  05000a00000000001c000200000000000000000003000000000000000000000002000000080016000000000006000800
  08000000
  `,
  {
    type: 'RTM_NEWTFILTER',
    header: { family: 0, ifindex: 5, handle: 0, parent: ingress, info: 0x8 },
    attributes: {
      kind: 'flower',
      options: {
        keyEthType: 0x0800,
        keyEncKeyId: 100,
        keyEncIpv4Src: '1.1.1.1',
        keyEncIpv4SrcMask: '255.255.255.255',
        keyEncIpv4Dst: '2.2.2.2',
        keyEncIpv4DstMask: '255.255.255.255',
        keyEncUdpDstPort: 4789,
        keyEncOpts: { geneve: [{ class: [0x0102], type: [0x80], data: [hex('00880022')] }] },
        keyEncOptsMask: { geneve: [{ class: [0xffff], type: [0xff], data: [hex('ffffffff')] }] },
        flags: 0,
        act: [
          {
            kind: 'tunnel_key',
            options: { noCsum: 0, parms: { ...generic, action: TC_ACT.PIPE, tAction: 2 } }
          }
        ]
      }
    }
  }
)

golden(
  test,
  "tc filter add dev e2 ingress basic match 'meta(nf_mark gt 5) and not cmp(u16 at 3 layer 2 mask 0xff00 gt 20)' classid 1:1",
  `
  8c0000002c000506d266006b00000000000000000500000000000000f2ffffff000300000a0001006261736963000000
  5c000200500002000800010002000000440002002800010000000400010000000c0001000c1000010010000008000200
  0000000008000300050000001800020000000100040000001400000000ff0000030002120800010001000100
  `,
  {
    type: 'RTM_NEWTFILTER',
    header: { family: 0, ifindex: 5, handle: 0, parent: ingress, info: 0x300 },
    attributes: {
      kind: 'basic',
      options: {
        classid: 0x10001,
        ematches: {
          hdr: { nmatches: 2, progid: 0 },
          list: [
            {
              header: { matchid: 0, kind: TCF_EM.META, flags: TCF_EM.REL_AND },
              attributes: {
                hdr: {
                  left: {
                    kind: { type: TCF_META_TYPE.INT, unused: 0, id: TCF_META_ID.NFMARK },
                    shift: 0,
                    op: TCF_EM_OPND.GT
                  },
                  right: {
                    kind: { type: TCF_META_TYPE.INT, unused: 0, id: TCF_META_ID.VALUE },
                    shift: 0,
                    op: 0
                  }
                },
                lvalue: hex('00000000'),
                rvalue: hex('05000000')
              }
            },
            {
              header: { matchid: 0, kind: TCF_EM.CMP, flags: TCF_EM.INVERT },
              attributes: {
                val: 20,
                mask: 0xff00,
                off: 3,
                width: { flags: 0, align: 2 },
                relation: { opnd: TCF_EM_OPND.GT, layer: TCF_LAYER.TRANSPORT }
              }
            }
          ]
        }
      }
    }
  }
)

test.run()
