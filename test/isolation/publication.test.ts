import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import * as E from 'fp-ts/Either'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { JournalFailed } from '../../src/isolation/error'
import { revise } from '../../src/isolation/revision'
import {
  apply,
  attach,
  bridgeNetwork,
  detach,
  hostFakeIp,
  namespaces,
  publish,
  status,
  teardown,
  unpublish,
  vethMasquerade
} from '../../src/promises'
import type { Step } from '../../src/recipe/step'
import { ask, host, parameter, raise, raze, refusal, serve, sh, stateOfHost } from '../lab'
import { command, kernelTest } from '../sandbox'

const test = suite('publish and unpublish')
const needs = [command('ip'), command('nft')]

test.before.each(() => {
  raise()
  sh('sysctl -qw net.ipv6.conf.default.accept_dad=0')
})
test.after.each(raze)

const families = [
  { family: 4, inner: '192.168.45.3/24', gateway: '192.168.45.2', here: '10.0.6.10', other: '10.0.6.20' },
  { family: 6, inner: 'fd00:45::3/64', gateway: 'fd00:45::2', here: 'fd00:6::10', other: 'fd00:6::20' }
] as const

/** A bridge counts the time down, and rules that came and went have numbers. */
const passing = new Set(['handle', 'packets', 'bytes'])
const steady = (): object =>
  JSON.parse(
    JSON.stringify(stateOfHost(), (key, value) =>
      passing.has(key) || key.endsWith('_timer') ? undefined : value
    )
  )

const holds = async (name: string): Promise<void> =>
  assert.equal(
    (await status(name)).map(({ state, drift }) => [state, drift]),
    [['up', []]]
  )

/** Says what it is told. Whom nobody tells any more keeps the program from ending for nothing. */
const echo = (socket: Socket): void => void socket.unref().pipe(socket)

test('what a failing step leaves, its record among that, is told with it', async () => {
  const full: JournalFailed = { _tag: 'JournalFailed', message: 'no room', path: '/run/isolink/blue.json' }
  const nothing = { isolation: 'blue', added: [], removed: [], record: () => E.right(undefined) }
  // A step that nothing can be done with.
  const task = { step: { _tag: 'AddAddress' } as Step, before: undefined }
  const failed = await revise({ ...nothing, added: [task], restore: () => E.left(full) }, {} as never, {})
  if (E.isRight(failed) || failed.left._tag !== 'StepFailed') throw new Error(JSON.stringify(failed))
  assert.is(failed.left.cause._tag, 'Unexpected')
  assert.ok(failed.left.leftBehind.includes('what is on record of blue: no room'))
  const record = () => E.left(full)
  // One that is there anyway.
  const removed = [{ step: { _tag: 'CreateNamespace', name: 'blue' } as const, before: { existed: true } }]
  const none = await revise({ ...nothing, record, restore: record }, {} as never, {})
  assert.ok(E.isLeft(none) && none.left._tag === 'JournalFailed')
  const gone = await revise({ ...nothing, removed, record, restore: record }, {} as never, {})
  if (E.isRight(gone)) throw new Error('on record')
  assert.equal(
    [gone.left._tag, gone.left.message],
    [
      'TeardownFailed',
      'the port of blue is published no more, and is on record still: no room; try again once the cause is mended'
    ]
  )
})

