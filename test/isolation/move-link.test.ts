import { setTimeout } from 'node:timers/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { thisMachine } from '../../src/isolation/machine'
import { teardownOn } from '../../src/isolation/teardown'
import { apply, teardown } from '../../src/promises'
import type { Plan, Step } from '../../src/recipe'
import { ip, raise, refusal, sh, stateOfHost } from '../lab'
import { equip, everything, lasting, nic, plug, strip } from '../nic'
import { command, kernelTest, linkKind } from '../sandbox'
import { counted, faultyMachine } from './sweep/faults'

const test = suite('a link that moves')
const needs = [command('ip'), command('nft'), command('tc'), command('bridge')]

test.before.each(raise)
test.after.each(strip)

const planOf = (step: object = {}, ...more: ReadonlyArray<Step>): Plan => ({
  recipe: 'test',
  name: 'blue',
  parameters: {},
  premises: [],
  steps: [
    { _tag: 'CreateNamespace', name: 'blue' },
    { _tag: 'MoveLink', link: nic, namespace: 'blue', name: 'eth0', ...step },
    ...more
  ]
})

const isSame = (before: ReadonlyArray<unknown>): void => {
  for (const [n, each] of everything().entries()) assert.equal(each, before[n])
}

for (const furnished of [false, true])
  kernelTest(
    test,
    `it comes back as it was, ${furnished ? 'with' : 'without'} its things`,
    needs,
    async () => {
      equip()
      const before = everything()
      await apply(planOf({ furnished }))
      assert.not(sh('ip -j link').includes(nic))
      assert.equal(await teardown('blue'), { name: 'blue', found: true })
      isSame(before)
    }
  )

kernelTest(test, 'furnished, it has there what it had here', needs, async () => {
  equip()
  sh(`ip link set ${nic} alias ""`)
  const told = (prefix: string): string =>
    sh(`ip ${prefix} -d -j address show dev ${nic} | jq -c '.[0].addr_info'
ip ${prefix} -j route show table all dev ${nic} | jq -c '.[]' | grep -v -e nhid -e 10.3.0.0 -e fd02::
ip ${prefix} -j -6 route show table all dev ${nic} | jq -c '.[]' | grep -v fd02::
ip ${prefix} -j rule | jq -c 'map(del(.iif_detached))'
ip ${prefix} -j -6 rule | jq -c '.[] | select(.priority == 50) | del(.oif_detached)'
ip ${prefix} -j neighbour show nud permanent dev ${nic}
ip ${prefix} -j neighbour show proxy dev ${nic}
bridge ${prefix.replace('-n', '-netns')} -j fdb show dev ${nic} | jq -c 'sort_by(.mac)'
tc ${prefix} class show dev ${nic}`).replace(/"(valid_life_time|preferred_life_time|expires)":\d+/g, '')
  const before = told('')
  await apply(planOf({ furnished: true, name: nic }))
  assert.is(told('-n blue'), before)
  const parameter = (key: string): string => sh(`ip netns exec blue sysctl -n net.${key}`).trim()
  assert.equal(
    ['ipv4.conf', 'ipv6.conf', 'ipv4.neigh'].map((folder, n) =>
      parameter(`${folder}.${nic}.${['forwarding', 'accept_dad', 'base_reachable_time_ms'][n]}`)
    ),
    ['1', '0', '12000']
  )
  await teardown('blue')
})

kernelTest(
  test,
  'lifetimes go on while it is away; what ends meanwhile does not come back',
  needs,
  async () => {
    equip()
    ip(`address add 10.0.9.1/24 dev ${nic} valid_lft 4 preferred_lft 1`)
    ip(`route add fd09::/64 via fe80::1 dev ${nic} expires 4`, '-6')
    const lifetimes = (): ReadonlyArray<number> =>
      JSON.parse(sh(`ip -j address show dev ${nic} | jq -c '[.[0].addr_info[].valid_life_time]'`))
    const before = lifetimes()
    await apply(planOf())
    await setTimeout(5000)
    await teardown('blue')
    const after = lifetimes()
    assert.not(sh('ip address').includes('10.0.9.1'))
    assert.not(sh('ip -6 route').includes('fd09::'))
    assert.is(after.length, before.length - 1)
    const left = after.filter(seconds => seconds < 4000)
    assert.is(left.length, 2)
    for (const seconds of left) assert.ok(seconds >= 2950 && seconds <= 2996, String(seconds))
  }
)

