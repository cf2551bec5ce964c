import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { apply, dualNic, explain, hostFakeIp, type Plan, teardown } from '../../src/promises'
import { ask, host, ip, raise, raze, reaches, serve, sh, stateOfHost } from '../lab'
import { command, kernelTest } from '../sandbox'
import { comesToBe, essence, runQuietly, stateIn } from './essence'

const test = suite('explain: recipes that move an interface')
const needs = [command('ip'), command('nft'), command('sysctl')]

test.before.each(() => {
  raise()
  ip('link add eth1 type veth peer name eth1 netns other')
  ip(
    'link set eth1 up\naddress add 10.0.7.20/24 dev eth1\naddress add fd00:7::20/64 dev eth1 nodad',
    '-n',
    'other'
  )
  ip(`link set eth1 up
address add 10.0.7.1/24 dev eth1
route add 10.77.0.0/16 via 10.0.6.77 table 100
rule add from 10.0.6.11 lookup 100 priority 50
neighbour add 10.0.6.99 lladdr 02:00:00:00:00:99 dev eth0 nud permanent`)
})
test.after.each(() => {
  sh('ip rule delete priority 50; ip netns exec other true')
  raze()
})

const publish = [{ hostPort: 22, port: 22 }]

const cases: ReadonlyArray<readonly [string, Plan, string]> = [
  [
    'dual-nic',
    dualNic({
      namespace: 'blue',
      nic: 'eth1',
      addresses: ['10.0.7.14/24', 'fd00:7::14/64'],
      gateway: '10.0.7.20'
    }),
    '10.0.7.20'
  ],
  ['host-fake-ip', hostFakeIp({ namespace: 'blue', publish }), '10.0.6.20'],
  [
    'host-fake-ip, both families',
    hostFakeIp({
      namespace: 'blue',
      nic: 'eth0',
      hostAddresses: ['169.250.1.1/24', 'fd00:a9fa::1/64'],
      namespaceAddresses: ['169.250.1.2/24', 'fd00:a9fa::2/64'],
      publish
    }),
    'fd00:6::20'
  ]
]

for (const [title, plan, other] of cases)
  kernelTest(test, `explain(plan) | sh = apply(plan): ${title}`, needs, async () => {
    const world = (): unknown => [
      essence(stateOfHost()),
      essence(stateIn('blue')),
      sh('ip -n blue rule; ip -n blue neighbour show nud permanent')
    ]
    const behaviour = async (): Promise<unknown> => {
      const service = await serve('other', 90)
      assert.ok(await reaches('blue', other))
      const seen = [await ask('blue', other, 90), title.startsWith('host') ? await ask(host, other, 90) : '']
      service.close()
      return seen
    }
    await apply(plan)
    const [applied, behaved] = [world(), await behaviour()]
    await teardown('blue')
    runQuietly(explain(plan))
    await comesToBe(world, applied)
    assert.equal(await behaviour(), behaved)
    assert.not(String(behaved).includes('silence'))
  })

test.run()
