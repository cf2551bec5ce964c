import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { NLM_F } from '../../protocol/netlink/header'
import * as neighbour from '../../src/neighbour'
import { type Connection, IsolinkError, open } from '../../src/promises'
import { fault, sent } from '../request'
import { command, kernelTest, linkKind, run } from '../sandbox'

const test = suite('neighbour')

const mac = '02:00:00:00:00:01'

test('ip neighbour add 10.0.0.2 lladdr 02:00:00:00:00:01 dev eth0', async () => {
  assert.equal(await sent(neighbour.add({ link: 'eth0', address: '10.0.0.2', linkAddress: mac })), {
    type: 'RTM_NEWNEIGH',
    flags: NLM_F.CREATE | NLM_F.EXCL,
    header: { family: 2, ifindex: 5, state: 0x80, flags: 0, type: 0 },
    attributes: { dst: '10.0.0.2', lladdr: mac }
  })
})

test('ip -6 neighbour replace fd00::2 router nud stale managed dev eth0', async () => {
  const { flags, header, attributes } = await sent(
    neighbour.replace({
      link: 5,
      address: 'FD00:0::2',
      linkAddress: mac,
      state: 'stale',
      router: true,
      external: true,
      managed: true,
      use: true
    })
  )
  assert.is(flags, NLM_F.CREATE | NLM_F.REPLACE)
  assert.equal(header, { family: 10, ifindex: 5, state: 4, flags: 0x80 | 0x10 | 0x01, type: 0 })
  assert.equal(attributes, { dst: 'fd00::2', lladdr: mac, flagsExt: 1 })
})

test('ip neighbour add proxy 10.0.0.9 dev eth0', async () => {
  assert.equal(await sent(neighbour.proxy.add({ link: 'eth0', address: '10.0.0.9' })), {
    type: 'RTM_NEWNEIGH',
    flags: NLM_F.CREATE,
    header: { family: 2, ifindex: 5, state: 0, flags: 8, type: 0 },
    attributes: { dst: '10.0.0.9' }
  })
})

test('bridge fdb add 02:00:00:00:00:01 dev eth0 master static vlan 7', async () => {
  assert.equal(await sent(neighbour.forwarding.add({ link: 'eth0', linkAddress: mac, vlan: 7 })), {
    type: 'RTM_NEWNEIGH',
    flags: NLM_F.CREATE | NLM_F.EXCL,
    header: { family: 7, ifindex: 5, state: 0x42, flags: 4, type: 0 },
    attributes: { lladdr: mac, vlan: 7 }
  })
})

test('bridge fdb append 00:00:00:00:00:00 dev eth1 dst 192.0.2.1 vni 9 port 4790 via eth0', async () => {
  const { flags, header, attributes } = await sent(
    neighbour.forwarding.append({
      link: 'eth1',
      linkAddress: '00:00:00:00:00:00',
      state: 'permanent',
      destination: '192.0.2.1',
      vni: 9,
      port: 4790,
      via: 'eth0'
    })
  )
  assert.is(flags, NLM_F.CREATE | NLM_F.APPEND)
  assert.equal(header, { family: 7, ifindex: 6, state: 0xc0, flags: 2, type: 0 })
  assert.equal(attributes, {
    lladdr: '00:00:00:00:00:00',
    dst: '192.0.2.1',
    port: 4790,
    vni: 9,
    ifindex: 5
  })
})

test('bridge fdb flush: each state by the bits that tell it from the others', async () => {
  const bits = async (state?: neighbour.forwarding.ForwardingState): Promise<ReadonlyArray<unknown>> => {
    const given = state === undefined ? {} : { state }
    const message = await sent(neighbour.forwarding.flush({ link: 'eth0', ...given }))
    assert.is(message.flags, NLM_F.BULK)
    return [message.header.state, message.attributes.ndmStateMask]
  }
  assert.equal(await bits(), [0, 0x80])
  assert.equal(await bits('dynamic'), [0, 0xc0])
  assert.equal(await bits('static'), [0x40, 0xc0])
  assert.equal(await bits('permanent'), [0xc0, 0xc0])
})

