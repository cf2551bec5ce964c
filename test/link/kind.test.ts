import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { BOND_MODE, BOND_XMIT_POLICY } from '../../protocol/rtnetlink/link/bond'
import { BR_BOOLOPT } from '../../protocol/rtnetlink/link/bridge'
import { GENEVE_DF } from '../../protocol/rtnetlink/link/geneve'
import { GRE } from '../../protocol/rtnetlink/link/gre'
import {
  IP6_TNL_F,
  SIT_ISATAP,
  TUNNEL_ENCAP,
  TUNNEL_ENCAP_FLAG
} from '../../protocol/rtnetlink/link/ip-tunnel'
import { IPVLAN_F, IPVLAN_MODE } from '../../protocol/rtnetlink/link/ipvlan'
import { MACSEC_CIPHER_ID, MACSEC_VALIDATE } from '../../protocol/rtnetlink/link/macsec'
import { MACVLAN_MACADDR, MACVLAN_MODE } from '../../protocol/rtnetlink/link/macvlan'
import { NETKIT, NETKIT_MODE } from '../../protocol/rtnetlink/link/netkit'
import { VLAN_FLAG } from '../../protocol/rtnetlink/link/vlan'
import { VXLAN_DF } from '../../protocol/rtnetlink/link/vxlan'
import * as link from '../../src/link'
import { type Connection, namespaces, open } from '../../src/promises'
import { known, sent } from '../request'
import { command, kernelTest, linkKind, type Missing, run } from '../sandbox'

const test = suite('link kinds')

test('the link below is an option of tunnels, and an attribute of others', async () => {
  const vlan = await sent(link.add({ kind: 'vlan', name: 'a', parent: 'eth0', options: { id: 7 } }))
  assert.equal([vlan.attributes.link, vlan.attributes.linkinfo], [5, { kind: 'vlan', data: { id: 7 } }])
  const vxlan = await sent(link.add({ kind: 'vxlan', name: 'a', parent: 'eth0', options: { id: 7 } }))
  assert.equal(
    [vxlan.attributes.link, vxlan.attributes.linkinfo],
    [undefined, { kind: 'vxlan', data: { id: 7, link: 5 } }]
  )
})

test('options are those of the kind', () => {
  const given: ReadonlyArray<link.NewLink> = [
    { kind: 'vlan', name: 'a', parent: 1, options: { id: 5, protocol: 0x88a8 } },
    { kind: 'bond', name: 'a', options: { mode: 1, arpIpTarget: ['10.0.0.1'] } },
    { kind: 'netkit', name: 'a', peer: { name: 'b' }, options: { mode: 1 } },
    { kind: 'vxcan', name: 'a', peer: { name: 'b' } },
    { kind: 'somethingNew', name: 'a', options: Uint8Array.of(4, 0, 1, 0) },
    // @ts-expect-error an option of vxlan's
    { kind: 'vlan', name: 'a', options: { vni: 5 } },
    // @ts-expect-error a number
    { kind: 'bridge', name: 'a', options: { stpState: true } },
    // @ts-expect-error what is not known goes as bytes
    { kind: 'somethingNew', name: 'a', options: { id: 5 } }
  ]
  for (const each of given.slice(0, 5)) assert.is(link.add(each).messages(known)._tag, 'Right', each.kind)
})

/** The same link in our words and in those of ip. */
interface Made {
  readonly given: link.NewLink
  readonly words: string
  readonly needs?: Missing
  /** Options that are not read as they are given; undefined are those that the kernel does not tell of. */
  readonly read?: { readonly [option: string]: unknown }
}

const tunnel = { local: '10.0.0.1', remote: '10.0.0.2' }
const tunnel6 = { local: 'fd00::1', remote: 'fd00::2' }
const between = 'local 10.0.0.1 remote 10.0.0.2'
const between6 = 'local fd00::1 remote fd00::2'
const ethernet = { name: 't', address: '02:00:00:00:00:07' }
const address = 'address 02:00:00:00:00:07'
const { CSUM, KEY, SEQ } = GRE

