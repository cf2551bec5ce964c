import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { decode, encode, type ValueOf } from '../../../protocol'
import {
  AMT_MODE,
  BOND_MODE,
  BOND_XMIT_POLICY,
  BR_STATE,
  CAN_CTRLMODE,
  GENEVE_DF,
  GRE,
  HSR_PROTOCOL,
  IP6_TNL_F,
  IPVLAN_F,
  IPVLAN_MODE,
  ifinfomsg,
  type Link,
  MACSEC_CIPHER_ID,
  MACSEC_VALIDATE,
  MACVLAN_MACADDR,
  MACVLAN_MODE,
  SIT_ISATAP,
  TUNNEL_ENCAP,
  TUNNEL_ENCAP_FLAG,
  VLAN_FLAG,
  VXLAN_DF
} from '../../../protocol/rtnetlink/link'
import type { bridgePort } from '../../../protocol/rtnetlink/link/bridge-port'
import { canBittiming } from '../../../protocol/rtnetlink/link/can'
import { linkinfo } from '../../../protocol/rtnetlink/link/linkinfo'
import type { vxlan } from '../../../protocol/rtnetlink/link/vxlan'
import { hex, right } from '../nftables/golden'
import { canonical } from '../tree'
import { golden } from './golden'

const test = suite('rtnetlink link kind')

const none = ifinfomsg.zero
const canModes = CAN_CTRLMODE.LOOPBACK | CAN_CTRLMODE.FD | CAN_CTRLMODE.TDC_MANUAL

interface Said {
  readonly data: ValueOf<typeof vxlan>
  readonly slaveData: ValueOf<typeof bridgePort>
}

/** What `ip` asks for; it leaves out the NUL of a kind. */
const asked = (command: string, digits: string, attributes: Link['attributes'], header = none): void =>
  golden(test, command, digits, { type: 'RTM_NEWLINK', header, attributes }, { irregular: true })

asked(
  'ip link add link va name va.7 type vlan id 7 protocol 802.1Q reorder_hdr off gvrp on ingress-qos-map 1:2 egress-qos-map 2:3',
  `
  800000001000050673aa006b000000000000000000000000000000000000000008000500030000000900030076612e37
  000000004c00120008000100766c616e4000020006000100070000000600050081000000100004000c00010001000000
  02000000100003000c00010002000000030000000c0002000200000003000000
  `,
  {
    link: 3,
    ifname: 'va.7',
    linkinfo: {
      kind: 'vlan',
      data: {
        id: 7,
        protocol: 0x8100,
        ingressQos: { mapping: [{ from: 1, to: 2 }] },
        egressQos: { mapping: [{ from: 2, to: 3 }] },
        flags: { flags: VLAN_FLAG.GVRP, mask: VLAN_FLAG.GVRP | VLAN_FLAG.REORDER_HDR }
      }
    }
  }
)

asked(
  'ip link add link vb name mv2 type macvlan mode source',
  `
  4c0000001000050673aa006b00000000000000000000000000000000000000000800050004000000080003006d763200
  1c0012000b0001006d6163766c616e000c0002000800010010000000
  `,
  { link: 4, ifname: 'mv2', linkinfo: { kind: 'macvlan', data: { mode: MACVLAN_MODE.SOURCE } } }
)

asked(
  'ip link set mv2 type macvlan macaddr set 02:00:00:00:00:11 02:00:00:00:00:12',
  `
  580000001000050073aa006b0000000000000000050000000000000000000000380012000b0001006d6163766c616e00
  2800020008000300030000001c0005000a00040002000000001100000a0004000200000000120000
  `,
  {
    linkinfo: {
      kind: 'macvlan',
      data: {
        macaddrMode: MACVLAN_MACADDR.SET,
        macaddrData: { macaddr: ['02:00:00:00:00:11', '02:00:00:00:00:12'] }
      }
    }
  },
  { ...none, index: 5 }
)

asked(
  'ip link add link va name iv0 type ipvlan mode l3s vepa',
  `
  540000001000050673aa006b000000000000000000000000000000000000000008000500030000000800030069763000
  240012000a0001006970766c616e00001400020006000100020000000600020002000000
  `,
  {
    link: 3,
    ifname: 'iv0',
    linkinfo: { kind: 'ipvlan', data: { mode: IPVLAN_MODE.L3S, flags: IPVLAN_F.VEPA } }
  }
)

