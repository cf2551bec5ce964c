import * as E from 'fp-ts/Either'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { NLM_F } from '../../protocol/netlink/header'
import * as trafficClass from '../../src/class'
import * as filter from '../../src/filter'
import { type Connection, IsolinkError, namespaces, open } from '../../src/promises'
import * as qdisc from '../../src/qdisc'
import type { Request } from '../../src/socket/request'
import { fault, known, sent } from '../request'
import { command, kernelTest, qdiscKind, run } from '../sandbox'

const test = suite('qdisc')

test('tc qdisc add dev eth0 root handle 1: fq_codel target 5ms', async () => {
  assert.equal(
    await sent(qdisc.add({ link: 'eth0', handle: '1:', kind: 'fq_codel', options: { target: 5000 } })),
    {
      type: 'RTM_NEWQDISC',
      flags: NLM_F.CREATE | NLM_F.EXCL,
      header: { family: 0, ifindex: 5, handle: 0x10000, parent: 0xffffffff, info: 0 },
      attributes: { kind: 'fq_codel', options: { target: 5000 } }
    }
  )
})

test('tc qdisc add dev eth0 clsact: filters have a place of their own', async () => {
  const { header, attributes } = await sent(qdisc.add({ link: 'eth0', kind: 'clsact' }))
  assert.equal([header.parent, header.handle, attributes], [0xfffffff1, 0xffff0000, { kind: 'clsact' }])
})

test('tc qdisc replace dev eth0 parent 1:10 pfifo limit 5', async () => {
  const { flags, header, attributes } = await sent(
    qdisc.replace({ link: 'eth0', parent: '1:10', kind: 'pfifo', options: { limit: 5 } })
  )
  assert.equal(
    [flags, header.parent, attributes],
    [NLM_F.CREATE | NLM_F.REPLACE, 0x10010, { kind: 'pfifo', options: { limit: 5 } }]
  )
})

test('tc qdisc delete dev eth0 root', async () => {
  const { type, header } = await sent(qdisc.remove({ link: 'eth0' }))
  assert.equal([type, header.ifindex, header.parent], ['RTM_DELQDISC', 5, 0xffffffff])
})

test('what is wrong is named before anything is sent', async () => {
  assert.is(await fault(qdisc.add({ link: 'nope', kind: 'pfifo' })), 'link')
  assert.is(await fault(qdisc.add({ link: 'eth0', kind: 'htb', handle: '1:1' })), 'handle')
  assert.is(await fault(qdisc.add({ link: 'eth0', kind: 'htb', parent: 'top' as never })), 'parent')
  assert.is(await fault(qdisc.add({ link: 'eth0', kind: 'pfifo', options: { limit: -1 } })), 'options.limit')
  assert.is(
    await fault(qdisc.add({ link: 'eth0', kind: 'fq_codel', options: { goal: 1 } as never })),
    'options.goal'
  )
})

test('a key that there is not is named before anything is sent', async () => {
  const given = { link: 'eth0', kind: 'pfifo', handel: '1:' }
  const { add, set, replace, get, remove, list } = qdisc
  for (const verb of [add, set, replace, get, remove]) assert.is(await fault(verb(given)), 'handel')
  assert.is(await fault(list({ lnik: 'eth0' } as never)), 'lnik')
})

