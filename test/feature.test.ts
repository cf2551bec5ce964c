import { existsSync, readFileSync } from 'node:fs'
import { release } from 'node:os'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { link } from '../src/index'
import { IsolinkError, kernelFeatures, open } from '../src/promises'
import {
  actionKind,
  command,
  filterKind,
  kernelTest,
  linkKind,
  type Missing,
  qdiscKind,
  run
} from './sandbox'

const test = suite('features of the kernel')

/** What tc wants to be told before it asks the kernel. Actions that it wants more for are left out. */
const words: { readonly [kind: string]: string } = {
  choke: 'choke limit 100 bandwidth 1mbit',
  csum: 'csum ip',
  ets: 'ets bands 2',
  gred: 'gred setup DPs 3 default 1',
  gact: 'gact pass',
  red: 'red limit 10000 avpkt 100',
  simple: 'simple sdata said',
  skbedit: 'skbedit mark 1',
  vlan: 'vlan pop'
}

/** They take a card with several queues, and refuse lo by the same errno as a kernel without them refuses all. */
const manyQueues: ReadonlySet<string> = new Set(['mqprio', 'multiq', 'taprio'])

const oracles: { readonly [what: string]: (kind: string) => Missing } = {
  links: linkKind,
  qdiscs: qdiscKind,
  filters: filterKind,
  actions: actionKind
}

const errorOf = (promise: Promise<unknown>): Promise<IsolinkError & { readonly [key: string]: unknown }> =>
  promise.then(
    () => assert.unreachable('it was not refused'),
    error => error
  )

kernelTest(test, 'ip and tc find the same kinds', [command('ip'), command('tc')], async () => {
  const features = await kernelFeatures()
  const kinds = features.flatMap(({ name, present }) => {
    const [, what = '', kind] = name.match(/^(\w+) of kind (\w+)$/) ?? []
    return kind === undefined || manyQueues.has(kind) || (what === 'actions' && words[kind] === undefined)
      ? []
      : [{ name, present, theirs: oracles[what]?.((what !== 'links' && words[kind]) || kind) === undefined }]
  })
  assert.ok(kinds.length > 70)
  assert.equal(
    kinds.filter(({ present, theirs }) => present !== theirs),
    []
  )
})

/** What makes nft ask for an expression, in a table of family inet if no other is named. */
const statements: { readonly [expression: string]: string } = {
  connlimit: 'ct count over 3',
  ct: 'ct state new',
  dup: 'dup to 192.0.2.1',
  fib: 'fib saddr type local',
  fwd: 'fwd to "lo"',
  hash: 'meta mark set jhash ip saddr mod 2 seed 1',
  limit: 'limit rate 1/second',
  log: 'log',
  masq: 'masquerade',
  nat: 'dnat ip to 192.0.2.1',
  notrack: 'notrack',
  numgen: 'meta mark set numgen random mod 2',
  osf: 'osf name "Linux"',
  queue: 'queue num 1',
  quota: 'quota 10 bytes',
  redir: 'meta l4proto tcp redirect to :80',
  reject: 'reject',
  rt: 'rt classid 1',
  socket: 'socket transparent 1',
  synproxy: 'synproxy mss 1460 wscale 7',
  tproxy: 'meta l4proto tcp tproxy ip to 127.0.0.1:80',
  xfrm: 'ipsec in reqid 1'
}

const isTaken = (text: string): boolean => {
  try {
    run('nft', text)
    return true
  } catch {
    return false
  }
}

kernelTest(test, 'nft finds the same expressions', [command('nft')], async () => {
  const found: Array<unknown> = []
  const theirs: Array<unknown> = []
  for (const { name, present } of await kernelFeatures()) {
    const [, expression = '', family = ''] =
      /^nftables expression (\w+) in tables of family (\w+)$/.exec(name) ?? []
    const statement = statements[expression]
    if (statement === undefined) continue
    found.push([name, present])
    run('nft', `add table ${family} probe; add chain ${family} probe c`)
    theirs.push([name, isTaken(`add rule ${family} probe c ${statement}`)])
    run('nft', `delete table ${family} probe`)
  }
  assert.equal(found, theirs)
  assert.is(found.length, Object.keys(statements).length)
})