/** Flags of a tunnel over IPv6 by which the kernel says that it can send and receive. <linux/ip6_tunnel.h> */
const capable = 0x10000 | 0x20000

/** What ip asks of a tunnel over IPv6 unless it is told otherwise. */
const encapFlags = TUNNEL_ENCAP_FLAG.CSUM6

const macvlans: ReadonlyArray<Made> = [
  {
    given: {
      kind: 'macvlan',
      ...ethernet,
      parent: 'v0',
      options: { mode: MACVLAN_MODE.BRIDGE, bcQueueLen: 77 }
    },
    words: `link v0 ${address} type macvlan mode bridge bcqueuelen 77`
  },
  {
    given: { kind: 'macvlan', name: 't', parent: 'v0', options: { mode: MACVLAN_MODE.PASSTHRU, flags: 1 } },
    words: `link v0 type macvlan mode passthru nopromisc`
  },
  {
    given: {
      kind: 'macvlan',
      ...ethernet,
      parent: 'v0',
      options: {
        mode: MACVLAN_MODE.SOURCE,
        macaddrMode: MACVLAN_MACADDR.SET,
        macaddrData: { macaddr: ['02:00:00:00:00:08', '02:00:00:00:00:09'] }
      }
    },
    words: `link v0 ${address} type macvlan mode source macaddr set 02:00:00:00:00:08 02:00:00:00:00:09`,
    // They come in the order of a hash.
    read: {
      macaddrMode: undefined,
      macaddrCount: 2,
      macaddrData: { macaddr: ['02:00:00:00:00:09', '02:00:00:00:00:08'] }
    }
  }
]

const ipvlans: ReadonlyArray<Made> = [
  {
    given: {
      kind: 'ipvlan',
      name: 't',
      parent: 'v0',
      options: { mode: IPVLAN_MODE.L3S, flags: IPVLAN_F.PRIVATE }
    },
    words: `link v0 type ipvlan mode l3s private`
  },
  {
    given: {
      kind: 'ipvlan',
      name: 't',
      parent: 'v0',
      options: { mode: IPVLAN_MODE.L2, flags: IPVLAN_F.VEPA }
    },
    words: `link v0 type ipvlan mode l2 vepa`
  }
]

/** The same of a kind that has these options, too. */
const also = (kind: 'macvtap' | 'ipvtap', all: ReadonlyArray<Made>): ReadonlyArray<Made> =>
  all.map(({ given, words, ...rest }) => ({
    given: { ...given, kind } as link.NewLink,
    words: words.replace(`type ${given.kind}`, `type ${kind}`),
    ...rest
  }))

