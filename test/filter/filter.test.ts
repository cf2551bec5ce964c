import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { littleEndian } from '../../protocol'
import { NLM_F } from '../../protocol/netlink/header'
import * as trafficClass from '../../src/class'
import * as filter from '../../src/filter'
import { type Connection, IsolinkError, namespaces, open } from '../../src/promises'
import { htb as htbQdisc } from '../../src/qdisc'
import { fault, sent } from '../request'
import { actionKind, command, filterKind, kernelTest, type Missing, run } from '../sandbox'

const test = suite('filter')

const info = (priority: number, protocol: number): number =>
  priority * 0x10000 + (littleEndian ? ((protocol & 0xff) << 8) | (protocol >> 8) : protocol)

test('tc filter add dev eth0 ingress protocol ip prio 5 flower ip_proto tcp action mirred egress redirect dev eth1', async () => {
  const { header, attributes, ...message } = await sent(
    filter.add({
      link: 'eth0',
      parent: 'ingress',
      protocol: 'ip',
      priority: 5,
      kind: 'flower',
      options: { keyEthType: 0x0800, keyIpProto: 6 },
      actions: [filter.redirect('eth1')]
    })
  )
  assert.equal(message, { type: 'RTM_NEWTFILTER', flags: NLM_F.CREATE | NLM_F.EXCL })
  assert.equal(header, { family: 0, ifindex: 5, handle: 0, parent: 0xfffffff2, info: info(5, 0x0800) })
  const parms = { index: 0, capab: 0, action: 4, refcnt: 0, bindcnt: 0, eaction: 1, ifindex: 6 }
  assert.equal(attributes, {
    kind: 'flower',
    options: { act: [{ kind: 'mirred', options: { parms } }], keyEthType: 0x0800, keyIpProto: 6 }
  })
})

test('tc filter replace dev eth0 parent 1: protocol all prio 1 matchall classid 1:10', async () => {
  const { flags, header, attributes } = await sent(
    filter.replace({ link: 'eth0', parent: '1:', priority: 1, kind: 'matchall', class: '1:10' })
  )
  assert.equal([flags, header.parent, header.info], [NLM_F.CREATE, 0x10000, info(1, 3)])
  assert.equal(attributes, { kind: 'matchall', options: { classid: 0x10010 } })
})

test('tc filter add block 7 chain 3 prio 1 handle 9 fw action drop', async () => {
  const { header, attributes } = await sent(
    filter.add({ block: 7, chain: 3, priority: 1, handle: 9, kind: 'fw', actions: [filter.drop()] })
  )
  assert.equal([header.ifindex, header.parent, header.handle, attributes.chain], [-1, 7, 9, 3])
})

test('tc filter delete dev eth0 ingress: all of a site, or of a priority', async () => {
  const all = await sent(filter.flush({ link: 'eth0', parent: 'ingress' }))
  assert.equal([all.type, all.header.info, all.header.handle], ['RTM_DELTFILTER', 0, 0])
  assert.is((await sent(filter.flush({ link: 'eth0', priority: 5 }))).header.info, info(5, 3))
})

test('what is wrong is named before anything is sent', async () => {
  const given = { link: 'eth0', parent: 'ingress', kind: 'matchall' } as const
  assert.is(await fault(filter.add({ ...given, priority: 0 })), 'priority')
  assert.is(await fault(filter.add({ ...given, priority: 70_000 })), 'priority')
  assert.is(await fault(filter.add({ ...given, protocol: 'ipx' as never })), 'protocol')
  assert.is(await fault(filter.add({ ...given, class: '110' as never })), 'class')
  assert.is(await fault(filter.add({ ...given, parent: 'top' as never })), 'parent')
  assert.is(await fault(filter.add({ ...given, actions: [filter.mirror('nope')] })), 'actions.0.link')
  assert.is(
    await fault(filter.add({ ...given, kind: 'flower', options: { keyIpProto: 256 } })),
    'options.keyIpProto'
  )
  for (const priority of [Number.NaN, 1.5, -1])
    assert.is(await fault(filter.add({ ...given, priority })), 'priority')
  assert.is(await fault(filter.add({ ...given, protocol: 2048.5 })), 'protocol')
  for (const value of [
    Number.NaN,
    Number.POSITIVE_INFINITY,
    -1,
    '8'
  ] as ReadonlyArray<unknown> as ReadonlyArray<never>)
    for (const [field, action] of [
      ['chain', filter.goto(value)],
      ['rate', filter.police({ rate: value, burst: 1600 })],
      ['burst', filter.police({ rate: 8e6, burst: value })],
      ['mtu', filter.police({ rate: 8e6, burst: 1600, mtu: value })],
      ['id', filter.pushVlan({ id: value })],
      ['priority', filter.pushVlan({ id: 1, priority: value })],
      ['protocol', filter.pushVlan({ id: 1, protocol: value })],
      ['mark', filter.edit({ mark: value })],
      ['markMask', filter.edit({ markMask: value })],
      ['priority', filter.edit({ priority: value })],
      ['queue', filter.edit({ queue: value })]
    ] as const)
      assert.is(
        await fault(filter.add({ ...given, actions: [filter.pass(), action] })),
        `actions.1.${field}`,
        `${field} ${value}`
      )
  assert.is(
    await fault(filter.add({ ...given, actions: [filter.police({ rate: 0, burst: 1 })] })),
    'actions.0.rate'
  )
  assert.is(await fault(filter.flush({ link: 'eth0', protocol: 'ip' })), 'protocol')
})

