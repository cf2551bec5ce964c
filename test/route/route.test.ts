import * as E from 'fp-ts/Either'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { IsolinkError, link, namespaces, nexthop, open, route } from '../../src/promises'
import { refusal } from '../lab'
import { fault, sent } from '../request'
import { command, kernelTest, run } from '../sandbox'

const test = suite('route')

interface Theirs {
  readonly dst: string
  readonly gateway?: string
  readonly dev?: string
  readonly metric?: number
  readonly prefsrc?: string
  readonly type?: string
  readonly metrics?: ReadonlyArray<{ readonly [name: string]: number }>
  readonly nexthops?: ReadonlyArray<{ readonly gateway: string; readonly weight: number }>
  readonly encap?: string
  readonly nhid?: number
  readonly from?: string
  readonly pref?: string
}

/** What `ip -j route` says of a table. */
const theirs = (family: '-4' | '-6', table = 'main'): ReadonlyArray<Theirs> =>
  JSON.parse(run('ip', '-j', '-d', family, 'route', 'show', 'table', table))

const withLink = async (
  use: (host: ReturnType<typeof open>, index: number) => Promise<void>
): Promise<void> => {
  await using host = open()
  await host.link.add({ kind: 'veth', name: 'r0', up: true, peer: { name: 'r1' } })
  try {
    await host.batch([link.set('r1', { up: true })])
    await host.address.add({ link: 'r0', address: '192.0.2.1/24' })
    await host.address.add({ link: 'r0', address: '2001:db8::1/64', flags: 2 })
    await use(host, (await host.link.get('r0')).index)
  } finally {
    await host.link.remove('r0')
  }
}

/** Each as `ip route` is told it, and as we are. */
const same: ReadonlyArray<readonly [words: string, given: route.NewRoute]> = [
  ['10.1.0.0/16 via 192.0.2.2', { destination: '10.1.0.0/16', gateway: '192.0.2.2' }],
  ['10.2.0.0/16 dev r0 metric 7', { destination: '10.2.0.0/16', link: 'r0', metric: 7 }],
  [
    '10.3.0.0/16 via 192.0.2.2 src 192.0.2.1 mtu 1400 advmss 1300',
    {
      destination: '10.3.0.0/16',
      gateway: '192.0.2.2',
      source: '192.0.2.1',
      mtu: 1400,
      metrics: { advmss: 1300 }
    }
  ],
  ['blackhole 10.4.0.0/16', { destination: '10.4.0.0/16', type: 'blackhole' }],
  ['unreachable 10.5.0.0/16', { destination: '10.5.0.0/16', type: 'unreachable' }],
  [
    '10.6.0.0/16 nexthop via 192.0.2.2 weight 1 nexthop via 192.0.2.3 weight 5',
    {
      destination: '10.6.0.0/16',
      nexthops: [{ gateway: '192.0.2.2' }, { gateway: '192.0.2.3', weight: 5 }]
    }
  ],
  [
    '10.7.0.0/16 via 198.51.100.1 dev r0 onlink',
    { destination: '10.7.0.0/16', gateway: '198.51.100.1', link: 'r0', onlink: true }
  ],
  ['10.8.0.0/16 via inet6 2001:db8::2', { destination: '10.8.0.0/16', gateway: '2001:db8::2', link: 'r0' }],
  ['10.9.0.0/16 tos 0x10 via 192.0.2.2', { destination: '10.9.0.0/16', tos: 0x10, gateway: '192.0.2.2' }],
  ['2001:db8:1::/48 via 2001:db8::2', { destination: '2001:db8:1::/48', gateway: '2001:db8::2' }],
  [
    '2001:db8:2::/48 via 2001:db8::2 metric 5 pref high',
    { destination: '2001:db8:2::/48', gateway: '2001:db8::2', metric: 5, preference: 'high' }
  ],
  ['2001:db8:3::/48 dev r0 mtu 1300', { destination: '2001:db8:3::/48', link: 'r0', mtu: 1300 }]
]

