import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import * as link from '../../src/link'
import { type Connection, IsolinkError, namespaces, open } from '../../src/promises'
import { fault, sent } from '../request'
import { command, kernelTest, linkKind, run } from '../sandbox'

const test = suite('link.set')

test('ip link set eth0 promisc on multicast off arp off: bits that are not named stay', async () => {
  const { header, attributes } = await sent(
    link.set('eth0', { promiscuous: true, multicast: false, arp: false })
  )
  assert.equal([header.flags, header.change], [0x100 | 0x80, 0x100 | 0x80 | 0x1000])
  assert.equal(attributes, {})
})

test('ip link set eth0 type bridge_slave …, and the link’s own options beside', async () => {
  const { attributes } = await sent(
    link.set('eth0', {
      port: { kind: 'bridge', options: { isolated: 1, cost: 5 } },
      options: { kind: 'vlan', options: { flags: { flags: 1, mask: 1 } } }
    })
  )
  assert.equal(attributes.linkinfo, {
    kind: 'vlan',
    data: { flags: { flags: 1, mask: 1 } },
    slaveKind: 'bridge',
    slaveData: { isolated: 1, cost: 5 }
  })
})

test('ip link set eth0 addrgenmode none; token ::5', async () => {
  const { attributes } = await sent(link.set('eth0', { addressGeneration: 'none', token: '::5' }))
  assert.equal(attributes.afSpec, { inet6: { addrGenMode: 1, token: '::5' } })
})

test('a name of more than 15 bytes is looked up as an alternative one', async () => {
  const long = 'a-name-that-is-long'
  assert.equal((await sent(link.get(long))).attributes, { altIfname: long, extMask: 8 })
  assert.equal((await sent(link.get('ünïcödé-näme'))).attributes.altIfname, 'ünïcödé-näme')
})

test('what is wrong is named before anything is sent', async () => {
  assert.is(await fault(link.set('eth0', { name: 'a name' })), 'name')
  assert.is(await fault(link.set('eth0', { gsoMaxSize: -1 })), 'gsoMaxSize')
  assert.is(await fault(link.add({ name: 'b' } as never)), 'kind')
  // The kernel would not read it.
  assert.is(await fault(link.add({ kind: 'bridge', name: 'b', alias: 'one' } as never)), 'alias')
  assert.is(await fault(link.set('nope', { master: 'br0' })), 'link')
  assert.is(await fault(link.set('eth0', { master: 'nope' })), 'master')
  assert.is(await fault(link.add({ kind: 'bridge', name: 'b', master: 'nope' })), 'master')
  assert.is(await fault(link.add({ kind: 'macvlan', name: 'm', parent: 'nope' })), 'parent')
  assert.is(await fault(link.set('eth0', { token: 'x' })), 'token')
  assert.is(
    await fault(link.set('eth0', { port: { kind: 'bridge', options: { cost: -1 } } })),
    'port.options.cost'
  )
  assert.is(await fault(link.addNames('eth0', ['fine', 'x'.repeat(128)])), 'names')
  assert.is(await fault(link.addNames('eth0', ['twice', 'other', 'twice'])), 'names')
  assert.is(await fault(link.removeNames('eth0', ['twice', 'twice'])), 'names')
  // The kernel would put a number there, and nobody would know the link by the name that was asked for.
  assert.is(await fault(link.add({ kind: 'bridge', name: 'x%d' })), 'name')
  assert.is(await fault(link.add({ kind: 'veth', name: 'v0', peer: { name: 'x%d' } })), 'peer.name')
  assert.is(await fault(link.set('eth0', { name: 'x%d' })), 'name')
})