const made: ReadonlyArray<Made> = [
  {
    given: { kind: 'dummy', ...ethernet, mtu: 1400, group: 7, txQueueLength: 70 },
    words: `mtu 1400 ${address} group 7 txqueuelen 70 type dummy`
  },
  {
    given: {
      kind: 'veth',
      ...ethernet,
      mtu: 1400,
      txQueues: 3,
      rxQueues: 2,
      peer: { name: 'u', address: '02:00:00:00:00:08', mtu: 1300, group: 7, txQueueLength: 70, txQueues: 4 }
    },
    words: `mtu 1400 ${address} numtxqueues 3 numrxqueues 2 type veth peer name u address 02:00:00:00:00:08 mtu 1300 group 7 txqueuelen 70 numtxqueues 4`
  },
  {
    given: {
      kind: 'vlan',
      ...ethernet,
      parent: 'v0',
      options: {
        id: 7,
        protocol: 0x88a8,
        flags: { flags: VLAN_FLAG.GVRP | VLAN_FLAG.LOOSE_BINDING, mask: 0x7 },
        egressQos: { mapping: [{ from: 1, to: 2 }] },
        ingressQos: { mapping: [{ from: 3, to: 4 }] }
      }
    },
    words: `link v0 ${address} type vlan id 7 protocol 802.1ad reorder_hdr off gvrp on loose_binding on egress-qos-map 1:2 ingress-qos-map 3:4`,
    read: { flags: { flags: VLAN_FLAG.GVRP | VLAN_FLAG.LOOSE_BINDING, mask: 0xffffffff } }
  },
  {
    given: {
      kind: 'bridge',
      ...ethernet,
      options: {
        stpState: 1,
        forwardDelay: 1000,
        helloTime: 300,
        maxAge: 1500,
        ageingTime: 1000,
        priority: 100,
        groupFwdMask: 8,
        groupAddr: '01:80:c2:00:00:05',
        multiBoolopt: { optval: BR_BOOLOPT.NO_LL_LEARN, optmask: BR_BOOLOPT.NO_LL_LEARN }
      }
    },
    words: `${address} type bridge stp_state 1 forward_delay 1000 hello_time 300 max_age 1500 ageing_time 1000 priority 100 group_fwd_mask 8 group_address 01:80:c2:00:00:05 no_linklocal_learn 1`,
    read: { multiBoolopt: { optval: BR_BOOLOPT.NO_LL_LEARN } }
  },
  {
    given: {
      kind: 'bridge',
      ...ethernet,
      options: {
        mcastSnooping: 0,
        mcastRouter: 2,
        mcastQueryUseIfaddr: 1,
        mcastQuerier: 1,
        mcastHashMax: 512,
        mcastLastMemberCnt: 3,
        mcastStartupQueryCnt: 4,
        mcastLastMemberIntvl: 200n,
        mcastMembershipIntvl: 27000n,
        mcastQuerierIntvl: 26000n,
        mcastQueryIntvl: 13000n,
        mcastQueryResponseIntvl: 1100n,
        mcastStartupQueryIntvl: 3200n,
        mcastStatsEnabled: 1,
        mcastIgmpVersion: 3,
        mcastMldVersion: 2
      }
    },
    words: `${address} type bridge mcast_snooping 0 mcast_router 2 mcast_query_use_ifaddr 1 mcast_querier 1 mcast_hash_max 512 mcast_last_member_count 3 mcast_startup_query_count 4 mcast_last_member_interval 200 mcast_membership_interval 27000 mcast_querier_interval 26000 mcast_query_interval 13000 mcast_query_response_interval 1100 mcast_startup_query_interval 3200 mcast_stats_enabled 1 mcast_igmp_version 3 mcast_mld_version 2`
  },
  {
    given: {
      kind: 'bridge',
      ...ethernet,
      options: {
        vlanFiltering: 1,
        vlanProtocol: 0x88a8,
        vlanDefaultPvid: 5,
        vlanStatsEnabled: 1,
        vlanStatsPerPort: 1,
        nfCallIptables: 1,
        nfCallIp6tables: 1,
        nfCallArptables: 1
      }
    },
    words: `${address} type bridge vlan_filtering 1 vlan_protocol 802.1ad vlan_default_pvid 5 vlan_stats_enabled 1 vlan_stats_per_port 1 nf_call_iptables 1 nf_call_ip6tables 1 nf_call_arptables 1`,
    needs: linkKind('bridge vlan_filtering 1')
  },
  {
    given: {
      kind: 'bond',
      ...ethernet,
      options: {
        mode: BOND_MODE.ACTIVEBACKUP,
        miimon: 100,
        updelay: 200,
        downdelay: 300,
        peerNotifDelay: 400,
        numPeerNotif: 3,
        primaryReselect: 1,
        failOverMac: 1,
        resendIgmp: 5,
        allSlavesActive: 1,
        minLinks: 2
      }
    },
    words: `${address} type bond mode active-backup miimon 100 updelay 200 downdelay 300 peer_notify_delay 400 num_grat_arp 3 primary_reselect better fail_over_mac active resend_igmp 5 all_slaves_active 1 min_links 2`
  },
  {
    given: {
      kind: 'bond',
      ...ethernet,
      options: {
        mode: BOND_MODE.ACTIVEBACKUP,
        arpInterval: 500,
        arpIpTarget: ['10.0.0.8', '10.0.0.9'],
        nsIp6Target: ['fd00::8', 'fd00::9'],
        arpValidate: 3,
        arpAllTargets: 1,
        missedMax: 4
      }
    },
    words: `${address} type bond mode active-backup arp_interval 500 arp_ip_target 10.0.0.8,10.0.0.9 ns_ip6_target fd00::8,fd00::9 arp_validate all arp_all_targets all arp_missed_max 4`
  },
  {
    given: {
      kind: 'bond',
      ...ethernet,
      options: {
        mode: BOND_MODE['8023AD'],
        miimon: 100,
        xmitHashPolicy: BOND_XMIT_POLICY.ENCAP34,
        adLacpActive: 0,
        adLacpRate: 1,
        adSelect: 1,
        adActorSysPrio: 77,
        adUserPortKey: 7,
        adActorSystem: '02:00:00:00:00:09'
      }
    },
    words: `${address} type bond mode 802.3ad miimon 100 xmit_hash_policy encap3+4 lacp_active off lacp_rate fast ad_select bandwidth ad_actor_sys_prio 77 ad_user_port_key 7 ad_actor_system 02:00:00:00:00:09`
  },
  {
    given: {
      kind: 'bond',
      ...ethernet,
      options: { mode: BOND_MODE.ROUNDROBIN, packetsPerSlave: 5, lpInterval: 7 }
    },
    words: `${address} type bond mode balance-rr packets_per_slave 5 lp_interval 7`
  },
  {
    given: {
      kind: 'bond',
      ...ethernet,
      options: { mode: BOND_MODE.TLB, miimon: 100, tlbDynamicLb: 0 }
    },
    words: `${address} type bond mode balance-tlb miimon 100 tlb_dynamic_lb 0`
  },
  ...macvlans,
  ...also('macvtap', macvlans),
  ...ipvlans,
  ...also('ipvtap', ipvlans),
  {
    given: {
      kind: 'vxlan',
      ...ethernet,
      parent: 'v0',
      options: {
        id: 5,
        local: '10.0.0.1',
        group: '10.0.0.2',
        port: 4789,
        portRange: { low: 5000, high: 5100 },
        learning: 0,
        ageing: 77,
        limit: 88,
        ttl: 9,
        tos: 16,
        df: VXLAN_DF.SET,
        proxy: 1,
        rsc: 1,
        l2miss: 1,
        l3miss: 1,
        udpCsum: 1
      }
    },
    words: `${address} type vxlan id 5 dev v0 ${between} dstport 4789 srcport 5000 5100 nolearning ageing 77 maxaddress 88 ttl 9 tos 0x10 df set proxy rsc l2miss l3miss udpcsum`
  },
  {
    given: {
      kind: 'vxlan',
      ...ethernet,
      options: {
        id: 6,
        local6: 'fd00::1',
        group6: 'fd00::2',
        port: 4790,
        label: 0x12345,
        ttlInherit: true,
        udpZeroCsum6Tx: 1,
        udpZeroCsum6Rx: 1,
        remcsumTx: 1,
        remcsumRx: 1,
        gbp: true
      }
    },
    words: `${address} type vxlan id 6 ${between6} dstport 4790 flowlabel 0x12345 ttl inherit udp6zerocsumtx udp6zerocsumrx remcsumtx remcsumrx gbp`,
    read: { ttlInherit: 1 }
  },
  {
    given: {
      kind: 'vxlan',
      name: 't',
      options: { collectMetadata: 1, vnifilter: 1, learning: 0, port: 4791, gpe: true }
    },
    words: 'type vxlan external vnifilter dstport 4791 gpe'
  },
  {
    given: {
      kind: 'geneve',
      ...ethernet,
      options: { id: 5, remote: '10.0.0.2', port: 6082, ttl: 9, tos: 16, df: GENEVE_DF.SET, udpCsum: 1 }
    },
    words: `${address} type geneve id 5 remote 10.0.0.2 dstport 6082 ttl 9 tos 0x10 df set udpcsum`
  },
  {
    given: {
      kind: 'geneve',
      ...ethernet,
      options: {
        id: 6,
        remote6: 'fd00::2',
        port: 6083,
        label: 0x12345,
        ttlInherit: 1,
        udpZeroCsum6Tx: 1,
        udpZeroCsum6Rx: 1
      }
    },
    words: `${address} type geneve id 6 remote fd00::2 dstport 6083 flowlabel 0x12345 ttl inherit udp6zerocsumtx udp6zerocsumrx`
  },
  {
    given: {
      kind: 'geneve',
      name: 't',
      options: { collectMetadata: true, innerProtoInherit: true, port: 6084 }
    },
    words: 'type geneve external innerprotoinherit dstport 6084'
  },
  {
    given: {
      kind: 'gre',
      name: 't',
      parent: 'v0',
      options: {
        ...tunnel,
        ikey: 5,
        okey: 6,
        iflags: KEY | CSUM,
        oflags: KEY | SEQ,
        ttl: 64,
        tos: 16,
        pmtudisc: 1,
        fwmark: 7
      }
    },
    words: `type gre ${between} ikey 5 okey 6 icsum oseq ttl 64 tos 0x10 pmtudisc fwmark 7 dev v0`
  },
  {
    given: {
      kind: 'gre',
      name: 't',
      options: {
        ...tunnel,
        encapType: TUNNEL_ENCAP.NONE,
        encapFlags: TUNNEL_ENCAP_FLAG.CSUM | TUNNEL_ENCAP_FLAG.REMCSUM,
        encapSport: 5555,
        encapDport: 5556
      }
    },
    words: `type gre ${between} encap none encap-sport 5555 encap-dport 5556 encap-csum encap-remcsum`
  },
  {
    given: { kind: 'gretap', ...ethernet, options: { ...tunnel, ttl: 0, pmtudisc: 0, ignoreDf: 1 } },
    words: `${address} type gretap ${between} nopmtudisc ignore-df`
  },
  {
    given: { kind: 'gretap', ...ethernet, options: { collectMetadata: true } },
    words: `${address} type gretap external`
  },
  {
    given: {
      kind: 'erspan',
      ...ethernet,
      parent: 'v0',
      options: {
        ...tunnel,
        ikey: 5,
        okey: 6,
        iflags: KEY | SEQ,
        oflags: KEY | SEQ,
        ttl: 9,
        tos: 16,
        erspanVer: 1,
        erspanIndex: 123
      }
    },
    words: `${address} type erspan ${between} seq ikey 5 okey 6 ttl 9 tos 0x10 erspan_ver 1 erspan 123 dev v0`
  },
  {
    given: {
      kind: 'erspan',
      ...ethernet,
      options: {
        ...tunnel,
        ikey: 5,
        okey: 5,
        iflags: KEY | SEQ,
        oflags: KEY | SEQ,
        erspanVer: 2,
        erspanDir: 1,
        erspanHwid: 17
      }
    },
    words: `${address} type erspan ${between} seq key 5 erspan_ver 2 erspan_dir egress erspan_hwid 17`
  },
  {
    given: {
      kind: 'ip6gre',
      name: 't',
      parent: 'v0',
      options: {
        ...tunnel6,
        encapFlags,
        ikey: 5,
        okey: 6,
        iflags: KEY | CSUM,
        oflags: KEY | SEQ,
        ttl: 9,
        encapLimit: 7,
        flowinfo: 0x2012345,
        flags: IP6_TNL_F.RCV_DSCP_COPY | IP6_TNL_F.ALLOW_LOCAL_REMOTE,
        fwmark: 8
      }
    },
    words: `type ip6gre ${between6} ikey 5 okey 6 icsum oseq hoplimit 9 encaplimit 7 tclass 0x20 flowlabel 0x12345 dscp inherit allow-localremote fwmark 8 dev v0`,
    read: { flags: capable | IP6_TNL_F.RCV_DSCP_COPY | IP6_TNL_F.ALLOW_LOCAL_REMOTE }
  },
  {
    given: {
      kind: 'ip6gretap',
      ...ethernet,
      options: {
        ...tunnel6,
        encapFlags,
        ikey: 5,
        okey: 5,
        iflags: KEY,
        oflags: KEY,
        ttl: 9,
        encapLimit: 4,
        flags: IP6_TNL_F.IGN_ENCAP_LIMIT | IP6_TNL_F.USE_ORIG_TCLASS | IP6_TNL_F.USE_ORIG_FLOWLABEL
      }
    },
    words: `${address} type ip6gretap ${between6} key 5 hoplimit 9 encaplimit none tclass inherit flowlabel inherit`,
    read: {
      flags: capable | IP6_TNL_F.IGN_ENCAP_LIMIT | IP6_TNL_F.USE_ORIG_TCLASS | IP6_TNL_F.USE_ORIG_FLOWLABEL
    }
  },
  {
    given: {
      kind: 'ip6erspan',
      ...ethernet,
      parent: 'v0',
      options: {
        ...tunnel6,
        encapFlags,
        ikey: 5,
        okey: 6,
        iflags: KEY | SEQ,
        oflags: KEY | SEQ,
        ttl: 9,
        encapLimit: 7,
        erspanVer: 1,
        erspanIndex: 123
      }
    },
    words: `${address} type ip6erspan ${between6} seq ikey 5 okey 6 hoplimit 9 encaplimit 7 erspan_ver 1 erspan 123 dev v0`
  },
  {
    given: {
      kind: 'ip6erspan',
      ...ethernet,
      options: {
        ...tunnel6,
        encapFlags,
        ikey: 5,
        okey: 5,
        iflags: KEY | SEQ,
        oflags: KEY | SEQ,
        ttl: 64,
        encapLimit: 4,
        erspanVer: 2,
        erspanDir: 1,
        erspanHwid: 17
      }
    },
    words: `${address} type ip6erspan ${between6} seq key 5 erspan_ver 2 erspan_dir egress erspan_hwid 17`
  },
  {
    given: {
      kind: 'ipip',
      name: 't',
      parent: 'v0',
      options: { ...tunnel, ttl: 9, tos: 16, pmtudisc: 1, proto: 0, fwmark: 7 }
    },
    words: `type ipip ${between} ttl 9 tos 0x10 mode any fwmark 7 dev v0`
  },
  {
    given: { kind: 'ipip', name: 't', options: { ...tunnel, pmtudisc: 0, proto: 4 } },
    words: `type ipip ${between} nopmtudisc mode ipip`
  },
  {
    given: {
      kind: 'sit',
      name: 't',
      parent: 'v0',
      options: {
        ...tunnel,
        ttl: 9,
        tos: 16,
        pmtudisc: 1,
        proto: 41,
        fwmark: 7,
        '6rdPrefix': 'fd01::',
        '6rdPrefixlen': 32,
        '6rdRelayPrefix': '10.0.0.0',
        '6rdRelayPrefixlen': 8
      }
    },
    words: `type sit ${between} ttl 9 tos 0x10 mode ip6ip fwmark 7 6rd-prefix fd01::/32 6rd-relay_prefix 10.0.0.0/8 dev v0`
  },
  {
    given: {
      kind: 'sit',
      name: 't',
      options: { local: '10.0.0.1', ttl: 0, pmtudisc: 1, proto: 0, flags: SIT_ISATAP }
    },
    words: 'type sit local 10.0.0.1 isatap'
  },
  {
    given: {
      kind: 'ip6tnl',
      name: 't',
      parent: 'v0',
      options: {
        ...tunnel6,
        encapFlags,
        ttl: 9,
        encapLimit: 7,
        flowinfo: 0x2012345,
        flags: IP6_TNL_F.RCV_DSCP_COPY | IP6_TNL_F.ALLOW_LOCAL_REMOTE,
        proto: 4,
        fwmark: 8
      }
    },
    words: `type ip6tnl ${between6} mode ipip6 hoplimit 9 encaplimit 7 tclass 0x20 flowlabel 0x12345 dscp inherit allow-localremote fwmark 8 dev v0`,
    read: { flags: capable | IP6_TNL_F.RCV_DSCP_COPY | IP6_TNL_F.ALLOW_LOCAL_REMOTE }
  },
  {
    given: {
      kind: 'ip6tnl',
      name: 't',
      options: { ...tunnel6, encapFlags, ttl: 64, encapLimit: 4, proto: 41 }
    },
    words: `type ip6tnl ${between6} mode ip6ip6`
  },
  {
    given: { kind: 'vti', name: 't', parent: 'v0', options: { ...tunnel, ikey: 5, okey: 6, fwmark: 7 } },
    words: `type vti ${between} ikey 5 okey 6 fwmark 7 dev v0`
  },
  {
    given: { kind: 'vti6', name: 't', parent: 'v0', options: { ...tunnel6, ikey: 5, okey: 6, fwmark: 7 } },
    words: `type vti6 ${between6} ikey 5 okey 6 fwmark 7 dev v0`
  },
  {
    given: { kind: 'xfrm', name: 't', parent: 'v0', options: { ifId: 9 } },
    words: 'type xfrm dev v0 if_id 9'
  },
  { given: { kind: 'vrf', ...ethernet, options: { table: 70 } }, words: `${address} type vrf table 70` },
  {
    given: { kind: 'ifb', ...ethernet, txQueues: 2, rxQueues: 3 },
    words: `${address} numtxqueues 2 numrxqueues 3 type ifb`
  },
  { given: { kind: 'nlmon', name: 't', mtu: 4000 }, words: 'mtu 4000 type nlmon' },
  { given: { kind: 'team', ...ethernet, mtu: 1400 }, words: `mtu 1400 ${address} type team` },
  { given: { kind: 'wireguard', name: 't', mtu: 1300 }, words: 'mtu 1300 type wireguard' },
  {
    given: {
      kind: 'macsec',
      ...ethernet,
      parent: 'v0',
      options: {
        port: 7,
        cipherSuite: MACSEC_CIPHER_ID.GCM_AES_256,
        icvLen: 16,
        encrypt: 1,
        protect: 0,
        incSci: 0,
        es: 1,
        scb: 0,
        replayProtect: 1,
        window: 5,
        validation: MACSEC_VALIDATE.CHECK,
        encodingSa: 2
      }
    },
    words: `link v0 ${address} type macsec port 7 cipher gcm-aes-256 icvlen 16 encrypt on protect off send_sci off end_station on scb off replay on window 5 validate check encodingsa 2`,
    // The port becomes a part of the channel's identifier.
    read: { port: undefined, sci: 0x0200000000070007n }
  }
]

