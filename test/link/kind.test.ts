import { suite } from 'uvu'
import * as assert from 'uvu/assert'
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

type Made = readonly [given: link.NewLink, words: string, needs?: Missing]

const tunnel = { local: '10.0.0.1', remote: '10.0.0.2' }
const tunnel6 = { local: 'fd00::1', remote: 'fd00::2' }

/** The same link in our words and in those of ip. */
const made: ReadonlyArray<Made> = [
  [
    { kind: 'dummy', name: 't', mtu: 1400, address: '02:00:00:00:00:07' },
    'mtu 1400 address 02:00:00:00:00:07 type dummy'
  ],
  [
    {
      kind: 'vlan',
      name: 't',
      parent: 'v0',
      options: { id: 7, protocol: 0x88a8, flags: { flags: 2, mask: 3 } }
    },
    'link v0 type vlan id 7 protocol 802.1ad reorder_hdr off gvrp on'
  ],
  [
    {
      kind: 'bridge',
      name: 't',
      options: { stpState: 1, ageingTime: 1000, priority: 100, mcastSnooping: 0 }
    },
    'type bridge stp_state 1 ageing_time 1000 priority 100 mcast_snooping 0'
  ],
  [
    { kind: 'bridge', name: 't', options: { vlanFiltering: 1 } },
    'type bridge vlan_filtering 1',
    linkKind('bridge vlan_filtering 1')
  ],
  [
    { kind: 'bond', name: 't', options: { mode: 1, miimon: 100, failOverMac: 1 } },
    'type bond mode active-backup miimon 100 fail_over_mac active'
  ],
  [{ kind: 'macvlan', name: 't', parent: 'v0', options: { mode: 4 } }, 'link v0 type macvlan mode bridge'],
  [{ kind: 'macvtap', name: 't', parent: 'v0', options: { mode: 1 } }, 'link v0 type macvtap mode private'],
  [
    { kind: 'ipvlan', name: 't', parent: 'v0', options: { mode: 2, flags: 1 } },
    'link v0 type ipvlan mode l3s private'
  ],
  [
    {
      kind: 'vxlan',
      name: 't',
      parent: 'v0',
      options: { id: 5, local: '10.0.0.1', group: '10.0.0.2', port: 4789, learning: 0, ttl: 9 }
    },
    'type vxlan id 5 dev v0 local 10.0.0.1 remote 10.0.0.2 dstport 4789 nolearning ttl 9'
  ],
  [
    { kind: 'geneve', name: 't', options: { id: 5, remote: '10.0.0.2', port: 6082, udpZeroCsum6Rx: 1 } },
    'type geneve id 5 remote 10.0.0.2 dstport 6082 udp6zerocsumrx'
  ],
  [
    {
      kind: 'gre',
      name: 't',
      parent: 'v0',
      options: { ...tunnel, ikey: 5, okey: 5, iflags: 0x2000, oflags: 0x2000, ttl: 64, pmtudisc: 1 }
    },
    'type gre local 10.0.0.1 remote 10.0.0.2 key 5 ttl 64 dev v0'
  ],
  [
    { kind: 'gretap', name: 't', options: { ...tunnel, ttl: 0, pmtudisc: 1 } },
    'type gretap local 10.0.0.1 remote 10.0.0.2'
  ],
  [
    { kind: 'ipip', name: 't', options: { ...tunnel, ttl: 9, pmtudisc: 1, proto: 0 } },
    'type ipip local 10.0.0.1 remote 10.0.0.2 ttl 9'
  ],
  [
    { kind: 'sit', name: 't', options: { ...tunnel, ttl: 9, pmtudisc: 1, proto: 0 } },
    'type sit local 10.0.0.1 remote 10.0.0.2 ttl 9'
  ],
  [
    { kind: 'ip6tnl', name: 't', options: { ...tunnel6, ttl: 64, encapLimit: 4, proto: 41 } },
    'type ip6tnl local fd00::1 remote fd00::2 mode ip6ip6'
  ],
  [
    { kind: 'vti', name: 't', options: { ...tunnel, ikey: 5, okey: 5 } },
    'type vti local 10.0.0.1 remote 10.0.0.2 key 5'
  ],
  [{ kind: 'xfrm', name: 't', parent: 'v0', options: { ifId: 9 } }, 'type xfrm dev v0 if_id 9'],
  [{ kind: 'vrf', name: 't', options: { table: 70 } }, 'type vrf table 70'],
  [{ kind: 'ifb', name: 't', txQueues: 2, rxQueues: 2 }, 'numtxqueues 2 numrxqueues 2 type ifb'],
  [{ kind: 'nlmon', name: 't' }, 'type nlmon'],
  [{ kind: 'team', name: 't' }, 'type team'],
  [{ kind: 'wireguard', name: 't' }, 'type wireguard'],
  [
    { kind: 'macsec', name: 't', parent: 'v0', options: { port: 7, encrypt: 1, validation: 1 } },
    'link v0 type macsec port 7 encrypt on validate check'
  ]
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
  readonly ifindex: number
  readonly [key: string]: unknown
}

/** What differs from one making to the next. */
const passing = /^(ifindex|address|permaddr|gc_timer|bridge_id|root_id|timer|ad_actor_system|sci)$/

const shown = (): string =>
  JSON.stringify(
    (JSON.parse(run('ip', '-d', '-j', 'link', 'show', 't')) as ReadonlyArray<Shown>)[0],
    (key, value) => (passing.test(key) ? undefined : value)
  )

for (const [given, words, needs] of made)
  kernelTest(test, `ip link add t ${words}`, [command('ip'), needs ?? linkKind(given.kind)], () =>
    withLink(async connection => {
      const [before, type] = words.split(' type ')
      run(
        'ip',
        'link',
        'add',
        ...(type === undefined ? [] : (before?.split(' ') ?? [])),
        'name',
        't',
        ...typed(words)
      )
      const [theirs, read] = [shown(), await connection.link.get('t')]
      await connection.link.remove('t')
      await connection.link.add(given)
      assert.is(shown(), theirs)
      const ours = await connection.link.get('t')
      assert.equal([ours.kind, ours.mtu], [read.kind, read.mtu])
      await connection.link.remove('t')
    })
  )

/** From the word `type` on. */
const typed = (words: string): ReadonlyArray<string> => words.slice(words.indexOf('type ')).split(' ')

kernelTest(test, 'netkit: a pair whose other end is in a namespace', [linkKind('netkit')], async () => {
  await namespaces.create('far')
  await using connection = open()
  await connection.link.add({
    kind: 'netkit',
    name: 'n0',
    peer: { name: 'n1', namespace: 'far' },
    options: { mode: 1 }
  })
  await using far = open({ namespace: 'far' })
  assert.equal(
    [(await connection.link.get('n0')).kind, (await far.link.get('n1')).kind],
    ['netkit', 'netkit']
  )
  await connection.link.remove('n0')
  await namespaces.remove('far')
})

test.run()
