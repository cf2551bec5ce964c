import { readdirSync, truncateSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Status } from '../../src'
import { applyOn } from '../../src/isolation/apply'
import { thisMachine } from '../../src/isolation/machine'
import {
  apply,
  attach,
  bridgeNetwork,
  collectGarbage,
  hostFakeIp,
  namespaceSwitch,
  namespaces,
  publish,
  status,
  teardown,
  vethMasquerade
} from '../../src/promises'
import { isolink, output } from '../command/child'
import { becomes, raise, raze, refusal, settled, sh, stateOfHost, unnamed } from '../lab'
import { command, kernelTest } from '../sandbox'
import { counted, faultyMachine } from './sweep/faults'

const test = suite('status')
const needs = [command('ip'), command('nft')]

test.before.each(raise)
test.after.each(raze)

const blue = {
  namespace: 'blue',
  uplink: 'eth0',
  address: '192.168.45.3/24',
  gateway: '192.168.45.2',
  publish: [{ hostPort: 8080, port: 80 }]
}
const plan = vethMasquerade(blue)

const namespacesThere = (): ReadonlyArray<string> => readdirSync('/run/netns').sort()

const findings = async (): Promise<ReadonlyArray<string>> => {
  const [found] = await status('blue')
  return found?.drift.flatMap(each => each.findings) ?? ['nothing']
}

kernelTest(test, 'isolink up blue; isolink up blue: nothing is written', needs, async () => {
  await apply(plan)
  const state = await settled()
  const { machine, effects } = counted(thisMachine())
  const again = await applyOn(machine)(plan)()
  assert.is(again._tag, 'Right')
  assert.equal(effects, [])
  assert.equal(stateOfHost(), state)
  assert.equal(await status(), [
    {
      name: 'blue',
      recipe: 'veth-masquerade',
      state: 'up',
      namespaces: [
        {
          namespace: 'blue',
          interfaces: [{ interface: 'eth0', addresses: ['192.168.45.3/24'] }],
          publish: [{ protocol: 'tcp', hostPort: 8080, port: 80 }]
        }
      ],
      drift: []
    }
  ])
})

kernelTest(
  test,
  'a port of one family alone is told as that, where the namespace has both',
  needs,
  async () => {
    const publish = [
      { hostPort: 8080, port: 80, hostAddress: '0.0.0.0' },
      { hostPort: 8080, port: 81, hostAddress: '::' },
      { hostPort: 9000, port: 90 }
    ]
    await apply(
      vethMasquerade({
        namespace: 'blue',
        addresses: ['192.168.45.3/24', 'fd00:45::3/64'],
        gateways: ['192.168.45.2', 'fd00:45::2'],
        publish
      })
    )
    const [found] = await status('blue')
    const [{ publish: told = [] } = {}] = found?.namespaces ?? []
    assert.equal(
      told.toSorted((a, b) => Number(a.port) - Number(b.port)),
      publish.map(each => ({ protocol: 'tcp', ...each }))
    )
  }
)

const namespacesOf = async (name: string): Promise<unknown> => (await status(name))[0]?.namespaces

