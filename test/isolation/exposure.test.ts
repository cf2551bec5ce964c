import { createSocket } from 'node:dgram'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { apply, bridgeNetwork, namespaces, status, teardown, vethMasquerade } from '../../src/promises'
import { ask, becomes, briefly, ip, parameter, patient, raise, raze, serve, sh, stateOfHost } from '../lab'
import { command, kernelTest } from '../sandbox'

const test = suite('the host is no router for its neighbours')
const needs = [command('ip'), command('nft')]

/** A network of the host's that the other host is not on, with a machine; both know the way through the host. */
test.before.each(() => {
  raise()
  sh('sysctl -qw net.ipv6.conf.default.accept_dad=0')
  ip('netns add third\nlink add eth1 type veth peer name eth1 netns third')
  ip('link set eth1 up\naddress add 10.0.7.1/24 dev eth1\naddress add fd00:7::1/64 dev eth1 nodad')
  ip(
    `link set eth1 up
address add 10.0.7.20/24 dev eth1
address add fd00:7::20/64 dev eth1 nodad
route add default via 10.0.7.1
route add default via fd00:7::1`,
    '-n',
    'third'
  )
  ip('route add 10.0.7.0/24 via 10.0.6.10\nroute add fd00:7::/64 via fd00:6::10', '-n', 'other')
})
test.after.each(raze)

for (const { family, plans, third, here, forwarding } of [
  {
    family: 4,
    third: '10.0.7.20',
    here: '10.0.6.10',
    forwarding: 'net.ipv4.conf.all.forwarding',
    plans: [
      vethMasquerade({
        namespace: 'blue',
        address: '192.168.45.3/24',
        gateway: '192.168.45.2',
        publish: [{ hostPort: 8080, port: 80 }]
      }),
      bridgeNetwork({
        name: 'web',
        gateway: '10.100.0.1/24',
        endpoints: [{ namespace: 'red', address: '10.100.0.2/24', publish: [{ hostPort: 8000, port: 80 }] }]
      })
    ]
  },
  {
    family: 6,
    third: 'fd00:7::20',
    here: 'fd00:6::10',
    forwarding: 'net.ipv6.conf.all.forwarding',
    plans: [
      vethMasquerade({
        namespace: 'blue',
        address: 'fd00:45::3/64',
        gateway: 'fd00:45::2',
        publish: [{ hostPort: 8080, port: 80 }]
      }),
      bridgeNetwork({
        name: 'web',
        gateway: 'fd00:100::1/64',
        uplink: 'eth0',
        endpoints: [{ namespace: 'red', address: 'fd00:100::2/64', publish: [{ hostPort: 8000, port: 80 }] }]
      })
    ]
  }
]) {
  /** Whether a packet of the other host's gets to the third machine; no answer is needed for that. */
  const getsThrough = async (patience = patient): Promise<boolean> => {
    const receiver = createSocket(family === 4 ? 'udp4' : 'udp6')
    await namespaces.listen('third', receiver, { host: family === 4 ? '0.0.0.0' : '::', port: 9 })
    let heard = false
    receiver.on('message', () => {
      heard = true
    })
    void ask('other', third, 9, { protocol: 'udp', patience: briefly })
    const came = await becomes(() => heard, patience)
    receiver.close()
    return came
  }

  const works = async (): Promise<void> => {
    const other = family === 4 ? '10.0.6.20' : 'fd00:6::20'
    const servers = [await serve('blue', 80), await serve('red', 80)]
    assert.is(await ask('other', here, 8080), other)
    assert.is(await ask('other', here, 8000), other)
    for (const server of servers) server.close()
    const found = await status()
    assert.equal(
      found.map(({ state, drift }) => [state, drift]),
      [
        ['up', []],
        ['up', []]
      ]
    )
  }

  for (const order of ['first', 'last'] as const)
    kernelTest(
      test,
      `IPv${family}: nothing passes because of us, and the ${order} to come goes last`,
      needs,
      async () => {
        const before = stateOfHost()
        assert.not(await getsThrough(briefly))
        for (const plan of plans) await apply(plan)
        await works()
        assert.not(await getsThrough(briefly))
        const [gone, left] = order === 'first' ? ['web', 'blue'] : ['blue', 'web']
        await teardown(gone)
        assert.not(await getsThrough(briefly))
        sh(`nft flush set ${family === 4 ? 'ip' : 'ip6'} isolink confined`)
        assert.is((await status(left))[0]?.state, 'drifted')
        assert.ok(await getsThrough(), 'that is what stops it')
        await apply(plans[left === 'blue' ? 0 : 1] as never)
        assert.not(await getsThrough(briefly))
        await teardown(left)
        assert.equal(stateOfHost(), before)
      }
    )

  kernelTest(test, `IPv${family}: a host that was a router remains one`, needs, async () => {
    sh(`sysctl -qw ${forwarding}=1`)
    assert.ok(await getsThrough())
    for (const plan of plans) await apply(plan)
    await works()
    assert.ok(await getsThrough())
    for (const name of ['blue', 'web']) await teardown(name)
    assert.ok(await getsThrough())
    assert.is(parameter(forwarding), '1')
  })

  kernelTest(test, `IPv${family}: what others publish passes`, needs, async () => {
    for (const plan of plans) await apply(plan)
    const table = family === 4 ? 'ip' : 'ip6'
    sh(`sysctl -qw ${forwarding}=1
nft -f - <<'EOF'
table ${table} theirs {
  chain prerouting {
    type nat hook prerouting priority -100;
    tcp dport 9090 dnat to ${third}
  }
}
EOF`)
    const server = await serve('third', 9090)
    assert.is(await ask('other', here, 9090), family === 4 ? '10.0.6.20' : 'fd00:6::20')
    server.close()
  })
}

test.run()