kernelTest(
  test,
  'an expression that this kernel lacks is said with the rule, others as ever',
  [],
  async () => {
    await using connection = open()
    await connection.nftables.transaction(tx => void tx.table('inet', 't').chain('c'))
    for (const { name, since, module, present } of await kernelFeatures()) {
      const [, expression = ''] = /^nftables expression (\w+) in tables of family inet$/.exec(name) ?? []
      const statement = statements[expression]
      if (statement === undefined || present) continue
      const error = await errorOf(
        connection.nftables.transaction(tx => void tx.table('inet', 't').rule('c', statement))
      )
      assert.equal(
        [error._tag, error.feature, error.since, error.module],
        ['UnsupportedByKernel', name, since, module],
        error.message
      )
      assert.match(error.part as string, `add rule inet t c ${statement.split(' ')[0]}`)
    }
    const nowhere = await errorOf(
      connection.nftables.transaction(tx => void tx.table('inet', 't').rule('none', 'ct state new counter'))
    )
    assert.equal([nowhere._tag, nowhere.code], ['Rejected', 'ENOENT'], nowhere.message)
  }
)

kernelTest(test, 'flowtables: made, or UnsupportedByKernel', [], async () => {
  await using connection = open()
  const features = await kernelFeatures()
  const made = await connection.nftables
    .transaction(tx => void tx.table('inet', 'f').flowtable({ name: 'fast', priority: 0, devices: ['lo'] }))
    .then(
      () => 'made',
      error => error._tag
    )
  const known = features.find(({ name }) => name.startsWith('nftables flowtables'))
  assert.is(made, known?.present ? 'made' : 'UnsupportedByKernel')
})

kernelTest(test, 'a kind that no kernel has is UnsupportedByKernel, by each verb', [], async () => {
  await using connection = open()
  const error = await errorOf(connection.link.add({ kind: 'cat', name: 'c0' } as never))
  assert.ok(error instanceof IsolinkError)
  assert.equal(
    [error._tag, error.operation, error.feature, error.code, error.message],
    [
      'UnsupportedByKernel',
      'link.add',
      'links of kind cat',
      'EOPNOTSUPP',
      'link.add: this kernel has no links of kind cat (EOPNOTSUPP)'
    ]
  )
  const qdisc = await errorOf(connection.qdisc.add({ link: 'lo', kind: 'cat' }))
  assert.equal(
    [qdisc._tag, qdisc.feature, qdisc.code],
    ['UnsupportedByKernel', 'qdiscs of kind cat', 'ENOENT']
  )
})

kernelTest(test, 'what this kernel lacks is said with the version and the module', [], async () => {
  await using connection = open()
  for (const { name, since, module, present } of await kernelFeatures()) {
    const kind = /^links of kind (.*)$/.exec(name)?.[1]
    if (kind === undefined || present) continue
    const error = await errorOf(connection.link.add({ kind, name: 'l0', parent: 'lo' } as never))
    assert.equal(
      [error._tag, error.since, error.module],
      ['UnsupportedByKernel', since, module],
      error.message
    )
  }
})

kernelTest(test, 'the same errno for another reason stays Rejected', [], async () => {
  await using connection = open()
  const place = await errorOf(connection.qdisc.add({ link: 'lo', kind: 'tbf', parent: '7:7' } as never))
  assert.equal([place._tag, place.code], ['Rejected', 'ENOENT'], place.message)
  const vlan = await errorOf(connection.link.vlan.add({ link: 'lo', id: 5 }))
  const filtering = (await kernelFeatures()).find(({ name }) => name === 'VLAN filtering of bridges')
  assert.is(vlan._tag, filtering?.present === true ? 'Rejected' : 'UnsupportedByKernel', vlan.message)
})

kernelTest(test, 'with others in a batch, each gets its own answer', [], async () => {
  await using connection = open()
  const results = await connection.batch([
    link.add({ kind: 'bridge', name: 'b0' }),
    link.add({ kind: 'cat', name: 'c0' } as never),
    link.get('b0')
  ])
  assert.equal(
    results.map(result => (result._tag === 'Left' ? result.left._tag : result._tag)),
    ['Right', 'UnsupportedByKernel', 'Right']
  )
  await connection.link.remove('b0')
})

kernelTest(test, 'what a link is set to, and this kernel lacks', [], async () => {
  const features = await kernelFeatures()
  await using connection = open()
  await connection.link.add({ kind: 'bridge', name: 'b1' })
  const filtering = features.find(({ name }) => name === 'VLAN filtering of bridges')
  for (const vlanFiltering of [1, 0]) {
    const change = connection.link.set('b1', { options: { kind: 'bridge', options: { vlanFiltering } } })
    if (filtering?.present === true) await change
    else {
      const error = await errorOf(change)
      assert.equal([error._tag, error.feature], ['UnsupportedByKernel', filtering?.name], error.message)
    }
  }
  // A kind that this kernel has is not that of this link.
  const other = await errorOf(connection.link.set('b1', { options: { kind: 'veth', options: {} } }))
  assert.equal([other._tag, other.code], ['Rejected', 'EOPNOTSUPP'], other.message)
  await connection.link.remove('b1')
})