kernelTest(test, 'what is up is told: each endpoint with its addresses and ports', needs, async () => {
  const { pid, end } = await unnamed()
  const network = bridgeNetwork({
    name: 'web',
    gateways: ['10.100.0.1/24', 'fd00:100::1/64'],
    endpoints: [
      {
        namespace: 'red',
        interface: 'red0',
        addresses: ['10.100.0.2/24', 'fd00:100::2/64'],
        publish: [
          { hostPort: '8000-8002', port: '80-82' },
          { hostPort: 8003, port: 83 },
          { hostPort: 53, port: 53, protocol: 'udp', hostAddress: 'fd00:6::10' }
        ]
      }
    ]
  })
  await apply(network)
  await attach('web', { pid, name: 'guest', address: '10.100.0.3/24' })
  await publish('web/guest', { hostPort: 9000, port: 90, hostAddress: '127.0.0.1' })
  assert.equal(await namespacesOf('web'), [
    {
      namespace: { pid },
      endpoint: 'guest',
      interfaces: [{ interface: 'eth0', addresses: ['10.100.0.3/24'] }],
      publish: [{ protocol: 'tcp', hostPort: 9000, port: 90, hostAddress: '127.0.0.1' }]
    },
    {
      namespace: 'red',
      endpoint: 'red',
      interfaces: [{ interface: 'red0', addresses: ['10.100.0.2/24', 'fd00:100::2/64'] }],
      publish: [
        { protocol: 'tcp', hostPort: '8000-8002', port: '80-82' },
        { protocol: 'tcp', hostPort: 8003, port: 83 },
        { protocol: 'udp', hostPort: 53, port: 53, hostAddress: 'fd00:6::10' }
      ]
    }
  ])
  assert.is(
    output(isolink(['status'])),
    `web (bridge-network): up
  guest (process ${pid}): eth0 10.100.0.3/24
    127.0.0.1:9000 → 90/tcp
  red: red0 10.100.0.2/24, fd00:100::2/64
    *:8000-8003 → 80-83/tcp
    [fd00:6::10]:53 → 53/udp
`
  )
  await teardown('web')
  await end()
})

kernelTest(test, 'what is up is told: the host behind a namespace', needs, async () => {
  const ports = { protocol: 'tcp', hostPort: 22, port: 22 } as const
  await apply(hostFakeIp({ namespace: 'blue', nic: 'eth0', publish: [ports] }))
  const moved = ['10.0.6.10/24', '10.0.6.11/24', 'fd00:6::11/64', 'fd00:6::10/64']
  const found = (await namespacesOf('blue')) as Status['namespaces']
  assert.equal([...(found[0]?.interfaces[0]?.addresses ?? [])].sort(), [...moved].sort())
  assert.equal(found.slice(1), [
    { interfaces: [{ interface: 'veth-blue', addresses: ['169.254.77.1/24'] }], publish: [ports] }
  ])
  const told = output(isolink(['status', 'blue']))
  assert.match(told, /^ {2}blue: eth0 10\.0\.6\.10\/24, .*; veth0 169\.254\.77\.2\/24$/m)
  assert.match(told, /^ {2}the host: veth-blue 169\.254\.77\.1\/24\n {4}\*:22 → 22\/tcp$/m)
  await teardown('blue')
})

kernelTest(test, 'what is up is told: a switch has no address', needs, async () => {
  await apply(bridged.lan)
  assert.is(
    output(isolink(['status'])),
    'lan (namespace-switch): up\n  sw\n  red: eth0 10.9.0.1/24\n  green: eth0 10.9.0.2/24\n'
  )
  await teardown('lan')
})

kernelTest(test, 'of many ports a person is told some, and a program all', needs, async () => {
  const many = Array.from({ length: 200 }, (_, n) => ({ hostPort: 2000 + 2 * n, port: 80 }))
  await apply(vethMasquerade({ ...blue, publish: many }))
  const [found] = await status('blue')
  assert.is(found?.namespaces[0]?.publish.length, 200)
  const lines = output(isolink(['status']))
    .trimEnd()
    .split('\n')
  assert.equal(
    [lines.length, lines.at(2), lines.at(-1)],
    [13, '    *:2000 → 80/tcp', '    and 190 more: isolink status blue --json']
  )
  await teardown('blue')
})

kernelTest(test, 'what several steps miss is said once', needs, async () => {
  await apply(plan)
  sh('ip netns delete blue')
  await becomes(() => !sh('ip -br link').includes('veth-blue'))
  const { stdout } = isolink(['status', 'blue'])
  assert.is(stdout.split('\n').filter(line => line === '  veth-blue on the host is gone').length, 1, stdout)
  await apply(plan)
  await teardown('blue')
})

kernelTest(test, 'nothing is applied', needs, async () => {
  assert.equal(await status(), [])
  assert.equal(await status('blue'), [])
})

/** Renames a link. Older kernels do so only while it is down. */
const renaming = (ip: string, from: string, to: string): string =>
  `${ip} link set ${from} name ${to} 2> /dev/null || {
  ${ip} link set ${from} down; ${ip} link set ${from} name ${to}; ${ip} link set ${to} up; }`