const withLink = async (use: (connection: Connection) => Promise<void>): Promise<void> => {
  await using connection = open()
  await connection.link.add({ kind: 'veth', name: 'v0', up: true, peer: { name: 'v1' } })
  await connection.address.add({ link: 'v0', address: '10.0.0.1/24' })
  try {
    await use(connection)
  } finally {
    // Left by a test that failed, it would fail those behind it.
    await connection.link.remove('t').catch(() => undefined)
    await connection.link.remove('v0')
  }
}

interface Shown {
  readonly ifname: string
  readonly [key: string]: unknown
}

/** What differs from one making to the next, or from kernel to kernel: the mask of all the switches that it has. */
const passing = /^(ifindex|permaddr|gc_?timer|hello_?timer|optmask)$/i

const steady = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(steady)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, each]) => (passing.test(key) ? [] : [[key, steady(each)]]))
  )
}

const peerOf = (given: link.NewLink): link.NewPeer | undefined => ('peer' in given ? given.peer : undefined)

/** What ip tells of the link, and of its peer; but no address that the kernel made up for want of one. */
const shown = (given: link.NewLink): unknown => {
  const links = JSON.parse(run('ip', '-d', '-j', 'link')) as ReadonlyArray<Shown>
  return [given, peerOf(given)].map(end => {
    const { address, ...rest } = links.find(({ ifname }) => ifname === end?.name) ?? { ifname: '' }
    return steady(end?.address === undefined ? rest : { address, ...rest })
  })
}

