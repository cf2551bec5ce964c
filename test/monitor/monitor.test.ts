import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Address } from '../../src/address'
import { open as openTasks } from '../../src/index'
import {
  type Connection,
  type Event,
  type Failure,
  IsolinkError,
  namespaces,
  type Observable,
  open,
  type Subscription
} from '../../src/promises'
import { command, kernelTest, run } from '../sandbox'

const test = suite('monitor')

type Told<O extends Observable> = Exclude<Event<O>, Failure>

/** Reads until an event is the one; the kernel tells of more than what was asked of it. */
const until = async <O extends Observable>(
  events: Subscription<Told<O>>,
  title: string,
  wanted: (event: Told<O>) => boolean
): Promise<Told<O>> => {
  const late = setTimeout(() => void events.return(), 20_000)
  const seen: Array<string> = []
  try {
    for (;;) {
      const { value } = await events.next()
      if (value === undefined)
        throw new Error(`${title}: no such event among ${seen.length}: ${seen.slice(-3).join(' ')}`)
      if (wanted(value)) return value
      seen.push(JSON.stringify(value, (_, each) => (typeof each === 'bigint' ? `${each}` : each)))
    }
  } finally {
    clearTimeout(late)
  }
}

const has = (value: object, members: object): boolean =>
  Object.entries(members).every(
    ([key, member]) => (value as { readonly [key: string]: unknown })[key] === member
  )

interface Step {
  readonly object: Observable
  readonly change: 'added' | 'removed'
  readonly words: string
  readonly value: object
}

const mac = '02:00:00:00:00:01'

const steps: ReadonlyArray<Step> = [
  {
    object: 'link',
    change: 'added',
    words: 'ip link add v0 type veth peer name v1',
    value: { name: 'v0', up: false }
  },
  { object: 'link', change: 'added', words: 'ip link set v0 up', value: { name: 'v0', up: true } },
  { object: 'link', change: 'added', words: 'ip link set v1 up', value: { name: 'v1', up: true } },
  {
    object: 'address',
    change: 'added',
    words: 'ip address add 10.0.0.1/24 dev v0',
    value: { family: 'ipv4', address: '10.0.0.1', prefixLength: 24 }
  },
  {
    object: 'address',
    change: 'added',
    words: 'ip address add fd00::1/64 dev v0 nodad',
    value: { family: 'ipv6', address: 'fd00::1' }
  },
  {
    object: 'route',
    change: 'added',
    words: 'ip route add 172.16.0.0/12 via 10.0.0.2',
    value: { destination: '172.16.0.0/12', gateway: '10.0.0.2' }
  },
  {
    object: 'route',
    change: 'removed',
    words: 'ip route delete 172.16.0.0/12',
    value: { destination: '172.16.0.0/12', gateway: '10.0.0.2' }
  },
  {
    object: 'route',
    change: 'added',
    words: 'ip -6 route add fd01::/64 via fd00::2',
    value: { family: 'ipv6', destination: 'fd01::/64' }
  },
  {
    object: 'rule',
    change: 'added',
    words: 'ip rule add from 10.1.0.0/16 table 100 priority 50',
    value: { from: '10.1.0.0/16', table: 100, priority: 50 }
  },
  { object: 'rule', change: 'removed', words: 'ip rule delete priority 50', value: { priority: 50 } },
  {
    object: 'neighbour',
    change: 'added',
    words: `ip neighbour add 10.0.0.9 lladdr ${mac} dev v0`,
    value: { address: '10.0.0.9', linkAddress: mac, state: 'permanent' }
  },
  {
    object: 'neighbour',
    change: 'removed',
    words: 'ip neighbour delete 10.0.0.9 dev v0',
    value: { address: '10.0.0.9' }
  },
  {
    object: 'nexthop',
    change: 'added',
    words: 'ip nexthop add id 5 via 10.0.0.2 dev v0',
    value: { id: 5, gateway: '10.0.0.2' }
  },
  { object: 'nexthop', change: 'removed', words: 'ip nexthop delete id 5', value: { id: 5 } },
  {
    object: 'qdisc',
    change: 'added',
    words: 'tc qdisc add dev v0 root handle 7: pfifo limit 5',
    value: { kind: 'pfifo', handle: '7:', parent: 'root' }
  },
  { object: 'qdisc', change: 'removed', words: 'tc qdisc delete dev v0 root', value: { handle: '7:' } },
  {
    object: 'link',
    change: 'added',
    words: 'ip link add br0 type bridge',
    value: { name: 'br0', kind: 'bridge' }
  },
  { object: 'link', change: 'added', words: 'ip link set v0 master br0', value: { name: 'v0' } },
  {
    object: 'forwarding',
    change: 'added',
    words: `bridge fdb add ${mac} dev v0 master static`,
    value: { linkAddress: mac, state: 'static' }
  },
  {
    object: 'forwarding',
    change: 'removed',
    words: `bridge fdb delete ${mac} dev v0 master`,
    value: { linkAddress: mac }
  },
  { object: 'nsid', change: 'added', words: 'ip netns set other 33', value: { id: 33 } },
  {
    object: 'address',
    change: 'removed',
    words: 'ip address delete 10.0.0.1/24 dev v0',
    value: { address: '10.0.0.1' }
  },
  { object: 'link', change: 'removed', words: 'ip link delete v0', value: { name: 'v0' } },
  { object: 'nsid', change: 'removed', words: 'ip netns delete other', value: { id: 33 } }
]