asked(
  'ip link add vx0 type vxlan id 5 local 127.0.0.1 dstport 4789 srcport 1000 2000 group 239.1.1.1 dev va ttl 5 tos 4 ageing 100 maxaddress 10 nolearning proxy rsc l2miss l3miss udpcsum df set',
  `
  c40000001000050673aa006b000000000000000000000000000000000000000008000300767830009c00120009000100
  76786c616e0000008c00020008000a0003e807d008000300030000000500050005000000050006000400000008000800
  64000000080009000a00000005000b000100000005000c000100000005000d000100000005000e000100000005001200
  0100000005001d00010000000800010005000000080004007f00000108000200ef010101050007000000000006000f00
  12b50000
  `,
  {
    ifname: 'vx0',
    linkinfo: {
      kind: 'vxlan',
      data: {
        portRange: { low: 1000, high: 2000 },
        link: 3,
        ttl: 5,
        tos: 4,
        ageing: 100,
        limit: 10,
        proxy: 1,
        rsc: 1,
        l2miss: 1,
        l3miss: 1,
        udpCsum: 1,
        df: VXLAN_DF.SET,
        id: 5,
        local: '127.0.0.1',
        group: '239.1.1.1',
        learning: 0,
        port: 4789
      }
    }
  }
)

asked(
  'ip link add vx1 type vxlan id 6 local ::1 remote fd00::1 dstport 4789 ttl inherit udp6zerocsumtx udp6zerocsumrx remcsumtx remcsumrx gbp flowlabel 7',
  `
  ac0000001000050673aa006b000000000000000000000000000000000000000008000300767831008400120009000100
  76786c616e0000007400020004001c000500130001000000050014000100000005001500010000000500160001000000
  0400170008001a00000000070800010006000000140011000000000000000000000000000000000114001000fd000000
  000000000000000000000001050007000100000006000f0012b50000
  `,
  {
    ifname: 'vx1',
    linkinfo: {
      kind: 'vxlan',
      data: {
        ttlInherit: true,
        udpZeroCsum6Tx: 1,
        udpZeroCsum6Rx: 1,
        remcsumTx: 1,
        remcsumRx: 1,
        gbp: true,
        label: 7,
        id: 6,
        local6: '::1',
        group6: 'fd00::1',
        learning: 1,
        port: 4789
      }
    }
  }
)

asked(
  'ip link add gn0 type geneve id 7 remote 10.0.0.1 ttl auto dstport 6081 df inherit udpcsum innerprotoinherit',
  `
  800000001000050673aa006b000000000000000000000000000000000000000008000300676e3000580012000a000100
  67656e65766500004800020005000d00020000000800010007000000080002000a00000108000b000000000005000300
  0000000005000400000000000600050017c1000004000e000500080001000000
  `,
  {
    ifname: 'gn0',
    linkinfo: {
      kind: 'geneve',
      data: {
        df: GENEVE_DF.INHERIT,
        id: 7,
        remote: '10.0.0.1',
        label: 0,
        ttl: 0,
        tos: 0,
        port: 6081,
        innerProtoInherit: true,
        udpCsum: 1
      }
    }
  }
)

asked(
  'ip link add bu0 type bareudp dstport 6635 ethertype mpls_uc srcportmin 1000 multiproto',
  `
  580000001000050673aa006b00000000000000000000000000000000000000000800030062753000300012000b000100
  6261726575647000200002000600010019eb0000060002008847000006000300e803000004000400
  `,
  {
    ifname: 'bu0',
    linkinfo: {
      kind: 'bareudp',
      data: { port: 6635, ethertype: 0x8847, srcportMin: 1000, multiprotoMode: true }
    }
  }
)

asked(
  'ip link add am0 type amt mode gateway local 10.0.0.1 discovery 10.0.0.2 gateway_port 2268 relay_port 2268 max_tunnels 5 dev va',
  `
  700000001000050673aa006b000000000000000000000000000000000000000008000300616d30004800120007000100
  616d74003c0002000800010000000000080005000a000001080007000a0000020600030008dc00000600020008dc0000
  08000800050000000800040003000000
  `,
  {
    ifname: 'am0',
    linkinfo: {
      kind: 'amt',
      data: {
        mode: AMT_MODE.GATEWAY,
        localIp: '10.0.0.1',
        discoveryIp: '10.0.0.2',
        gatewayPort: 2268,
        relayPort: 2268,
        maxTunnels: 5,
        link: 3
      }
    }
  }
)