for (const { family, inner, gateway, here, other } of families) {
  const blue = vethMasquerade({ namespace: 'blue', address: inner, gateway })
  const red = inner.replace(/^192.168.45|^fd00:45/, family === 4 ? '10.100.0' : 'fd00:100')
  const network = bridgeNetwork({
    name: 'web',
    gateway: red.replace('3/', '1/'),
    uplink: 'eth0',
    endpoints: [{ namespace: 'red', address: red }]
  })

  for (const [title, plan, name, namespace] of [
    ['veth-masquerade', blue, 'blue', 'blue'],
    ['an endpoint', network, 'web/red', 'red']
  ] as const)
    kernelTest(
      test,
      `IPv${family}: ${title}: a port comes and goes, and the host is as it was`,
      needs,
      async () => {
        const top = name.split('/')[0] ?? name
        const before = stateOfHost()
        await apply(plan)
        const unpublished = steady()
        const server = await serve(namespace, 80)
        const nothing = await ask('other', here, 8080)
        assert.is(nothing, 'ECONNREFUSED')
        for (const protocol of ['tcp', 'udp'] as const) {
          const port = { protocol, hostPort: 8080, port: 80 }
          assert.is((await publish(name, port)).changed, true)
          assert.is((await publish(name, port)).changed, false)
          assert.is(await ask('other', here, 8080, { protocol }), other)
          assert.ok((await ask(host, here, 8080, { protocol })) !== 'silence')
          if (family === 4) assert.ok((await ask(host, '127.0.0.1', 8080, { protocol })).includes('.'))
          await holds(top)
        }
        await publish(name, { hostPort: '8090-8092', port: '80-82', hostAddress: here })
        assert.is(await ask('other', here, 8090), other)
        assert.match(
          String((await refusal(unpublish(name, { hostPort: 8091, hostAddress: here }))).message),
          /^unpublish: hostPort: 8091 is not published by itself; unpublish 8090-8092$/
        )
        const wrong = await refusal(unpublish(name, { hostPort: '8090-8092' }))
        assert.is(wrong.message, `unpublish: hostAddress: 8090-8092 is published at ${here}; name that`)
        await unpublish(name, { hostPort: '8090-8092', hostAddress: here })
        await unpublish(name, { protocol: 'udp', hostPort: 8080 })
        assert.is(await ask('other', here, 8080), other, 'TCP is still published')
        assert.match(
          String((await refusal(unpublish(name, { hostPort: 8080, hostAddress: here }))).message),
          /^unpublish: hostAddress: 8080 is published at all addresses of the host; leave it out$/
        )
        assert.is((await unpublish(name, { hostPort: 8080 })).changed, true)
        assert.is((await unpublish(name, { hostPort: 8080 })).changed, false)
        assert.is(await ask('other', here, 8080), 'ECONNREFUSED')
        await holds(top)
        assert.equal(steady(), unpublished)
        await publish(name, { hostPort: 8080, port: 80 })
        server.close()
        await teardown(top)
        assert.equal(stateOfHost(), before)
      }
    )

  kernelTest(test, `IPv${family}: connections by a port end with it; others go on`, needs, async () => {
    await apply(blue)
    await publish('blue', { hostPort: 8080, port: 80 })
    await publish('blue', { hostPort: 8081, port: 80 })
    await publish('blue', { protocol: 'udp', hostPort: 8080, port: 80 })
    const server = createServer(echo)
    await namespaces.listen('blue', server, { host: '::', port: 80 })
    server.unref()
    const datagrams = createSocket(family === 4 ? 'udp4' : 'udp6')
    await namespaces.listen('blue', datagrams, { host: family === 4 ? '0.0.0.0' : '::', port: 80 })
    let heard = 0
    datagrams.on('message', () => heard++)
    const client = createSocket(family === 4 ? 'udp4' : 'udp6')
    await namespaces.listen('other', client, { host: family === 4 ? '0.0.0.0' : '::', port: 7777 })
    const tell = (): Promise<void> => new Promise(sent => client.send('?', 8080, here, () => sent()))
    const talk = async (port: number, from: string | typeof host = 'other', to: string = here) => {
      const socket = await namespaces.connect(from, { host: to, port, timeout: 5000 })
      const said = once(socket, 'data')
      socket.write('a')
      await said
      return socket
    }
    // The same port of another host: it only passes by.
    const elsewhere = createServer(echo)
    await namespaces.listen('other', elsewhere, { host: '::', port: 8080 })
    elsewhere.unref()
    const [ended, staying, outward] = [await talk(8080), await talk(8081), await talk(8080, 'blue', other)]
    await tell()
    while (heard < 1) await delay(5)
    await unpublish('blue', { protocol: 'udp', hostPort: 8080 })
    await tell()
    const failure = once(ended, 'error').then(([{ code }]) => code as string)
    await unpublish('blue', { hostPort: 8080 })
    ended.write('b')
    assert.is(await failure, 'ECONNRESET')
    for (const socket of [staying, outward]) {
      const said = once(socket, 'data')
      socket.write('c')
      assert.is(String((await said)[0]), 'c')
      socket.destroy()
    }
    assert.is(heard, 1)
    for (const each of [server, elsewhere]) each.close()
    for (const each of [client, datagrams]) each.close()
  })
}