test('a key that there is not is named before anything is sent', async () => {
  const site = { link: 'eth0', parent: 'ingress' } as const
  const given = { ...site, kind: 'matchall', priority: 5, handle: 1, chian: 3 }
  const { add, set, replace, get, remove, list, flush } = filter
  for (const verb of [add, set, replace, get, remove]) assert.is(await fault(verb(given)), 'chian')
  for (const verb of [list, flush]) assert.is(await fault(verb({ ...site, chian: 3 } as never)), 'chian')
  assert.is(await fault(flush({ ...site, priority: 5, handle: 1 } as never)), 'handle', 'all would go')
})

const withLinks = async (use: (connection: Connection) => Promise<void>): Promise<void> => {
  await using connection = open()
  await connection.link.add({ kind: 'veth', name: 'v0', up: true, peer: { name: 'v1' } })
  await connection.link.add({ kind: 'veth', name: 'w0', up: true, peer: { name: 'w1' } })
  await connection.qdisc.add({ link: 'v0', handle: '1:', ...htbQdisc() })
  await connection.class.add({ link: 'v0', handle: '1:10', ...trafficClass.htb({ rate: 1e6 }) })
  await connection.qdisc.add({ link: 'v0', kind: 'clsact' })
  try {
    await use(connection)
  } finally {
    await connection.link.remove('v0')
    await connection.link.remove('w0')
  }
}

/** A selector of u32 that every packet meets. */
const everything = {
  ...{ flags: 1, offshift: 0, nkeys: 1, offmask: 0, off: 0, offoff: 0, hoff: 0, hmask: 0 },
  keys: [{ mask: 0, val: 0, off: 0, offmask: 0 }]
}

/** The same filter in our words and in those of tc. */
const given: ReadonlyArray<readonly [filter.NewFilter, string]> = [
  [
    { link: 'v0', parent: 'ingress', priority: 1, kind: 'matchall', actions: [filter.mirror('w0')] },
    'ingress prio 1 protocol all matchall action mirred egress mirror dev w0'
  ],
  [
    {
      link: 'v0',
      parent: 'egress',
      protocol: 'ip',
      priority: 2,
      kind: 'flower',
      options: {
        keyEthType: 0x0800,
        keyIpProto: 6,
        keyIpv4Dst: '10.0.0.0',
        keyIpv4DstMask: '255.0.0.0',
        keyTcpDst: 80,
        keyTcpDstMask: 0xffff
      },
      actions: [filter.edit({ mark: 5 }), filter.drop()]
    },
    'egress prio 2 protocol ip flower ip_proto tcp dst_ip 10.0.0.0/8 dst_port 80 action skbedit mark 5 pipe action drop'
  ],
  [
    {
      link: 'v0',
      parent: '1:',
      protocol: 'ip',
      priority: 3,
      kind: 'u32',
      class: '1:10',
      options: {
        sel: {
          flags: 1,
          offshift: 0,
          nkeys: 1,
          offmask: 0,
          off: 0,
          offoff: 0,
          hoff: 0,
          hmask: 0,
          keys: [{ mask: 0xffffffff, val: 0x0a000001, off: 16, offmask: 0 }]
        }
      }
    },
    'parent 1: prio 3 protocol ip u32 match ip dst 10.0.0.1 flowid 1:10'
  ],
  [
    {
      link: 'v0',
      parent: 'ingress',
      priority: 7,
      kind: 'u32',
      options: { sel: everything },
      actions: [filter.mirror('w0')]
    },
    'ingress prio 7 protocol all u32 match u32 0 0 action mirred egress mirror dev w0'
  ],
  [
    { link: 'v0', parent: '1:', protocol: 'ip', priority: 4, handle: 7, kind: 'fw', class: '1:10' },
    'parent 1: prio 4 protocol ip handle 7 fw flowid 1:10'
  ],
  [
    {
      link: 'v0',
      parent: 'ingress',
      priority: 5,
      kind: 'matchall',
      actions: [filter.police({ rate: 8e6, burst: 10_000 }), filter.pass()]
    },
    'ingress prio 5 protocol all matchall action police rate 8mbit burst 10000 conform-exceed drop/pass action pass'
  ],
  [
    {
      link: 'v0',
      parent: 'ingress',
      chain: 4,
      priority: 6,
      protocol: 'ip',
      kind: 'matchall',
      actions: [filter.pushVlan({ id: 9, priority: 3 }), filter.popVlan(), filter.goto(5)]
    },
    'ingress chain 4 prio 6 protocol ip matchall action vlan push id 9 priority 3 pipe action vlan pop pipe action goto chain 5'
  ]
]