for (const [words, given] of same)
  kernelTest(test, `ip route add ${words}: ours reads as theirs, and ours is theirs`, [command('ip')], () =>
    withLink(async host => {
      const family = given.destination.includes(':') ? '-6' : '-4'
      const filter = { table: 254, family: family === '-6' ? 'ipv6' : 'ipv4' } as const
      const here = async (): Promise<ReadonlyArray<route.Route>> =>
        (await host.route.list(filter)).filter(({ destination }) => destination === given.destination)
      run('ip', family, 'route', 'add', ...words.split(' '))
      const [their] = await here()
      const printed = theirs(family).filter(({ dst }) => given.destination.startsWith(dst))
      run('ip', family, 'route', 'delete', ...words.split(' '))
      assert.equal(await here(), [])
      await host.route.add({ ...given, protocol: route.RTPROT.BOOT })
      assert.equal(await here(), [their])
      assert.equal(
        theirs(family).filter(({ dst }) => given.destination.startsWith(dst)),
        printed
      )
      await host.route.remove(given)
      assert.equal(await here(), [])
    })
  )

kernelTest(
  test,
  'set changes what is there and nothing else; replace makes it if need be',
  [command('ip')],
  () =>
    withLink(async host => {
      const given = { destination: '10.1.0.0/16', gateway: '192.0.2.2' }
      const absent = await host.route.set(given).catch((error: unknown) => error)
      assert.ok(
        absent instanceof IsolinkError && absent.message.includes('there is no such route'),
        String(absent)
      )
      await host.route.replace(given)
      await host.route.set({ ...given, gateway: '192.0.2.3' })
      assert.is(theirs('-4').find(({ dst }) => dst === '10.1.0.0/16')?.gateway, '192.0.2.3')
      await host.route.replace({ ...given, gateway: '192.0.2.4' })
      assert.is(theirs('-4').find(({ dst }) => dst === '10.1.0.0/16')?.gateway, '192.0.2.4')
      const twice = await host.route.add(given).catch((error: unknown) => error)
      assert.ok(twice instanceof IsolinkError && twice.message.includes('replace changes it'), String(twice))
    })
)

kernelTest(test, 'append puts a route behind those that are there', [command('ip')], () =>
  withLink(async host => {
    const destination = '10.1.0.0/16'
    await host.route.add({ destination, gateway: '192.0.2.2' })
    await host.route.append({ destination, gateway: '192.0.2.3' })
    const gateways = theirs('-4').flatMap(({ dst, gateway }) => (dst === destination ? [gateway] : []))
    assert.equal(gateways, ['192.0.2.2', '192.0.2.3'])
    assert.is((await host.route.get('10.1.0.1')).gateway, '192.0.2.2')
  })
)

kernelTest(test, 'get says how a packet goes, as ip route get does', [command('ip')], () =>
  withLink(async (host, index) => {
    await host.route.add({ destination: '10.1.0.0/16', gateway: '192.0.2.2' })
    for (const to of ['10.1.2.3', '192.0.2.9', '2001:db8::9']) {
      const found = await host.route.get(to)
      const [their] = JSON.parse(run('ip', '-j', 'route', 'get', to))
      assert.equal([found.gateway, found.source, found.link], [their.gateway, their.prefsrc, index])
    }
    const nowhere = await host.route.get('203.0.113.1').catch((error: unknown) => error)
    assert.ok(nowhere instanceof IsolinkError && nowhere.message.includes('no route to it'), String(nowhere))
  })
)

kernelTest(test, 'a listed route by a nexthop object can be removed', [], () =>
  withLink(async host => {
    for (const [id, destination, gateway] of [
      [5, '10.1.0.0/16', '192.0.2.2'],
      [6, 'fd00:1::/64', 'fe80::2']
    ] as const) {
      await host.nexthop.add({ id, gateway, link: 'r0' })
      await host.route.add({ destination, nexthop: id })
      const found = async () =>
        (await host.route.list({ table: 254 })).find(each => each.destination === destination)
      const listed = await found()
      // The kernel tells of both, and takes only one of them.
      assert.equal([listed?.nexthop, listed?.gateway], [id, gateway])
      if (listed !== undefined) await host.route.remove(listed)
      assert.is(await found(), undefined)
      await host.nexthop.remove(id)
    }
  })
)

