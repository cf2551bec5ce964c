import { createSocket } from 'node:dgram'
import * as E from 'fp-ts/Either'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { status } from '../../src/index'
import { apply, attach, bridgeNetwork, detach, namespaces, teardown } from '../../src/promises'
import { ask, host, ip, raise, raze, reaches, refusal, serve, sh, stateOfHost } from '../lab'
import { command, kernelTest } from '../sandbox'

const test = suite('attach and detach')
const needs = [command('ip'), command('nft')]

test.before.each(() => {
  raise()
  // The bridge's own link-local address would be there by and by.
  sh('sysctl -qw net.ipv6.conf.default.accept_dad=0')
})
test.after.each(raze)

const families = [
  {
    family: 4,
    of: (n: number): string => `10.100.0.${n}`,
    length: 24,
    host: '10.0.6.10',
    other: '10.0.6.20'
  },
  {
    family: 6,
    of: (n: number): string => `fd00:100::${n}`,
    length: 64,
    host: 'fd00:6::10',
    other: 'fd00:6::20'
  }
]

/** A bridge counts the time down. */
const steady = (): object =>
  JSON.parse(JSON.stringify(stateOfHost(), (key, value) => (key.endsWith('_timer') ? undefined : value)))

for (const { family, of, length, host: here, other } of families) {
  const endpoint = (namespace: string, n: number, publish: ReadonlyArray<object> = []) =>
    ({ namespace, address: `${of(n)}/${length}`, publish }) as Parameters<typeof attach>[1]
  const up = (...endpoints: ReadonlyArray<Parameters<typeof attach>[1]>) =>
    apply(bridgeNetwork({ name: 'web', gateway: `${of(1)}/${length}`, endpoints: [...endpoints] }))
  const law = (title: string, body: () => Promise<void>): void =>
    kernelTest(test, `IPv${family}: ${title}`, needs, body)

  law('an endpoint comes later, and goes; the others stay', async () => {
    const before = stateOfHost()
    await up(endpoint('red', 2))
    const state = steady()
    const { name, changed } = await attach('web', endpoint('green', 3, [{ hostPort: 8000, port: 80 }]))
    assert.equal([name, changed], ['green', true])
    assert.not((await attach('web', endpoint('green', 3, [{ hostPort: 8000, port: 80 }]))).changed)
    const server = await serve('green', 80)
    assert.ok(await reaches('red', of(3)))
    assert.is(await ask('other', here, 8000), other)
    assert.is(await ask('red', here, 8000), of(1))
    const found = await status('web')()
    assert.is(E.isRight(found) && found.right[0]?.state, 'up')
    server.close()
    assert.equal(await detach('web', 'green'), { name: 'green', found: true })
    assert.equal(await detach('web', 'green'), { name: 'green', found: false })
    assert.equal(steady(), state)
    assert.is(await ask('other', here, 8000), 'ECONNREFUSED')
    assert.ok(await reaches('red', other))
    await detach('web', 'red')
    await attach('web', endpoint('blue', 4))
    assert.ok(await reaches('blue', other))
    await teardown('web')
    assert.equal(stateOfHost(), before)
  })

  law('what cannot be attached changes nothing', async () => {
    await up(endpoint('red', 2, [{ hostPort: 8000, port: 80 }]))
    const listener = await serve(host, 8080)
    const state = steady()
    const refused = async (given: Parameters<typeof attach>[1]) => {
      const { _tag, message } = await refusal(attach('web', given))
      assert.equal(steady(), state, String(message))
      return [_tag, message]
    }
    assert.equal(await refused(endpoint('green', 3, [{ hostPort: 8000, port: 80 }])), [
      'PortTaken',
      'publish: tcp port 8000 of the host is published already by web/red; choose another hostPort'
    ])
    assert.equal(await refused(endpoint('green', 3, [{ hostPort: 8000, port: 80, hostAddress: here }])), [
      'PortTaken',
      `publish: tcp port 8000 of ${here} is published already by web/red; choose another hostPort`
    ])
    for (const protocol of ['tcp', 'udp']) {
      const [tag, message] = await refused(
        endpoint('green', 3, [{ protocol, hostPort: '8079-8081', port: '79-81' }])
      )
      assert.is(tag, 'PortTaken')
      assert.match(
        String(message),
        new RegExp(
          `^publish: ${protocol} port 8080 of the host is taken by \\S+ \\(process ${process.pid}\\)`
        )
      )
    }
    assert.equal(await refused({ namespace: 'green', address: '10.77.0.2/24' }), [
      'InvalidParameters',
      family === 4
        ? 'bridge-network: address: 10.77.0.2 is not in 10.100.0.0/24, the network of the gateway'
        : 'bridge-network: address: the network has no gateway of ipv4'
    ])
    assert.is((await refusal(attach('nowhere', endpoint('green', 3))))._tag, 'NotApplied')
    assert.equal(await refused(endpoint('green', 2)), [
      'PremiseFailed',
      `address: ${of(2)} is that of red; choose another one`
    ])
    assert.equal(
      await refused({ namespace: 'green', addresses: [`${of(4)}/${length}`, `${of(2)}/${length}`] }),
      ['PremiseFailed', `addresses.1: ${of(2)} is that of red; choose another one`]
    )
    assert.ok((await attach('web', endpoint('green', 5))).changed)
    await detach('web', 'red')
    await detach('web', 'green')
    assert.ok((await attach('web', endpoint('blue', 2))).changed, 'it is free again')
    assert.ok((await attach('web', endpoint('red', 5))).changed)
    listener.close()
  })

  law('a network is up with all its endpoints, or not at all', async () => {
    const before = stateOfHost()
    const listener = await serve(host, 8080)
    const failed = await refusal(up(endpoint('red', 2), endpoint('green', 3, [{ hostPort: 8080, port: 80 }])))
    assert.is(failed._tag, 'PortTaken')
    assert.equal(stateOfHost(), before)
    listener.close()
  })

  law('a client of UDP reaches the new server of a port at once', async () => {
    await up(endpoint('red', 2, [{ protocol: 'udp', hostPort: 5000, port: 53 }]), endpoint('green', 3))
    const [old, next] = [await serve('red', 53), await serve('green', 53)]
    const client = createSocket(family === 4 ? 'udp4' : 'udp6')
    await namespaces.listen('other', client, { host: family === 4 ? '0.0.0.0' : '::', port: 7777 })
    const tell = async (): Promise<void> => {
      const answer = new Promise(resolve => client.once('message', resolve))
      client.send('?', 5000, here)
      await answer
    }
    await tell()
    await detach('web', 'red')
    await detach('web', 'green')
    next.close()
    await attach('web', endpoint('green', 3, [{ protocol: 'udp', hostPort: 5000, port: 53 }]))
    const server = await serve('green', 53)
    await tell()
    assert.equal([old.asked.length, server.asked.length], [1, 1])
    for (const each of [old, server, client]) each.close()
  })

  law('an endpoint of two networks answers by either', async () => {
    sh('sysctl -qw net.ipv4.conf.all.rp_filter=1')
    const second = (n: number): string => (family === 4 ? `10.200.0.${n}` : `fd00:200::${n}`)
    ip('netns add both')
    ip('link set lo up', '-n', 'both')
    await up(endpoint('both', 2, [{ hostPort: 8000, port: 80 }]))
    await apply(bridgeNetwork({ name: 'db', bridge: 'br1', gateway: `${second(1)}/${length}` }))
    await attach('db', {
      namespace: 'both',
      interface: 'eth1',
      address: `${second(2)}/${length}`,
      publish: [{ hostPort: 8001, port: 80 }]
    })
    const server = await serve('both', 80)
    assert.is(await ask('other', here, 8000), other)
    assert.is(await ask('other', here, 8001), other)
    await detach('web', 'both')
    assert.is(await ask('other', here, 8001), other, 'the other default route is still there')
    assert.ok(await reaches('both', other))
    server.close()
    sh('sysctl -qw net.ipv4.conf.all.rp_filter=0')
  })
}