asked(
  'ip link add g0 type gre local 10.0.0.1 remote 10.0.0.2 ttl 4 tos 3 ikey 1 okey 2 icsum ocsum iseq oseq nopmtudisc ignore-df encap fou encap-sport auto encap-dport 5555 encap-csum fwmark 5 dev va',
  `
  b80000001000050673aa006b000000000000000000000000000000000000000007000300673000009000120007000100
  67726500840002000800040000000001080005000000000206000200b000000006000300b0000000080006000a000001
  080007000a00000205000a00000000000500130001000000050009000300000008000100030000000500080004000000
  080014000500000006000e000100000006000f000100000006001000000000000600110015b30000
  `,
  {
    ifname: 'g0',
    linkinfo: {
      kind: 'gre',
      data: {
        ikey: 1,
        okey: 2,
        iflags: GRE.CSUM | GRE.KEY | GRE.SEQ,
        oflags: GRE.CSUM | GRE.KEY | GRE.SEQ,
        local: '10.0.0.1',
        remote: '10.0.0.2',
        pmtudisc: 0,
        ignoreDf: 1,
        tos: 3,
        link: 3,
        ttl: 4,
        fwmark: 5,
        encapType: TUNNEL_ENCAP.FOU,
        encapFlags: TUNNEL_ENCAP_FLAG.CSUM,
        encapSport: 0,
        encapDport: 5555
      }
    }
  }
)

asked(
  'ip link add g3 type ip6gre local fd00::1 remote fd00::2 hoplimit 4 encaplimit 4 flowlabel 3 dscp inherit key 3',
  `
  d40000001000050673aa006b00000000000000000000000000000000000000000700030067330000ac0012000a000100
  69703667726500009c000200080004000000000308000500000000030600020020000000060003002000000014000600
  fd00000000000000000000000000000114000700fd000000000000000000000000000002050008000400000005000b00
  0400000008000c000000000308000d00100000000800140000000000050016000100000006000e000000000006000f00
  0200000006001000000000000600110000000000
  `,
  {
    ifname: 'g3',
    linkinfo: {
      kind: 'ip6gre',
      data: {
        ikey: 3,
        okey: 3,
        iflags: GRE.KEY,
        oflags: GRE.KEY,
        local: 'fd00::1',
        remote: 'fd00::2',
        ttl: 4,
        encapLimit: 4,
        flowinfo: 3,
        flags: IP6_TNL_F.RCV_DSCP_COPY,
        fwmark: 0,
        erspanVer: 1,
        encapType: 0,
        encapFlags: TUNNEL_ENCAP_FLAG.CSUM6,
        encapSport: 0,
        encapDport: 0
      }
    }
  }
)

asked(
  'ip link add g6 type ip6erspan seq key 30 local fd00::1 remote fd00::2 erspan_ver 1 erspan 123',
  `
  e00000001000050673aa006b00000000000000000000000000000000000000000700030067360000b80012000d000100
  69703665727370616e000000a4000200080004000000001e080005000000001e06000200300000000600030030000000
  14000600fd00000000000000000000000000000114000700fd0000000000000000000000000000020500080040000000
  05000b000400000008000c000000000008000d000000000008001400000000000500160001000000080015007b000000
  06000e000000000006000f000200000006001000000000000600110000000000
  `,
  {
    ifname: 'g6',
    linkinfo: {
      kind: 'ip6erspan',
      data: {
        ikey: 30,
        okey: 30,
        iflags: GRE.KEY | GRE.SEQ,
        oflags: GRE.KEY | GRE.SEQ,
        local: 'fd00::1',
        remote: 'fd00::2',
        ttl: 64,
        encapLimit: 4,
        flowinfo: 0,
        flags: 0,
        fwmark: 0,
        erspanVer: 1,
        erspanIndex: 123,
        encapType: 0,
        encapFlags: TUNNEL_ENCAP_FLAG.CSUM6,
        encapSport: 0,
        encapDport: 0
      }
    }
  }
)