kernelTest(test, 'a route by a nexthop object, and one above table 255', [command('ip')], () =>
  withLink(async host => {
    await host.nexthop.add({ id: 5, gateway: '192.0.2.2', link: 'r0' })
    await host.route.add({ destination: '10.1.0.0/16', nexthop: 5 })
    assert.is(theirs('-4').find(({ dst }) => dst === '10.1.0.0/16')?.nhid, 5)
    assert.is(
      (await host.route.list({ table: 254 })).find(each => each.destination === '10.1.0.0/16')?.nexthop,
      5
    )
    await host.route.add({ destination: 'default', gateway: '192.0.2.3', table: 4711 })
    assert.equal(
      (await host.route.list({ table: 4711 })).map(({ destination, gateway, table }) => [
        destination,
        gateway,
        table
      ]),
      [['default', '192.0.2.3', 4711]]
    )
    assert.is(theirs('-4', '4711')[0]?.gateway, '192.0.2.3')
    await host.route.remove({ destination: 'default', table: 4711 })
    await host.route.remove({ destination: '10.1.0.0/16' })
    await host.nexthop.remove(5)
    void nexthop
  })
)

kernelTest(test, 'a stream of 20,000 routes is the list, in parts that the kernel hands over', [], () =>
  withLink(async host => {
    const index = (await host.link.get('r0')).index
    const results = await host.batch(
      Array.from({ length: 20_000 }, (_, n) =>
        route.add({ destination: `10.${n >> 16}.${(n >> 8) & 255}.${n & 255}/32`, link: index })
      )
    )
    assert.ok(results.every(E.isRight))
    const stream = host.route.stream({ table: 254, family: 'ipv4' })
    const seen: Array<string> = []
    for await (const { destination } of stream) seen.push(destination)
    const list = await host.route.list({ table: 254, family: 'ipv4' })
    assert.equal(
      seen,
      list.map(({ destination }) => destination)
    )
    assert.equal([stream.complete, list.complete], [true, true])
    assert.ok(seen.length >= 20_000)
    let parts = 0
    for await (const part of host.route.stream({ table: 254 }).parts()) parts += part.length > 0 ? 1 : 0
    assert.ok(parts > 10)
  })
)

test('a mistake is named by the caller’s member, before anything is sent', async () => {
  assert.is(await fault(route.list({ family: 'bogus' as never })), 'family')
  const to = { destination: '10.0.0.0/8' }
  assert.is(await fault(route.add({ destination: '10.0.0.0/8/8' })), 'destination')
  const nexthops = [{ link: 'eth0' }, { link: 'nope' }]
  assert.is(await fault(route.add({ destination: '10.0.0.0/8', nexthops })), 'nexthops.1.link')
  const gateways = [{ gateway: '10.0.0.1' }, { gateway: '10.0.0.300' }]
  assert.is(await fault(route.add({ destination: '10.0.0.0/8', nexthops: gateways })), 'nexthops.1.gateway')
  assert.is(await fault(route.add({ ...to, gateway: 'gate' })), 'gateway')
  assert.is(await fault(route.add({ ...to, encap: { type: 'mpls', labels: [100] } as never })), 'encap')
  const more = { kind: 'mpls', options: { dst: [{ label: 100 }] }, ttl: 5 } as never
  assert.is(await fault(route.add({ ...to, encap: more })), 'encap')
  assert.is(await fault(route.add({ ...to, source: 'fd00::1' })), 'source')
  assert.is(await fault(route.add({ ...to, from: 'fd00::/129' })), 'from')
  assert.is(await fault(route.add({ ...to, type: 'black' as never })), 'type')
  assert.is(await fault(route.add({ ...to, preference: 'best' as never })), 'preference')
  assert.is(await fault(route.add({ ...to, metric: -1 })), 'metric')
  assert.is(await fault(route.add({ ...to, tos: 256 })), 'tos')
  assert.is(await fault(route.add({ ...to, metrics: { mtu: 'x' } as never })), 'mtu')
})

