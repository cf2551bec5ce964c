import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { NLM_F } from '../../protocol/netlink/header'
import * as trafficClass from '../../src/class'
import { type Connection, IsolinkError, open } from '../../src/promises'
import { htb as htbQdisc } from '../../src/qdisc'
import { fault, sent } from '../request'
import { command, kernelTest, run } from '../sandbox'

const test = suite('class')

test('tc class add dev eth0 parent 1:1 classid 1:10 drr quantum 1500', async () => {
  assert.equal(
    await sent(
      trafficClass.add({
        link: 'eth0',
        parent: '1:1',
        handle: '1:10',
        kind: 'drr',
        options: { quantum: 1500 }
      })
    ),
    {
      type: 'RTM_NEWTCLASS',
      flags: NLM_F.CREATE | NLM_F.EXCL,
      header: { family: 0, ifindex: 5, handle: 0x10010, parent: 0x10001, info: 0 },
      attributes: { kind: 'drr', options: { quantum: 1500 } }
    }
  )
})

test('a class hangs below its qdisc by default', async () => {
  const { header } = await sent(trafficClass.add({ link: 5, handle: 'ffe0:10', kind: 'drr' }))
  assert.is(header.parent, 0xffe00000)
})

test('htb: 10 Mbit/s are 1,250,000 bytes a second, and a burst of 12,500 bytes takes 156,250 ticks', () => {
  const { options } = trafficClass.htb({ rate: 10e6, burst: 12_500, ceil: 80e9 })
  assert.equal(
    [options.parms?.rate, options.parms?.buffer, options.rate64],
    [{ linklayer: 1, rate: 1_250_000 }, 156_250, undefined]
  )
  assert.equal([options.parms?.ceil?.rate, options.ceil64], [0xffffffff, 10_000_000_000n])
})

test('what is wrong is named before anything is sent', async () => {
  assert.is(await fault(trafficClass.add({ link: 'eth0', handle: '1:', kind: 'drr' })), 'handle')
  assert.is(
    await fault(trafficClass.add({ link: 'eth0', handle: '1:1', parent: 'x:' as never, kind: 'drr' })),
    'parent'
  )
  assert.is(
    await fault(trafficClass.add({ link: 'eth0', handle: '1:1', kind: 'drr', options: { quantum: -1 } })),
    'options.quantum'
  )
  for (const [field, value] of [
    ...['rate', 'ceil', 'burst', 'ceilBurst', 'priority', 'quantum'].flatMap(each =>
      [Number.NaN, Number.POSITIVE_INFINITY, -1].map(value => [each, value] as const)
    ),
    ['rate', 0],
    ['ceil', 7],
    ['priority', 8],
    ['rate', undefined]
  ] as const)
    assert.is(
      await fault(
        trafficClass.add({ link: 'eth0', handle: '1:1', ...trafficClass.htb({ rate: 8e6, [field]: value }) })
      ),
      field,
      `${field} ${value}`
    )
  assert.is(await fault(trafficClass.list({ link: 'eth0', qdisc: 'root' as never })), 'qdisc')
})

test('a key that there is not is named before anything is sent', async () => {
  const given = { link: 'eth0', handle: '1:10', kind: 'drr', paernt: '1:1' } as const
  const { add, set, replace, get, remove, list } = trafficClass
  for (const verb of [add, set, replace, get, remove]) assert.is(await fault(verb(given)), 'paernt')
  assert.is(await fault(list({ link: 'eth0', qdsic: '1:' } as never)), 'qdsic')
})

const withHtb = async (use: (connection: Connection, link: number) => Promise<void>): Promise<void> => {
  await using connection = open()
  await connection.link.add({ kind: 'veth', name: 'v0', up: true, peer: { name: 'v1' } })
  await connection.qdisc.add({ link: 'v0', handle: '1:', ...htbQdisc({ defaultClass: 0x20 }) })
  try {
    await use(connection, (await connection.link.get('v0')).index)
  } finally {
    await connection.link.remove('v0')
  }
}

/** tc 6.1 prints no JSON of classes that parses. */
const theirs = (): ReadonlyArray<string> =>
  run('tc', 'class', 'show', 'dev', 'v0').trim().split('\n').toSorted()