asked(
  'ip link add t1 type sit local 10.0.0.1 remote 10.0.0.2 ttl 3 6rd-prefix 2002::/16 6rd-relay_prefix 10.0.0.0/8 isatap',
  `
  cc0000001000050673aa006b00000000000000000000000000000000000000000700030074310000a400120007000100
  73697400980002000500090000000000080002000a000001080003000a00000205000a00010000000500050000000000
  05000400030000000800010000000000080014000000000006000f000000000006001000000000000600110000000000
  0600120000000000060008000100000014000b002002000000000000000000000000000006000d001000000008000c00
  0a00000006000e0008000000
  `,
  {
    ifname: 't1',
    linkinfo: {
      kind: 'sit',
      data: {
        proto: 0,
        local: '10.0.0.1',
        remote: '10.0.0.2',
        pmtudisc: 1,
        tos: 0,
        ttl: 3,
        link: 0,
        fwmark: 0,
        encapType: 0,
        encapFlags: 0,
        encapSport: 0,
        encapDport: 0,
        flags: SIT_ISATAP,
        '6rdPrefix': '2002::',
        '6rdPrefixlen': 16,
        '6rdRelayPrefix': '10.0.0.0',
        '6rdRelayPrefixlen': 8
      }
    }
  }
)

asked(
  'ip link add t2 type ip6tnl local fd00::1 remote fd00::2 mode ip4ip6 hoplimit 3 tclass inherit encaplimit none fwmark inherit allow-localremote dscp inherit',
  `
  bc0000001000050673aa006b00000000000000000000000000000000000000000700030074320000940012000a000100
  697036746e6c000084000200050009000400000014000200fd00000000000000000000000000000114000300fd000000
  000000000000000000000002050004000300000005000600040000000800070000000000080008007300000008000100
  00000000080014000000000006000f0000000000060010000200000006001100000000000600120000000000
  `,
  {
    ifname: 't2',
    linkinfo: {
      kind: 'ip6tnl',
      data: {
        proto: 4,
        local: 'fd00::1',
        remote: 'fd00::2',
        ttl: 3,
        encapLimit: 4,
        flowinfo: 0,
        flags:
          IP6_TNL_F.IGN_ENCAP_LIMIT |
          IP6_TNL_F.USE_ORIG_TCLASS |
          IP6_TNL_F.RCV_DSCP_COPY |
          IP6_TNL_F.USE_ORIG_FWMARK |
          IP6_TNL_F.ALLOW_LOCAL_REMOTE,
        link: 0,
        fwmark: 0,
        encapType: 0,
        encapFlags: TUNNEL_ENCAP_FLAG.CSUM6,
        encapSport: 0,
        encapDport: 0
      }
    }
  }
)

asked(
  'ip link add vt0 type vti local 10.0.0.1 remote 10.0.0.2 ikey 1 okey 2 fwmark 3',
  `
  600000001000050673aa006b000000000000000000000000000000000000000008000300767430003800120007000100
  767469002c00020008000200000000010800030000000002080004000a000001080005000a0000020800060003000000
  `,
  {
    ifname: 'vt0',
    linkinfo: { kind: 'vti', data: { ikey: 1, okey: 2, local: '10.0.0.1', remote: '10.0.0.2', fwmark: 3 } }
  }
)

asked(
  'ip link add xf0 type xfrm dev va if_id 7',
  `
  480000001000050673aa006b000000000000000000000000000000000000000008000300786630002000120008000100
  7866726d1400020008000200070000000800010003000000
  `,
  { ifname: 'xf0', linkinfo: { kind: 'xfrm', data: { ifId: 7, link: 3 } } }
)

asked(
  'ip link add link va ms0 type macsec sci 0211223344550001 icvlen 16 cipher gcm-aes-256 encrypt on send_sci on replay on window 5 validate check encodingsa 2',
  `
  940000001000050673aa006b00000000000000000000000000000000000000000800050003000000080003006d733000
  640012000a0001006d61637365630000540002000c000100021122334455000105000700010000000500090001000000
  05000d00010000000c0004000200000100c280000500030010000000080005000500000005000c000100000005000600
  02000000
  `,
  {
    link: 3,
    ifname: 'ms0',
    linkinfo: {
      kind: 'macsec',
      data: {
        sci: 0x0211223344550001n,
        encrypt: 1,
        incSci: 1,
        validation: MACSEC_VALIDATE.CHECK,
        cipherSuite: MACSEC_CIPHER_ID.GCM_AES_256,
        icvLen: 16,
        window: 5,
        replayProtect: 1,
        encodingSa: 2
      }
    }
  }
)

