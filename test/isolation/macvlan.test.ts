import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { apply, explain, macvlan, teardown } from '../../src/promises'
import type { MacvlanParameters } from '../../src/recipe'
import {
  ask,
  becomes,
  briefly,
  host,
  hostIs,
  ip,
  patient,
  raise,
  raze,
  reaches,
  refusal,
  serve,
  sh,
  stateOfHost
} from '../lab'
import { command, kernelTest, linkKind } from '../sandbox'
import { comesToBe, essence, stateIn } from './essence'

const test = suite('macvlan')
const needs = [command('ip'), command('nft'), linkKind('macvlan')]

test.before.each(raise)
test.after.each(raze)

interface Story {
  readonly family: 4 | 6
  readonly length: number
  readonly blue: string
  readonly green: string
  readonly gateway: string
  readonly host: string
  readonly other: string
  /** Beyond the gateway. */
  readonly away: string
}

const stories: ReadonlyArray<Story> = [
  {
    family: 4,
    length: 24,
    blue: '10.0.6.22',
    green: '10.0.6.23',
    gateway: '10.0.6.20',
    host: '10.0.6.10',
    other: '10.0.6.20',
    away: '203.0.113.1'
  },
  {
    family: 6,
    length: 64,
    blue: 'fd00:6::22',
    green: 'fd00:6::23',
    gateway: 'fd00:6::20',
    host: 'fd00:6::10',
    other: 'fd00:6::20',
    away: 'fd00:203::1'
  }
]

const up = (parameters: MacvlanParameters) => apply(macvlan(parameters))

const parametersOf = ({ blue, length, gateway }: Story): MacvlanParameters => ({
  namespace: 'blue',
  parent: 'eth0',
  mode: 'bridge',
  interface: 'eth0',
  addresses: [`${blue}/${length}`],
  gateway
})

const [four] = stories as [Story, Story]

for (const story of stories) {
  const { family, blue, green, other, length } = story
  const law = (title: string, body: () => Promise<void>): void =>
    kernelTest(test, `IPv${family}: ${title}`, needs, body)

  law('one more machine on the network: it and the other host reach each other', async () => {
    const before = stateOfHost()
    assert.ok((await up(parametersOf(story))).changed)
    assert.ok(await reaches('blue', other), 'the first packet passes')
    assert.ok(await reaches('other', blue))
    const servers = [await serve('blue', 80), await serve('other', 80)]
    for (const protocol of ['tcp', 'udp'] as const) {
      assert.is(await ask('blue', other, 80, { protocol }), blue)
      assert.is(await ask('other', blue, 80, { protocol }), other)
    }
    for (const each of servers) each.close()
    assert.equal(await teardown('blue'), { name: 'blue', found: true })
    assert.equal(stateOfHost(), before)
  })

  law('the gateway is its way to the world', async () => {
    ip(
      `link add away type veth peer name away2
link set away up
link set away2 up
address add ${story.away}/${length} dev away ${family === 6 ? 'nodad' : ''}`,
      '-n',
      'other'
    )
    await up(parametersOf(story))
    assert.ok(await reaches('blue', story.away))
    assert.match(
      sh(`ip -n blue -${family} route show default`),
      new RegExp(`^default via ${story.gateway} dev eth0 proto static`)
    )
  })

  law('it and the host do not reach each other', async () => {
    await up(parametersOf(story))
    assert.not(await reaches('blue', story.host, briefly))
    assert.not(await reaches(host, blue, briefly))
  })

  law('a neighbour that knew the address elsewhere learns its new home at once', async () => {
    const known = (): string => JSON.parse(sh(`ip -n other -j neigh show ${blue} dev eth0`))[0].lladdr
    ip(`neigh add ${blue} lladdr 02:00:00:00:00:01 dev eth0 nud stale`, '-n', 'other')
    assert.is(known(), '02:00:00:00:00:01')
    await up(parametersOf(story))
    const [{ address }] = JSON.parse(sh('ip -n blue -j link show eth0'))
    assert.ok(await becomes(() => known() === address))
  })

  for (const mode of ['bridge', 'private', 'vepa'] as const)
    law(`mode ${mode}: whether two on one parent reach each other`, async () => {
      await up({ ...parametersOf(story), mode })
      await up({
        namespace: 'green',
        parent: 'eth0',
        mode,
        addresses: [`${green}/${length}`]
      })
      assert.is(await reaches('blue', green, mode === 'bridge' ? patient : briefly), mode === 'bridge')
      assert.ok(await reaches('blue', other))
      assert.ok(await reaches('green', other))
    })

  law('explain(plan) | sh = apply(plan)', async () => {
    const plan = macvlan(parametersOf(story))
    const before = stateOfHost()
    const world = (): unknown => [essence(stateOfHost()), essence(stateIn('blue'))]
    await apply(plan)
    const ours = world()
    await teardown('blue')
    assert.equal(stateOfHost(), before)
    sh(explain(plan))
    await comesToBe(world, ours)
    assert.ok(await reaches('blue', other))
    assert.not(await reaches('blue', story.host, briefly))
  })
}