/** What happens to it in the namespace, as a shell script; $index is its index there. */
const fates: ReadonlyArray<readonly [string, string]> = [
  ['it was renamed there', 'ip -n blue link set eth0 down\nip -n blue link set eth0 name wan0'],
  [
    'everything of it was changed there',
    `ip -n blue link set eth0 address 02:00:00:00:00:0f mtu 1300 txqueuelen 9 group 0 alias other arp off promisc on
ip -n blue link set eth0 allmulticast off multicast off
ip -n blue link property del dev eth0 altname enp0s99
ip -n blue link property add dev eth0 altname wan
ip -n blue address add 10.3.3.3/24 dev eth0
ip -n blue link set eth0 up
ip -n blue route add default via 10.3.3.1`
  ],
  [
    'it was moved on to a third namespace',
    'ip netns add third\nip -n blue link set eth0 netns third name wan0'
  ],
  // What the kernel does with hardware when its namespace ends: it is back on the host, down, and called by its index.
  [
    'the namespace ended and it came back alone',
    'ip -n blue link set eth0 netns $$ name dev7\nip netns delete blue'
  ],
  [
    '… and another namespace has the name now',
    'ip -n blue link set eth0 netns $$ name dev7\nip netns delete blue\nip netns add blue'
  ],
  ['it was brought back by hand', `ip -n blue link set eth0 netns $$ name ${nic}\nip link set ${nic} up`]
]

for (const [fate, script] of fates)
  for (const furnished of [false, true])
    kernelTest(test, `${fate}${furnished ? ', furnished' : ''}: it comes back as it was`, needs, async () => {
      equip()
      const before = everything()
      await apply(planOf({ furnished }))
      sh(script)
      assert.equal(await teardown('blue'), { name: 'blue', found: true })
      sh('ip netns delete third 2> /dev/null || true; ip netns delete blue 2> /dev/null || true')
      // An index cannot be given back to a link that is on the host already.
      const index = JSON.parse(sh(`ip -j link show ${nic}`))[0].ifindex
      const was = JSON.stringify(before).match(new RegExp(`"ifindex":(\\d+),[^{]*"ifname":"${nic}"`))?.[1]
      isSame(JSON.parse(JSON.stringify(before).replaceAll(`"ifindex":${was},`, `"ifindex":${index},`)))
    })

kernelTest(
  test,
  'a virtual one ends with its namespace: that is told, and all else is undone',
  [...needs, lasting],
  async () => {
    const before = stateOfHost()
    equip()
    await apply(planOf())
    sh('ip netns delete blue')
    // The kernel ends namespaces at its leisure.
    while (sh('ip -n other -j link').includes(`"${nic}"`)) await setTimeout(10)
    assert.equal(await teardown('blue'), {
      name: 'blue',
      found: true,
      lost: [`${nic} is gone: a veth ends with its namespace, and nothing of it can be given back`]
    })
    sh(`ip nexthop flush; ip route flush table all proto boot
ip rule delete priority 50; ip rule delete priority 51; ip -6 rule delete priority 50`)
    assert.equal(stateOfHost(), { ...before, routes: (stateOfHost() as { routes: unknown }).routes })
  }
)

kernelTest(
  test,
  'its name was taken meanwhile: it comes back by another, and by its own as soon as that is free',
  needs,
  async () => {
    equip()
    const before = everything()
    await apply(planOf())
    ip(`link add ${nic} type veth peer name rival`)
    const failed = await refusal(teardown('blue'))
    assert.is(failed._tag, 'TeardownFailed')
    assert.match(
      String(failed.message),
      /eth1 is back, but not as it was: it is called dev\d+, as another link has its name eth1 now; rename that one/
    )
    // Nothing of it is lost meanwhile.
    assert.match(sh('ip address show to 10.0.7.14'), /dev\d+[@:]/)
    assert.match(sh('ip route show default metric 600'), /via 10\.0\.7\.1 dev dev\d+ /)
    ip(`link delete ${nic}`)
    assert.equal(await teardown('blue'), { name: 'blue', found: true })
    isSame(before)
  }
)

kernelTest(test, 'an alternative name was taken meanwhile', needs, async () => {
  equip()
  const before = everything()
  await apply(planOf())
  ip(`link add rival type veth peer name rival2
link property add dev rival altname enp0s99`)
  const failed = await refusal(teardown('blue'))
  assert.match(
    String(failed.message),
    /eth1 is back, but not as it was: another link has its name enp0s99 now/
  )
  ip('link delete rival')
  assert.equal(await teardown('blue'), { name: 'blue', found: true })
  isSame(before)
})

