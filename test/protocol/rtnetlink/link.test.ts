import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { decode, encode } from '../../../protocol'
import { AF } from '../../../protocol/rtnetlink/af'
import {
  IFF,
  IFLA_VF_LINK_STATE,
  IN6_ADDR_GEN_MODE,
  ifinfomsg,
  RTEXT_FILTER,
  XDP_FLAGS
} from '../../../protocol/rtnetlink/link'
import { addressFamilies, ipv4Devconf } from '../../../protocol/rtnetlink/link/address-family'
import { hex, right } from '../nftables/golden'
import { golden } from './golden'

const test = suite('rtnetlink link')

const none = ifinfomsg.zero

golden(
  test,
  'ip link add name va mtu 9000 txqueuelen 500 address 02:00:00:00:00:02 index 50 numtxqueues 4 numrxqueues 2 type veth peer name vb address 02:00:00:00:00:03 mtu 8000 index 51',
  `
  940000001000050673aa006b0000000000000000320000000000000000000000080004002823000008000d00f4010000
  0a000100020000000002000008001f000400000008002000020000000700030076610000400012000800010076657468
  3400020030000100000000003300000000000000000000000a000100020000000003000008000400401f000007000300
  76620000
  `,
  {
    type: 'RTM_NEWLINK',
    header: { ...none, index: 50 },
    attributes: {
      mtu: 9000,
      txqlen: 500,
      address: '02:00:00:00:00:02',
      numTxQueues: 4,
      numRxQueues: 2,
      ifname: 'va',
      linkinfo: {
        kind: 'veth',
        data: {
          peer: {
            header: { ...none, index: 51 },
            attributes: { address: '02:00:00:00:00:03', mtu: 8000, ifname: 'vb' }
          }
        }
      }
    }
  },
  { irregular: true }
)

golden(
  test,
  'ip link set va up alias hello-ähm group 7 multicast off allmulticast on promisc on arp off mtu 1400 txqueuelen 7',
  `
  480000001000050074aa006b00000000000000000300000081030000811300000e00140068656c6c6f2dc3a4686d0000
  08001b0007000000080004007805000008000d0007000000
  `,
  {
    type: 'RTM_NEWLINK',
    header: {
      ...none,
      index: 3,
      flags: IFF.UP | IFF.NOARP | IFF.PROMISC | IFF.ALLMULTI,
      change: IFF.UP | IFF.NOARP | IFF.PROMISC | IFF.ALLMULTI | IFF.MULTICAST
    },
    attributes: { ifalias: 'hello-ähm', group: 7, mtu: 1400, txqlen: 7 }
  },
  { irregular: true }
)

golden(
  test,
  'ip link set va addrgenmode none',
  `
  300000001000050074aa006b000000000000000003000000000000000000000010001a000c000a000500080001000000
  `,
  {
    type: 'RTM_NEWLINK',
    header: { ...none, index: 3 },
    attributes: { afSpec: { inet6: { addrGenMode: IN6_ADDR_GEN_MODE.NONE } } }
  }
)

golden(
  test,
  'ip token set ::5 dev vb',
  `
  3c0000001300050075aa006b000000000a0000000400000000000000000000001c001a0018000a001400070000000000
  000000000000000000000005
  `,
  {
    type: 'RTM_SETLINK',
    header: { ...none, family: AF.INET6, index: 4 },
    attributes: { afSpec: { inet6: { token: '::5' } } }
  }
)

golden(
  test,
  'ip link set va protodown on protodown_reason 3 on',
  `
  3c0000001000050074aa006b000000000000000003000000000000000000000005002700010000001400378008000100
  080000000800020008000000
  `,
  {
    type: 'RTM_NEWLINK',
    header: { ...none, index: 3 },
    attributes: { protoDown: 1, protoDownReason: { mask: 1 << 3, value: 1 << 3 } }
  }
)

golden(
  test,
  'ip link property add dev va altname one altname two',
  `
  340000006c00050e74aa006b000000000000000003000000000000000000000014003480080035006f6e650008003500
  74776f00
  `,
  {
    type: 'RTM_NEWLINKPROP',
    header: { ...none, index: 3 },
    attributes: { propList: { altIfname: ['one', 'two'] } }
  }
)

golden(
  test,
  'ip link property del dev va altname one',
  `
  2c0000006d00050074aa006b00000000000000000300000000000000000000000c003480080035006f6e6500
  `,
  { type: 'RTM_DELLINKPROP', header: { ...none, index: 3 }, attributes: { propList: { altIfname: ['one'] } } }
)

golden(
  test,
  'ip link set va netns 1',
  `
  280000001000050074aa006b00000000000000000300000000000000000000000800130001000000
  `,
  { type: 'RTM_NEWLINK', header: { ...none, index: 3 }, attributes: { netNsPid: 1 } }
)

