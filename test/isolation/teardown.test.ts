import { existsSync, readdirSync } from 'node:fs'
import * as E from 'fp-ts/Either'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { applyOn } from '../../src/isolation/apply'
import { thisMachine } from '../../src/isolation/machine'
import { teardownOn } from '../../src/isolation/teardown'
import { apply, bridgeNetwork, teardown, vethMasquerade } from '../../src/promises'
import type { VethMasqueradeParameters } from '../../src/recipe'
import {
  ask,
  briefly,
  host,
  ip,
  parameter,
  raise,
  raze,
  reaches,
  refusal,
  serve,
  settled,
  sh,
  stateOfHost
} from '../lab'
import { command, kernelTest, linkKind } from '../sandbox'
import { faultyMachine, mortal } from './sweep/faults'

const test = suite('apply and teardown')
const needs = [command('ip'), command('nft')]

test.before.each(raise)
test.after.each(raze)

const blue: VethMasqueradeParameters = {
  namespace: 'blue',
  address: '192.168.45.3/24',
  gateway: '192.168.45.2',
  publish: [{ hostPort: 8080, port: 80 }]
}
const red: VethMasqueradeParameters = {
  namespace: 'red',
  address: '192.168.46.3/24',
  gateway: '192.168.46.2'
}
const green: VethMasqueradeParameters = {
  namespace: 'green',
  address: 'fd00:47::3/64',
  gateway: 'fd00:47::2'
}
const grey: VethMasqueradeParameters = { namespace: 'grey', address: 'fd00:48::3/64', gateway: 'fd00:48::2' }

/** Whether IPv6 forwards by link, since Linux 6.17, or all or nothing. */
const scoped = (): boolean => existsSync('/proc/sys/net/ipv6/conf/all/force_forwarding')

const up = (parameters: VethMasqueradeParameters) => apply(vethMasquerade(parameters))

kernelTest(test, 'isolink up blue; isolink up blue: the second changes nothing', needs, async () => {
  await up(blue)
  const state = stateOfHost()
  const again = await up({
    ...blue,
    name: 'blue',
    interface: 'eth0',
    publish: [{ protocol: 'tcp', hostPort: 8080, port: 80 }]
  })
  assert.equal([again.name, again.changed], ['blue', false])
  assert.equal(stateOfHost(), state)
})

kernelTest(test, 'another blue is refused, and changes nothing', needs, async () => {
  await up(blue)
  const state = stateOfHost()
  const others: ReadonlyArray<readonly [other: Partial<typeof blue>, difference: string]> = [
    [{ address: '192.168.45.4/24' }, 'address: "192.168.45.3/24" → "192.168.45.4/24"'],
    [{ publish: [] }, 'publish.0: {"hostPort":8080,"port":80} → none'],
    [{ interface: 'eth1' }, 'interface: none → "eth1"']
  ]
  for (const [other, difference] of others) {
    const { _tag, isolation, message } = await refusal(up({ ...blue, ...other }))
    assert.equal(
      [_tag, isolation, message],
      [
        'NameTaken',
        'blue',
        `name: blue is applied already, with other parameters (${difference}); take it down first, or give another name`
      ]
    )
  }
  assert.equal(stateOfHost(), state)
})

kernelTest(test, 'what is down, and on record still, is told as such', needs, async () => {
  const before = await settled()
  await up(blue)
  const machine = faultyMachine(thisMachine(), what => (what === 'erase' ? 'refuse' : undefined))
  const failed = await teardownOn(machine)('blue')()
  assert.ok(E.isLeft(failed) && failed.left._tag === 'TeardownFailed', JSON.stringify(failed))
  assert.equal(await settled(), before)
  assert.ok((await teardown('blue')).found)
  assert.not((await teardown('blue')).found)
})

kernelTest(test, 'isolink down blue; isolink down blue', needs, async () => {
  const before = stateOfHost()
  assert.equal(await teardown('blue'), { name: 'blue', found: false })
  await up(blue)
  assert.equal(await teardown('blue'), { name: 'blue', found: true })
  assert.equal(await teardown('blue'), { name: 'blue', found: false })
  assert.equal(stateOfHost(), before)
})

for (const [what, script] of [
  ['the namespace is gone', 'ip netns delete blue'],
  ['the host’s end is gone', 'ip link delete veth-blue'],
  ['the namespace’s end is gone', 'ip -n blue link delete eth0'],
  ['the host’s end has another name', 'ip link set veth-blue down\nip link set veth-blue name renamed'],
  [
    'the namespace’s end has another name',
    'ip -n blue link set eth0 down\nip -n blue link set eth0 name renamed'
  ],
  ['nft flush ruleset', 'nft flush ruleset'],
  ['a published port is taken out', "nft delete element ip isolink published '{ tcp . 8080 }'"],
  ['all of it is gone', 'ip netns delete blue\nnft flush ruleset']
] as const)
  kernelTest(test, `isolink down blue when ${what}`, needs, async () => {
    const before = stateOfHost()
    await up(blue)
    sh(script)
    for (const found of [true, false, false]) assert.equal(await teardown('blue'), { name: 'blue', found })
    assert.equal(stateOfHost(), before)
  })