const drifts: ReadonlyArray<readonly [script: string, said: ReadonlyArray<RegExp>, also?: number]> = [
  [
    'ip -n blue address delete 192.168.45.3/24 dev eth0',
    [
      /^the address 192\.168\.45\.3\/24 of eth0 in blue is missing$/,
      /^the route default in blue by 192\.168\.45\.2 is missing$/
    ]
  ],
  ['ip -n blue route delete default', [/^the route default in blue by 192\.168\.45\.2 is missing$/]],
  ['nft flush ruleset', [/^the table ip isolink on the host is gone$/]],
  [
    "nft delete element ip isolink published '{ tcp . 8080 }'",
    [/8080.* is missing from published of table ip isolink on the host$/]
  ],
  [
    'sysctl -qw net.ipv4.conf.eth0.forwarding=0',
    [/^net\.ipv4\.conf\.eth0\.forwarding on the host is 0, not 1$/]
  ],
  ['ip netns delete blue', [/^the namespace blue is gone$/]],
  ['ip link delete veth-blue', [/^veth-blue on the host is gone$/]],
  [renaming('ip', 'veth-blue', 'vb'), [/^veth-blue on the host is called vb$/]],
  [renaming('ip -n blue', 'eth0', 'foo'), [/^eth0 in blue is called foo$/]]
]

for (const [script, said] of drifts)
  kernelTest(test, `isolink status after ${script}; isolink up repairs it`, needs, async () => {
    const bare = await settled()
    await apply(plan)
    const before = await settled()
    sh(script)
    const found = await findings()
    for (const sentence of said)
      assert.ok(
        found.some(each => sentence.test(each)),
        `${sentence}: ${found.join('; ')}`
      )
    assert.is((await status('blue'))[0]?.state, 'drifted')
    const again = await apply(plan)
    assert.ok(again.changed && again.repaired.length > 0)
    assert.equal(await findings(), [])
    // What is made anew has other numbers of its own.
    if (!/netns|link delete|nft|down/.test(script)) assert.equal(await settled(), before)
    assert.is((await apply(plan)).changed, false)
    await teardown('blue')
    assert.equal(await settled(), bare)
  })

/** Whose links have left their bridge, or the bridge itself has gone. */
const bridged = {
  web: bridgeNetwork({
    name: 'web',
    gateway: '10.100.0.1/24',
    endpoints: [
      { namespace: 'red', address: '10.100.0.2/24' },
      { namespace: 'green', address: '10.100.0.3/24' }
    ]
  }),
  lan: namespaceSwitch({
    name: 'lan',
    namespace: 'sw',
    members: [
      { namespace: 'red', address: '10.9.0.1/24' },
      { namespace: 'green', address: '10.9.0.2/24' }
    ]
  })
}

for (const [name, script] of [
  ['web', 'ip link set veth-web-red nomaster'],
  ['web', renaming('ip', 'veth-web-red', 'vwr')],
  ['web', 'ip link delete br0'],
  ['web', renaming('ip -n red', 'eth0', 'foo')],
  ['lan', 'ip -n sw link delete br0'],
  ['lan', 'ip -n sw link set br0-1 nomaster']
] as const)
  kernelTest(test, `${bridged[name].recipe}: isolink up repairs it after ${script}`, needs, async () => {
    const bare = await settled()
    await apply(bridged[name])
    const { received } = await namespaces.ping('red', name === 'web' ? '10.100.0.3' : '10.9.0.2')
    assert.is(received, 1)
    sh(script)
    assert.ok((await status()).some(({ state }) => state === 'drifted'))
    assert.ok((await apply(bridged[name])).changed)
    assert.equal(
      (await status()).flatMap(({ drift }) => drift),
      []
    )
    assert.is((await namespaces.ping('red', name === 'web' ? '10.100.0.3' : '10.9.0.2')).received, 1)
    await teardown(name)
    assert.equal(await settled(), bare)
  })

