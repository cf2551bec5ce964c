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
  gact: 'gact pass',
  red: 'red limit 10000 avpkt 100',
  simple: 'simple sdata said',
  skbedit: 'skbedit mark 1',
  vlan: 'vlan pop'
}

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
    // mqprio takes a card with several queues, and refuses lo by the same errno as a kernel without it refuses all.
    return kind === undefined || kind === 'mqprio' || (what === 'actions' && words[kind] === undefined)
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

test.run()