test('a key that there is not is named before anything is sent', async () => {
  const given = { destination: '10.0.0.0/8', gatway: '10.0.0.1', link: 'eth0' }
  const { add, append, replace, set, remove, list } = route
  for (const verb of [add, append, replace, set, remove]) assert.is(await fault(verb(given)), 'gatway')
  assert.is(await fault(list({ tabel: 5 } as never)), 'tabel')
  const nexthops = [{ link: 'eth0' }, { link: 'eth1', gatway: '10.0.0.1' }]
  assert.is(await fault(add({ destination: '10.0.0.0/8', nexthops })), 'nexthops.1.gatway')
})

kernelTest(test, 'what was listed can be taken away, and added again', [], () =>
  withLink(async (host, index) => {
    const nexthops = [{ gateway: '192.0.2.3', weight: 2 }, { link: 'r0' }]
    const given: ReadonlyArray<route.NewRoute> = [
      ...same.map(([, each]) => each).filter(({ encap }) => encap === undefined),
      { destination: '10.90.0.0/16', nexthops }
    ]
    for (const each of given) await host.route.replace({ table: 1000, ...each })
    const listed = () => host.route.list({ table: 1000 })
    const before = await listed()
    assert.ok(before.length > 10)
    for (const each of before) await host.route.remove(each)
    assert.equal(await listed(), [])
    for (const each of before) await host.route.add(each)
    assert.equal(await listed(), before)
    for (const each of before) await host.route.remove(each)
    const [own] = await host.route.list({ table: 254, link: index })
    const answer = await host.route.get('192.0.2.77')
    assert.ok(own !== undefined && answer.link === index)
    await host.route.replace(own)
    await host.route.replace({ ...answer, table: 1000 })
    assert.is((await listed())[0]?.destination, '192.0.2.77/32')
  })
)

kernelTest(test, 'a table that no route has made has none, whatever is asked for', [], async () => {
  await namespaces.create('bare')
  await using bare = open({ namespace: 'bare' })
  for (const family of [undefined, 'ipv4', 'ipv6'] as const)
    for (const table of [undefined, route.RT_TABLE.MAIN, 4711]) {
      const filter = { ...(family !== undefined && { family }), ...(table !== undefined && { table }) }
      const tables: Array<number | undefined> = []
      for await (const each of bare.route.stream(filter)) tables.push(each.table)
      for (const each of await bare.route.list(filter)) tables.push(each.table)
      // Those of lo's own addresses are there as soon as lo is up.
      assert.equal(
        tables.filter(each => table !== undefined || each !== route.RT_TABLE.LOCAL),
        [],
        JSON.stringify(filter)
      )
    }
  await namespaces.remove('bare')
})

kernelTest(
  test,
  'a route that leads nowhere, or by a gateway that cannot, is told by what was given',
  [],
  () =>
    withLink(async ({ route: routes }) => {
      const told = async (given: route.NewRoute): Promise<ReadonlyArray<string>> => {
        const { _tag, message } = await refusal(routes.add(given))
        return [String(_tag), String(message).replace(/^.*; /, '')]
      }
      const nowhere = ['Rejected', 'say by which link it leaves, or by which gateway']
      assert.equal(await told({ destination: '10.2.0.0/16' }), nowhere)
      assert.equal(await told({ destination: '2001:db8:7::/48' }), nowhere)
      assert.equal(await told({ destination: '2001:db8:7::/48', gateway: '192.0.2.2' }), [
        'InvalidInput',
        'route.add: gateway 192.0.2.2 leads to no IPv6 destination'
      ])
    })
)

test('what is not given is not sent', async () => {
  const { attributes, header } = await sent(route.add({ destination: '10.0.0.0/8', link: 5 }))
  assert.equal(attributes, { dst: '10.0.0.0', oif: 5 })
  assert.equal([header.tos, header.srcLen, header.flags], [0, 0, 0])
})

test.run()