test('a number that cannot be is named as its builder calls it, before anything is sent', async () => {
  const netem: ReadonlyArray<[keyof qdisc.Netem, unknown]> = [
    ...[Number.NaN, Number.POSITIVE_INFINITY, -1, '5', null].flatMap(
      each =>
        [
          ['delay', each],
          ['jitter', each],
          ['loss', each],
          ['duplicate', each],
          ['corrupt', each],
          ['reorder', each],
          ['delayCorrelation', each],
          ['lossCorrelation', each],
          ['duplicateCorrelation', each],
          ['corruptCorrelation', each],
          ['reorderCorrelation', each],
          ['gap', each],
          ['rate', each],
          ['limit', each]
        ] as ReadonlyArray<[keyof qdisc.Netem, unknown]>
    ),
    ['rate', 0],
    ['loss', 50],
    ['limit', 1.5]
  ]
  for (const [field, value] of netem)
    assert.is(
      await fault(qdisc.add({ link: 'eth0', ...qdisc.netem({ [field]: value }) })),
      field,
      `${field} ${value}`
    )
  const tbf = { rate: 8e6, burst: 16_000 }
  for (const [field, value] of [
    ...['rate', 'burst', 'latency', 'limit', 'peakRate', 'peakBurst'].flatMap(each =>
      [Number.NaN, Number.POSITIVE_INFINITY, -1].map(value => [each, value] as const)
    ),
    ['rate', 0],
    ['rate', 7],
    ['peakRate', 0],
    ['rate', undefined],
    ['burst', undefined]
  ] as const)
    assert.is(
      await fault(qdisc.replace({ link: 'eth0', ...qdisc.tbf({ ...tbf, [field]: value }) })),
      field,
      `${field} ${value}`
    )
  for (const field of ['defaultClass', 'rateToQuantum', 'directQueueLength'])
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, -1, 0.5])
      assert.is(await fault(qdisc.set({ link: 'eth0', ...qdisc.htb({ [field]: value }) })), field)
})

test('a share is said to be one', async () => {
  const refused = qdisc.add({ link: 'eth0', ...qdisc.netem({ loss: 50 }) }).messages(known)
  assert.is(E.isLeft(refused) && refused.left.message, 'qdisc.add: loss 50 is no share, which is from 0 to 1')
})

test('what makes options knows what there is, and says so to the verb', async () => {
  const said = (request: Request<unknown>): string => {
    const made = request.messages(known)
    return E.isLeft(made) ? made.left.message : 'made'
  }
  assert.is(
    said(qdisc.add({ link: 'eth0', ...qdisc.netem({ dealy: 50 } as never) })),
    'qdisc.add: dealy is no field: did you mean delay?'
  )
  assert.is(
    said(qdisc.add({ link: 'eth0', ...qdisc.htb({ defaultclass: 1 } as never) })),
    'qdisc.add: defaultclass is no field: did you mean defaultClass?'
  )
  assert.match(
    said(
      trafficClass.add({
        link: 'eth0',
        handle: '1:1',
        ...trafficClass.htb({ rate: 1e6, ciel: 2e6 } as never)
      })
    ),
    /^class\.add: ciel is no field/
  )
  const police = filter.police({ rate: 1e6, burst: 1000, exeed: 'pass' } as never)
  assert.match(
    said(
      filter.add({
        link: 'eth0',
        parent: 'ingress',
        protocol: 'ip',
        kind: 'u32',
        actions: [police]
      } as never)
    ),
    /exeed is no field: did you mean exceed\?/
  )
  const all = { delay: 1, distribution: 'normal', ecn: true, seed: 1n } as const
  assert.is(said(qdisc.add({ link: 'eth0', ...qdisc.netem(all) })), 'made')
})

const withLink = async (use: (connection: Connection, link: number) => Promise<void>): Promise<void> => {
  await using connection = open()
  // Without addresses of IPv6 nothing is sent but what a test sends.
  await connection.link.add({ kind: 'veth', name: 'v0', peer: { name: 'v1' } })
  await connection.link.set('v0', { addressGeneration: 'none', up: true })
  await connection.link.set('v1', { addressGeneration: 'none', up: true })
  try {
    await use(connection, (await connection.link.get('v0')).index)
  } finally {
    await connection.link.remove('v0')
  }
}

interface Theirs {
  readonly kind: string
  readonly handle: string
  readonly options: { readonly [key: string]: unknown }
  readonly [key: string]: unknown
}

const theirs = (): ReadonlyArray<Theirs> => JSON.parse(run('tc', '-j', 'qdisc', 'show', 'dev', 'v0'))

