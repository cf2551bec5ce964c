import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { apply, explain, teardown, vethMasquerade } from '../../src/promises'
import type { VethMasqueradeParameters } from '../../src/recipe'
import { ask, ip, raise, raze, serve, sh, stateOfHost } from '../lab'
import { command, kernelTest } from '../sandbox'

const test = suite('explain')
const needs = [command('ip'), command('nft'), command('sysctl')]

test.before.each(raise)
test.after.each(raze)

/** What differs between two equal worlds: numbers that the kernel gives, and addresses made from them. */
const incidental = new Set(['ifindex', 'link_index', 'link_netnsid', 'handle', 'comment', 'index'])

const linkLocal = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  Object.values(value).some(each => typeof each === 'string' && /^fe80::[^/]/.test(each))

const essence = (value: unknown): unknown => {
  if (Array.isArray(value))
    return value
      .filter(each => !linkLocal(each))
      .map(essence)
      .sort(byText)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, each]) => !incidental.has(key) && !/^([0-9a-f]{2}:){5}/.test(String(each)))
      .map(([key, each]) => [key, essence(each)])
  )
}

const byText = (a: unknown, b: unknown): number => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)

const stateIn = (namespace: string): unknown => [
  ...sh(`ip -n ${namespace} -d -j address
ip -n ${namespace} -j route show table all
ip -n ${namespace} -j -6 route show table all`)
    .trim()
    .split('\n')
    .map(line => JSON.parse(line)),
  sh(`ip netns exec ${namespace} sh -c "grep -rs '' /proc/sys/net/ipv4/conf /proc/sys/net/ipv6/conf || true"`)
    .split('\n')
    .sort()
]

const cases: ReadonlyArray<readonly [VethMasqueradeParameters, string]> = [
  [
    {
      namespace: 'blue',
      address: '192.168.45.3/24',
      gateway: '192.168.45.2',
      publish: [
        { hostPort: 8080, port: 80 },
        { protocol: 'udp', hostPort: 8080, port: 80 },
        { hostPort: 8081, port: 80, hostAddress: '10.0.6.11' },
        { hostPort: 8082, port: 80, hostAddress: '127.0.0.1' }
      ]
    },
    '10.0.6.10'
  ],
  [
    {
      namespace: 'blue',
      address: 'fd00:45::3/64',
      gateway: 'fd00:45::2',
      publish: [{ hostPort: 8080, port: 80 }]
    },
    'fd00:6::10'
  ],
  [
    {
      namespace: 'web.1',
      uplink: 'eth0.100',
      interface: 'in.side',
      address: '192.168.45.3/31',
      gateway: '192.168.45.2',
      publish: [{ hostPort: 8080, port: 80 }]
    },
    '10.0.6.10'
  ]
]

for (const [parameters, address] of cases)
  kernelTest(test, `explain(plan) | sh = apply(plan): ${JSON.stringify(parameters)}`, needs, async () => {
    const { namespace } = parameters
    // Dots in a name are no separators of a sysctl.
    if (parameters.uplink !== undefined) ip('link add eth0.100 type dummy\nlink set eth0.100 up')
    const plan = vethMasquerade(parameters)
    const worldOf = async (): Promise<readonly [unknown, unknown, string]> => {
      const server = await serve(namespace, 80)
      const world = [
        essence(stateOfHost()),
        essence(stateIn(namespace)),
        await ask('other', address, 8080)
      ] as const
      server.close()
      return world
    }
    await apply(plan)
    const [host, inside, answer] = await worldOf()
    await teardown(namespace)
    sh(explain(plan))
    const [otherHost, otherInside, otherAnswer] = await worldOf()
    assert.equal(otherHost, host)
    assert.equal(otherInside, inside)
    assert.equal(
      [answer, otherAnswer],
      address.includes(':') ? ['fd00:6::20', 'fd00:6::20'] : ['10.0.6.20', '10.0.6.20']
    )
  })

test.run()