kernelTest(
  test,
  'a namespace outlives the endpoint that made it, and goes with the last',
  needs,
  async () => {
    const before = stateOfHost()
    await apply(bridgeNetwork({ name: 'web', gateway: '10.100.0.1/24' }))
    await apply(bridgeNetwork({ name: 'db', bridge: 'br1', gateway: '10.200.0.1/24' }))
    await attach('web', { namespace: 'both', address: '10.100.0.2/24' })
    await attach('db', { namespace: 'both', interface: 'eth1', address: '10.200.0.2/24' })
    await detach('web', 'both')
    assert.ok(await reaches('both', '10.0.6.20'))
    const found = await status('db')()
    assert.is(E.isRight(found) && found.right[0]?.state, 'up')
    await attach('web', { namespace: 'both', address: '10.100.0.2/24' })
    await teardown('db')
    assert.ok(await reaches('both', '10.0.6.20'))
    await teardown('web')
    assert.equal(stateOfHost(), before)
  }
)

kernelTest(test, 'an interface that is there already is named as the caller names it', needs, async () => {
  await apply(bridgeNetwork({ name: 'web', gateway: '10.100.0.1/24' }))
  sh('ip netns add green; ip -n green link add eth0 type bridge')
  const { field, message } = await refusal(attach('web', { namespace: 'green', address: '10.100.0.3/24' }))
  assert.is(field, 'interface')
  assert.match(String(message), /^interface: eth0 exists already in green/)
  await teardown('web')
})

kernelTest(test, 'the bridge keeps its address while endpoints come and go, fifty times', needs, async () => {
  await apply(bridgeNetwork({ name: 'web', gateway: '10.100.0.1/24' }))
  const macs = new Set<string>()
  for (let n = 0; n < 50; n++) {
    await attach('web', { namespace: 'red', address: '10.100.0.2/24' })
    macs.add(JSON.parse(sh('ip -j link show br0'))[0].address)
    await detach('web', 'red')
    macs.add(JSON.parse(sh('ip -j link show br0'))[0].address)
  }
  assert.is(macs.size, 1)
})

test.run()