kernelTest(test, 'host-fake-ip: a port of the interface leads to the host, and no more', needs, async () => {
  await apply(hostFakeIp({ namespace: 'blue', nic: 'eth0' }))
  const server = await serve(host, 22)
  await publish('blue', { hostPort: 2222, port: 22 })
  assert.is(await ask('other', '10.0.6.10', 2222), '10.0.6.20')
  await holds('blue')
  await unpublish('blue', { hostPort: 2222 })
  assert.is(await ask('other', '10.0.6.10', 2222), 'ECONNREFUSED')
  await holds('blue')
  server.close()
  await teardown('blue')
})

kernelTest(test, 'what is refused changes nothing, and is told by its field', needs, async () => {
  const blue = vethMasquerade({
    namespace: 'blue',
    address: '192.168.45.3/24',
    gateway: '192.168.45.2',
    publish: [{ hostPort: 8000, port: 80 }]
  })
  await apply(blue)
  await apply(
    bridgeNetwork({
      name: 'web',
      gateway: '10.100.0.1/24',
      endpoints: [{ namespace: 'red', address: '10.100.0.2/24' }]
    })
  )
  const listener = await serve(host, 7070)
  const state = steady()
  const refused = async (name: string, port: Parameters<typeof publish>[1]): Promise<unknown> => {
    const { message } = await refusal(publish(name, port))
    assert.equal(steady(), state, String(message))
    await holds('blue')
    await holds('web')
    return message
  }
  assert.is(
    await refused('web/red', { hostPort: 8000, port: 80 }),
    'publish: tcp port 8000 of the host is published already by blue; choose another hostPort'
  )
  assert.match(
    String(await refused('web/red', { hostPort: 7070, port: 80 })),
    /tcp port 7070 of the host is taken by/
  )
  assert.is(await refused('blue', { hostPort: 8000, port: 81 }), 'publish: hostPort: 8000 is published twice')
  assert.is(
    await refused('web/red', { hostPort: 8300, port: 80, hostAddress: '::1' }),
    'publish: hostAddress: ::1 is of ipv6, and the endpoint has no address of that'
  )
  assert.is(
    await refused('blue', { hostPort: 8300, port: 80, hostAddress: '::1' }),
    "publish: hostAddress: ::1 is not of the address's family, ipv4"
  )
  assert.is(
    await refused('blue', { hostPort: 70000, port: 80 }),
    'publish: hostPort: must be from 1 to 65535'
  )
  assert.is(
    await refused('web', { hostPort: 81, port: 80 }),
    "bridge-network: publish: is an endpoint's; name one of the network's, as web/red"
  )
  assert.is(
    await refused('web/blue', { hostPort: 81, port: 80 }),
    'there is no isolation web/blue that is up; bring it up first'
  )
  assert.is(
    await refused('nobody', { hostPort: 81, port: 80 }),
    'there is no isolation nobody that is up; bring it up first'
  )
  listener.close()
})

kernelTest(test, 'what was lost of a port is put back by the same again', needs, async () => {
  await apply(vethMasquerade({ namespace: 'blue', address: '192.168.45.3/24', gateway: '192.168.45.2' }))
  await publish('blue', { hostPort: 8080, port: 80 })
  assert.is(parameter('net.ipv4.conf.veth-blue.route_localnet'), '1')
  sh('nft flush map ip isolink published')
  assert.is((await status('blue'))[0]?.state, 'drifted')
  const { changed, repaired } = await publish('blue', { hostPort: 8080, port: 80 })
  assert.ok(changed && repaired.length === 1)
  await holds('blue')
  await unpublish('blue', { hostPort: 8080 })
  assert.is(parameter('net.ipv4.conf.veth-blue.route_localnet'), '0')
  await holds('blue')
})