const all: ReadonlyArray<Observable> = [
  'link',
  'address',
  'route',
  'rule',
  'neighbour',
  'forwarding',
  'nexthop',
  'nsid',
  'qdisc'
]

kernelTest(
  test,
  'each change that ip, bridge and tc make is told, typed and in order',
  [command('ip'), command('bridge'), command('tc')],
  async () => {
    await namespaces.create('other')
    await using connection = open()
    const events = connection.monitor(all)
    for (const { object, change, words, value } of steps) {
      const [name = '', ...args] = words.split(' ')
      run(name, ...args)
      await until(
        events,
        words,
        event =>
          event.object !== 'resync' &&
          event.object === object &&
          event.change === change &&
          has(event.value, value)
      )
    }
    await events.return()
    await connection.link.remove('br0')
  }
)

kernelTest(test, 'a link that leaves its bridge, or is set down, is not gone', [command('ip')], async () => {
  await using connection = open()
  run('ip', 'link', 'add', 'br0', 'type', 'bridge')
  run('ip', 'link', 'add', 'v0', 'type', 'veth', 'peer', 'name', 'v1')
  const events = connection.monitor(['link'])
  for (const words of ['master br0', 'up', 'nomaster', 'down', 'name w0'])
    run('ip', 'link', 'set', 'v0', ...words.split(' '))
  run('ip', 'link', 'delete', 'w0')
  const removed: Array<string> = []
  await until(events, 'ip link delete w0', event => {
    if (event.object !== 'link' || event.change !== 'removed') return false
    removed.push(event.value.name)
    return event.value.name === 'w0'
  })
  assert.equal(
    removed.filter(name => name !== 'v1'),
    ['w0']
  )
  await events.return()
  await connection.link.remove('br0')
})

const textOf = ({ link, address, prefixLength }: Address): string => `${link} ${address}/${prefixLength}`

/** What somebody knows of the addresses who believes the events. */
const believer = () => {
  const believed = new Set<string>()
  let resyncs = 0
  return {
    believed,
    resyncs: () => resyncs,
    hear: (event: Told<'address'>): void => {
      if (event.object === 'resync') {
        resyncs++
        believed.clear()
        for (const each of event.values.address) believed.add(textOf(each))
      } else if (event.change === 'added') believed.add(textOf(event.value))
      else believed.delete(textOf(event.value))
    }
  }
}

const last = '10.255.255.254'