kernelTest(
  test,
  'addresses and gateways of both families; a router’s advertisements give it no others',
  needs,
  async () => {
    await up({
      namespace: 'blue',
      parent: 'eth0',
      addresses: stories.map(({ blue, length }) => `${blue}/${length}`),
      gateways: stories.map(({ gateway }) => gateway)
    })
    for (const { other } of stories) assert.ok(await reaches('blue', other))
    assert.is(sh('ip netns exec blue sysctl -n net.ipv6.conf.eth0.accept_ra').trim(), '0')
    const routes = [4, 6].map(family => sh(`ip -n blue -${family} route show default`).split(' via ')[1])
    assert.ok(routes[0]?.startsWith('10.0.6.20 ') && routes[1]?.startsWith('fd00:6::20 '))
  }
)

kernelTest(test, 'mode passthru: it has the parent, and the parent’s hardware address', needs, async () => {
  ip('link add v0 type veth peer name eth1 netns other\nlink set v0 up')
  ip('link set eth1 up\naddress add 10.0.7.20/24 dev eth1', '-n', 'other')
  const before = stateOfHost()
  await up({ namespace: 'blue', parent: 'v0', mode: 'passthru', addresses: ['10.0.7.22/24'] })
  assert.ok(await reaches('blue', '10.0.7.20'))
  const addressIn = (place: string, name: string): string =>
    JSON.parse(sh(`ip ${place} -j link show ${name}`))[0].address
  assert.is(addressIn('-n blue', 'eth0'), addressIn('', 'v0'))
  await teardown('blue')
  assert.equal(stateOfHost(), before)
})

kernelTest(test, 'a namespace that is there is used, and left as it was', needs, async () => {
  ip('netns add blue')
  ip(
    'link set lo up\nlink add d0 type veth peer name d1\naddress add 10.9.9.9/24 dev d0\nlink set d0 up',
    '-n',
    'blue'
  )
  const before = [stateOfHost(), stateIn('blue')]
  await up({ ...parametersOf(four), interface: 'wan' })
  assert.ok(await reaches('blue', '10.0.6.20'))
  await teardown('blue')
  assert.equal([stateOfHost(), stateIn('blue')], before)
})

for (const [what, script] of [
  ['the namespace is gone', 'ip netns delete blue'],
  ['the interface is gone', 'ip -n blue link delete eth0'],
  ['the interface has another name', 'ip -n blue link set eth0 down\nip -n blue link set eth0 name other0']
] as const)
  kernelTest(test, `isolink down when ${what}`, needs, async () => {
    const before = stateOfHost()
    await up(parametersOf(four))
    sh(script)
    assert.equal(await teardown('blue'), { name: 'blue', found: true })
    await hostIs(before)
    assert.equal(stateOfHost(), before)
  })

kernelTest(
  test,
  'what the plan takes for granted is looked at before anything is changed',
  needs,
  async () => {
    ip(`link add quiet type veth peer name quiet2
link add br0 type bridge
link add port type veth peer name port2
link set port master br0
link set port up
link add v0 type veth peer name v1
link set v0 up
link add child link v0 type macvlan mode passthru
link add w0 type veth peer name w1
link set w0 up`)
    await up({ namespace: 'red', parent: 'w0', addresses: ['10.0.8.2/24'] })
    ip('netns add taken')
    ip('link add eth0 type veth peer name eth1', '-n', 'taken')
    const before = stateOfHost()
    const bridge = parametersOf(four)
    for (const [parameters, message] of [
      [{ parent: 'nowhere' }, 'parent: there is no interface nowhere on the host; name one that is there'],
      [{ parent: 'quiet' }, 'parent: quiet is down on the host; set it up first: ip link set quiet up'],
      [
        { parent: 'port' },
        'parent: port is a port of br0, which takes all that comes in by it; use br0 as the parent'
      ],
      [
        { parent: 'v0' },
        'parent: v0 carries the macvlan child, and in mode passthru one has its parent for itself; use another parent or mode'
      ],
      [
        { parent: 'w0', mode: 'passthru' },
        'parent: w0 carries the macvlan eth0 of red, and in mode passthru one has its parent for itself; use another parent or mode'
      ],
      [
        { addresses: ['10.0.6.11/24'] },
        'addresses.0: eth0 has 10.0.6.11 on the host; choose another address'
      ],
      [{ namespace: 'taken' }, 'interface: eth0 exists already in taken; choose another name, or remove it']
    ] as ReadonlyArray<readonly [Partial<MacvlanParameters>, string]>) {
      const failed = await refusal(up({ ...bridge, ...parameters }))
      assert.equal([failed._tag, failed.message], ['PremiseFailed', message])
    }
    assert.equal(stateOfHost(), before)
    await teardown('red')
  }
)

kernelTest(test, 'whichever step fails, the host is as before', needs, async () => {
  const before = stateOfHost()
  for (const story of stories) {
    const plan = macvlan(parametersOf(story))
    for (let at = 1; at <= plan.steps.length; at++) {
      const steps = plan.steps.toSpliced(at, 0, {
        _tag: 'AddRoute',
        route: { destination: '203.0.113.0/24', gateway: '198.51.100.1' }
      })
      const { _tag, leftBehind } = await refusal(apply({ ...plan, steps }))
      assert.equal([_tag, leftBehind], ['StepFailed', []])
      assert.equal(stateOfHost(), before, `step ${at}`)
    }
  }
})

test.run()