asked(
  'ip link add bo0 type bond mode 802.3ad miimon 100 lacp_rate fast xmit_hash_policy layer3+4 ad_actor_system 02:00:00:00:00:01',
  `
  640000001000050673aa006b000000000000000000000000000000000000000008000300626f30003c00120008000100
  626f6e643000020005000100040000000800030064000000050015000100000005000e00010000000a001a0002000000
  00010000
  `,
  {
    ifname: 'bo0',
    linkinfo: {
      kind: 'bond',
      data: {
        mode: BOND_MODE['8023AD'],
        miimon: 100,
        adLacpRate: 1,
        xmitHashPolicy: BOND_XMIT_POLICY.LAYER34,
        adActorSystem: '02:00:00:00:00:01'
      }
    }
  }
)

asked(
  'ip link add bo1 type bond mode 1 arp_interval 5 arp_ip_target 10.0.0.1,10.0.0.2 ns_ip6_target fe80::1,fe80::2 primary va active_slave va',
  `
  980000001000050673aa006b000000000000000000000000000000000000000008000300626f31007000120008000100
  626f6e64640002000500010001000000080007000500000014000800080000000a000001080001000a0000022c001f00
  14000000fe80000000000000000000000000000114000100fe80000000000000000000000000000208000b0003000000
  0800020003000000
  `,
  {
    ifname: 'bo1',
    linkinfo: {
      kind: 'bond',
      data: {
        mode: BOND_MODE.ACTIVEBACKUP,
        arpInterval: 5,
        arpIpTarget: ['10.0.0.1', '10.0.0.2'],
        nsIp6Target: ['fe80::1', 'fe80::2'],
        primary: 3,
        activeSlave: 3
      }
    }
  }
)

asked(
  'ip link set va type bond_slave queue_id 3 prio -5',
  `
  480000001000050073aa006b0000000000000000030000000000000000000000280012000e000100626f6e645f736c61
  7665000014000500060005000300000008000900fbffffff
  `,
  { linkinfo: { kind: 'bond_slave', slaveData: { queueId: 3, prio: -5 } } },
  { ...none, index: 3 }
)

asked(
  'ip link add vr0 type vrf table 10',
  `
  400000001000050673aa006b000000000000000000000000000000000000000008000300767230001800120007000100
  767266000c000200080001000a000000
  `,
  { ifname: 'vr0', linkinfo: { kind: 'vrf', data: { table: 10 } } }
)

asked(
  'ip link add hs0 type hsr slave1 va slave2 vb supervision 45 version 1 proto 0',
  `
  600000001000050673aa006b000000000000000000000000000000000000000008000300687330003800120007000100
  687372002c00020008000100030000000800020004000000050003002d00000005000600010000000500070000000000
  `,
  {
    ifname: 'hs0',
    linkinfo: {
      kind: 'hsr',
      data: { slave1: 3, slave2: 4, multicastSpec: 45, version: 1, protocol: HSR_PROTOCOL.HSR }
    }
  }
)

asked(
  'ip link add du0 type dummy',
  `
  380000001000050673aa006b000000000000000000000000000000000000000008000300647530001000120009000100
  64756d6d79000000
  `,
  { ifname: 'du0', linkinfo: { kind: 'dummy' } }
)

asked(
  'ip link add vxc type vxcan peer name vxd',
  `
  580000001000050673aa006b000000000000000000000000000000000000000008000300767863003000120009000100
  767863616e000000200002001c000100000000000000000000000000000000000800030076786400
  `,
  {
    ifname: 'vxc',
    linkinfo: { kind: 'vxcan', data: { peer: { header: none, attributes: { ifname: 'vxd' } } } }
  }
)