kernelTest(test, 'its index was taken meanwhile: it comes back by another', needs, async () => {
  equip()
  const index = JSON.parse(sh(`ip -j link show ${nic}`))[0].ifindex
  await apply(planOf())
  ip(`link add rival index ${index} type veth peer name rival2`)
  assert.equal(await teardown('blue'), { name: 'blue', found: true })
  assert.match(sh('ip route show 203.0.113.0/24'), /nhid 9/)
  assert.match(sh('ip route show 10.3.0.0/16'), /dev eth1 weight 2/)
  assert.match(sh('ip route show 10.4.0.0/16'), /via 10\.0\.6\.1 dev eth0 src 10\.0\.7\.14/)
})

kernelTest(test, 'the port of a bridge there comes back all the same', needs, async () => {
  equip()
  const before = everything()
  await apply(planOf())
  sh('ip -n blue link add bridge type bridge; ip -n blue link set eth0 master bridge')
  await teardown('blue')
  isSame(before)
})

/** A bridge on the host whose port it is, and what that keeps of it. */
const enslave = (bridge: string, ...port: ReadonlyArray<string>): string => {
  equip()
  sh(`ip link add br0 type bridge ${bridge}; ip link set ${nic} up master br0
ip link set ${nic} type bridge_slave cost 77 guard on
${port.join('\n')}`)
  return portOfHost()
}

/** What the bridge keeps of its ports, but for what it counts. */
const portOfHost = (): string =>
  sh(`ip -d -j link show ${nic} | jq -c '.[0] | .master, (.linkinfo.info_slave_data | [.cost, .guard, .priority])'
bridge -j vlan show dev ${nic}`)

kernelTest(test, 'the port of a bridge on the host is that again', needs, async () => {
  const before = enslave('')
  await apply(planOf())
  await teardown('blue')
  assert.is(portOfHost(), before)
  sh('ip link delete br0')
})

kernelTest(
  test,
  'the port of a bridge on the host is in the VLANs that it was in',
  [...needs, linkKind('bridge vlan_filtering 1')],
  async () => {
    const before = enslave(
      'vlan_filtering 1',
      `bridge vlan delete dev ${nic} vid 1`,
      `bridge vlan add dev ${nic} vid 10 pvid untagged`,
      `bridge vlan add dev ${nic} vid 20-29`
    )
    assert.match(before, /"vlan":10,"flags":\["PVID","Egress Untagged"\]/)
    await apply(planOf())
    await teardown('blue')
    assert.is(portOfHost(), before)
    sh('ip link delete br0')
  }
)

kernelTest(test, 'the port of a bond is that again', [...needs, linkKind('bond')], async () => {
  plug()
  sh(`ip link add bond0 type bond mode active-backup; ip link set ${nic} down; ip link set ${nic} master bond0
ip link set bond0 up`)
  const told = (): string =>
    sh(
      `ip -d -j link show ${nic} | jq -c '.[0] | .master, .address, .mtu, .flags, .linkinfo.info_slave_data.perm_hwaddr'`
    )
  const before = told()
  await apply(planOf())
  await teardown('blue')
  assert.is(told(), before)
  sh('ip link delete bond0')
})

const unreachable: Step = {
  _tag: 'AddRoute',
  route: { destination: '203.0.114.0/24', gateway: '198.51.101.1' }
}

for (const furnished of [false, true])
  kernelTest(
    test,
    `if a later step fails, the host is as before${furnished ? ', furnished' : ''}`,
    needs,
    async () => {
      equip()
      const before = everything()
      const failed = await refusal(apply(planOf({ furnished }, unreachable)))
      assert.equal([failed._tag, failed.leftBehind], ['StepFailed', []], String(failed.message))
      isSame(before)
    }
  )

kernelTest(test, 'if it cannot have its name there, the host is as before', needs, async () => {
  equip()
  sh('ip netns add blue; ip -n blue link add eth0 type veth peer name eth9')
  const before = everything()
  const failed = await refusal(apply(planOf()))
  assert.equal([failed._tag, failed.leftBehind], ['StepFailed', []], String(failed.message))
  isSame(before)
})