test('what is wrong is named before anything is sent', async () => {
  const link = 'eth0'
  assert.is(await fault(neighbour.add({ link, address: '10.0.0.2/24' })), 'address')
  assert.is(await fault(neighbour.add({ link, address: '10.0.0.2', linkAddress: 'zz' })), 'linkAddress')
  assert.is(await fault(neighbour.add({ link, address: '10.0.0.2', state: 'lost' as never })), 'state')
  assert.is(await fault(neighbour.add({ link: 'nope', address: '10.0.0.2' })), 'link')
  assert.is(await fault(neighbour.list({ family: 'bogus' as never })), 'family')
  assert.is(await fault(neighbour.list({ state: 'bogus' as never })), 'state')
  assert.is(await fault(neighbour.proxy.list({ family: 'bogus' as never })), 'family')
  assert.is(await fault(neighbour.proxy.add({ link, address: 'x' })), 'address')
  assert.is(await fault(neighbour.forwarding.add({ link, linkAddress: mac, via: 'nope' })), 'via')
  assert.is(await fault(neighbour.forwarding.add({ link, linkAddress: mac, vlan: 70_000 })), 'vlan')
  assert.is(
    await fault(neighbour.forwarding.add({ link, linkAddress: mac, destination: 'x' })),
    'destination'
  )
  assert.is(
    await fault(neighbour.forwarding.add({ link, linkAddress: mac, destination: '192.0.2.1', nexthop: 5 })),
    'nexthop'
  )
})

test('a key that there is not is named before anything is sent', async () => {
  const given = { link: 'eth0', address: '10.0.0.2', linkAdress: mac }
  const { get, add, set, replace, remove, proxy, forwarding } = neighbour
  for (const verb of [get, add, set, replace, remove, proxy.add, proxy.remove])
    assert.is(await fault(verb(given)), 'linkAdress')
  const entry = { link: 'eth0', linkAddress: mac, vlna: 7 }
  const { append, flush } = forwarding
  for (const verb of [forwarding.get, forwarding.add, append, forwarding.replace, forwarding.remove])
    assert.is(await fault(verb(entry)), 'vlna')
  assert.is(await fault(flush({ link: 'br0', linkAddress: mac } as never)), 'linkAddress', 'it would all go')
  for (const list of [neighbour.list, proxy.list, forwarding.list])
    assert.is(await fault(list({ lnik: 'eth0' } as never)), 'lnik')
})

const withLink = async (use: (connection: Connection, index: number) => Promise<void>): Promise<void> => {
  await using connection = open()
  await connection.link.add({ kind: 'veth', name: 'v0', up: true, peer: { name: 'v1' } })
  await connection.link.set('v1', { up: true })
  await connection.address.add({ link: 'v0', address: '10.0.0.1/24' })
  try {
    await use(connection, (await connection.link.get('v0')).index)
  } finally {
    await connection.link.remove('v0')
  }
}

type Rows = ReadonlyArray<{ readonly [key: string]: unknown }>

const json = (name: string, ...args: ReadonlyArray<string>): Rows => JSON.parse(run(name, '-j', ...args))

kernelTest(test, 'ip neighbour shows ours, and we list those of ip', [command('ip')], () =>
  withLink(async (connection, link) => {
    await connection.neighbour.add({ link: 'v0', address: '10.0.0.2', linkAddress: mac })
    await connection.neighbour.add({ link: 'v0', address: '10.0.0.3', linkAddress: mac, state: 'stale' })
    await connection.neighbour.add({
      link: 'v0',
      address: 'fd00::2',
      linkAddress: mac,
      router: true,
      external: true,
      protocol: 4
    })
    const shown = json('ip', 'neighbour', 'show', 'dev', 'v0', 'nud', 'all').filter(
      ({ lladdr }) => lladdr === mac
    )
    assert.equal(
      shown.map(({ dst, state, router, extern_learn }) => [
        dst,
        state,
        router !== undefined,
        extern_learn !== undefined
      ]),
      [
        ['10.0.0.3', ['STALE'], false, false],
        ['10.0.0.2', ['PERMANENT'], false, false],
        ['fd00::2', ['PERMANENT'], true, true]
      ].toSorted(
        (a, b) => shown.findIndex(({ dst }) => dst === a[0]) - shown.findIndex(({ dst }) => dst === b[0])
      )
    )
    run('ip', 'neighbour', 'add', '10.0.0.4', 'lladdr', mac, 'nud', 'reachable', 'dev', 'v0')
    const four = await connection.neighbour.get({ link: 'v0', address: '10.0.0.4' })
    assert.equal([four.link, four.family, four.linkAddress, four.state], [link, 'ipv4', mac, 'reachable'])
    assert.ok(four.confirmed !== undefined && four.confirmed < 60, String(four.confirmed))
    const listed = async (filter: neighbour.NeighbourFilter): Promise<ReadonlyArray<string>> =>
      (await connection.neighbour.list({ link: 'v0', ...filter }))
        .filter(({ linkAddress }) => linkAddress === mac)
        .map(({ address }) => address)
        .toSorted()
    assert.equal(await listed({}), ['10.0.0.2', '10.0.0.3', '10.0.0.4', 'fd00::2'])
    assert.equal(await listed({ family: 'ipv6' }), ['fd00::2'])
    assert.equal(await listed({ state: 'permanent' }), ['10.0.0.2', 'fd00::2'])
    assert.equal(await listed({ link: 'v1' }), [])
    const six = (await connection.neighbour.list({ family: 'ipv6', state: 'permanent' })).find(
      ({ address }) => address === 'fd00::2'
    )
    assert.equal([six?.router, six?.external, six?.protocol], [true, true, 4])
    await connection.neighbour.replace({ link: 'v0', address: '10.0.0.3', linkAddress: '02:00:00:00:00:09' })
    assert.is(json('ip', 'neighbour', 'show', '10.0.0.3')[0]?.lladdr, '02:00:00:00:00:09')
    await connection.neighbour.set({ link: 'v0', address: '10.0.0.3', linkAddress: mac, state: 'permanent' })
    assert.equal(
      json('ip', 'neighbour', 'show', '10.0.0.3').map(({ lladdr, state }) => [lladdr, state]),
      [[mac, ['PERMANENT']]]
    )
    const absent = await connection.neighbour
      .set({ link: 'v0', address: '10.0.0.99', linkAddress: mac })
      .catch(error => error)
    assert.ok(absent instanceof IsolinkError && absent.message.includes('replace makes it'), String(absent))
    await connection.neighbour.remove({ link: 'v0', address: '10.0.0.3' })
    const gone = await connection.neighbour.get({ link: 'v0', address: '10.0.0.3' }).catch(error => error)
    assert.ok(gone instanceof IsolinkError && /no neighbour 10\.0\.0\.3/.test(gone.message), String(gone))
  })
)