/** A thousand addresses come, every other one goes and comes again, as fast as the kernel takes it; then a last one. */
const burst = async ({ address }: Connection): Promise<void> => {
  const given = Array.from({ length: 1000 }, (_, n) => ({
    link: 'v0',
    address: `10.${n >> 8}.${n & 255}.1/32`
  }))
  const halves = given.filter((_, n) => n % 2 === 0)
  await Promise.all(given.map(each => address.add(each)))
  await Promise.all(halves.map(each => address.remove(each)))
  await Promise.all(halves.map(each => address.add(each)))
  await address.add({ link: 'v0', address: `${last}/32` })
}

const withLink = async (use: (connection: Connection, link: number) => Promise<void>): Promise<void> => {
  await using connection = open()
  await connection.link.add({ kind: 'veth', name: 'v0', peer: { name: 'v1' } })
  try {
    await use(connection, (await connection.link.get('v0')).index)
  } finally {
    await connection.link.remove('v0')
  }
}

const expectTruth = async (connection: Connection, believed: ReadonlySet<string>): Promise<void> => {
  const truth = (await connection.address.list()).map(textOf)
  assert.is(truth.length, 1002 + truth.filter(text => text.includes(':')).length)
  assert.equal([...believed].toSorted(), truth.toSorted())
}

kernelTest(test, 'a burst of 2,000 changes: nothing is lost, or a resync follows', [], () =>
  withLink(async (connection, link) => {
    const events = connection.monitor(['address'], { snapshot: true })
    const { believed, hear } = believer()
    const reading = until(events, 'the last address', event => {
      hear(event)
      return believed.has(`${link} ${last}/32`)
    })
    await burst(connection)
    await reading
    await expectTruth(connection, believed)
    await events.return()
  })
)

kernelTest(test, 'a socket with next to no room: resyncs follow, and the last is the truth', [], () =>
  withLink(async (connection, link) => {
    const events = connection.monitor(['address'], { receiveBuffer: 2304 })
    const { believed, hear, resyncs } = believer()
    const reading = until(events, 'the last address', event => {
      hear(event)
      return believed.has(`${link} ${last}/32`)
    })
    await burst(connection)
    await reading
    assert.ok(resyncs() > 0)
    await expectTruth(connection, believed)
    await events.return()
  })
)

kernelTest(test, 'a reader that falls behind by more than the queue: a resync, and it is the truth', [], () =>
  withLink(async (connection, link) => {
    const quick = connection.monitor(['address'])
    const events = connection.monitor(['address'], { queue: 50 })
    await burst(connection)
    // What has come is taken in in turns, side by side.
    await until(
      quick,
      'the last address',
      event => event.object === 'address' && textOf(event.value) === `${link} ${last}/32`
    )
    await quick.return()
    for (let n = 0; n < 100; n++) await new Promise(resolve => setTimeout(resolve, 2))
    const { believed, hear, resyncs } = believer()
    for (let n = 0; n < 50; n++) hear((await events.next()).value as Told<'address'>)
    assert.is(resyncs(), 0)
    hear((await events.next()).value as Told<'address'>)
    assert.is(resyncs(), 1)
    await expectTruth(connection, believed)
    await events.return()
  })
)

kernelTest(test, 'several namespaces at once, each through its own connection', [], async () => {
  const names = ['a', 'b', 'c']
  for (const name of names) await namespaces.create(name)
  const connections = names.map(name => open({ namespace: name }))
  const events = connections.map(connection => connection.monitor(['link']))
  await Promise.all(
    connections.map((connection, n) =>
      connection.link.add({ kind: 'veth', name: `v${n}`, peer: { name: `w${n}` } })
    )
  )
  const heard = await Promise.all(
    events.map((each, n) =>
      until(each, `v${n}`, event => event.object === 'link' && /^v\d$/.test(event.value.name))
    )
  )
  assert.equal(
    heard.map(event => (event.object === 'link' ? event.value.name : undefined)),
    ['v0', 'v1', 'v2']
  )
  for (const connection of connections) connection.close()
  for (const name of names) await namespaces.remove(name)
})

