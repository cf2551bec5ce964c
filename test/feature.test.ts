import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { link } from '../src/index'
import { IsolinkError, kernelFeatures, open } from '../src/promises'
import { actionKind, command, filterKind, kernelTest, linkKind, type Missing, qdiscKind } from './sandbox'

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
