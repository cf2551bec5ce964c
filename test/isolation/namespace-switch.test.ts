import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { apply, explain, namespaceSwitch, teardown } from '../../src/promises'
import type { NamespaceSwitchParameters } from '../../src/recipe'
import {
  ask,
  briefly,
  host,
  ip,
  patient,
  raise,
  raze,
  reaches,
  refusal,
  seenOnHost,
  serve,
  sh,
  stateOfHost,
  type Unnamed,
  unnamed
} from '../lab'
import { command, kernelTest, linkKind, type Missing } from '../sandbox'
import { comesToBe, essence, isReady, stateIn } from './essence'

const test = suite('namespace-switch')
const needs = [command('ip'), command('nft'), command('unshare'), command('nsenter')]

const filters = linkKind('bridge vlan_filtering 1')

let running: ReadonlyArray<Unnamed> = []

/** Processes in unnamed namespaces, for one test. */
const processes = async (count: number): Promise<ReadonlyArray<Unnamed>> => {
  running = await Promise.all(Array.from({ length: count }, unnamed))
  return running
}

test.before.each(raise)
test.after.each(async () => {
  for (const { end } of running) await end()
  running = []
  raze()
})

type Member = NamespaceSwitchParameters['members'][number]

const network = { 4: (n: number) => `192.168.5.${n}`, 6: (n: number) => `fd00:5::${n}` } as const
type Family = keyof typeof network
const length = { 4: 24, 6: 64 } as const

const switchOf = (
  family: Family,
  members: ReadonlyArray<Omit<Member, 'address'>>,
  further: Partial<NamespaceSwitchParameters> = {}
): NamespaceSwitchParameters => ({
  name: 'sw',
  namespace: 'netns3',
  bridge: 'brx',
  ...further,
  members: members.map((each, n) => ({ ...each, address: `${network[family](n + 1)}/${length[family]}` }))
})

const up = (parameters: NamespaceSwitchParameters) => apply(namespaceSwitch(parameters))

const isDown = async (): Promise<void> => assert.equal(await teardown('sw'), { name: 'sw', found: true })

const bridgeAddress = (): string => JSON.parse(sh('ip -n netns3 -j link show brx'))[0].address

for (const family of [4, 6] as const) {
  const law = (title: string, further: ReadonlyArray<Missing>, body: () => Promise<void>): void =>
    kernelTest(test, `IPv${family}: ${title}`, [...needs, ...further], body)

  law('unnamed namespaces on a bridge in a third one; nothing of it is on the host', [], async () => {
    const [a, b] = (await processes(2)) as [Unnamed, Unnamed]
    const before = [stateOfHost(), stateIn(a), stateIn(b)]
    const seen = await seenOnHost(async () => {
      await up(
        switchOf(family, [
          { pid: a.pid, interface: 'veth11' },
          { pid: b.pid, interface: 'veth22' }
        ])
      )
      assert.ok(isReady(a, network[family](1)) && isReady(b, network[family](2)), 'the first packet passes')
      assert.ok(await reaches(a, network[family](2)))
      assert.ok(await reaches(b, network[family](1)))
    })
    assert.equal(seen, [])
    const server = await serve(b, 80)
    for (const protocol of ['tcp', 'udp'] as const)
      assert.is(await ask(a, network[family](2), 80, { protocol }), network[family](1))
    server.close()
    assert.not(await reaches(host, network[family](1), briefly))
    await isDown()
    assert.equal([stateOfHost(), stateIn(a), stateIn(b)], before)
  })

  law(
    'the bridge has no address, and nobody on it is reached by the namespace that it is in',
    [],
    async () => {
      await up(switchOf(family, [{ namespace: 'a' }, { namespace: 'b' }]))
      const shown = JSON.parse(sh('ip -n netns3 -j address')) as ReadonlyArray<{
        readonly ifname: string
        readonly addr_info: ReadonlyArray<unknown>
      }>
      assert.equal(
        shown.filter(({ addr_info }) => addr_info.length > 0).map(({ ifname }) => ifname),
        ['lo']
      )
      assert.is(await ask('netns3', network[family](1), 80), 'ENETUNREACH')
    }
  )

  law('explain(plan) | sh = apply(plan)', [], async () => {
    const [a] = (await processes(1)) as [Unnamed]
    const plan = namespaceSwitch(switchOf(family, [{ pid: a.pid, interface: 'veth11' }, { namespace: 'b' }]))
    const before = stateOfHost()
    const world = (): unknown => [
      essence(stateOfHost()),
      ...['netns3', 'b', a].map(ref => essence(stateIn(ref))),
      bridgeAddress()
    ]
    await apply(plan)
    const ours = world()
    await isDown()
    assert.equal(stateOfHost(), before)
    sh(explain(plan))
    assert.ok(await reaches(a, network[family](2)))
    await comesToBe(world, ours)
  })

  law('VLANs: those of one reach each other, those of two do not', [filters], async () => {
    await up(
      switchOf(
        family,
        [
          { namespace: 'a', vlan: 10 },
          { namespace: 'b', vlan: 10 },
          { namespace: 'c', vlan: 20 },
          { namespace: 'd', vlan: 20 },
          { namespace: 'e' },
          { namespace: 'f' }
        ],
        { vlanFiltering: true }
      )
    )
    const names = ['a', 'b', 'c', 'd', 'e', 'f']
    for (const [n, from] of names.entries())
      for (const [m] of names.entries()) {
        const together = n >> 1 === m >> 1
        if (n !== m)
          assert.is(
            await reaches(from, network[family](m + 1), together ? patient : 100),
            together,
            `${from} to ${names[m]}`
          )
      }
    const vlans = JSON.parse(sh('bridge -n netns3 -j vlan show')) as ReadonlyArray<{
      readonly ifname: string
      readonly vlans: unknown
    }>
    assert.equal(
      vlans.filter(({ ifname }) => ifname !== 'brx').map(each => [each.ifname, each.vlans]),
      [10, 10, 20, 20, 1, 1].map((vlan, n) => [
        `brx-${n + 1}`,
        [{ vlan, flags: ['PVID', 'Egress Untagged'] }]
      ])
    )
  })

  law('VLANs: explain(plan) | sh = apply(plan)', [filters], async () => {
    const plan = namespaceSwitch(
      switchOf(family, [{ namespace: 'a', vlan: 10 }, { namespace: 'b', vlan: 10 }, { namespace: 'c' }])
    )
    const world = (): unknown => [
      ...['netns3', 'a', 'b', 'c'].map(ref => essence(stateIn(ref))),
      JSON.parse(sh('bridge -n netns3 -j vlan show'))
    ]
    await apply(plan)
    const ours = world()
    await isDown()
    sh(explain(plan))
    assert.ok(await reaches('a', network[family](2)))
    assert.not(await reaches('a', network[family](3), briefly))
    await comesToBe(world, ours)
  })
}