kernelTest(test, 'routes and nexthops that wrap packets as this kernel cannot', [], async () => {
  await using connection = open()
  let tried = 0
  for (const { name, since, module, option, present } of await kernelFeatures()) {
    const kind = /^routes with encap (\w+)$/.exec(name)?.[1]
    if (kind === undefined) continue
    tried++
    // No link has index 77: a kernel that has the kind says that.
    const to = { link: 77, encap: { kind, options: {} } as never }
    for (const ask of [
      () => connection.route.add({ destination: 'fd00:7::/64', ...to }),
      () => connection.route.replace({ destination: '10.7.0.0/16', ...to }),
      () => connection.nexthop.add({ id: 7, family: 'ipv6', ...to })
    ]) {
      const error = await errorOf(ask())
      if (present) assert.is(error._tag, 'Rejected', error.message)
      else
        assert.equal(
          [error._tag, error.feature, error.since, error.module, error.option],
          ['UnsupportedByKernel', name, since, module, option],
          error.message
        )
    }
  }
  assert.is(tried, 10)
})

kernelTest(test, 'connections of bridges: followed, or UnsupportedByKernel', [], async () => {
  const known = (await kernelFeatures()).find(({ name }) => name === 'connection tracking of bridges')
  await using connection = open()
  for (const [rule, part] of [
    ['ct state new counter', 'add rule bridge b c ct state new counter'],
    ['ct count over 3', 'add rule bridge b c ct count over 3']
  ] as const) {
    const made = connection.nftables.transaction(
      tx => void tx.table('bridge', 'b').chain('c').rule('c', rule)
    )
    if (known?.present === true) {
      await made
      continue
    }
    const error = await errorOf(made)
    assert.equal(
      [error._tag, error.feature, error.part, error.code, error.since, error.module],
      ['UnsupportedByKernel', known?.name, part, 'EPROTO', '5.3', 'nf_conntrack_bridge'],
      error.message
    )
  }
  const nowhere = await errorOf(
    connection.nftables.transaction(tx => void tx.table('netdev', 'n').chain('c').rule('c', 'ct state new'))
  )
  assert.equal([nowhere._tag, nowhere.code], ['Rejected', 'EPROTO'])
  assert.match(nowhere.message, 'inet, ip, ip6 and bridge')
})

kernelTest(test, 'what no kernel has in tables of a family is in no module', [], async () => {
  await using connection = open()
  const error = await errorOf(
    connection.nftables.transaction(tx => void tx.table('bridge', 'b').chain('c').rule('c', 'masquerade'))
  )
  assert.equal(
    [error._tag, error.feature, error.since, error.module, error.hint],
    [
      'UnsupportedByKernel',
      'nftables expression masq in tables of family bridge',
      undefined,
      undefined,
      'tables of family inet, ip, ip6 can have it'
    ],
    error.message
  )
})

kernelTest(test, 'since when, family by family', [], async () => {
  const features = await kernelFeatures()
  const sinceOf = (name: string): string | undefined => features.find(each => each.name === name)?.since
  const expected: { readonly [expression: string]: string } = {
    ct: '3.14',
    masq: '5.2',
    nat: '5.2',
    redir: '5.2',
    reject: '3.14',
    rt: '4.10'
  }
  for (const [expression, since] of Object.entries(expected))
    assert.is(sinceOf(`nftables expression ${expression} in tables of family inet`), since, expression)
})

/** A bridge can be built without filtering VLANs, and ila is there when somebody has loaded it. */
const more: ReadonlySet<string> = new Set(['VLAN filtering of bridges', 'routes with encap ila'])

/** The names of the modules that this kernel has, in files or in itself. */
const modules = (): ReadonlySet<string> => {
  const folder = `/lib/modules/${release()}`
  const lines = ['modules.dep', 'modules.builtin']
    .map(name => `${folder}/${name}`)
    .filter(path => existsSync(path))
    .flatMap(path => readFileSync(path, 'utf8').split('\n'))
  return new Set(lines.flatMap(line => /([^/:]+)\.ko/.exec(line)?.[1]?.replaceAll('-', '_') ?? []))
}

kernelTest(
  test,
  'what has a module that is there is there',
  [modules().size === 0 ? 'the kernel has no modules' : undefined],
  async () => {
    const there = modules()
    const features = await kernelFeatures()
    const lacking = features.filter(
      ({ name, module, present }) =>
        module !== undefined && !more.has(name) && there.has(module.replaceAll('-', '_')) && !present
    )
    assert.equal(
      lacking.map(({ name }) => name),
      []
    )
    for (const { name, module = '' } of features)
      if (name.startsWith('nftables ')) assert.ok(module === '' || there.has(module), `${name}: ${module}`)
  }
)

test.run()
