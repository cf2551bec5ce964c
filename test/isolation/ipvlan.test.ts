import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { apply, explain, ipvlan, macvlan, teardown } from '../../src/promises'
import type { IpvlanParameters } from '../../src/recipe'
import {
  ask,
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

const test = suite('ipvlan')
const needs = [command('ip'), command('nft'), linkKind('ipvlan')]

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
  /** A network that the host routes to. */
  readonly network: string
  readonly inner: string
  readonly inner2: string
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
    away: '203.0.113.1',
    network: '10.99.0.0/24',
    inner: '10.99.0.2',
    inner2: '10.99.0.3'
  },
  {
    family: 6,
    length: 64,
    blue: 'fd00:6::22',
    green: 'fd00:6::23',
    gateway: 'fd00:6::20',
    host: 'fd00:6::10',
    other: 'fd00:6::20',
    away: 'fd00:203::1',
    network: 'fd00:99::/64',
    inner: 'fd00:99::2',
    inner2: 'fd00:99::3'
  }
]

const up = (parameters: IpvlanParameters) => apply(ipvlan(parameters))

const parametersOf = ({ blue, length, gateway }: Story): IpvlanParameters => ({
  namespace: 'blue',
  parent: 'eth0',
  mode: 'l2',
  interface: 'eth0',
  addresses: [`${blue}/${length}`],
  gateway
})

const hardwareAddress = (place: string, name: string): string =>
  JSON.parse(sh(`ip ${place} -j link show ${name}`))[0].address

const [four] = stories as [Story, Story]

for (const story of stories) {
  const { family, blue, green, other, length } = story
  const law = (title: string, body: () => Promise<void>): void =>
    kernelTest(test, `IPv${family}: ${title}`, needs, body)

  law('a second address of the host’s hardware: it and the other host reach each other', async () => {
    const before = stateOfHost()
    assert.ok((await up(parametersOf(story))).changed)
    assert.ok(await reaches('blue', other), 'the first packet passes')
    assert.ok(await reaches('other', blue))
    assert.is(hardwareAddress('-n blue', 'eth0'), hardwareAddress('', 'eth0'))
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

  for (const flag of ['bridge', 'private', 'vepa'] as const)
    law(`flag ${flag}: whether two on one parent reach each other`, async () => {
      await up({ ...parametersOf(story), flag })
      await up({ namespace: 'green', parent: 'eth0', flag, addresses: [`${green}/${length}`] })
      assert.is(await reaches('blue', green, flag === 'bridge' ? patient : briefly), flag === 'bridge')
      assert.ok(await reaches('blue', other))
      assert.ok(await reaches('green', other))
    })

  for (const mode of ['l3', 'l3s'] as const)
    law(`mode ${mode}: the host routes for it, and its network must know the way`, async () => {
      const before = stateOfHost()
      const { gateway: _, ...rest } = parametersOf(story)
      await up({ ...rest, mode, addresses: [`${story.inner}/${length}`] })
      await up({ namespace: 'green', parent: 'eth0', mode, addresses: [`${story.inner2}/${length}`] })
      assert.match(sh(`ip -n blue -${family} route show default`), /^default dev eth0 proto static/)
      assert.not(await reaches('blue', other, briefly))
      ip(`route add ${story.network} via ${story.host}`, '-n', 'other')
      assert.ok(await reaches('blue', other))
      assert.ok(await reaches('other', story.inner))
      assert.ok(await reaches('blue', story.inner2))
      const server = await serve('blue', 80)
      assert.is(await ask('other', story.inner, 80), other)
      server.close()
      for (const name of ['blue', 'green']) await teardown(name)
      assert.equal(stateOfHost(), before)
    })

  for (const mode of ['l2', 'l3', 'l3s'] as const)
    law(`explain(plan) | sh = apply(plan), mode ${mode}`, async () => {
      const { gateway, ...rest } = parametersOf(story)
      const plan = ipvlan({ ...rest, mode, ...(mode === 'l2' && { gateway }) })
      const before = stateOfHost()
      const world = (): unknown => [essence(stateOfHost()), essence(stateIn('blue'))]
      await apply(plan)
      const ours = world()
      await teardown('blue')
      assert.equal(stateOfHost(), before)
      sh(explain(plan))
      await comesToBe(world, ours)
      assert.is(await reaches('blue', other, mode === 'l2' ? patient : briefly), mode === 'l2')
    })
}

kernelTest(test, 'addresses and gateways of both families', needs, async () => {
  await up({
    namespace: 'blue',
    parent: 'eth0',
    addresses: stories.map(({ blue, length }) => `${blue}/${length}`),
    gateways: stories.map(({ gateway }) => gateway)
  })
  for (const { other } of stories) assert.ok(await reaches('blue', other))
})

for (const [what, script] of [
  ['the namespace is gone', 'ip netns delete blue'],
  ['the interface is gone', 'ip -n blue link delete eth0']
] as const)
  kernelTest(test, `isolink down when ${what}`, needs, async () => {
    const before = stateOfHost()
    await up(parametersOf(four))
    sh(script)
    assert.equal(await teardown('blue'), { name: 'blue', found: true })
    await hostIs(before)
    assert.equal(stateOfHost(), before)
  })

kernelTest(test, 'what a parent carries decides what else it can', needs, async () => {
  await up(parametersOf(four))
  const before = stateOfHost()
  const refused = async (parameters: Promise<unknown>, message: string): Promise<void> => {
    const failed = await refusal(parameters)
    assert.equal([failed._tag, failed.message], ['PremiseFailed', `parent: ${message}`])
  }
  await refused(
    apply(macvlan({ namespace: 'green', parent: 'eth0', addresses: ['10.0.6.23/24'] })),
    'eth0 carries the ipvlan eth0 of blue, and a parent takes either ipvlan or macvlan; use another parent, or ipvlan'
  )
  await refused(
    up({ namespace: 'green', parent: 'eth0', mode: 'l3', addresses: ['10.99.0.2/24'] }),
    'eth0 carries the ipvlan eth0 of blue in mode l2, and all on one parent have the same mode and flag'
  )
  assert.equal(stateOfHost(), before)
  await teardown('blue')
  await apply(macvlan({ namespace: 'green', parent: 'eth0', addresses: ['10.0.6.23/24'] }))
  await refused(
    up(parametersOf(four)),
    'eth0 carries the macvlan eth0 of green, and a parent takes either ipvlan or macvlan; use another parent, or macvlan'
  )
})

kernelTest(test, 'whichever step fails, the host is as before', needs, async () => {
  const before = stateOfHost()
  for (const story of stories) {
    const plan = ipvlan(parametersOf(story))
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
