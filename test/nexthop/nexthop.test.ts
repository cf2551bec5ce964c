import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { NLM_F } from '../../protocol/netlink/header'
import * as nexthop from '../../src/nexthop'
import { type Connection, IsolinkError, open } from '../../src/promises'
import { fault, sent } from '../request'
import { command, kernelTest, run } from '../sandbox'

const test = suite('nexthop')

test('ip nexthop add id 5 via 10.0.0.2 dev eth0 onlink', async () => {
  assert.equal(await sent(nexthop.add({ id: 5, gateway: '10.0.0.2', link: 'eth0', onlink: true })), {
    type: 'RTM_NEWNEXTHOP',
    flags: NLM_F.CREATE | NLM_F.EXCL,
    header: { family: 2, scope: 0, protocol: 4, flags: 4 },
    attributes: { id: 5, oif: 5, gateway: '10.0.0.2' }
  })
})

test('ip nexthop add id 9 group 5/6,3 type resilient buckets 32 idle_timer 60', async () => {
  const { header, attributes } = await sent(
    nexthop.add({
      id: 9,
      group: [{ id: 5 }, { id: 6, weight: 3 }, { id: 7, weight: 1000 }],
      resilient: { buckets: 32, idle: 60 }
    })
  )
  assert.is(header.family, 0)
  assert.equal(attributes, {
    id: 9,
    group: [
      { id: 5, weight: 0, weightHigh: 0 },
      { id: 6, weight: 2, weightHigh: 0 },
      { id: 7, weight: 231, weightHigh: 3 }
    ],
    groupType: 1,
    resGroup: { buckets: 32, idleTimer: 6000 }
  })
})

test('ip nexthop replace id 7 blackhole; add id 8 via fd00::2 fdb', async () => {
  const hole = await sent(nexthop.replace({ id: 7, blackhole: true }))
  assert.equal([hole.flags, hole.attributes], [NLM_F.CREATE | NLM_F.REPLACE, { id: 7, blackhole: true }])
  const end = await sent(nexthop.add({ id: 8, gateway: 'fd00::2', forwarding: true }))
  assert.equal([end.header.family, end.attributes], [10, { id: 8, gateway: 'fd00::2', fdb: true }])
})

test('ip nexthop add id 6 encap mpls 100 via 10.0.0.2', async () => {
  const { attributes } = await sent(
    nexthop.add({
      id: 6,
      gateway: '10.0.0.2',
      link: 5,
      encap: { kind: 'mpls', options: { dst: [{ label: 100, tc: 0, s: 1, ttl: 0 }] } }
    })
  )
  assert.equal([attributes.encapType, attributes.encap], [1, { dst: [{ label: 100, tc: 0, s: 1, ttl: 0 }] }])
})

test('what is wrong is named before anything is sent', async () => {
  assert.is(await fault(nexthop.add({ id: 5, gateway: '10.0.0.0/8' })), 'gateway')
  assert.is(await fault(nexthop.add({ id: 5, link: 'nope' })), 'link')
  for (const change of [nexthop.add, nexthop.replace]) {
    assert.is(await fault(change({ id: 0, blackhole: true })), 'id')
    assert.is(await fault(change({ blackhole: true } as never)), 'id')
  }
  assert.is(await fault(nexthop.list({ family: 'bogus' as never })), 'family')
  assert.is(await fault(nexthop.add({ id: -1, blackhole: true })), 'id')
  assert.is(await fault(nexthop.add({ id: 5, group: [{ id: 1 }, { id: 2, weight: 0 }] })), 'group.1.weight')
})

