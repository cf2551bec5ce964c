import { suite } from 'uvu'
import { AF, RTNL_FAMILY } from '../../../protocol/rtnetlink/af'
import { LWTUNNEL_ENCAP, SEG6_IPTUN_MODE } from '../../../protocol/rtnetlink/encap'
import {
  RT_SCOPE,
  RT_TABLE,
  RTAX_FEATURE,
  RTM_F,
  RTN,
  RTNH_F,
  RTPROT,
  route
} from '../../../protocol/rtnetlink/route'
import { golden } from './golden'

const test = suite('rtnetlink route')

const added = {
  ...route.header.zero,
  family: AF.INET,
  table: RT_TABLE.MAIN,
  protocol: RTPROT.BOOT,
  type: RTN.UNICAST
}

golden(
  test,
  'ip route add 10.3.0.0/16 via 10.1.0.2 dev v0 mtu 1400 advmss lock 1300 hoplimit 7 congctl reno initcwnd 10 rto_min 30ms features ecn quickack 1 fastopen_no_cookie 1 src 10.1.0.1 table 1000 realms 5/6',
  `
  a000000018000506a0aa006b00000000021000000003000100000000080001000a030000080005000a01000208000700
  0a01000108000f00e803000008000b000600050008000400030000005400080008000200780500000800080014050000
  08000a00070000000800100072656e6f08000b000a00000008000d001e00000008000c000100000008000f0001000000
  08001100010000000800010000210000
  `,
  {
    type: 'RTM_NEWROUTE',
    header: { ...added, dstLen: 16, table: RT_TABLE.UNSPEC },
    attributes: {
      dst: '10.3.0.0',
      gateway: '10.1.0.2',
      oif: 3,
      prefsrc: '10.1.0.1',
      table: 1000,
      flow: 0x50006,
      metrics: {
        lock: (1 << 8) | (1 << 13),
        mtu: 1400,
        advmss: 1300,
        hoplimit: 7,
        ccAlgo: 'reno',
        initcwnd: 10,
        rtoMin: 30,
        features: RTAX_FEATURE.ECN,
        quickack: 1,
        fastopenNoCookie: 1
      }
    }
  },
  // iproute2 leaves out the NUL of the algorithm's name.
  { irregular: true }
)

golden(
  test,
  'ip route add 10.4.0.0/16 nexthop via 10.1.0.2 dev v0 weight 2 nexthop via 10.1.0.3 dev v0 weight 3 onlink',
  `
  4800000018000506a0aa006b0000000002100000fe03000100000000080001000a040000240009001000000103000000
  080005000a0100021000040203000000080005000a010003
  `,
  {
    type: 'RTM_NEWROUTE',
    header: { ...added, dstLen: 16 },
    attributes: {
      dst: '10.4.0.0',
      multipath: [
        { header: { flags: 0, hops: 1, ifindex: 3 }, attributes: { gateway: '10.1.0.2' } },
        { header: { flags: RTNH_F.ONLINK, hops: 2, ifindex: 3 }, attributes: { gateway: '10.1.0.3' } }
      ]
    }
  }
)

golden(
  test,
  'ip route add 10.5.0.0/16 via inet6 fd01::2 dev v0',
  `
  4400000018000506a0aa006b0000000002100000fe03000100000000080001000a050000160012000a00fd0100000000
  0000000000000000000200000800040003000000
  `,
  {
    type: 'RTM_NEWROUTE',
    header: { ...added, dstLen: 16 },
    attributes: { dst: '10.5.0.0', via: { family: AF.INET6, addr: 'fd01::2' }, oif: 3 }
  }
)

golden(
  test,
  'ip route add fd07::/64 via fd01::2 dev v0 expires 600 pref high',
  `
  5c00000018000506a0aa006b000000000a400000fe0300010000000014000100fd070000000000000000000000000000
  14000500fd010000000000000000000000000002080017005802000005001400010000000800040003000000
  `,
  {
    type: 'RTM_NEWROUTE',
    header: { ...added, family: AF.INET6, dstLen: 64 },
    attributes: { dst: 'fd07::', gateway: 'fd01::2', oif: 3, pref: 1, expires: 600 }
  }
)

golden(
  test,
  'ip route add 10.24.0.0/16 nexthop encap ip id 5 dst 192.0.2.1 via 10.1.0.2 dev v0 nexthop via 10.1.0.3 dev v0',
  `
  6800000018000506a0aa006b0000000002100000fe03000100000000080001000a180000440009003000000003000000
  180016800c000100000000000000000508000200c00002010600150002001c00080005000a0100021000000003000000
  080005000a010003
  `,
  {
    type: 'RTM_NEWROUTE',
    header: { ...added, dstLen: 16 },
    attributes: {
      dst: '10.24.0.0',
      multipath: [
        {
          header: { flags: 0, hops: 0, ifindex: 3 },
          attributes: {
            encapType: LWTUNNEL_ENCAP.IP,
            encap: { id: 5n, dst: '192.0.2.1' },
            gateway: '10.1.0.2'
          }
        },
        { header: { flags: 0, hops: 0, ifindex: 3 }, attributes: { gateway: '10.1.0.3' } }
      ]
    }
  }
)