kernelTest(test, 'a neighbour without an address of its own is asked for', [], () =>
  withLink(async connection => {
    await connection.neighbour.add({ link: 'v0', address: '10.0.0.77', use: true })
    const { state } = await connection.neighbour.get({ link: 'v0', address: '10.0.0.77' })
    assert.is(state, 'incomplete')
  })
)

kernelTest(test, 'ip neighbour show proxy shows ours, and we list those of ip', [command('ip')], () =>
  withLink(async (connection, link) => {
    await connection.neighbour.proxy.add({ link: 'v0', address: '10.0.0.9' })
    run('ip', 'neighbour', 'add', 'proxy', 'fd00::9', 'dev', 'v0')
    const shown = [
      ...json('ip', 'neighbour', 'show', 'proxy'),
      ...json('ip', '-6', 'neighbour', 'show', 'proxy')
    ]
    assert.ok(shown.some(({ dst, dev }) => dst === '10.0.0.9' && dev === 'v0'))
    const listed = await connection.neighbour.proxy.list({ link: 'v0' })
    assert.equal(
      listed.map(each => [each.link, each.family, each.address]),
      [
        [link, 'ipv4', '10.0.0.9'],
        [link, 'ipv6', 'fd00::9']
      ]
    )
    assert.not((await connection.neighbour.list()).some(({ address }) => address === '10.0.0.9'))
    for (const { address } of listed) await connection.neighbour.proxy.remove({ link: 'v0', address })
    assert.equal(await connection.neighbour.proxy.list(), [])
  })
)

kernelTest(test, 'what is listed can be taken away, and given again', [], () =>
  withLink(async connection => {
    const { neighbour: table } = connection
    await table.add({ link: 'v0', address: '10.0.0.2', linkAddress: mac, protocol: 9 })
    await table.add({ link: 'v0', address: 'fd00::2', linkAddress: mac, router: true, external: true })
    await table.proxy.add({ link: 'v0', address: 'fd00::9', router: true })
    const lasting = ({ confirmed, used, updated, probes, ...entry }: neighbour.Neighbour) => entry
    const before = await table.list({ link: 'v0', state: 'permanent' })
    const [proxy] = (await table.proxy.list()) as ReadonlyArray<neighbour.NewProxy>
    const external = await table.get({ link: 'v0', address: 'fd00::2' })
    assert.ok(proxy !== undefined)
    for (const each of before) await table.remove(each)
    await table.proxy.remove(proxy)
    assert.equal([await table.list({ link: 'v0', state: 'permanent' }), await table.proxy.list()], [[], []])
    for (const each of before) await table.add(each)
    await table.proxy.add(proxy)
    assert.equal(lasting(await table.get(external)), lasting(external))
    assert.equal((await table.list({ link: 'v0', state: 'permanent' })).map(lasting), before.map(lasting))
    assert.equal(await table.proxy.list(), [proxy])
  })
)

