import { suite } from 'uvu'
import { AF } from '../../../protocol/rtnetlink/af'
import { NTF, NUD } from '../../../protocol/rtnetlink/neighbour'
import { RTPROT } from '../../../protocol/rtnetlink/route'
import { golden } from './golden'

const test = suite('rtnetlink neighbour')

golden(
  test,
  'ip neigh add 10.1.0.3 lladdr 02:00:00:00:00:03 nud stale dev v0 protocol static extern_learn router',
  `
  380000001c000506a1aa006b0000000002000000030000000400900005000c0004000000080001000a0100030a000200
  0200000000030000
  `,
  {
    type: 'RTM_NEWNEIGH',
    header: { family: AF.INET, ifindex: 3, state: NUD.STALE, flags: NTF.EXT_LEARNED | NTF.ROUTER, type: 0 },
    attributes: { dst: '10.1.0.3', lladdr: '02:00:00:00:00:03', protocol: RTPROT.STATIC }
  }
)

golden(
  test,
  'bridge fdb append 00:00:00:00:00:00 dev vx0 dst 192.0.2.1 port 4790 vni 7 src_vni 5 via v1',
  `
  500000001c00050ca2aa006b000000000700000005000000c00002000a000200000000000000000008000100c0000201
  0600060012b60000080007000700000008000b00050000000800080002000000
  `,
  {
    type: 'RTM_NEWNEIGH',
    header: { family: AF.BRIDGE, ifindex: 5, state: NUD.NOARP | NUD.PERMANENT, flags: NTF.SELF, type: 0 },
    attributes: {
      lladdr: '00:00:00:00:00:00',
      dst: '192.0.2.1',
      port: 4790,
      vni: 7,
      srcVni: 5,
      ifindex: 2
    }
  }
)

golden(
  test,
  'bridge fdb flush dev br0 nopermanent brport v0 sticky',
  `
  340000001d000502a2aa006b000000000700000004000000000042000800080003000000050011004000000006001000
  80000000
  `,
  {
    type: 'RTM_DELNEIGH',
    header: { family: AF.BRIDGE, ifindex: 4, state: 0, flags: NTF.SELF | NTF.STICKY, type: 0 },
    attributes: { ifindex: 3, ndmStateMask: NUD.PERMANENT, ndmFlagsMask: NTF.STICKY }
  }
)

golden(
  test,
  'ip ntable change name arp_cache dev v0 base_reachable 20000 retrans 2000 gc_stale 70000 delay_probe 4000 queue 50 app_probes 2 ucast_probes 4 mcast_probes 5 anycast_delay 100 proxy_delay 200 proxy_queue 64 locktime 500',
  `
  ac00000043000501a1aa006b00000000000000000e0001006172705f6361636865000000880006000800010003000000
  0c000400204e0000000000000c000500d0070000000000000c00060070110100000000000c000700a00f000000000000
  0800080032000000080009000200000008000a000400000008000b00050000000c000c0064000000000000000c000d00
  c80000000000000008000e00400000000c000f00f401000000000000
  `,
  {
    type: 'RTM_SETNEIGHTBL',
    header: { family: AF.UNSPEC },
    attributes: {
      name: 'arp_cache',
      parms: {
        ifindex: 3,
        baseReachableTime: 20000n,
        retransTime: 2000n,
        gcStaletime: 70000n,
        delayProbeTime: 4000n,
        queueLen: 50,
        appProbes: 2,
        ucastProbes: 4,
        mcastProbes: 5,
        anycastDelay: 100n,
        proxyDelay: 200n,
        proxyQlen: 64,
        locktime: 500n
      }
    }
  }
)

test.run()