test('a key that there is not is named before anything is sent', async () => {
  const veth = { kind: 'veth', name: 'a', peer: { name: 'b' } } as const
  assert.is(await fault(link.add({ kind: 'veth', name: 'a', pear: { name: 'b' } } as never)), 'pear')
  assert.is(await fault(link.add({ ...veth, peer: { name: 'b', mut: 1400 } } as never)), 'peer.mut')
  assert.is(await fault(link.add({ ...veth, peer: { name: 'b', up: true } } as never)), 'peer.up')
  assert.is(await fault(link.add({ kind: 'bridge', name: 'c', optoins: {} } as never)), 'optoins')
  assert.is(await fault(link.set('eth0', { mut: 1400 } as never)), 'mut')
  assert.is(await fault(link.set('eth0', { port: { kind: 'bridge', opts: {} } } as never)), 'port.opts')
  assert.is(await fault(link.set('eth0', { options: { kind: 'vlan', opts: {} } } as never)), 'options.opts')
  assert.is(await fault(link.get('eth0', { namespaceID: 3 } as never)), 'namespaceID')
  assert.is(await fault(link.list({ knid: 'veth' } as never)), 'knid')
})

kernelTest(
  test,
  'a link of a kind without options can be made again as it is listed',
  [linkKind('dummy')],
  async () => {
    await using connection = open()
    await connection.link.add({ kind: 'dummy', name: 'd0', mtu: 1400, txQueueLength: 70 })
    await connection.link.set('d0', { alias: 'one' })
    const made = await connection.link.get('d0')
    await connection.link.remove('d0')
    await connection.link.add({ ...made, kind: 'dummy', options: {} })
    const { message: _, ...again } = await connection.link.get('d0')
    // An alias, as other names, is given to a link that is there.
    const { message: __, alias, ...before } = made
    assert.is(alias, 'one')
    assert.equal(again, before)
    await connection.link.remove('d0')
  }
)

const withLinks = async (use: (connection: Connection) => Promise<void>): Promise<void> => {
  await using connection = open()
  await connection.link.add({ kind: 'veth', name: 'v0', peer: { name: 'v1' } })
  await connection.link.add({ kind: 'bridge', name: 'br0' })
  try {
    await use(connection)
  } finally {
    await connection.link.remove('v0')
    await connection.link.remove('br0')
  }
}

type Shown = { readonly [key: string]: unknown }

const shown = (name = 'v0'): Shown => JSON.parse(run('ip', '-d', '-j', 'link', 'show', name))[0]

kernelTest(test, 'ip -d link shows each change', [command('ip')], () =>
  withLinks(async connection => {
    const seen = async (change: link.LinkChange): Promise<Shown> => {
      await connection.link.set('v0', change)
      return shown()
    }
    const flags = async (change: link.LinkChange): Promise<ReadonlyArray<string>> =>
      (await seen(change)).flags as ReadonlyArray<string>
    assert.is((await seen({ mtu: 1400 })).mtu, 1400)
    assert.is((await seen({ txQueueLength: 77 })).txqlen, 77)
    assert.is((await seen({ alias: 'uplink' })).ifalias, 'uplink')
    assert.is((await seen({ address: '02:00:00:00:00:07' })).address, '02:00:00:00:00:07')
    assert.is((await seen({ broadcast: 'ff:ff:ff:ff:ff:00' })).broadcast, 'ff:ff:ff:ff:ff:00')
    assert.is((await seen({ group: 5 })).group, '5')
    assert.is((await seen({ gsoMaxSize: 3000, gsoMaxSegments: 7 })).gso_max_size, 3000)
    assert.is(shown().gso_max_segs, 7)
    assert.is((await seen({ groMaxSize: 4000 })).gro_max_size, 4000)
    assert.is((await seen({ addressGeneration: 'none' })).inet6_addr_gen_mode, 'none')
    assert.is((await seen({ dormant: true })).linkmode, 'DORMANT')
    assert.is((await seen({ dormant: false })).linkmode, 'DEFAULT')
    assert.ok((await flags({ promiscuous: true, allMulticast: true })).includes('PROMISC'))
    assert.ok((await flags({ arp: false })).includes('NOARP'))
    assert.not((await flags({ multicast: false })).includes('MULTICAST'))
    assert.ok((await flags({ promiscuous: false })).includes('ALLMULTI'))
    assert.not((await flags({ arp: true })).includes('NOARP'))
    assert.is((await seen({ master: 'br0', up: true })).master, 'br0')
    const port = async (options: link.PortOptions): Promise<Shown> => {
      const { linkinfo } = await seen({ port: { kind: 'bridge', options } })
      return (linkinfo as { readonly info_slave_data: Shown }).info_slave_data
    }
    assert.is((await port({ cost: 55, isolated: 1, mode: 1 })).cost, 55)
    const { options } = (shown().linkinfo as { readonly info_slave_data: Shown }) && {
      options: await port({})
    }
    assert.equal([options.isolated, options.hairpin], [true, true])
    const ours = (await connection.link.get('v0')).port as link.PortOptions
    assert.equal([ours.cost, ours.isolated, ours.mode], [55, 1, 1])
    assert.is((await seen({ master: null })).master, undefined)
    await connection.link.set('br0', { options: { kind: 'bridge', options: { ageingTime: 500 } } })
    assert.is((shown('br0').linkinfo as { readonly info_data: Shown }).info_data.ageing_time, 500)
    // Before 6.2 only a link that is down takes another name, and the kernel looks at the name first.
    await connection.link.set('v0', { up: false })
    await connection.link.set('v0', { name: 'w0' })
    await connection.link.set('w0', { name: 'v0' })
  })
)