kernelTest(
  test,
  'a link that no isolation made ends with the namespace, and that is told',
  [...needs, linkKind('bridge')],
  async () => {
    ip('link add mine type veth peer name theirs')
    await up(blue)
    ip('link set theirs netns blue\nnetns exec blue ip link add br0 type bridge')
    assert.equal(await teardown('blue'), {
      name: 'blue',
      found: true,
      lost: [
        'the bridge br0, which no isolation made, ended with the namespace blue',
        'the veth theirs, which no isolation made, ended with the namespace blue'
      ]
    })
  }
)

kernelTest(test, 'an endpoint that must stay keeps no other one up', needs, async () => {
  const before = stateOfHost()
  const endpoints = ['red', 'green'].map((namespace, n) => ({ namespace, address: `10.100.0.${n + 2}/24` }))
  await apply(
    bridgeNetwork({ name: 'web', bridge: 'br0', gateway: '10.100.0.1/24', uplink: 'eth0', endpoints })
  )
  const failing = faultyMachine(thisMachine(), what => (what === 'detach red' ? 'refuse' : undefined))
  const done = await teardownOn(failing)('web')()
  assert.match(done._tag === 'Left' ? done.left.message : '', /^red is not down: /)
  assert.equal(readdirSync('/run/netns').sort(), ['other', 'red'])
  assert.equal(await teardown('web'), { name: 'web', found: true })
  assert.equal(stateOfHost(), before)
})

kernelTest(test, 'what an isolink that died had begun is taken back: by up, and by down', needs, async () => {
  const before = stateOfHost()
  const dieAfter = async (points: number): Promise<void> => {
    const death = await applyOn(mortal(thisMachine(), points))(vethMasquerade(blue))()
    assert.is(death._tag, 'Left')
  }
  await dieAfter(6)
  assert.not.equal(stateOfHost(), before)
  assert.ok((await up(blue)).changed)
  assert.ok(await reaches('blue', '10.0.6.20'))
  await teardown('blue')
  assert.equal(stateOfHost(), before)
  await dieAfter(9)
  await teardown('blue')
  assert.equal(stateOfHost(), before)
})

kernelTest(
  test,
  'isolations of both families share the uplink; it forwards until the last is gone',
  needs,
  async () => {
    const before = stateOfHost()
    const ipv6 = scoped()
      ? (['conf.eth0.force_forwarding', 'conf.all.forwarding', '1', '0'] as const)
      : (['conf.all.forwarding', 'conf.eth0.accept_ra', '1', '2'] as const)
    const forwarding = (): ReadonlyArray<string> =>
      ['ipv4.conf.eth0.forwarding', `ipv6.${ipv6[0]}`, `ipv6.${ipv6[1]}`].map(key => parameter(`net.${key}`))
    const [, , ...on] = ipv6
    await Promise.all([blue, red, green, grey].map(up))
    assert.equal(forwarding(), ['1', ...on])
    assert.not(await reaches('red', '192.168.45.3', briefly), 'isolations do not reach each other')
    for (const [down, left, other, state] of [
      ['blue', 'red', '10.0.6.20', '1'],
      ['grey', 'green', 'fd00:6::20', '1'],
      ['red', 'green', 'fd00:6::20', '0']
    ] as const) {
      await teardown(down)
      assert.equal(forwarding(), [state, ...on], down)
      assert.ok(await reaches(left, other), left)
    }
    await teardown('green')
    assert.equal(stateOfHost(), before)
  }
)

kernelTest(test, 'a host that forwards is left forwarding, link by link', needs, async () => {
  ip('link add d0 type veth peer name d1\nlink set d0 up')
  sh(`sysctl -qw net.ipv4.conf.eth0.forwarding=1 net.ipv6.conf.d0.forwarding=1 net.ipv6.conf.d0.accept_ra=2
nft -f - <<'EOF'
table inet mine {
  chain forward {
    type filter hook forward priority 0; policy accept;
    iifname "d0" drop
  }
}
EOF`)
  const before = stateOfHost()
  await Promise.all([blue, green, grey].map(up))
  for (const name of ['green', 'blue', 'grey']) await teardown(name)
  assert.equal(stateOfHost(), before)
})

kernelTest(test, 'no link forgets what routers told it while IPv6 is forwarded', needs, async () => {
  ip(
    'link add d0 type veth peer name d1\nlink set d1 up\nlink set d0 up\nroute add default via fe80::1 dev d0 proto ra metric 1025'
  )
  const before = await settled()
  await up(green)
  assert.is(parameter('net.ipv6.conf.d0.accept_ra'), scoped() ? '1' : '2')
  assert.match(sh('ip -6 route show default dev d0'), /via fe80::1/)
  await teardown('green')
  assert.equal(stateOfHost(), before)
})