const withBridge = async (use: (connection: Connection) => Promise<void>): Promise<void> =>
  withLink(async connection => {
    await connection.link.add({ kind: 'bridge', name: 'br0', up: true })
    await connection.link.set('v0', { master: 'br0' })
    try {
      await use(connection)
    } finally {
      await connection.link.remove('br0')
    }
  })

kernelTest(test, 'bridge fdb shows ours, and we list those of bridge', [command('bridge')], () =>
  withBridge(async connection => {
    const { forwarding } = connection.neighbour
    const [bridge, port] = [(await connection.link.get('br0')).index, (await connection.link.get('v0')).index]
    const states = ['static', 'permanent', 'dynamic'] as const
    for (const [n, state] of states.entries())
      await forwarding.add({ link: 'v0', linkAddress: `02:00:00:00:01:0${n}`, state, sticky: n === 0 })
    run('bridge', 'fdb', 'add', '02:00:00:00:01:09', 'dev', 'v0', 'master', 'static')
    const shown = json('bridge', 'fdb', 'show', 'br', 'br0').filter(({ mac: address }) =>
      String(address).startsWith('02:00:00:00:01')
    )
    // With VLANs in the kernel each stands there twice: for the VLAN of the port, and without.
    const own = (await forwarding.list({ bridge: 'br0' })).filter(({ linkAddress }) =>
      linkAddress.startsWith('02:00:00:00:01')
    )
    const named = { permanent: 'permanent', static: 'static', dynamic: '' } as const
    assert.equal(
      own.map(({ linkAddress, state, vlan }) => [linkAddress, named[state], vlan]).toSorted(),
      shown.map(({ mac: address, state, vlan }) => [address, state, vlan]).toSorted()
    )
    assert.is(new Set(own.map(({ linkAddress }) => linkAddress)).size, 4)
    assert.ok(own.every(each => each.link === port && each.bridge === bridge && each.database === 'master'))
    assert.is(own.find(({ sticky }) => sticky)?.linkAddress, '02:00:00:00:01:00')
    const one = await forwarding.get({ link: 'v0', linkAddress: '02:00:00:00:01:09' })
    assert.is(one.state, 'static')
    await forwarding.replace({ link: 'v0', linkAddress: '02:00:00:00:01:09', state: 'permanent' })
    assert.is((await forwarding.get({ link: 'v0', linkAddress: '02:00:00:00:01:09' })).state, 'permanent')
    await forwarding.remove({ link: 'v0', linkAddress: '02:00:00:00:01:09' })
    const gone = await forwarding.get({ link: 'v0', linkAddress: '02:00:00:00:01:09' }).catch(error => error)
    assert.ok(gone instanceof IsolinkError && gone.message.includes('no such entry'), String(gone))
    await forwarding.flush({ link: 'br0', database: 'self', state: 'static' })
    const left = (await forwarding.list({ link: 'v0' })).map(({ linkAddress, state }) => [linkAddress, state])
    assert.ok(!left.some(([address]) => address === '02:00:00:00:01:00'))
    assert.ok(left.some(([address]) => address === '02:00:00:00:01:02'))
    await forwarding.flush({ link: 'v0' })
    const last = (await forwarding.list({ link: 'v0' })).filter(({ state }) => state !== 'permanent')
    assert.equal(last, [])
  })
)

kernelTest(test, 'what a database is listed with can be taken away, and given again', [], () =>
  withBridge(async ({ neighbour: { forwarding } }) => {
    await forwarding.add({ link: 'v0', linkAddress: mac, sticky: true })
    const entry = await forwarding.get({ link: 'v0', linkAddress: mac })
    await forwarding.remove(entry)
    assert.not((await forwarding.list({ link: 'v0' })).some(({ linkAddress }) => linkAddress === mac))
    await forwarding.add(entry)
    const again = await forwarding.get(entry)
    assert.equal({ ...again, used: 0, updated: 0 }, { ...entry, used: 0, updated: 0 })
  })
)

