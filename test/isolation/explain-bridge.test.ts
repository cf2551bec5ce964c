import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { apply, bridgeNetwork, explain, type Plan, teardown } from '../../src/promises'
import { ask, briefly, host, ip, raise, raze, reaches, serve, stateOfHost } from '../lab'
import { command, kernelTest } from '../sandbox'
import { comesToBe, essence, runQuietly, stateIn } from './essence'

const test = suite('explain: bridge-network')
const needs = [command('ip'), command('nft'), command('sysctl')]

test.before.each(raise)
test.after.each(raze)

interface Case {
  readonly plan: Plan
  /** The host's address and the other host's, red's, and the one on the other network. */
  readonly addresses: readonly [here: string, other: string, red: string, blue: string]
  readonly loopback?: string
}

const publish = [
  { hostPort: 8000, port: 80 },
  { protocol: 'udp' as const, hostPort: 8000, port: 80 },
  { hostPort: '8010-8012', port: '90-92' }
]

const cases: { readonly [title: string]: Case } = {
  IPv4: {
    plan: bridgeNetwork({
      name: 'web',
      gateway: '10.100.0.1/24',
      allow: ['br1'],
      endpoints: [
        {
          namespace: 'red',
          interface: 'red0',
          address: '10.100.0.2/24',
          publish: [...publish, { hostPort: 8001, port: 80, hostAddress: '127.0.0.1' }]
        },
        { namespace: 'green', address: '10.100.0.3/24' }
      ]
    }),
    addresses: ['10.0.6.10', '10.0.6.20', '10.100.0.2', '10.200.0.2'],
    loopback: '127.0.0.1'
  },
  IPv6: {
    plan: bridgeNetwork({
      name: 'web',
      gateway: 'fd00:100::1/64',
      uplink: 'eth0',
      endpoints: [
        { namespace: 'red', address: 'fd00:100::2/64', publish },
        { namespace: 'green', address: 'fd00:100::3/64' }
      ]
    }),
    addresses: ['fd00:6::10', 'fd00:6::20', 'fd00:100::2', 'fd00:200::2']
  },
  both: {
    plan: bridgeNetwork({
      gateways: ['10.100.0.1/24', 'fd00:100::1/64'],
      endpoints: [
        { namespace: 'red', addresses: ['10.100.0.2/24', 'fd00:100::2/64'], publish },
        { namespace: 'green', address: '10.100.0.3/24' }
      ]
    }),
    addresses: ['10.0.6.10', '10.0.6.20', '10.100.0.2', '10.200.0.2'],
    loopback: '127.0.0.1'
  }
}

for (const [title, { plan, addresses, loopback }] of Object.entries(cases))
  kernelTest(test, `explain(plan) | sh = apply(plan): ${title}`, needs, async () => {
    const [here, other, red, blue] = addresses
    const behaviour = async (): Promise<object> => {
      const servers = [await serve('red', 80), await serve('red', 91), await serve('other', 90)]
      ip(`route replace ${red} via ${here}`, '-n', 'other')
      const found = {
        siblings: await reaches('green', red),
        host: await reaches('red', here),
        world: await reaches('red', other),
        intruder: await reaches('other', red, briefly),
        another: await reaches('red', blue, briefly),
        masqueraded: await ask('red', other, 90),
        published: await ask('other', here, 8000),
        datagrams: await ask('other', here, 8000, { protocol: 'udp' }),
        range: [await ask('other', here, 8011), await ask('other', here, 8012)],
        sibling: await ask('green', here, 8000),
        itself: await ask('red', here, 8000),
        own: await ask(host, here, 8000),
        ...(loopback !== undefined && {
          loopback: [await ask(host, loopback, 8000), await ask(host, loopback, 8001)],
          hidden: await ask('other', here, 8001)
        })
      }
      ip(`route del ${red}`, '-n', 'other')
      for (const server of servers) server.close()
      return found
    }
    const world = (): unknown => [essence(stateOfHost()), essence(stateIn('red')), essence(stateIn('green'))]
    await apply(plan)
    const [applied, behaved] = [world(), await behaviour()]
    await teardown(title === 'both' ? 'br0' : 'web')
    runQuietly(explain(plan))
    await comesToBe(world, applied)
    const typed = (await behaviour()) as { readonly [question: string]: unknown }
    assert.equal(typed, behaved)
    const { siblings, world: reached, intruder, another, published } = typed
    assert.equal([siblings, reached, intruder, another, published], [true, true, false, false, other])
  })

test.run()