test('a key that there is not is named before anything is sent', async () => {
  const given = { id: 5, link: 'eth0', gatway: '10.0.0.2' }
  assert.is(await fault(nexthop.add(given)), 'gatway')
  assert.is(await fault(nexthop.replace(given)), 'gatway')
  const group = [{ id: 1 }, { id: 2, wieght: 3 }]
  assert.is(await fault(nexthop.add({ id: 5, group })), 'group.1.wieght')
  const resilient = { bukets: 8 }
  assert.is(await fault(nexthop.add({ id: 5, group: [{ id: 1 }], resilient } as never)), 'resilient.bukets')
  assert.is(await fault(nexthop.list({ lnik: 'eth0' } as never)), 'lnik')
  assert.is(await fault(nexthop.buckets({ ids: 5 } as never)), 'ids')
})

const withLink = async (use: (connection: Connection, link: number) => Promise<void>): Promise<void> => {
  await using connection = open()
  await connection.link.add({ kind: 'veth', name: 'v0', up: true, peer: { name: 'v1' } })
  await connection.link.set('v1', { up: true })
  await connection.address.add({ link: 'v0', address: '10.0.0.1/24' })
  await connection.address.add({ link: 'v0', address: 'fd00::1/64', flags: 2 })
  try {
    await use(connection, (await connection.link.get('v0')).index)
  } finally {
    await connection.link.remove('v0')
    for (const { id } of (await connection.nexthop.list()).toReversed()) await connection.nexthop.remove(id)
  }
}

interface Theirs {
  readonly id: number
  readonly [key: string]: unknown
}

const theirs = (): ReadonlyArray<Theirs> => JSON.parse(run('ip', '-j', '-N', 'nexthop', 'show'))

const given: ReadonlyArray<readonly [nexthop.NewNexthop, ReadonlyArray<string>]> = [
  [{ id: 1, gateway: '10.0.0.2', link: 'v0' }, ['via', '10.0.0.2', 'dev', 'v0']],
  [{ id: 2, gateway: 'fd00::2', link: 'v0' }, ['via', 'fd00::2', 'dev', 'v0']],
  [{ id: 3, link: 'v0' }, ['dev', 'v0']],
  [{ id: 4, gateway: '192.0.2.1', link: 'v0', onlink: true }, ['via', '192.0.2.1', 'dev', 'v0', 'onlink']],
  [{ id: 5, blackhole: true }, ['blackhole']],
  [{ id: 6, gateway: '10.0.0.3', link: 'v0' }, ['via', '10.0.0.3', 'dev', 'v0']],
  [{ id: 10, group: [{ id: 1 }, { id: 6, weight: 3 }] }, ['group', '1/6,3']],
  [
    {
      id: 11,
      group: [{ id: 1 }, { id: 6 }],
      resilient: { buckets: 16, idle: 60, unbalanced: 300 }
    },
    ['group', '1/6', 'type', 'resilient', 'buckets', '16', 'idle_timer', '60', 'unbalanced_timer', '300']
  ],
  [{ id: 20, gateway: '192.0.2.9', forwarding: true }, ['via', '192.0.2.9', 'fdb']],
  [{ id: 21, group: [{ id: 20 }], forwarding: true }, ['group', '20', 'fdb']]
]

const plain = (value: object | undefined): object => ({ ...value, protocol: 0, resilient_args: undefined })

kernelTest(
  test,
  'each nexthop that ip makes from the same words is ours to the last member',
  [command('ip')],
  () =>
    withLink(async connection => {
      for (const [, words] of given) {
        const id = given.find(each => each[1] === words)?.[0].id
        run('ip', 'nexthop', 'add', 'id', String(id), ...words)
      }
      const [made, shown] = [await connection.nexthop.list(), theirs()]
      assert.is(made.length, given.length)
      for (const { id } of made.toReversed()) await connection.nexthop.remove(id)
      assert.equal(theirs(), [])
      for (const [ours] of given) await connection.nexthop.add(ours)
      assert.equal((await connection.nexthop.list()).map(plain), made.map(plain))
      assert.equal(theirs().map(plain), shown.map(plain))
    })
)