type Told = { readonly [key: string]: unknown }

/** The part of what is read that has the keys of what was given. */
const part = (read: Told, given: object): Told =>
  Object.fromEntries(Object.keys(given).map(key => [key, read[key]]))

/** The end of a pair, or the one that there is, is read as it was given. */
const same = (read: link.Link, given: object): void => {
  const { numTxQueues: txQueues, numRxQueues: rxQueues } = read.message.attributes
  assert.equal(part({ ...read, txQueues, rxQueues }, given), given)
}

/** Whoever made the link, we read what was meant: all of the options that are read. */
const options = async (connection: Connection, { given, read }: Made): Promise<Told> => {
  const { peer, options, parent, ...rest } = { peer: undefined, options: {}, ...given }
  const below = parent === undefined ? undefined : (await connection.link.get(parent)).index
  const found = await connection.link.get('t')
  same(found, { ...rest, ...(below !== undefined && { parent: below }) })
  if (peer !== undefined) same(await connection.link.get(peer.name), peer)
  const told = steady({ ...found.options }) as Told
  const meant = { ...options, ...('link' in told && below !== undefined && { link: below }), ...read }
  assert.equal(part(told, meant), meant)
  return told
}

for (const each of made) {
  const { given, words, needs } = each
  kernelTest(test, `ip link add t ${words}`, [command('ip'), needs ?? linkKind(given.kind)], () =>
    withLink(async connection => {
      const type = words.indexOf('type ')
      run(
        'ip',
        'link',
        'add',
        ...words.slice(0, type).split(' ').filter(Boolean),
        'name',
        't',
        ...words.slice(type).split(' ')
      )
      const [theirs, read] = [shown(given), await options(connection, each)]
      await connection.link.remove('t')
      await connection.link.add(given)
      assert.equal(shown(given), theirs)
      assert.equal(await options(connection, each), read)
      await connection.link.remove('t')
    })
  )
}