kernelTest(
  test,
  'an entry of the bridge itself can be got, removed and added again as listed',
  [command('bridge')],
  () =>
    withBridge(async connection => {
      const { forwarding } = connection.neighbour
      const own = '02:00:00:00:02:01'
      for (const address of [own, '02:00:00:00:02:02'])
        run('bridge', 'fdb', 'add', address, 'dev', 'br0', 'self', 'local')
      run('bridge', 'fdb', 'add', '02:00:00:00:02:03', 'dev', 'v0', 'master', 'local')
      const shown = () =>
        json('bridge', 'fdb', 'show')
          .filter(({ mac: address }) => String(address).startsWith('02:00:00:00:02'))
          .map(each => JSON.stringify(each))
          .toSorted()
      const before = shown()
      const listed = (await forwarding.list({ bridge: 'br0' })).filter(({ linkAddress }) =>
        linkAddress.startsWith('02:00:00:00:02')
      )
      assert.ok(listed.length >= 3)
      assert.equal(
        [...new Set(listed.filter(each => each.link === each.bridge).map(({ database }) => database))],
        ['self']
      )
      for (const entry of listed) {
        const { used: _, updated: __, ...got } = await forwarding.get(entry)
        const { used: ___, updated: ____, ...wanted } = entry
        assert.equal(got, wanted)
        await forwarding.remove(entry)
        // Where bridges know VLANs, one that is of none is of each, and goes from all.
        assert.ok(shown().length < before.length)
        await forwarding.add(entry)
        assert.equal(shown(), before)
      }
    })
)

kernelTest(
  test,
  'an entry for one of several networks of a VXLAN can be got, removed and added again as listed',
  [command('bridge'), linkKind('vxlan external vnifilter dstport 4789')],
  () =>
    withLink(async connection => {
      const { forwarding } = connection.neighbour
      run('ip', 'link', 'add', 'vx0', 'type', 'vxlan', 'external', 'vnifilter', 'dstport', '4789')
      for (const vni of ['100', '200']) run('bridge', 'vni', 'add', 'dev', 'vx0', 'vni', vni)
      for (const [vni, dst] of [
        ['100', '10.0.0.9'],
        ['200', '10.0.0.10']
      ] as const)
        run(
          ...([
            'bridge',
            'fdb',
            'add',
            mac,
            'dev',
            'vx0',
            'dst',
            dst,
            'src_vni',
            vni,
            'vni',
            '7',
            'self'
          ] as const)
        )
      const shown = () =>
        json('bridge', 'fdb', 'show', 'dev', 'vx0')
          .map(each => JSON.stringify(each))
          .toSorted()
      const before = shown()
      const listed = await forwarding.list({ link: 'vx0' })
      assert.equal(listed.map(({ sourceVni }) => sourceVni).toSorted(), [100, 200])
      for (const entry of listed) {
        const { used: _, updated: __, ...got } = await forwarding.get(entry)
        const { used: ___, updated: ____, ...wanted } = entry
        assert.equal(got, wanted)
        await forwarding.remove(entry)
        assert.is(shown().length, 1)
        await forwarding.add(entry)
        assert.equal(shown(), before)
      }
      await connection.link.remove('vx0')
    })
)

kernelTest(test, 'far ends of a VXLAN: bridge fdb append … dst', [command('bridge')], () =>
  withLink(async connection => {
    const { forwarding } = connection.neighbour
    await connection.link.add({ kind: 'vxlan', name: 'vx0', parent: 'v0', options: { id: 5, port: 4789 } })
    const none = '00:00:00:00:00:00'
    const [link, via] = [(await connection.link.get('vx0')).index, (await connection.link.get('v0')).index]
    await forwarding.append({ link: 'vx0', linkAddress: none, destination: '192.0.2.1' })
    run(
      'bridge',
      'fdb',
      'append',
      none,
      'dev',
      'vx0',
      'dst',
      '192.0.2.2',
      'port',
      '4790',
      'vni',
      '9',
      'via',
      'v0'
    )
    assert.equal(
      json('bridge', 'fdb', 'show', 'dev', 'vx0').map(({ dst }) => dst),
      ['192.0.2.1', '192.0.2.2']
    )
    const ends = await forwarding.list({ link: 'vx0' })
    assert.equal(
      ends.map(each => [each.link, each.database, each.destination, each.port, each.vni, each.via]),
      [
        [link, 'self', '192.0.2.1', undefined, undefined, undefined],
        [link, 'self', '192.0.2.2', 4790, 9, via]
      ]
    )
    await forwarding.remove({ link: 'vx0', linkAddress: none, destination: '192.0.2.1' })
    assert.is((await forwarding.list({ link: 'vx0' })).length, 1)
    await connection.link.remove('vx0')
  })
)

kernelTest(test, 'a link without a database is refused with a hint', [], () =>
  withLink(async connection => {
    const refused = await connection.neighbour.forwarding
      .add({ link: 'v0', linkAddress: mac })
      .catch(error => error)
    assert.ok(
      refused instanceof IsolinkError && refused.message.includes('port of a bridge'),
      String(refused)
    )
  })
)

test.run()