/** The same qdisc in our words and in those of tc. */
const given: ReadonlyArray<readonly [Omit<qdisc.NewQdisc, 'link'>, ReadonlyArray<string>]> = [
  [{ kind: 'pfifo', options: { limit: 77 } }, ['pfifo', 'limit', '77']],
  [{ kind: 'bfifo', options: { limit: 7700 } }, ['bfifo', 'limit', '7700']],
  [
    { kind: 'fq_codel', options: { target: 6000, limit: 500, flows: 64, ecn: 0 } },
    ['fq_codel', 'target', '6ms', 'limit', '500', 'flows', '64', 'noecn']
  ],
  [{ kind: 'fq', options: { plimit: 99, quantum: 3000 } }, ['fq', 'limit', '99', 'quantum', '3000']],
  [
    { kind: 'prio', options: { bands: 3, priomap: [1, 2, 2, 2, 1, 2, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1] } },
    ['prio']
  ],
  [{ kind: 'sfq', options: { v0: { perturbPeriod: 10 } } }, ['sfq', 'perturb', '10']],
  [qdisc.htb({ defaultClass: 0x30, rateToQuantum: 5 }), ['htb', 'default', '30', 'r2q', '5']],
  [
    qdisc.tbf({ rate: 8e6, burst: 16_000, latency: 100 }),
    ['tbf', 'rate', '8mbit', 'burst', '16000', 'latency', '100ms']
  ],
  [
    qdisc.tbf({ rate: 80e9, burst: 1.6e6, limit: 5e6, peakRate: 90e9, peakBurst: 180_000 }),
    ['tbf', 'rate', '80gbit', 'burst', '1600000', 'limit', '5000000', 'peakrate', '90gbit', 'mtu', '180000']
  ],
  [
    qdisc.netem({ delay: 50, jitter: 5, delayCorrelation: 0.25, loss: 0.01 }),
    ['netem', 'delay', '50ms', '5ms', '25%', 'loss', '1%']
  ],
  [
    qdisc.netem({
      delay: 10,
      reorder: 0.25,
      reorderCorrelation: 0.5,
      duplicate: 0.5,
      corrupt: 0.001,
      rate: 1e6
    }),
    [
      ...['netem', 'delay', '10ms', 'reorder', '25%', '50%', 'duplicate', '50%'],
      ...['corrupt', '0.1%', 'rate', '1mbit']
    ]
  ]
]

/** Without what is counted up: the kernel sends a packet of its own now and then. */
const comparable = ({ handle: _, refcnt: __, options, ...rest }: Theirs): object => ({
  ...rest,
  options: { ...options, direct_packets_stat: 0 }
})

/** The kernel rounds the times of CoDel down each time that they are set, and keeps SFQ to 127 flows. */
const rounded = (options: unknown): unknown => {
  if (typeof options !== 'object' || options === null) return options
  return Object.fromEntries(
    Object.entries(options).map(([name, value]) => [
      name,
      name === 'target' || name === 'interval'
        ? Math.round(value / 10) * 10
        : name === 'flows'
          ? Math.min(value, 127)
          : rounded(value)
    ])
  )
}

for (const [ours, words] of given) {
  const needs = [command('tc'), qdiscKind(ours.kind)]

  kernelTest(test, `tc qdisc add ${words.join(' ')} is ours to the last option`, needs, () =>
    withLink(async connection => {
      run('tc', 'qdisc', 'add', 'dev', 'v0', 'root', 'handle', '1:', ...words)
      const [made, shown] = [await connection.qdisc.get({ link: 'v0' }), theirs()]
      await connection.qdisc.remove({ link: 'v0' })
      await connection.qdisc.add({ link: 'v0', handle: '1:', ...ours } as qdisc.NewQdisc)
      assert.equal(theirs().map(comparable), shown.map(comparable))
      const again = await connection.qdisc.get({ link: 'v0' })
      assert.equal([again.kind, again.handle, again.parent], [made.kind, '1:', 'root'])
    })
  )

  kernelTest(test, `${words.join(' ')}: what is listed can be added again`, needs, () =>
    withLink(async connection => {
      const again = async (): Promise<qdisc.Qdisc> => {
        const found = await connection.qdisc.get({ link: 'v0' })
        await connection.qdisc.remove({ link: 'v0' })
        return found
      }
      await connection.qdisc.add({ link: 'v0', handle: '1:', ...ours } as qdisc.NewQdisc)
      const { options, ...others } = await again()
      await connection.qdisc.add({ options, ...others } as qdisc.NewQdisc)
      assert.equal(rounded((await again()).options), rounded(options))
    })
  )
}