kernelTest(test, 'ip link set … type bond_slave', [command('ip'), linkKind('bond')], () =>
  withLinks(async connection => {
    await connection.link.add({ kind: 'bond', name: 'bond0', options: { mode: 1, miimon: 100 } })
    await connection.link.set('v0', { master: 'bond0' })
    await connection.link.set('v0', { port: { kind: 'bond', options: { queueId: 3 } } })
    const { linkinfo } = shown()
    assert.is((linkinfo as { readonly info_slave_data: Shown }).info_slave_data.queue_id, 3)
    await connection.link.set('v0', { master: null })
    await connection.link.remove('bond0')
  })
)

kernelTest(
  test,
  'alternative names: ip link shows ours, and any of them finds the link',
  [command('ip')],
  () =>
    withLinks(async connection => {
      const names = ['short', 'a-name-that-is-much-longer-than-an-interface’s']
      await connection.link.addNames('v0', names)
      assert.equal(shown().altnames, names)
      run('ip', 'link', 'property', 'add', 'dev', 'v0', 'altname', 'theirs')
      const { index, alternativeNames } = await connection.link.get('v0')
      assert.equal(alternativeNames, [...names, 'theirs'])
      for (const name of alternativeNames) {
        assert.is((await connection.link.get(name)).index, index)
        await connection.link.set(name, { mtu: 1400 })
      }
      await connection.address.add({ link: names[1] ?? '', address: '10.0.0.1/24' })
      assert.is((await connection.address.list({ link: 'theirs' }))[0]?.address, '10.0.0.1')
      const taken = await connection.link.addNames('br0', ['short']).catch(error => error)
      assert.ok(
        taken instanceof IsolinkError && taken.message.includes('has this name already'),
        String(taken)
      )
      await connection.link.removeNames('v0', ['short', 'theirs'])
      assert.equal(shown().altnames, names.slice(1))
    })
)

kernelTest(test, 'a link moves with a name and an index of its own', [], () =>
  withLinks(async connection => {
    await namespaces.create('far')
    await connection.link.add({ kind: 'veth', name: 'm0', peer: { name: 'm1' } })
    await connection.link.set('m0', { namespace: 'far', name: 'eth0', index: 4711 })
    await using far = open({ namespace: 'far' })
    assert.is((await far.link.get('eth0')).index, 4711)
    const { parent = 0, parentNamespace = -1 } = await connection.link.get('m1')
    const other = await connection.link.get(parent, { namespaceId: parentNamespace })
    assert.equal([other.name, other.index], ['eth0', 4711])
    const taken = await connection.link.set('m1', { namespace: 'far', index: 4711 }).catch(error => error)
    assert.match(taken.message, /EBUSY.*; the index is taken there/)
    assert.match(
      String(await connection.link.get('eth0', { namespaceId: 77 }).catch(error => error.message)),
      /this namespace has no id 77 for another/
    )
    // Its other end goes with it, and not some time after the namespace.
    await connection.link.remove('m1')
    await namespaces.remove('far')
  })
)