kernelTest(
  test,
  'netkit: a pair whose other end is in a namespace',
  [command('ip'), linkKind('netkit')],
  async () => {
    await namespaces.create('far')
    await using connection = open()
    await connection.link.add({
      kind: 'netkit',
      name: 'n0',
      address: '02:00:00:00:00:07',
      peer: { name: 'n1', namespace: 'far', address: '02:00:00:00:00:08', mtu: 1300 },
      options: { mode: NETKIT_MODE.L2, policy: NETKIT.DROP, peerPolicy: NETKIT.PASS }
    })
    await using far = open({ namespace: 'far' })
    const [near, other] = [await connection.link.get('n0'), await far.link.get('n1')]
    const meant = {
      primary: 1,
      mode: NETKIT_MODE.L2,
      policy: NETKIT.DROP as number,
      peerPolicy: NETKIT.PASS as number
    }
    same(near, { kind: 'netkit', address: '02:00:00:00:00:07' })
    assert.equal(part({ ...near.options }, meant), meant)
    same(other, { kind: 'netkit', address: '02:00:00:00:00:08', mtu: 1300 })
    // Each end has the other's policy as that of its peer, and only the first may change them.
    const turned = { ...meant, primary: 0, policy: meant.peerPolicy, peerPolicy: meant.policy }
    assert.equal(part({ ...other.options }, turned), turned)
    const [told] = JSON.parse(run('ip', '-d', '-j', 'link', 'show', 'n0'))
    // Not every ip knows the options of a netkit.
    const { info_kind: kind, info_data: data } = told.linkinfo as Told
    const words = { mode: 'l2', type: 'primary', policy: 'blackhole', peer_policy: 'forward' }
    assert.equal([kind, data && part(data as Told, words)], ['netkit', data && words])
    await connection.link.remove('n0')
    await namespaces.remove('far')
  }
)

kernelTest(test, 'ip link add t type netkit', [command('ip'), linkKind('netkit')], async () => {
  run('ip', 'link', 'add', 'name', 't', 'type', 'netkit')
  await using connection = open()
  const usual = { primary: 1, mode: NETKIT_MODE.L3, policy: NETKIT.PASS, peerPolicy: NETKIT.PASS }
  const found = await connection.link.get('t')
  assert.equal(part({ ...found.options }, usual), usual)
  await connection.link.remove('t')
})

test.run()