kernelTest(test, 'isolink status after ip -n blue link set eth0 down: up, and its route', needs, async () => {
  await apply(plan)
  sh('ip -n blue link set eth0 down')
  assert.ok((await findings()).includes('eth0 in blue is down'))
  const { repaired } = await apply(plan)
  assert.ok(repaired.includes('set eth0 in blue up'))
  assert.not(repaired.includes('make the namespace blue'))
  assert.equal(await findings(), [])
})

kernelTest(test, 'a namespace of the same name that somebody else made is not ours', needs, async () => {
  await apply(plan)
  sh('ip netns delete blue; ip netns add blue; ip -n blue link add d0 type veth peer name d1')
  assert.ok((await findings()).includes('the namespace blue is another one'))
  assert.is((await refusal(apply(plan)))._tag, 'StepFailed')
  await teardown('blue')
  assert.match(sh('ip -n blue link'), /d0/)
})

kernelTest(test, 'a repair that cannot be put on record names its step', needs, async () => {
  await apply(plan)
  sh('ip netns delete blue')
  const machine = faultyMachine(thisMachine(), what => (what === 'record applied' ? 'refuse' : undefined))
  const failed = await applyOn(machine)(plan)()
  if (failed._tag === 'Right' || failed.left._tag !== 'StepFailed') throw new Error(JSON.stringify(failed))
  assert.is(failed.left.cause._tag, 'JournalFailed')
  assert.match(failed.left.message, /^cannot repair “/)
})

kernelTest(test, 'a damaged record is told of, changes nothing, and is in nobody’s way', needs, async () => {
  await apply(plan)
  await apply(vethMasquerade({ namespace: 'red', address: '192.168.46.3/24', gateway: '192.168.46.2' }))
  truncateSync('/run/isolink/blue.json', 300)
  const files = readdirSync('/run/isolink')
  for (const _ of [1, 2]) {
    const [red, lost] = await status()
    assert.equal([red?.name, red?.state], ['red', 'up'])
    assert.equal([lost?.name, lost?.state], ['blue', 'unrecorded'])
    const [first, ...rest] = lost?.drift.flatMap(each => each.findings) ?? []
    assert.match(
      first ?? '',
      /^cannot understand \/run\/isolink\/blue\.json: it is no record, or not all of one$/
    )
    assert.ok(rest.includes('isolink gc would remove the namespace blue'), rest.join('\n'))
    assert.is((await status('blue'))[0]?.state, 'unrecorded')
    assert.is((await status('red'))[0]?.state, 'up')
    const would = isolink(['up', '-', '--dry-run'], {
      input: JSON.stringify({ recipe: 'veth-masquerade', ...blue })
    })
    assert.match(would.stderr, /cannot understand .*blue\.json: .*; take it down: the record is then kept/)
  }
  assert.equal(readdirSync('/run/isolink'), files)
  // Those who hand over or look for an heir read the others.
  assert.ok((await teardown('red')).found)
  assert.match((await refusal(teardown('blue'))).message as string, /its record was damaged, and is kept as/)
})

kernelTest(test, 'a damaged record of an endpoint keeps its network from nothing', needs, async () => {
  await apply(
    bridgeNetwork({
      name: 'web',
      gateway: '10.100.0.1/24',
      endpoints: [
        { namespace: 'red', address: '10.100.0.2/24' },
        { namespace: 'green', address: '10.100.0.3/24' }
      ]
    })
  )
  truncateSync('/run/isolink/web.members/red.json', 300)
  for (const _ of [1, 2]) {
    const [web] = await status('web')
    assert.is(web?.state, 'drifted')
    assert.equal(
      web?.drift.map(({ step }) => step),
      ['keep a record of web/red']
    )
  }
  const { found, lost = [] } = await teardown('web')
  assert.ok(found)
  assert.match(lost.join('\n'), /web\.members\/red\.json: .*; it is kept as .*red\.json\.damaged-\d+/)
  assert.not(namespacesThere().includes('green'))
  const [left] = await status('web')
  assert.is(left?.state, 'unrecorded')
  assert.match(
    left?.drift.flatMap(each => each.findings).join('\n') ?? '',
    /kept as .*web\.members\/red\.json/
  )
  await collectGarbage()
  assert.equal(await status(), [])
  assert.equal(namespacesThere(), ['other'])
})

test.run()