kernelTest(test, 'a port of the host has one owner', needs, async () => {
  await up(blue)
  const state = stateOfHost()
  for (const hostAddress of [undefined, '10.0.6.10', '0.0.0.0']) {
    const { _tag, owner, field, message } = await refusal(
      up({ ...red, publish: [{ hostPort: 8080, port: 80, hostAddress }] })
    )
    assert.equal([_tag, owner, field], ['PortTaken', 'blue', 'publish'])
    assert.match(
      String(message),
      /^publish: tcp port 8080 of (the host|10\.0\.6\.10) is published already by blue; choose another hostPort$/
    )
  }
  assert.equal(stateOfHost(), state)
  await up({
    ...red,
    publish: [
      { protocol: 'udp', hostPort: 8080, port: 80 },
      { hostPort: 8081, port: 80 }
    ]
  })
  const [inBlue, inRed] = [await serve('blue', 80), await serve('red', 80)]
  assert.is(await ask('red', '10.0.6.10', 8080), '192.168.46.3', 'red uses what blue has published')
  assert.is(await ask(host, '127.0.0.1', 8081), '192.168.46.2')
  inBlue.close()
  inRed.close()
})

kernelTest(test, 'a namespace that is there is used, and left in place', needs, async () => {
  ip('netns add blue')
  ip(
    'link set lo up\nlink add d0 type veth peer name d1\nlink set d1 up\naddress add 10.9.9.9/24 dev d0\nlink set d0 up',
    '-n',
    'blue'
  )
  const inside = (): string => sh('ip -n blue -j address\nip -n blue -j route show table all')
  const [before, insideBefore] = [stateOfHost(), inside()]
  await up(blue)
  assert.ok(await reaches('blue', '10.0.6.20'))
  await teardown('blue')
  assert.equal(stateOfHost(), before)
  assert.is(inside(), insideBefore)
})

kernelTest(test, 'what a plan takes for granted is looked at before anything is changed', needs, async () => {
  ip('netns add taken\nlink add veth-red type veth peer name eth0 netns taken')
  const before = stateOfHost()
  for (const [parameters, field, message] of [
    [{ uplink: 'nowhere' }, 'uplink', 'there is no interface nowhere on the host; name one that is there'],
    [
      { hostInterface: 'eth0', uplink: 'veth-red' },
      'hostInterface',
      'eth0 exists already on the host; choose another name, or remove it'
    ],
    [
      { name: 'red' },
      'hostInterface',
      'veth-red exists already on the host; choose another name, or remove it'
    ],
    [{ namespace: 'taken' }, 'interface', 'eth0 exists already in taken; choose another name, or remove it'],
    [
      { address: '10.0.6.14/24', gateway: '10.0.6.1' },
      'address',
      '10.0.6.0/24 overlaps 10.0.6.10/24, which eth0 has on the host; choose another network'
    ],
    [
      { address: '10.0.0.14/8', gateway: '10.0.0.1' },
      'address',
      '10.0.0.0/8 overlaps 10.0.6.10/24, which eth0 has on the host; choose another network'
    ],
    [
      { address: 'fd00:6::99:1/112', gateway: 'fd00:6::99:2' },
      'address',
      /^fd00:6::99:0\/112 overlaps fd00:6::1[01]\/64, which eth0 has on the host; choose another network$/
    ]
  ] as ReadonlyArray<readonly [object, string, string | RegExp]>) {
    const failed = await refusal(up({ ...blue, ...parameters, publish: [] }))
    assert.equal([failed._tag, failed.field], ['PremiseFailed', field], String(failed.message))
    if (typeof message === 'string') assert.is(failed.message, `${field}: ${message}`)
    else assert.match(String(failed.message).slice(field.length + 2), message)
  }
  assert.equal(stateOfHost(), before)
})

kernelTest(test, 'without a default route the uplink must be named', needs, async () => {
  ip('route delete default')
  const { _tag, field, message } = await refusal(up(blue))
  assert.equal([_tag, field], ['PremiseFailed', 'uplink'])
  assert.is(
    message,
    'uplink: the host has no default route for ipv4 that would tell it; name the interface to the world'
  )
  ip('address flush dev eth0')
  assert.is((await refusal(up(blue)))._tag, 'PremiseFailed', 'and without any route')
})

kernelTest(
  test,
  'of several default routes, the one with the least metric tells the uplink',
  needs,
  async () => {
    ip(`link add d0 type veth peer name d1
link set d1 up
link set d0 up
address add 10.0.7.10/24 dev d0
route add default via 10.0.7.1 metric 5
route delete default via 10.0.6.1
route add default metric 3 nexthop via 10.0.6.1 dev eth0 nexthop via 10.0.7.1 dev d0`)
    const { plan } = await up(blue)
    assert.is(plan.uplink, 'eth0')
  }
)

test.run()