kernelTest(
  test,
  'vlanFiltering where the kernel has none is an error that says so, and changes nothing',
  [...needs, filters === undefined ? 'the kernel filters VLANs' : undefined],
  async () => {
    const before = stateOfHost()
    for (const members of [[{ namespace: 'a' }], [{ namespace: 'a', vlan: 10 }]]) {
      const { _tag, message, leftBehind } = await refusal(up(switchOf(4, members, { vlanFiltering: true })))
      assert.equal([_tag, leftBehind], ['StepFailed', []])
      assert.match(
        String(message),
        /^cannot make the bridge brx in netns3: link\.add: .*EOPNOTSUPP.*CONFIG_BRIDGE_VLAN_FILTERING.*leave vlanFiltering out; nothing is left behind$/
      )
    }
    assert.equal(stateOfHost(), before)
  }
)

kernelTest(test, 'the bridge keeps its hardware address while ports come and go', needs, async () => {
  await up(switchOf(4, [{ namespace: 'a' }]))
  const before = bridgeAddress()
  ip(
    'link add p type veth peer name q\nlink set p address 02:00:00:00:00:00 master brx\nlink delete p',
    '-n',
    'netns3'
  )
  assert.is(bridgeAddress(), before)
})

kernelTest(test, 'a switch of twenty; the first reaches the last', needs, async () => {
  const before = stateOfHost()
  await up(
    switchOf(
      4,
      Array.from({ length: 20 }, (_, n) => ({ namespace: `m${n}` }))
    )
  )
  assert.ok(await reaches('m0', network[4](20)))
  assert.ok(await reaches('m19', network[4](1)))
  await isDown()
  assert.equal(stateOfHost(), before)
})

kernelTest(test, 'a switch in the namespace of a process, and members that are there', needs, async () => {
  const [s] = (await processes(1)) as [Unnamed]
  ip('netns add a\nnetns add b')
  ip(
    'link set lo up\nlink add d0 type veth peer name d1\naddress add 10.9.9.9/24 dev d0\nlink set d0 up',
    '-n',
    'a'
  )
  // The kernel looks after the carrier later.
  sh('for n in $(seq 100); do ip -n a link show d0 | grep -q LOWERLAYERDOWN && exit; sleep 0.1; done; exit 1')
  const before = [stateOfHost(), stateIn(s), stateIn('a'), stateIn('b')]
  const { namespace: _, ...rest } = switchOf(4, [{ namespace: 'a' }, { namespace: 'b' }])
  await up({ ...rest, pid: s.pid })
  assert.ok(await reaches('a', network[4](2)))
  await isDown()
  assert.equal([stateOfHost(), stateIn(s), stateIn('a'), stateIn('b')], before)
})

for (const [what, script] of [
  ['the switch is gone', 'ip netns delete netns3'],
  ['a member is gone', 'ip netns delete b'],
  ['the bridge is gone', 'ip -n netns3 link delete brx'],
  ['a port is gone', 'ip -n netns3 link delete brx-1']
] as const)
  kernelTest(test, `isolink down when ${what}`, needs, async () => {
    const [a] = (await processes(1)) as [Unnamed]
    const before = [stateOfHost(), stateIn(a)]
    await up(switchOf(4, [{ pid: a.pid }, { namespace: 'b' }]))
    sh(script)
    await isDown()
    assert.equal([stateOfHost(), stateIn(a)], before)
  })

kernelTest(test, 'isolink down when a process is gone', needs, async () => {
  const [a] = (await processes(1)) as [Unnamed]
  const before = stateOfHost()
  await up(switchOf(4, [{ pid: a.pid }, { namespace: 'b' }]))
  await a.end()
  await isDown()
  assert.equal(stateOfHost(), before)
})

kernelTest(test, 'whichever step fails, all is as before', needs, async () => {
  const [a] = (await processes(1)) as [Unnamed]
  const before = [stateOfHost(), stateIn(a)]
  const plan = namespaceSwitch(switchOf(6, [{ pid: a.pid }, { namespace: 'b' }]))
  for (let at = 1; at <= plan.steps.length; at++) {
    const steps = plan.steps.toSpliced(at, 0, {
      _tag: 'AddRoute',
      route: { destination: '203.0.113.0/24', gateway: '198.51.100.1' }
    })
    const { _tag, leftBehind } = await refusal(apply({ ...plan, steps }))
    assert.equal([_tag, leftBehind], ['StepFailed', []])
    assert.equal([stateOfHost(), stateIn(a)], before, `step ${at}`)
  }
})

test.run()