golden(
  test,
  'ip link set va vf 0 mac 02:00:00:00:00:09 vlan 5 qos 2 proto 802.1ad rate 10 max_tx_rate 20 min_tx_rate 5 spoofchk on query_rss on state enable trust on node_guid 00:11:22:33:44:55:66:77 port_guid 00:11:22:33:44:55:66:78',
  `
  d00000001000050075aa006b0000000000000000030000000000000000000000b0001600ac0001002800010000000000
  020000000009000000000000000000000000000000000000000000000000000018000c00140001000000000005000000
  0200000088a800000c00040000000000010000000c00070000000000010000000c00050000000000010000000c000900
  000000000100000014000a000000000001000000776655443322110014000b0000000000010000007866554433221100
  10000600000000000500000014000000
  `,
  {
    type: 'RTM_NEWLINK',
    header: { ...none, index: 3 },
    attributes: {
      vfinfoList: {
        info: [
          {
            mac: { vf: 0, mac: hex('020000000009'.padEnd(64, '0')) },
            vlanList: { info: [{ vf: 0, vlan: 5, qos: 2, vlanProto: 0x88a8 }] },
            spoofchk: { vf: 0, setting: 1 },
            rssQueryEn: { vf: 0, setting: 1 },
            linkState: { vf: 0, linkState: IFLA_VF_LINK_STATE.ENABLE },
            trust: { vf: 0, setting: 1 },
            ibNodeGuid: { vf: 0, guid: 0x0011223344556677n },
            ibPortGuid: { vf: 0, guid: 0x0011223344556678n },
            rate: { vf: 0, minTxRate: 5, maxTxRate: 20 }
          }
        ]
      }
    }
  },
  // The padding of a GUID holds what stood on the stack of `ip`.
  { irregular: true }
)

golden(
  test,
  'ip link set va xdp off',
  `
  340000001000050074aa006b000000000000000003000000000000000000000014002b0008000100ffffffff08000300
  01000000
  `,
  {
    type: 'RTM_NEWLINK',
    header: { ...none, index: 3 },
    attributes: { xdp: { fd: -1, flags: XDP_FLAGS.UPDATE_IF_NOEXIST } }
  }
)

golden(
  test,
  'ip link del group 99',
  `
  280000001100050074aa006b000000000000000000000000000000000000000008001b0063000000
  `,
  { type: 'RTM_DELLINK', header: none, attributes: { group: 99 } }
)

golden(
  test,
  'ip link show master br1',
  `
  300000001200010374aa006b000000001100000000000000000000000000000008001d000100000008000a0005000000
  `,
  {
    type: 'RTM_GETLINK',
    header: { ...none, family: AF.PACKET },
    attributes: { extMask: RTEXT_FILTER.VF, master: 5 }
  }
)

golden(
  test,
  'ip link show type bridge',
  `
  380000001200010374aa006b000000001100000000000000000000000000000008001d0001000000100012000a000100
  6272696467650000
  `,
  {
    type: 'RTM_GETLINK',
    header: { ...none, family: AF.PACKET },
    attributes: { extMask: RTEXT_FILTER.VF, linkinfo: { kind: 'bridge' } }
  },
  { irregular: true }
)

golden(
  test,
  'ip -d link show two',
  `
  300000001200010074aa006b00000000110000000000000000000000000000000800030074776f0008001d0001000000
  `,
  {
    type: 'RTM_GETLINK',
    header: { ...none, family: AF.PACKET },
    attributes: { ifname: 'two', extMask: RTEXT_FILTER.VF }
  }
)

test('the settings of IPv4: all of them in answers, those to change in requests', () => {
  const answer = hex(`
  8c0002008800010000000000000000000000000001000000010000000100000001000000000000000100000000000000
  000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000
  0000000000000000000000000000000010270000e80300000000000000000000000000000000000001000000
  `)
  const { inet } = right(decode(addressFamilies)(answer))
  const settings = inet?.conf as ReadonlyArray<number>
  assert.is(settings.length, 33)
  assert.is(settings[ipv4Devconf.rows.sendRedirects[0] - 1], 1)
  assert.is(settings[ipv4Devconf.rows.igmpv2UnsolicitedReportInterval[0] - 1], 10_000)
  assert.equal(right(encode(addressFamilies)({ inet: { conf: settings } })).slice(8), answer.slice(8))

  const change = { inet: { conf: { forwarding: 1, rpFilter: 0 } } }
  const request = right(encode(addressFamilies)(change))
  assert.equal(request.slice(8), hex('08000100010000000800080000000000'))
  assert.equal(right(decode(addressFamilies)(request)), change)
})

test.run()
