import { pbkdf2 } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { promisify } from 'node:util'
import * as E from 'fp-ts/Either'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { encodeMessages } from '../../protocol'
import { NLM_F } from '../../protocol/netlink/header'
import * as address from '../../src/address'
import * as link from '../../src/link'
import { create, remove } from '../../src/namespace/named'
import * as nftables from '../../src/nftables'
import * as qdisc from '../../src/qdisc'
import * as route from '../../src/route'
import { message } from '../../src/socket/message'
import { openTransport } from '../../src/socket/open'
import { openSession, type Session } from '../../src/socket/session'
import { faults } from '../../src/testing'
import { command, kernelTest, run, sendable } from '../sandbox'

const test = suite('socket and kernel')

const inSession = async <A>(use: (session: Session) => Promise<A>, namespace?: string): Promise<A> => {
  const session = openSession({ ...(namespace !== undefined && { namespace }) })
  if (E.isLeft(session)) throw new Error(session.left.message)
  try {
    return await use(session.right)
  } finally {
    session.right.close()
  }
}

const right = <L, A>(result: E.Either<L, A>): A => {
  if (E.isLeft(result)) throw new Error(JSON.stringify(result.left))
  return result.right
}

/** Gives all of Node's threads other work, which keeps what is to be sent by one of them waiting. */
const occupied = (iterations: number): Promise<unknown> =>
  Promise.all(
    Array.from({ length: Number(process.env.UV_THREADPOOL_SIZE ?? 4) }, () =>
      promisify(pbkdf2)('', '', iterations, 64, 'sha512')
    )
  )

const count = 2000

kernelTest(test, '2,000 refused requests in one batch: each has its own refusal', [], () =>
  inSession(async ({ batch }) => {
    const requests = Array.from({ length: count }, (_, n) =>
      address.add({ link: 4_000_000, address: `10.${n >> 8}.${n & 255}.1/24` })
    )
    const results = await batch(requests)()
    assert.is(results.length, count)
    assert.ok(
      results.every(
        result => E.isLeft(result) && result.left._tag === 'Rejected' && result.left.code === 'ENODEV'
      )
    )
  })
)

kernelTest(test, 'timers have their turn in a loop of requests, and while a large batch is sent', [], () =>
  inSession(async ({ batch, send }) => {
    let turns = 0
    const timer = setInterval(() => turns++, 1)
    const end = performance.now() + 10_000
    while (turns < 5 && performance.now() < end) right(await send(link.get(1))())
    const during = turns
    await batch(
      Array.from({ length: 60 }, (_, n) => link.add({ kind: 'veth', name: `a${n}`, peer: { name: `b${n}` } }))
    )()
    clearInterval(timer)
    assert.ok(during >= 5, `${during} turns in 10 s of requests`)
    assert.ok(turns - during >= 3, `${turns - during} turns while 60 links were made`)
    right(await send(link.remove('a0'))())
  })
)

kernelTest(test, 'others have their turn while a long list comes', [], () =>
  inSession(async ({ batch, send }) => {
    right(await send(link.add({ kind: 'veth', name: 'v0', up: true, peer: { name: 'v1' } }))())
    right(await send(link.set('v1', { up: true }))())
    const routes = Array.from({ length: 10_000 }, (_, n) =>
      route.add({ destination: `10.${n >> 8}.${n & 255}.1/32`, link: 'v0' })
    )
    assert.ok((await batch(routes)()).every(E.isRight))
    let turns = 0
    const turn = (): void => {
      turns++
      next = setImmediate(turn)
    }
    let next = setImmediate(turn)
    const listed = right(await send(route.list({ table: 254, family: 'ipv4' }))())
    clearImmediate(next)
    assert.ok(listed.length >= routes.length)
    // The socket's package takes in 32 parts of 32 KiB in one turn, which is all of it.
    assert.ok(turns >= 2, `${turns} turns`)
    right(await send(link.remove('v0'))())
  })
)