golden(
  test,
  'ip route add fd15::/64 encap seg6 mode encap segs fd01::2 hmac 5 dev v0',
  `
  8c00000018000506a0aa006b000000000a400000fe0300010000000014000100fd150000000000000000000000000000
  4c00168048000100010000000007040000080000fd010000000000000000000000000002052600000000000500000000
  0000000000000000000000000000000000000000000000000000000006001500050000000800040003000000
  `,
  {
    type: 'RTM_NEWROUTE',
    header: { ...added, family: AF.INET6, dstLen: 64 },
    attributes: {
      dst: 'fd15::',
      oif: 3,
      encapType: LWTUNNEL_ENCAP.SEG6,
      encap: {
        srh: {
          mode: SEG6_IPTUN_MODE.ENCAP,
          srh: {
            nexthdr: 0,
            hdrlen: 7,
            type: 4,
            segmentsLeft: 0,
            firstSegment: 0,
            flags: 8,
            tag: 0,
            segmentsAndOptions: Uint8Array.from([
              ...[0xfd, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2],
              ...[5, 38, 0, 0, 0, 0, 0, 5],
              ...new Uint8Array(32)
            ])
          }
        }
      }
    }
  }
)

golden(
  test,
  'ip -f mpls route add 102 nexthop as 300 via inet 10.1.0.2 dev v0 nexthop as 301 via inet6 fd01::2 dev v0',
  `
  6c00000018000506a0aa006b000000001c140000fe030001000000000800010000066100480009001c00000003000000
  080013000012c1000a00120002000a01000200002800000003000000080013000012d100160012000a00fd0100000000
  000000000000000000020000
  `,
  {
    type: 'RTM_NEWROUTE',
    header: { ...added, family: AF.MPLS, dstLen: 20 },
    attributes: {
      dst: [{ label: 102, tc: 0, s: 1, ttl: 0 }],
      multipath: [
        {
          header: { flags: 0, hops: 0, ifindex: 3 },
          attributes: {
            newdst: [{ label: 300, tc: 0, s: 1, ttl: 0 }],
            via: { family: AF.INET, addr: '10.1.0.2' }
          }
        },
        {
          header: { flags: 0, hops: 0, ifindex: 3 },
          attributes: {
            newdst: [{ label: 301, tc: 0, s: 1, ttl: 0 }],
            via: { family: AF.INET6, addr: 'fd01::2' }
          }
        }
      ]
    }
  }
)

golden(
  test,
  'ip route get 10.2.3.4 from 10.1.0.1 mark 5 uid 3 ipproto tcp sport 7 dport 8',
  `
  540000001a000100a0aa006b00000000022020000000000000100000080001000a020304080002000a01000108001900
  0300000005001b000600000006001c000007000006001d00000800000800100005000000
  `,
  {
    type: 'RTM_GETROUTE',
    header: { ...route.header.zero, family: AF.INET, dstLen: 32, srcLen: 32, flags: RTM_F.LOOKUP_TABLE },
    attributes: { dst: '10.2.3.4', src: '10.1.0.1', uid: 3, ipProto: 6, sport: 7, dport: 8, mark: 5 }
  }
)

golden(
  test,
  'ip monitor route: the kernel takes an IPv6 route away',
  `
  880000001900000000000000000000000a400000fe0300010000000008000f00fe00000014000100fd89000000000000
  0000000000000000080006000004000014000500fd880000000000000000000000000002080004000300000024000c00
  00000000000000000000000000000000000000000000000000000000000000000500140000000000
  `,
  {
    type: 'RTM_DELROUTE',
    header: { ...added, family: AF.INET6, dstLen: 64 },
    attributes: {
      table: RT_TABLE.MAIN,
      dst: 'fd89::',
      priority: 1024,
      gateway: 'fd88::2',
      oif: 3,
      cacheinfo: { clntref: 0, lastuse: 0, expires: 0, error: 0, used: 0, id: 0, ts: 0, tsage: 0 },
      pref: 0
    }
  }
)

golden(
  test,
  'ip mroute show table all: a multicast route as ipmr.c writes it, whose age has 64 bits',
  `
  7800000018000200010000006712000080202000fd1100050000000008000f00fd000000080002000a01000108000100
  ef010101080003000300000014000900080000010400000008000020050000001c0011000700000000000000bc020000
  0000000001000000000000000c001700fa00000000000000
  `,
  {
    type: 'RTM_NEWROUTE',
    header: {
      ...added,
      family: RTNL_FAMILY.IPMR,
      dstLen: 32,
      srcLen: 32,
      table: RT_TABLE.DEFAULT,
      protocol: RTPROT.MROUTED,
      scope: RT_SCOPE.UNIVERSE,
      type: RTN.MULTICAST
    },
    attributes: {
      table: RT_TABLE.DEFAULT,
      src: '10.1.0.1',
      dst: '239.1.1.1',
      iif: 3,
      multipath: [
        { header: { flags: 0, hops: 1, ifindex: 4 }, attributes: {} },
        { header: { flags: 0, hops: 32, ifindex: 5 }, attributes: {} }
      ],
      mfcStats: { packets: 7n, bytes: 700n, wrongIf: 1n },
      expires: 250n
    }
  }
)

test.run()