kernelTest(test, 'lists of one link and of all, and those of the kernel’s own', [command('tc')], () =>
  withLink(async (connection, link) => {
    await connection.qdisc.add({ link: 'v0', handle: '5:', kind: 'pfifo', options: { limit: 9 } })
    await connection.qdisc.add({ link: 'v0', kind: 'clsact' })
    const own = await connection.qdisc.list({ link: 'v0' })
    assert.equal(
      own.map(each => [each.link, each.kind, each.handle, each.parent]),
      [
        [link, 'pfifo', '5:', 'root'],
        [link, 'clsact', 'ffff:', 'ingress']
      ]
    )
    assert.equal(own[0]?.statistics, {
      bytes: 0n,
      packets: 0n,
      drops: 0,
      requeues: 0,
      overlimits: 0,
      waiting: 0,
      backlog: 0
    })
    const all: ReadonlyArray<Theirs> = JSON.parse(run('tc', '-j', 'qdisc', 'show'))
    assert.equal(
      (await connection.qdisc.list()).map(each => each.kind),
      all.map(each => each.kind)
    )
    const refused = await connection.qdisc.add({ link: 'v0', kind: 'clsact' }).catch(error => error)
    assert.ok(
      refused instanceof IsolinkError && refused.message.includes('replace changes it'),
      String(refused)
    )
    await connection.qdisc.remove({ link: 'v0', parent: 'ingress' })
    await connection.qdisc.remove({ link: 'v0' })
    const gone = await connection.qdisc.remove({ link: 'v0' }).catch(error => error)
    assert.ok(gone instanceof IsolinkError && gone.message.includes('kernel’s own'), String(gone))
    const unknown = await connection.qdisc.add({ link: 'v0', kind: 'nosuch' }).catch(error => error)
    assert.ok(unknown instanceof IsolinkError && unknown.message.includes('of kind nosuch'), String(unknown))
  })
)

kernelTest(test, 'a qdisc that is changed keeps its classes; one that is replaced by its like too', [], () =>
  withLink(async connection => {
    const absent = await connection.qdisc.set({ link: 'v0', ...qdisc.htb() }).catch(error => error)
    assert.ok(
      absent instanceof IsolinkError && absent.message.includes('replace puts one there'),
      String(absent)
    )
    await connection.qdisc.add({ link: 'v0', handle: '1:', kind: 'pfifo', options: { limit: 9 } })
    await connection.qdisc.set({ link: 'v0', handle: '1:', kind: 'pfifo', options: { limit: 11 } })
    assert.equal((await connection.qdisc.get({ link: 'v0' })).options, { limit: 11 })
    const other = await connection.qdisc
      .set({ link: 'v0', handle: '1:', ...qdisc.htb() } as qdisc.NewQdisc)
      .catch(error => error)
    assert.ok(other instanceof IsolinkError && other.message.includes('another kind'), String(other))
    await connection.qdisc.replace({ link: 'v0', handle: '2:', ...qdisc.htb() } as qdisc.NewQdisc)
    assert.is((await connection.qdisc.get({ link: 'v0' })).kind, 'htb')
  })
)

kernelTest(test, 'netem delays a ping by what was asked for', [qdiscKind('netem')], async () => {
  await namespaces.create('far')
  await using here = open()
  await using there = open({ namespace: 'far' })
  try {
    await here.link.add({ kind: 'veth', name: 'v0', up: true, peer: { name: 'v1', namespace: 'far' } })
    await there.link.set('v1', { up: true })
    await here.address.add({ link: 'v0', address: '10.0.0.1/24' })
    await there.address.add({ link: 'v1', address: '10.0.0.2/24' })
    await namespaces.ping({ pid: process.pid }, '10.0.0.2')
    await here.qdisc.add({ link: 'v0', ...qdisc.netem({ delay: 300 }) })
    const { replies } = await namespaces.ping({ pid: process.pid }, '10.0.0.2', { timeout: 10_000 })
    assert.ok((replies[0]?.milliseconds ?? 0) >= 300, JSON.stringify(replies))
  } finally {
    await here.link.remove('v0')
    await namespaces.remove('far')
  }
})

test.run()