kernelTest(test, 'one refusal among 500 routes hides no other answer; ip route agrees', [command('ip')], () =>
  inSession(async ({ batch, send }) => {
    right(await send(link.add({ kind: 'veth', name: 'v0', up: true, peer: { name: 'v1' } }))())
    right(await send(link.set('v1', { up: true }))())
    right(await send(address.add({ link: 'v0', address: '10.0.0.1/24' }))())
    const routes = Array.from({ length: 500 }, (_, n) =>
      route.add({
        destination: `172.16.${n >> 8}.${n & 255}/32`,
        gateway: n === 250 ? '8.8.8.8' : '10.0.0.2'
      })
    )
    const results = await batch(routes)()
    assert.equal(
      results.flatMap((result, n) => (E.isLeft(result) ? [n] : [])),
      [250]
    )
    const theirs = JSON.parse(run('ip', '-j', 'route', 'show', 'proto', 'static')) as ReadonlyArray<unknown>
    assert.is(theirs.length, 499)
    const ours = right(await send(route.list({ family: 'ipv4', table: route.RT_TABLE.MAIN }))())
    assert.is(ours.filter(({ protocol }) => protocol === route.RTPROT.STATIC).length, 499)
    right(await send(link.remove('v0'))())
  })
)

kernelTest(test, 'lists, gets and changes at the same time keep to themselves', [], () =>
  inSession(async ({ send }) => {
    const names = Array.from({ length: 20 }, (_, n) => `w${n}`)
    const work = names.map(async name => {
      right(await send(link.add({ kind: 'veth', name, peer: { name: `${name}p` } }))())
      assert.is(right(await send(link.get(name))()).name, name)
      assert.ok(right(await send(link.list())()).some(each => each.name === name))
      right(await send(link.set(name, { group: 7 }))())
    })
    await Promise.all(work)
    right(await send(link.removeGroup(7))())
    const left = right(await send(link.list())())
    assert.equal(
      left.filter(each => names.includes(each.name)),
      []
    )
  })
)

kernelTest(
  test,
  'what has no types fails alone: neither those who ask beside it nor those after it',
  [],
  () =>
    inSession(async session => {
      const anything = (given: unknown): never => given as never
      for (const wrong of [
        link.get(anything(undefined)),
        link.get(anything({})),
        link.add(anything({})),
        link.add(anything({ kind: 'veth', name: 5 })),
        link.remove(anything(null)),
        link.set('lo', anything({ namespace: {} })),
        address.add({ link: anything(undefined), address: '192.0.2.1/24' }),
        nftables.transaction(anything([{ messages: () => anything(undefined), links: () => [], uses: [] }])),
        anything(undefined)
      ]) {
        const [refused, beside] = await Promise.all([session.send(wrong)(), session.send(link.get(1))()])
        assert.is(refused._tag, 'Left')
        if (E.isLeft(refused)) assert.match(refused.left._tag, /^Invalid(Input|Reference)$/)
        assert.is(right(beside).name, 'lo')
      }
      const results = await session.batch([link.get(1), anything(undefined), link.get('lo')])()
      assert.equal(
        results.map(({ _tag }) => _tag),
        ['Right', 'Left', 'Right']
      )
    })
)

kernelTest(
  test,
  'what is issued later is done later, also by another socket, while another thread sends',
  [],
  () =>
    inSession(async ({ send }) => {
      right(await send(link.add({ kind: 'veth', name: 'here', peer: { name: 'there' } }))())
      let isRemoved = false
      const removal = send(link.remove('here'))().then(result => {
        isRemoved = E.isRight(result)
      })
      right(await send(nftables.transaction([nftables.addTable({ family: 'ip', table: 'later' })]))())
      assert.ok(isRemoved)
      await removal
    })
)

kernelTest(test, 'what a batch makes is there for what comes behind it, by whichever socket', [], () =>
  inSession(async ({ batch, send }) => {
    const ref = { family: 'netdev', table: 'behind' } as const
    const results = await batch([
      link.list(),
      address.list(),
      ...Array.from({ length: 4 }, (_, n) =>
        link.add({ kind: 'veth', name: `here${n}`, peer: { name: `there${n}` } })
      ),
      nftables.transaction(
        nftables.changes(tx => {
          tx.table(ref.family, ref.table).chain('ingress', {
            type: 'filter',
            hook: 'ingress',
            priority: 0,
            devices: ['here3']
          })
        })
      ),
      ...Array.from({ length: 4 }, (_, n) => link.remove(`here${n}`))
    ])()
    assert.equal(
      results.flatMap(result => (E.isLeft(result) ? [result.left.message] : [])),
      []
    )
    right(await send(nftables.transaction([nftables.removeTable(ref)]))())
  })
)