const shownAt = (...site: ReadonlyArray<string>): string =>
  run('tc', 'filter', 'show', 'dev', 'v0', ...site)
    // Actions are counted up while the kernel runs.
    .replace(/index \d+/g, 'index')

const shown = (): ReadonlyArray<string> =>
  [['ingress'], ['egress'], ['parent', '1:']].map(site => shownAt(...site))

/** What a kind of action needs at least. */
const actions: { readonly [kind: string]: string } = {
  gact: 'drop',
  mirred: 'mirred egress mirror dev lo',
  police: 'police rate 1mbit burst 10000',
  skbedit: 'skbedit mark 1',
  vlan: 'vlan pop'
}

const site = (one: filter.NewFilter) => ({ link: 'v0', parent: one.parent ?? 'ingress' }) as const

for (const [ours, words] of given) {
  const kinds = (ours.actions ?? []).map(({ kind = '' }) => actions[kind] ?? kind)
  const needs = [command('tc'), filterKind(ours.kind), ...kinds.map(actionKind)]
  const at = site(ours)

  kernelTest(test, `tc filter add dev v0 ${words} is ours`, needs, () =>
    withLinks(async connection => {
      run('tc', 'filter', 'add', 'dev', 'v0', ...words.split(' '))
      const theirs = shown()
      await connection.filter.flush({ ...at, chain: ours.chain })
      assert.equal(shown(), ['', '', ''])
      await connection.filter.add(ours)
      assert.equal(shown(), theirs)
    })
  )

  kernelTest(test, `${words} is listed, and can be removed, got and added again`, needs, () =>
    withLinks(async connection => {
      run('tc', 'filter', 'add', 'dev', 'v0', ...words.split(' '))
      const listed = await connection.filter.list({ ...at, priority: Number(ours.priority) })
      const [one] = listed.filter(({ kind, options }) => kind !== 'u32' || (options && 'sel' in options))
      assert.ok(one !== undefined)
      assert.equal(
        [one.parent, one.chain, one.priority, one.protocol, one.kind, one.class],
        [ours.parent, ours.chain ?? 0, ours.priority, ours.protocol ?? 'all', ours.kind, ours.class]
      )
      assert.equal(
        (one.actions ?? []).map(({ kind }) => kind),
        (ours.actions ?? []).map(({ kind }) => kind)
      )
      const { chain, priority, protocol, handle, kind } = one
      const key = { ...at, chain, priority, protocol, handle, kind }
      assert.equal((await connection.filter.get(key)).options, one.options)
      await connection.filter.remove(key)
      const gone = await connection.filter.get(key).catch(error => error)
      assert.ok(gone instanceof IsolinkError)
      await connection.filter.add(one as filter.NewFilter)
      const twice = await connection.filter.get(key)
      assert.equal(
        (twice.actions ?? []).map(({ kind: each }) => each),
        (one.actions ?? []).map(({ kind: each }) => each)
      )
    })
  )
}

kernelTest(test, 'a program of bpf is listed, and can be added again', [filterKind('bpf')], () =>
  withLinks(async connection => {
    const site = ['filter', 'add', 'dev', 'v0', 'parent', '1:', 'protocol', 'ip', 'prio', '13']
    run('tc', ...site, 'bpf', 'bytecode', '1,6 0 0 4294967295,', 'classid', '1:10')
    const theirs = shown()
    const [one] = (await connection.filter.list({ link: 'v0', parent: '1:' })).filter(
      ({ handle }) => handle !== 0
    )
    assert.ok(one)
    await connection.filter.flush({ link: 'v0', parent: '1:' })
    assert.equal(shown(), ['', '', ''])
    await connection.filter.add(one as filter.NewFilter)
    assert.equal(shown(), theirs)
  })
)