kernelTest(test, 'if not all that it has can be there, the host is as before', needs, async () => {
  equip()
  sh('ip netns add blue; ip -n blue link set lo up; ip -n blue nexthop add id 7 dev lo')
  const before = everything()
  const failed = await refusal(apply(planOf({ furnished: true })))
  assert.equal([failed._tag, failed.leftBehind], ['StepFailed', []], String(failed.message))
  assert.match(String(failed.message), /not all of eth0 could be moved: /)
  isSame(before)
})

kernelTest(test, 'rules go from a namespace that was there before, and no others', needs, async () => {
  equip()
  sh(
    'ip netns add blue; ip -n blue rule add from 10.0.7.14 lookup 100 pref 51; ip -n blue rule add pref 7 lookup 7'
  )
  const rules = (): string => sh('ip -n blue rule; ip -n blue -6 rule')
  const before = rules()
  await apply(planOf({ furnished: true }))
  assert.match(rules(), /50:\tfrom all iif eth1 .*lookup 100/)
  assert.is(rules().match(/from 10\.0\.7\.14/g)?.length, 1)
  await teardown('blue')
  assert.is(rules(), before)
})

kernelTest(
  test,
  'whatever fails while it is given back is told, and given back the next time',
  needs,
  async () => {
    equip()
    sh('ip netns add kept')
    const before = everything()
    const rules = 'ip -n kept rule; ip -n kept -6 rule'
    const bare = sh(rules)
    const plan = planOf({ furnished: true })
    const steps = plan.steps
      .map(step => ('namespace' in step ? { ...step, namespace: 'kept' } : step))
      .slice(1)
    const there = { ...plan, steps }
    await apply(there)
    const { machine, effects } = counted(thisMachine())
    assert.is((await teardownOn(machine)('blue')())._tag, 'Right')
    isSame(before)
    assert.is(sh(rules), bare)
    const told: Array<string> = []
    for (const [n, what] of effects.entries()) {
      if (what.startsWith('record') || what === 'erase') continue
      await apply(there)
      let at = -1
      const failing = faultyMachine(thisMachine(), () => (++at === n ? 'refuse' : undefined))
      const done = await teardownOn(failing)('blue')()
      if (done._tag === 'Left') {
        told.push(done.left.message)
        assert.is(done.left._tag, 'TeardownFailed', `${what}: ${done.left.message}`)
        assert.match(done.left.message, /refused by the test/, what)
        await teardown('blue')
      }
      assert.is(sh(rules), bare, `${n}: ${what}`)
      isSame(before)
    }
    console.log(`${effects.length} effects, ${told.length} told`)
    for (const sentence of [
      /eth1 is still in kept, as eth0: /,
      /eth1 is back, but not as it was: /,
      /eth1 is back, but not all that came with it has gone in kept: rule 50 is still there: /
    ])
      assert.ok(
        told.some(each => sentence.test(each)),
        `${sentence}: ${told.join('\n')}`
      )
  }
)

kernelTest(test, 'one that would lose what cannot be given back is not moved', needs, async () => {
  equip()
  sh(`tc filter add dev ${nic} parent 1: protocol ip prio 1 u32 match ip dst 10.0.0.0/8 flowid 1:10`)
  const before = everything()
  const failed = await refusal(apply(planOf()))
  assert.equal(
    [failed._tag, failed.message],
    [
      'StepFailed',
      'cannot move eth1 in blue, as eth0: eth1 cannot be moved: it has traffic filters (tc filter), which would be lost; remove them first; nothing is left behind'
    ]
  )
  isSame(before)
})

for (const [kind, words] of [
  ['vlan', `link ${nic} type vlan id 5`],
  // It tells only in its options what it is on.
  ['vxlan', `type vxlan id 5 dev ${nic} dstport 4789`]
] as const)
  kernelTest(test, `one with a ${kind} on top is not moved`, [...needs, linkKind(kind)], async () => {
    equip()
    ip(`link add name upper ${words}`)
    const failed = await refusal(apply(planOf()))
    assert.equal(
      [failed._tag, failed.message],
      [
        'StepFailed',
        'cannot move eth1 in blue, as eth0: eth1 cannot be moved: upper is on top of it and would be lost; remove that first; nothing is left behind'
      ]
    )
  })

kernelTest(test, 'what a process that died had begun is undone by the next', needs, async () => {
  equip()
  const before = everything()
  for (const furnished of [false, true])
    for (const steps of [1, 2]) {
      let done = 0
      const onStep = (): void => {
        if (++done === steps) throw new Error('killed')
      }
      await apply(planOf({ furnished }), { onStep }).catch(() => undefined)
      await teardown('blue')
      isSame(before)
    }
})

test.run()