asked(
  'ip link set va type can bitrate 500000 sample-point 0.875 dbitrate 2000000 fd on restart-ms 100 loopback on termination 120 tdcv 1 tdco 2 tdcf 3 tdc-mode manual',
  `
  b00000001000050073aa006b0000000000000000030000000000000000000000900012000700010063616e0084000200
  080006006400000006000b00780000002400010020a107006b0300000000000000000000000000000000000000000000
  000000002400090080841e00000000000000000000000000000000000000000000000000000000000c00050021040000
  210400001c001080080007000100000008000800020000000800090003000000
  `,
  {
    linkinfo: {
      kind: 'can',
      data: {
        restartMs: 100,
        termination: 120,
        bittiming: { ...canBittiming.zero, bitrate: 500000, samplePoint: 875 },
        dataBittiming: { ...canBittiming.zero, bitrate: 2000000 },
        ctrlmode: { mask: canModes, flags: canModes },
        tdc: { tdcv: 1, tdco: 2, tdcf: 3 }
      }
    }
  },
  { ...none, index: 3 }
)

asked(
  'ip link add rm0 link va type rmnet mux_id 4',
  `
  4c0000001000050674aa006b0000000000000000000000000000000000000000080005000300000008000300726d3000
  1c00120009000100726d6e65740000000c0002000600010004000000
  `,
  { link: 3, ifname: 'rm0', linkinfo: { kind: 'rmnet', data: { muxId: 4 } } }
)

asked(
  'ip link add ba0 type batadv ra BATMAN_V',
  `
  4c0000001000050674aa006b00000000000000000000000000000000000000000800030062613000240012000a000100
  6261746164760000140002000d0001004241544d414e5f5600000000
  `,
  { ifname: 'ba0', linkinfo: { kind: 'batadv', data: { algoName: 'BATMAN_V' } } }
)

asked(
  'ip link add ww0 parentdev phy0 type wwan linkid 3',
  `
  4c0000001000050674aa006b000000000000000000000000000000000000000009003800706879300000000008000300
  7777300018001200080001007777616e0c0002000800010003000000
  `,
  { parentDevName: 'phy0', ifname: 'ww0', linkinfo: { kind: 'wwan', data: { linkId: 3 } } }
)

test('what the kernel says of a vxlan that is a port of a bridge', () => {
  const bytes = hex(`
  0a00010076786c616e000000d00002000800010005000000080004007f000001050005000000000005001c0000000000
  050006000000000005001d000000000008001a00000000000800200000000000050007000100000005000b0000000000
  05000c000000000005000d000000000005000e00000000000500190000000000080008002c0100000800090000000000
  06000f0012b5000005001200010000000500130000000000050014000000000005001500000000000500160000000000
  05001f000100000008000a00000000000c002100f7ffffff000000ff0b00040062726964676500005001050005000100
  030000000600020020000000080003006400000005000400000000000500050000000000050006000000000005000700
  0000000005001c00000000000500080001000000050009000100000005001b000100000005001e000100000005000a00
  0000000005000c00000000000c000d00800072cb88f98be70c000e00800072cb88f98be706000f000280000006001000
  00000000060011000280000006001200020000000500130000000000050014000000000005001d000000000006001f00
  000000000500200000000000050023000000000005002400000000000500210000000000050027000000000005002800
  0000000005002b00000000000c00150000000000000000000c00160072050000000000000c0017000000000000000000
  050019000100000008002500000200000800260000000000080029000000000008002a0000000000
  `)
  const said = right(decode(linkinfo)(bytes))
  assert.is(said.kind, 'vxlan')
  assert.is(said.slaveKind, 'bridge')
  const { data, slaveData } = said as Said
  assert.is(data.local, '127.0.0.1')
  assert.is(data.port, 4789)
  assert.is(data.ttlInherit, 0, 'a flag in requests, a number here')
  assert.equal(data.reservedBits, hex('f7ffffff000000ff'))
  assert.is(slaveData.state, BR_STATE.FORWARDING)
  assert.is(slaveData.forwardDelayTimer, 1394n)
  assert.equal(slaveData.bridgeId, { prio: 0x8000, addr: '72:cb:88:f9:8b:e7' })
  assert.equal(
    [said, data, slaveData].filter(part => 'unknown' in part),
    []
  )
  assert.is(canonical(linkinfo, right(encode(linkinfo)(said))), canonical(linkinfo, bytes))
})

for (const kind of ['frobnicator', '__esModule', 'constructor', '__proto__'])
  test(`the data of a kind called ${kind} is kept as it is`, () => {
    const payload = hex('0800010005000000')
    const unknown = [{ type: 2, payload }]
    const bytes = right(encode(linkinfo)({ kind, unknown }))
    assert.equal(right(decode(linkinfo)(bytes)), { kind, unknown })
  })

test.run()