kernelTest(test, 'an AbortSignal ends the loop, and so does closing the connection', [], async () => {
  const connection = open()
  const controller = new AbortController()
  const aborted = connection.monitor(['link'], { signal: controller.signal })
  const closed = connection.monitor(['route'])
  setTimeout(() => controller.abort(), 5)
  for await (const event of aborted) assert.unreachable(JSON.stringify(event))
  const next = closed.next()
  connection.close()
  assert.equal(await next, { value: undefined, done: true })
  const late = await connection
    .monitor(['link'])
    .next()
    .catch(error => error)
  assert.ok(
    late instanceof IsolinkError && late._tag === 'Closed',
    'one that begins behind the end is told so'
  )
})

test('events of some objects are events, and all there is of some is known by their names', async () => {
  await using connection = open()
  const some: AsyncIterable<Event> = connection.monitor(['link', 'address'], { snapshot: true })
  for await (const event of some) {
    assert.ok(event.object === 'resync')
    assert.equal(Object.keys(event.values), ['link', 'address'])
    break
  }
})

test('what cannot be followed is the failure that ends it; with promises it is thrown', async () => {
  const told: Array<string> = []
  for await (const event of openTasks({ namespace: 'no-such-namespace' }).monitor(['link']))
    told.push(event.object === 'failure' ? event.error._tag : event.object)
  assert.equal(told, ['NamespaceNotFound'])
  await using connection = open()
  const nothing = await connection
    .monitor([])
    .next()
    .catch(error => error)
  assert.ok(nothing instanceof IsolinkError && nothing._tag === 'InvalidInput', String(nothing))
  assert.match(nothing.message, /objects .*none.*link, address/)
  const thrown = await connection
    .monitor(['wire' as never])
    .next()
    .catch(error => error)
  assert.ok(
    thrown instanceof IsolinkError && thrown.message.includes('wire is none of link, address'),
    String(thrown)
  )
})

test('options that there are not, or that are of another kind, are told, and nothing is thrown', async () => {
  const connection = openTasks() as unknown as {
    readonly monitor: (...given: ReadonlyArray<unknown>) => AsyncIterator<Event>
    readonly nftables: { readonly monitor: (...given: ReadonlyArray<unknown>) => AsyncIterator<Event> }
    readonly close: () => void
  }
  for (const [given, message] of [
    [[['link'], { snapshto: true }], 'monitor: snapshto is no field: did you mean snapshot?'],
    [[['link'], { queue: 0 }], 'monitor: queue 0 is no number of 1 or more'],
    [[['link'], { receiveBuffer: '4M' }], 'monitor: receiveBuffer "4M" is no number of 1 or more'],
    [[['link'], { timeout: Number.NaN }], 'monitor: timeout NaN is no number of 0 or more'],
    [[['link'], { signal: 'SIGINT' }], 'monitor: signal is no AbortSignal'],
    [[['link'], null], 'monitor: options null is no object'],
    [[['link'], { timeout: Object.create(null) }], 'monitor: timeout an object is no number'],
    [[[Object.create(null)]], 'monitor: objects an object is none of link, address'],
    [[[undefined]], 'monitor: objects undefined is none of link, address'],
    [[[Symbol('link')]], 'monitor: objects Symbol(link) is none of link, address'],
    [['link'], 'monitor: objects names none of link, address']
  ] as const) {
    const { value } = await connection.monitor(...given).next()
    assert.is(value.object === 'failure' && value.error.message.slice(0, message.length), message)
  }
  const left = connection.monitor([])
  await left.return?.()
  assert.equal(await left.next(), { value: undefined, done: true })
  const { value } = await connection.nftables.monitor({ snapshto: true }).next()
  assert.is(value.error.message, 'nftables.monitor: snapshto is no field: did you mean snapshot?')
  connection.close()
})

test.run()