kernelTest(
  test,
  'a name is whose it is when its turn has come: of what was there, and then of what is made',
  [],
  () =>
    inSession(async ({ batch, send }) => {
      const pair = (index: number) =>
        link.add({ kind: 'veth', name: 'again', index, peer: { name: 'other' } })
      right(await send(pair(7001))())
      const results = await batch([
        link.set('again', { mtu: 1400 }),
        link.remove('again'),
        pair(7002),
        link.set('again', { mtu: 1300 }),
        address.add({ link: 'again', address: '10.9.9.9/32' }),
        link.remove('again'),
        pair(7003),
        link.get('again')
      ])()
      assert.equal(
        results.flatMap(result => (E.isLeft(result) ? [result.left.message] : [])),
        []
      )
      assert.is(right(await send(link.get('again'))()).index, 7003)
      right(await send(link.remove('again'))())
    })
)

kernelTest(
  test,
  'a new name is the renamed link’s, and what is listed by a name is that of its time',
  [],
  () =>
    inSession(async ({ batch, send }) => {
      const pair = (name: string, index: number) =>
        link.add({ kind: 'veth', name, index, peer: { name: `peer${index}` } })
      for (const [name, index] of [
        ['wan', 7001],
        ['lan', 7002]
      ] as const)
        right(await send(pair(name, index))())
      right(await send(qdisc.add({ link: 'lan', kind: 'pfifo', options: { limit: 7 } }))())
      const [, , , listed, ...others] = await batch([
        link.set('wan', { name: 'old' }),
        link.set('lan', { name: 'wan' }),
        address.add({ link: 'wan', address: '10.9.9.9/32' }),
        qdisc.list({ link: 'wan' }),
        link.remove('wan'),
        pair('wan', 7003)
      ])()
      assert.equal(
        others.map(each => (E.isLeft(each) ? each.left.message : 'done')),
        ['done', 'done']
      )
      assert.equal(
        right(listed).map(({ kind }) => kind),
        ['pfifo']
      )
      assert.equal(
        right(await send(address.list({ family: 'ipv4', link: 7001 }))()).map(each => each.address),
        []
      )
      for (const name of ['old', 'wan']) right(await send(link.remove(name))())
    })
)

kernelTest(test, 'what is given up before a thread has begun with it is not done later', [], async () => {
  right(
    await inSession(({ send }) => send(link.add({ kind: 'veth', name: 'kept0', peer: { name: 'kept1' } }))())
  )
  const others = occupied(500_000)
  const closing = right(openSession())
  const aborting = right(openSession())
  const waiting = right(openSession())
  const controller = new AbortController()
  const results = Promise.all([
    closing.send(link.remove('kept0'))(),
    aborting.send(link.remove('kept0'), { signal: controller.signal })(),
    waiting.send(link.remove('kept0'), { timeout: 20 })()
  ])
  await setTimeout(10)
  closing.close()
  controller.abort()
  const tags = (await results).map(result => (E.isLeft(result) ? result.left._tag : 'done'))
  assert.equal(tags, ['Closed', 'Aborted', 'TimedOut'])
  await others
  for (const { close } of [aborting, waiting]) close()
  await inSession(async ({ send }) => {
    // Goes behind those that wait for a thread.
    assert.is((await send(link.remove(4_000_000))())._tag, 'Left')
    right(await send(link.get('kept0'))())
    right(await send(link.remove('kept0'))())
  })
})

kernelTest(test, 'more connections than threads take at a time have the kernel work long', [], async () => {
  const sessions = Array.from({ length: 300 }, () => right(openSession()))
  const others = occupied(300_000)
  const results = await Promise.all(sessions.map(({ send }) => send(link.remove(4_000_000))()))
  await others
  for (const { close } of sessions) close()
  assert.ok(
    results.every(
      result => E.isLeft(result) && result.left._tag === 'Rejected' && result.left.code === 'ENODEV'
    )
  )
})

kernelTest(test, 'a session stays in the namespace that it was opened in', [], async () => {
  right(await create('elsewhere')())
  await inSession(async inside => {
    await inSession(async outside => {
      right(
        await outside.send(
          link.add({ kind: 'veth', name: 'here', peer: { name: 'there', namespace: 'elsewhere' } })
        )()
      )
      const names = async ({ send }: Session): Promise<ReadonlyArray<string>> =>
        right(await send(link.list())()).map(({ name }) => name)
      assert.ok((await names(outside)).includes('here'))
      assert.equal((await names(inside)).filter(name => name !== 'lo').sort(), ['there'])
      right(await outside.send(link.remove('here'))())
    })
  }, 'elsewhere')
  right(await remove('elsewhere')())
})