kernelTest(test, 'what was published since is put back by the same apply again', needs, async () => {
  const endpoint = { namespace: 'red', address: '10.100.0.2/24', publish: [{ hostPort: 9090, port: 90 }] }
  const blue = vethMasquerade({ namespace: 'blue', address: '192.168.45.3/24', gateway: '192.168.45.2' })
  const web = bridgeNetwork({ name: 'web', gateway: '10.100.0.1/24', endpoints: [endpoint] })
  for (const plan of [blue, web]) await apply(plan)
  await publish('blue', { hostPort: 8080, port: 80 })
  await publish('web/red', { hostPort: 8081, port: 81 })
  await unpublish('web/red', { hostPort: 9090 })
  const ports = (): ReadonlyArray<string> => sh('nft list map ip isolink published').match(/\b\d{4}\b/g) ?? []
  assert.equal([...ports()].sort(), ['8080', '8081'])
  sh('nft delete table ip isolink')
  for (const [plan, name] of [
    [blue, 'blue'],
    [web, 'web']
  ] as const) {
    assert.is((await status(name))[0]?.state, 'drifted')
    assert.ok((await apply(plan)).repaired.length > 0)
    await holds(name)
    assert.not((await apply(plan)).changed)
  }
  assert.equal([...ports()].sort(), ['8080', '8081'])
  const other = vethMasquerade({
    namespace: 'blue',
    address: '192.168.45.3/24',
    gateway: '192.168.45.2',
    publish: [{ hostPort: 8082, port: 80 }]
  })
  assert.is((await refusal(apply(other)))._tag, 'NameTaken')
})

kernelTest(
  test,
  'an endpoint that is another one by now is missed before anything is put back',
  needs,
  async () => {
    const endpoint = { namespace: 'red', address: '10.100.0.2/24' }
    const web = bridgeNetwork({ name: 'web', gateway: '10.100.0.1/24', endpoints: [endpoint] })
    await apply(web)
    await detach('web', 'red')
    await attach('web', { ...endpoint, address: '10.100.0.3/24' })
    sh('nft delete table ip isolink')
    const state = steady()
    const { _tag, isolation, differences } = await refusal(apply(web))
    assert.equal([_tag, isolation], ['NameTaken', 'web/red'])
    assert.equal(differences, [{ field: 'address', applied: '10.100.0.3/24', asked: '10.100.0.2/24' }])
    assert.equal(steady(), state)
  }
)

kernelTest(
  test,
  'one more of hundreds of ports is not held against each of them again and again',
  needs,
  async () => {
    const inside = { address: '192.168.45.3/24', gateway: '192.168.45.2' }
    const several = (count: number) =>
      Array.from({ length: count }, (_, n) => ({ hostPort: 10_000 + 2 * n, port: 80 }))
    await apply(vethMasquerade({ namespace: 'few', ...inside, publish: several(5) }))
    const one = await cost('few')
    await teardown('few')
    await apply(vethMasquerade({ namespace: 'many', ...inside, publish: several(500) }))
    const next = await cost('many')
    // There are a hundred times as many. Each held against each, that would be ten thousand times the work.
    assert.ok(next < 15 * one, `${next} ms, where few take ${one}`)
  }
)

/** CPU time of publishing one port more, in milliseconds: the median of some. */
const cost = async (name: string): Promise<number> => {
  const times: Array<number> = []
  for (let n = 0; n < 9; n++) {
    const start = process.cpuUsage()
    await publish(name, { hostPort: 20_000 + n, port: 80 })
    const { user, system } = process.cpuUsage(start)
    times.push((user + system) / 1000)
  }
  return times.toSorted((a, b) => a - b)[4] as number
}

kernelTest(test, 'a port that comes first loses to nobody: two at once', needs, async () => {
  await apply(vethMasquerade({ namespace: 'blue', address: '192.168.45.3/24', gateway: '192.168.45.2' }))
  await apply(vethMasquerade({ namespace: 'red', address: '192.168.46.3/24', gateway: '192.168.46.2' }))
  const outcomes = await Promise.allSettled([
    publish('blue', { hostPort: 8080, port: 80 }),
    publish('red', { hostPort: 8080, port: 80 })
  ])
  assert.equal(outcomes.map(({ status: how }) => how).sort(), ['fulfilled', 'rejected'])
  await holds('blue')
  await holds('red')
})

test.run()