kernelTest(test, 'each class that tc makes from the same words is ours', [command('tc')], () =>
  withHtb(async connection => {
    const classes = [
      [{ handle: '1:1', rate: 100e6, burst: 15_000, ceilBurst: 15_000 }, '100mbit burst 15000 cburst 15000'],
      [
        { handle: '1:20', parent: '1:1', rate: 1e6, ceil: 2e6, burst: 2000, ceilBurst: 3000, priority: 3 },
        '1mbit ceil 2mbit burst 2000 cburst 3000 prio 3'
      ],
      [
        { handle: '1:30', parent: '1:1', rate: 80e9, burst: 1.6e6, ceilBurst: 3.2e6, quantum: 9000 },
        '80gbit burst 1600000 cburst 3200000 quantum 9000'
      ]
    ] as const
    for (const [given, words] of classes)
      run(
        ...(['tc', 'class', 'add', 'dev', 'v0', 'parent', 'parent' in given ? given.parent : '1:'] as const),
        ...['classid', given.handle, 'htb', 'rate', ...words.split(' ')]
      )
    const shown = theirs()
    const made = await connection.class.list({ link: 'v0', qdisc: '1:' })
    assert.equal(made.map(({ handle }) => handle).toSorted(), ['1:1', '1:20', '1:30'])
    for (const { handle } of classes.map(([given]) => given).toReversed())
      await connection.class.remove({ link: 'v0', handle })
    assert.equal(await connection.class.list({ link: 'v0' }), [])
    for (const [given] of classes) {
      const { handle, parent, ...shares } = { parent: undefined, ...given }
      await connection.class.add({
        link: 'v0',
        handle,
        ...(parent !== undefined && { parent }),
        ...trafficClass.htb(shares)
      })
    }
    assert.equal(theirs(), shown)
  })
)

kernelTest(test, 'lists, gets, replaces; and what was listed can be added again', [], () =>
  withHtb(async (connection, link) => {
    await connection.class.add({ link: 'v0', handle: '1:1', ...trafficClass.htb({ rate: 10e6 }) })
    await connection.class.add({
      link: 'v0',
      parent: '1:1',
      handle: '1:20',
      ...trafficClass.htb({ rate: 1e6 })
    })
    await connection.qdisc.add({ link: 'v0', parent: '1:20', handle: '20:', kind: 'pfifo' })
    const found = await connection.class.get({ link: 'v0', handle: '1:20' })
    assert.equal(
      [found.link, found.kind, found.handle, found.parent, found.leaf],
      [link, 'htb', '1:20', '1:1', '20:']
    )
    assert.is(found.statistics?.packets, 0n)
    assert.is((await connection.class.get({ link: 'v0', handle: '1:1' })).parent, 'root')
    await connection.class.replace({
      link: 'v0',
      parent: '1:1',
      handle: '1:20',
      ...trafficClass.htb({ rate: 2e6 })
    })
    const changed = await connection.class.get({ link: 'v0', handle: '1:20' })
    const rateOf = ({ message }: trafficClass.Class): unknown =>
      message.attributes.kind === 'htb' ? message.attributes.options?.parms?.rate.rate : undefined
    assert.equal([rateOf(found), rateOf(changed)], [125_000, 250_000])
    await connection.class.set({
      link: 'v0',
      parent: '1:1',
      handle: '1:20',
      ...trafficClass.htb({ rate: 3e6 })
    })
    assert.is(rateOf(await connection.class.get({ link: 'v0', handle: '1:20' })), 375_000)
    const absent = await connection.class
      .set({ link: 'v0', parent: '1:1', handle: '1:77', ...trafficClass.htb({ rate: 3e6 }) })
      .catch(error => error)
    assert.ok(absent instanceof IsolinkError && absent.message.includes('replace makes it'), String(absent))
    await connection.qdisc.remove({ link: 'v0', parent: '1:20' })
    await connection.class.remove(changed)
    await connection.class.add(changed as trafficClass.NewClass)
    assert.equal((await connection.class.get(changed)).options, changed.options)
    const busy = await connection.class.remove({ link: 'v0', handle: '1:1' }).catch(error => error)
    assert.ok(busy instanceof IsolinkError && busy.message.includes('hangs below it'), String(busy))
    const gone = await connection.class.get({ link: 'v0', handle: '1:99' }).catch(error => error)
    assert.ok(gone instanceof IsolinkError && gone.message.includes('no class 1:99'), String(gone))
  })
)

test.run()