kernelTest(
  test,
  'a transaction of 5,000 elements, larger than the send buffer, is applied whole',
  [command('nft'), sendable(400_000)],
  () =>
    inSession(async ({ send }) => {
      const ref = { family: 'ip', table: 'large' } as const
      const { daddr } = nftables.addresses.ip
      const elements = Array.from({ length: 5000 }, (_, n) => ({
        key: [Uint8Array.of(10, 0, n >> 8, n & 255)],
        comment: `${'x'.repeat(40)}${n}`
      }))
      const chunks = Array.from({ length: 50 }, (_, n) => elements.slice(n * 100, (n + 1) * 100))
      right(
        await send(
          nftables.transaction([
            nftables.addTable(ref),
            nftables.addSet(ref, 'many', { key: [daddr] }),
            ...chunks.map(chunk => nftables.addElements(ref, 'many', chunk))
          ])
        )()
      )
      assert.is(right(await send(nftables.elements(ref, 'many'))()).length, 5000)
      const again = await send(
        nftables.transaction([
          nftables.addElements(ref, 'many', [
            { key: [Uint8Array.of(11, 0, 0, 1)] },
            { key: [Uint8Array.of(10, 0, 0, 1)] }
          ])
        ])
      )()
      assert.ok(E.isLeft(again) && again.left._tag === 'Rejected' && again.left.code === 'EEXIST')
      assert.is(right(await send(nftables.elements(ref, 'many'))()).length, 5000)
      right(await send(nftables.transaction([nftables.removeTable(ref)]))())
    })
)

const limit = '/proc/sys/net/core/wmem_max'

kernelTest(
  test,
  'a user may send at once what net.core.wmem_max allows, and is told what would allow more',
  [command('unshare'), existsSync(limit) ? undefined : 'net.core.wmem_max is not to be seen here'],
  () => {
    const most = 2 * Number(readFileSync(limit, 'utf8')) - 32
    const script = `
      const { right: socket } = require('./src/socket/open').openTransport('netfilter', { failed() {} })
      const failures = [${most}, ${most + 1}].map(size => socket.send(new Uint8Array(size)))
      socket.close()
      console.log(JSON.stringify(failures))`
    const asUser = [
      '--user',
      '--map-root-user',
      '--net',
      process.execPath,
      '-r',
      'ts-node/register',
      '-e',
      script
    ]
    const [enough, more] = JSON.parse(run('unshare', ...asUser))
    assert.is(enough, null)
    assert.is(more.code, 'EMSGSIZE')
    assert.match(more.hint, new RegExp(`set net.core.wmem_max to ${most / 2 + 17}$`))
  }
)

kernelTest(
  test,
  'an answer that comes late is waited for, and one that was dropped is missed',
  [],
  async () => {
    const late = right(openSession({ transport: faults({ delay: { milliseconds: 30 } }) }))
    assert.is(right(await late.send(link.get('lo'))()).index, 1)
    assert.ok(right(await late.send(link.list())()).some(({ name }) => name === 'lo'))
    late.close()
    const lossy = right(openSession({ transport: faults({ drop: [0] }) }))
    const lost = await lossy.send(link.get('lo'))()
    assert.ok(E.isLeft(lost) && lost.left._tag === 'Overrun')
    assert.is(right(await lossy.send(link.get('lo'))()).index, 1)
    lossy.close()
  }
)

kernelTest(
  test,
  'an overrun of the receive buffer is counted, and does not end the process',
  [],
  async () => {
    const opened = openTransport('route', {
      datagram: () => undefined,
      failed: error => assert.unreachable(error.message)
    })
    const transport = right(opened)
    const ask = message('RTM_NEWADDR', NLM_F.REQUEST | NLM_F.ACK, { header: { index: 4_000_000 } })
    const datagram = right(
      encodeMessages(
        'route',
        Array.from({ length: 2000 }, () => ask)
      )
    )
    const needed = Math.ceil(transport.receiveBuffer / 512 / 2000)
    for (let n = 0; n < needed; n++) transport.send(datagram)
    const deadline = performance.now() + 10_000
    while (transport.dropped() === 0 && performance.now() < deadline) await new Promise(setImmediate)
    const dropped = transport.dropped()
    transport.close()
    assert.ok(dropped > 0)
  }
)

test.run()