kernelTest(test, 'a filter is changed, and replaced, by its handle', [filterKind('fw')], () =>
  withLinks(async connection => {
    const mark = { link: 'v0', parent: '1:', protocol: 'ip', priority: 4, handle: 7, kind: 'fw' } as const
    const absent = await connection.filter.set({ ...mark, class: '1:10' }).catch(error => error)
    assert.ok(absent instanceof IsolinkError && absent.message.includes('replace makes it'), String(absent))
    await connection.filter.replace({ ...mark, class: '1:10' })
    await connection.class.add({ link: 'v0', handle: '1:11', ...trafficClass.htb({ rate: 1e6 }) })
    await connection.filter.set({ ...mark, class: '1:11' })
    assert.is((await connection.filter.get(mark)).class, '1:11')
    await connection.filter.replace({ ...mark, class: '1:10' })
    assert.is((await connection.filter.get(mark)).class, '1:10')
  })
)

kernelTest(
  test,
  'a block of filters shared by two links',
  [command('tc'), filterKind('u32'), actionKind(actions.mirred ?? '')],
  () =>
    withLinks(async connection => {
      await connection.qdisc.remove({ link: 'v0', parent: 'ingress' })
      for (const link of ['v0', 'w0']) await connection.qdisc.add({ link, kind: 'clsact', ingressBlock: 9 })
      await connection.filter.add({
        block: 9,
        priority: 1,
        kind: 'u32',
        options: { sel: everything },
        actions: [filter.mirror('v1')]
      })
      const listed = await connection.filter.list({ block: 9 })
      assert.ok(listed.length > 0)
      for (const { block, link, kind } of listed) assert.equal([block, link, kind], [9, undefined, 'u32'])
      assert.match(run('tc', 'filter', 'show', 'block', '9'), /u32/)
      assert.equal(
        (await connection.qdisc.list({ link: 'w0' })).map(({ ingressBlock }) => ingressBlock),
        [undefined, 9].slice(-(await connection.qdisc.list({ link: 'w0' })).length)
      )
    })
)

const toFar = { link: 'v0', parent: 'egress', protocol: 'ip' } as const
const to3 = { keyEthType: 0x0800, keyIpv4Dst: '10.0.0.3', keyIpv4DstMask: '255.255.255.255' }

/** What keeps packets to 10.0.0.3, and no others, from it, in the ways of flower and of u32. */
const selective: ReadonlyArray<readonly [what: string, needs: ReadonlyArray<Missing>, filter.NewFilter]> = [
  [
    'flower drops',
    [filterKind('flower'), actionKind('drop')],
    { ...toFar, kind: 'flower', options: to3, actions: [filter.drop()] }
  ],
  [
    'u32 redirects',
    [filterKind('u32'), actionKind(actions.mirred ?? '')],
    {
      ...toFar,
      kind: 'u32',
      options: { sel: { ...everything, keys: [{ mask: 0xffffffff, val: 0x0a000003, off: 16, offmask: 0 }] } },
      actions: [filter.redirect('w0')]
    }
  ]
]

for (const [what, needs, selected] of selective)
  kernelTest(test, `${what} what it is for, and nothing else`, needs, async () => {
    await namespaces.create('far')
    await using here = open()
    await using there = open({ namespace: 'far' })
    try {
      await here.link.add({ kind: 'veth', name: 'w0', up: true, peer: { name: 'w1', namespace: 'far' } })
      await here.link.add({ kind: 'veth', name: 'v0', up: true, peer: { name: 'v1', namespace: 'far' } })
      await there.link.set('v1', { up: true })
      await there.link.set('w1', { up: true })
      await here.address.add({ link: 'v0', address: '10.0.0.1/24' })
      for (const address of ['10.0.0.2/24', '10.0.0.3/24']) await there.address.add({ link: 'v1', address })
      await here.qdisc.add({ link: 'v0', kind: 'clsact' })
      await here.filter.add(selected)
      const answers = async (address: string): Promise<number> =>
        (await namespaces.ping({ pid: process.pid }, address)).received
      assert.equal([await answers('10.0.0.2'), await answers('10.0.0.3')], [1, 0])
      const one = (await here.filter.list({ link: 'v0', parent: 'egress' })).at(-1)
      assert.is(one?.actions?.[0]?.stats?.basic?.packets, 1)
    } finally {
      await here.link.remove('v0')
      await here.link.remove('w0')
      await namespaces.remove('far')
    }
  })

test.run()
