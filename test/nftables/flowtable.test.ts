import { createServer } from 'node:net'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { namespaces, open } from '../../src/promises'
import { command, kernelTest, known, run } from '../sandbox'

const test = suite('flowtable')

const needs = [
  command('nft'),
  known(
    'flowtables',
    'nft',
    'add table ip probe; add flowtable ip probe f { hook ingress priority 0; devices = { lo }; }',
    'delete table ip probe'
  )
]

test.after.each(() => {
  run('nft', 'flush', 'ruleset')
})

kernelTest(test, 'a flowtable is listed as nft lists it, by both, and taken away', needs, async () => {
  await using host = open()
  await host.nftables.transaction(tx =>
    tx.table('ip', 't').flowtable({ name: 'fast', priority: 'filter + 5', devices: ['lo'], counter: true })
  )
  const { text } = await host.nftables.ruleset()
  assert.is(text, run('nft', 'list', 'ruleset'))
  assert.match(text, /hook ingress priority filter \+ 5\n\t\tdevices = \{ lo \}\n\t\tcounter/)
  await host.nftables.transaction(tx => tx.existing('ip', 't').removeFlowtable('fast'))
  assert.not.match(run('nft', 'list', 'ruleset'), /flowtable/)
  run('nft', 'add flowtable ip t theirs { hook ingress priority 0; devices = { lo }; }')
  const { tables } = await host.nftables.ruleset()
  assert.equal(
    tables[0]?.flowtables.map(({ name, devices }) => [name, devices]),
    [['theirs', ['lo']]]
  )
})

kernelTest(test, 'a connection that is forwarded takes the short way', needs, async () => {
  for (const name of ['left', 'right']) await namespaces.create(name)
  await using router = open()
  try {
    for (const [n, name] of ['left', 'right'].entries()) {
      await using far = open({ namespace: name })
      await router.link.add({ kind: 'veth', name, up: true, peer: { name: 'eth0', namespace: name } })
      await router.address.add({ link: name, address: `10.0.${n}.1/24` })
      await far.link.set('eth0', { up: true })
      await far.address.add({ link: 'eth0', address: `10.0.${n}.2/24` })
      await far.route.add({ destination: 'default', gateway: `10.0.${n}.1` })
    }
    await router.sysctl.set('net.ipv4.ip_forward', 1)
    await router.nftables.load(`
      table ip t {
        flowtable fast { hook ingress priority filter; devices = { left, right }; }
        chain forward {
          type filter hook forward priority filter; policy drop;
          ip protocol tcp flow add @fast
          counter accept
        }
      }
    `)
    const server = createServer(socket => socket.pipe(socket))
    await namespaces.listen('right', server, { host: '10.0.1.2', port: 80 })
    const socket = await namespaces.connect('left', { host: '10.0.1.2', port: 80 })
    for (let n = 0; n < 20; n++) {
      const echoed = new Promise(resolve => socket.once('data', resolve))
      socket.write(`${n}`)
      assert.is(String(await echoed), `${n}`)
    }
    const [connection] = await router.conntrack.list({ protocol: 'tcp' })
    assert.ok(connection?.status?.includes('offload'), JSON.stringify(connection?.status))
    const forwarded = Number(/counter packets (\d+)/.exec(run('nft', 'list', 'ruleset'))?.[1])
    assert.ok(forwarded < 10, `${forwarded} of 40 packets and more went by the chain`)
    socket.destroy()
    await new Promise(resolve => server.close(resolve))
  } finally {
    for (const name of ['left', 'right']) await namespaces.remove(name)
  }
})

test.run()