kernelTest(test, 'lists by link, by kind, and one by its id', [], () =>
  withLink(async (connection, link) => {
    for (const [ours] of given) await connection.nexthop.add(ours)
    const ids = async (filter: nexthop.NexthopFilter): Promise<ReadonlyArray<number>> =>
      (await connection.nexthop.list(filter)).map(({ id }) => id)
    assert.equal(await ids({ link: 'v0' }), [1, 2, 3, 4, 6])
    assert.equal(await ids({ groups: true }), [10, 11, 21])
    assert.equal(await ids({ forwarding: true }), [20, 21])
    assert.equal(await ids({ family: 'ipv6' }), [2])
    assert.equal(await connection.nexthop.get(4), {
      id: 4,
      family: 'ipv4',
      gateway: '192.0.2.1',
      link,
      onlink: true,
      protocol: 4,
      scope: 253,
      flags: 4
    })
    const group = await connection.nexthop.get(10)
    assert.equal(group.group, [
      { id: 1, weight: 1 },
      { id: 6, weight: 3 }
    ])
    const buckets = await connection.nexthop.buckets({ id: 11 })
    assert.equal(
      buckets.map(({ index }) => index),
      Array.from({ length: 16 }, (_, n) => n)
    )
    assert.equal(new Set(buckets.map(each => each.nexthop)), new Set([1, 6]))
    assert.is((await connection.nexthop.buckets({ id: 11, nexthop: 6 })).length, 8)
  })
)

kernelTest(test, 'what was listed can be added again', [], () =>
  withLink(async connection => {
    for (const [ours] of given) await connection.nexthop.add(ours)
    const before = await connection.nexthop.list()
    for (const { id } of before.toReversed()) await connection.nexthop.remove(id)
    for (const each of before) await connection.nexthop.add(each as nexthop.NewNexthop)
    assert.equal(await connection.nexthop.list(), before)
    for (const each of before) await connection.nexthop.replace(each as nexthop.NewNexthop)
    assert.equal(await connection.nexthop.list(), before)
  })
)

kernelTest(test, 'a group is replaced under its route', [command('ip')], () =>
  withLink(async connection => {
    for (const [ours] of given.slice(0, 7)) await connection.nexthop.add(ours)
    run('ip', 'route', 'add', '172.16.0.0/16', 'nhid', '10')
    await connection.nexthop.replace({ id: 10, group: [{ id: 6 }] })
    const [route] = JSON.parse(run('ip', '-j', 'route', 'show', '172.16.0.0/16'))
    assert.equal([route.nhid, route.gateway], [10, '10.0.0.3'])
    const refused = await connection.nexthop.add({ id: 10, group: [{ id: 6 }] }).catch(error => error)
    assert.ok(refused instanceof IsolinkError && refused.message.includes('id 10 is taken'), String(refused))
    const unreachable = await connection.nexthop
      .add({ id: 30, gateway: '192.0.2.7', link: 'v0' })
      .catch(error => error)
    assert.ok(
      unreachable instanceof IsolinkError && unreachable.message.includes('onlink'),
      String(unreachable)
    )
    await connection.nexthop.remove(10)
    assert.is(run('ip', 'route', 'show', '172.16.0.0/16'), '')
    const gone = await connection.nexthop.get(10).catch(error => error)
    assert.ok(gone instanceof IsolinkError && gone.message.includes('no nexthop 10'), String(gone))
  })
)

kernelTest(test, 'how large a weight may be is for the kernel to say', [], () =>
  withLink(async connection => {
    await connection.nexthop.add({ id: 1, gateway: '10.0.0.2', link: 'v0' })
    await connection.nexthop.add({ id: 2, group: [{ id: 1, weight: 256 }] })
    const refused = await connection.nexthop
      .add({ id: 3, group: [{ id: 1, weight: 65_536 }] })
      .catch(error => error)
    assert.ok(refused instanceof IsolinkError && refused._tag === 'Rejected', String(refused))
    assert.match(refused.message, /weights are from 1 to 256; to 65535 since Linux 6.12/)
  })
)

test.run()