test('options that are none are told by where they stand', async () => {
  assert.is(await fault(link.set('eth0', { options: 5 } as never)), 'options')
  for (const options of [null, 5, []]) {
    assert.is(await fault(link.add({ kind: 'bridge', name: 'b0', options } as never)), 'options')
    assert.is(
      await fault(link.set('eth0', { options: { kind: 'bridge', options } } as never)),
      'options.options'
    )
  }
  assert.is(await fault(link.add({ kind: 'veth', name: 'v0', peer: null } as never)), 'peer')
})

kernelTest(test, 'links of a kind that the kernel does not know are none', [], () =>
  withLinks(async connection => {
    const namesOf = async (kind: string): Promise<ReadonlyArray<string>> =>
      (await connection.link.list({ kind })).map(({ name }) => name)
    assert.equal((await namesOf('veth')).toSorted(), ['v0', 'v1'])
    for (const kind of ['wonder', '']) {
      assert.equal(await namesOf(kind), [], kind)
      for await (const { name } of connection.link.stream({ kind })) assert.unreachable(name)
    }
  })
)

kernelTest(test, 'a name or an index that is taken, and what a link cannot do, are told as that', [], () =>
  withLinks(async connection => {
    const told = (work: Promise<unknown>): Promise<string> => work.then(String, error => error.message)
    const { index } = await connection.link.get('br0')
    const bridge = { kind: 'bridge', name: 'b1' } as const
    assert.match(
      await told(connection.link.add({ ...bridge, index })),
      /EEXIST.*; the name or the index is taken/
    )
    assert.match(await told(connection.link.add({ ...bridge, name: 'v0' })), /EEXIST.*; the name is taken/)
    const pair = { kind: 'veth', name: 'w0', peer: { name: 'w1', index } } as const
    assert.match(await told(connection.link.add(pair)), /EBUSY.*; the index of the peer is taken/)
    assert.match(
      await told(connection.link.add({ ...pair, peer: { name: 'v1' } })),
      /EEXIST.*; the name or that of the peer is taken/
    )
    assert.match(await told(connection.link.set('v0', { name: 'v1' })), /EEXIST.*; the name is taken/)
    const noMaster = /EOPNOTSUPP.*; the master takes no links, or none like this one/
    assert.match(await told(connection.link.set('v0', { master: 'v1' })), noMaster)
    assert.match(await told(connection.link.add({ ...bridge, master: 'v1' })), noMaster)
    assert.match(
      await told(connection.link.set('v0', { carrier: false })),
      /EOPNOTSUPP.*; links of this kind, or their driver, cannot do that/
    )
  })
)

kernelTest(test, 'alternative names before one that is refused are given, as is documented', [], () =>
  withLinks(async connection => {
    const names = async (): Promise<ReadonlyArray<string>> =>
      (await connection.link.get('v0')).alternativeNames
    const refused = await connection.link.addNames('v0', ['fresh', 'br0', 'later']).catch(error => error)
    assert.ok(refused instanceof IsolinkError && refused.message.includes('those before it'), String(refused))
    assert.equal(await names(), ['fresh'])
    await connection.link.addNames('v0', ['last'])
    const absent = await connection.link.removeNames('v0', ['fresh', 'absent', 'last']).catch(error => error)
    assert.ok(absent instanceof IsolinkError && absent.message.includes('those before it'), String(absent))
    assert.equal(await names(), ['last'])
  })
)

kernelTest(test, 'a bridge that has all the ports it takes says so', [], async () => {
  await namespaces.create('crowd')
  await using crowd = open({ namespace: 'crowd' })
  await crowd.link.add({ kind: 'bridge', name: 'br0' })
  const pair = (n: number) => ({ kind: 'veth', name: `p${n}`, peer: { name: `q${n}` } }) as const
  const added = await crowd.batch(
    Array.from({ length: 1023 }, (_, n) => link.add({ ...pair(n), master: 'br0' }))
  )
  assert.is(added.filter(({ _tag }) => _tag === 'Left').length, 0)
  const full = /EXFULL.*a bridge takes 1,023 ports$/
  const told = (work: Promise<void>): Promise<string> => work.then(String, error => error.message)
  assert.match(await told(crowd.link.add({ ...pair(1023), master: 'br0' })), full)
  await crowd.link.add(pair(1024))
  assert.match(await told(crowd.link.set('p1024', { master: 'br0' })), full)
  await namespaces.remove('crowd')
})

test.run()
