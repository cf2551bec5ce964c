import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { HostFakeIpParameters } from '../../src/promises'
import { apply, hostFakeIp, teardown } from '../../src/promises'
import { ask, briefly, host, ip, raise, raze, reaches, type Service, serve, sh, stateOfHost } from '../lab'
import { command, kernelTest } from '../sandbox'

const test = suite('host-fake-ip')
const needs = [command('ip'), command('nft')]

/** The tests of a family are one story: each begins where the one before ended. */
interface Story {
  readonly title: string
  readonly parameters: Partial<HostFakeIpParameters>
  readonly family: 4 | 6
  /** What the interface has, and what the host has instead. */
  readonly own: string
  readonly second: string
  readonly fake: string
  readonly inner: string
  readonly network: string
  readonly other: string
}

const ipv4 = {
  family: 4,
  own: '10.0.6.10',
  second: '10.0.6.11',
  other: '10.0.6.20'
} as const

const ipv6 = {
  family: 6,
  own: 'fd00:6::10',
  second: 'fd00:6::11',
  other: 'fd00:6::20'
} as const

const fake4 = { fake: '169.250.1.1', inner: '169.250.1.2', network: '169.250.1.0/24' }
const fake6 = { fake: 'fd00:a9fa::1', inner: 'fd00:a9fa::2', network: 'fd00:a9fa::/64' }
const both = {
  hostAddresses: ['169.250.1.1/24', 'fd00:a9fa::1/64'],
  namespaceAddresses: ['169.250.1.2/24', 'fd00:a9fa::2/64']
}

const stories: ReadonlyArray<Story> = [
  {
    title: 'the post’s addresses',
    parameters: { hostAddress: '169.250.1.1/24', namespaceAddress: '169.250.1.2/24' },
    ...ipv4,
    ...fake4
  },
  {
    title: 'the addresses by default',
    parameters: { nic: 'eth0' },
    ...ipv4,
    fake: '169.254.77.1',
    inner: '169.254.77.2',
    network: '169.254.77.0/24'
  },
  {
    title: 'IPv6',
    parameters: { hostAddress: 'fd00:a9fa::1/64', namespaceAddress: 'fd00:a9fa::2/64' },
    ...ipv6,
    ...fake6
  },
  { title: 'both families, IPv4', parameters: both, ...ipv4, ...fake4 },
  { title: 'both families, IPv6', parameters: both, ...ipv6, ...fake6 }
]

const json = (command: string): ReadonlyArray<Record<string, unknown>> => JSON.parse(sh(command) || '[]')

let services: ReadonlyArray<Service> = []
let before: object

for (const story of stories) {
  const { title, family, own, second, fake, inner, network, other } = story
  const law = (what: string, body: () => Promise<void> | void): void =>
    kernelTest(test, `${title}: ${what}`, needs, body)

  law('isolink up', async () => {
    raise()
    ip(`route add 10.77.0.0/16 via 10.0.6.77 table 100
rule add from 10.0.6.11 lookup 100 priority 50
neighbour add 10.0.6.99 lladdr 02:00:00:00:00:99 dev eth0 nud permanent`)
    before = stateOfHost()
    const { name, changed } = await apply(
      hostFakeIp({
        namespace: 'blue',
        ...story.parameters,
        publish: [
          { hostPort: 22, port: 22 },
          { protocol: 'udp', hostPort: 22, port: 22 },
          { hostPort: 2222, port: 22, hostAddress: second }
        ]
      })
    )
    assert.equal([name, changed], ['blue', true])
  })

  law('the first packet passes: no address waits for duplicates', async () => {
    // Those of our own links are of use at once: the kernel asks for whom it forwards to by the link's own.
    if (family === 6) assert.is(sh('ip -6 address show tentative'), '')
    assert.ok(await reaches(host, inner))
    assert.ok(await reaches(host, other))
    assert.ok(await reaches('blue', other))
  })

  law('the interface with its addresses, routes, rules and neighbours is in blue', () => {
    const inside = (command: string) => json(`ip -n blue ${command}`)
    const [addresses] = inside('-j address show dev eth0')
    const locals = ((addresses?.addr_info ?? []) as ReadonlyArray<{ local: string }>).map(
      ({ local }) => local
    )
    for (const each of ['10.0.6.10', '10.0.6.11', 'fd00:6::10', 'fd00:6::11'])
      assert.ok(locals.includes(each))
    const defaults = inside(`-${family} -j route show default`)
    assert.is(defaults[0]?.gateway, family === 4 ? '10.0.6.1' : 'fd00:6::1')
    assert.is(inside('-j route show table 100')[0]?.gateway, '10.0.6.77')
    assert.ok(inside('-j rule').some(({ priority, src }) => priority === 50 && src === '10.0.6.11'))
    assert.is(inside('-j neighbour show 10.0.6.99 dev eth0')[0]?.lladdr, '02:00:00:00:00:99')
    assert.ok(inside('-j link show lo')[0]?.operstate !== 'DOWN')
  })

  law('the host has an address that only blue knows, and its default route by it', () => {
    assert.not(sh('ip -j link').includes('"eth0"'))
    const [route] = json(`ip -${family} -j route show default`)
    assert.equal([route?.gateway, route?.dev], [inner, 'veth-blue'])
  })

  law('the host reaches the world, and so does blue, by the address that the interface had', async () => {
    services = [await serve('other', 90), await serve(host, 22), await serve('blue', 80)]
    for (const protocol of ['tcp', 'udp'] as const) {
      assert.ok([own, second].includes(await ask(host, other, 90, { protocol })), protocol)
      assert.ok([own, second].includes(await ask('blue', other, 90, { protocol })), protocol)
    }
  })

  law('a server in blue is where the host was', async () => {
    assert.is(await ask('other', own, 80), other)
    assert.is(await ask('other', second, 80), other)
  })

  law('a published port leads to the host: from the other one, from itself, from blue', async () => {
    for (const protocol of ['tcp', 'udp'] as const) {
      assert.is(await ask('other', own, 22, { protocol }), other, protocol)
      assert.is(await ask('other', second, 22, { protocol }), other, protocol)
      assert.is(await ask(host, own, 22, { protocol }), inner, protocol)
      assert.ok([own, second].includes(await ask('blue', own, 22, { protocol })), protocol)
      if (family === 4) assert.is(await ask('blue', '127.0.0.1', 22, { protocol }), inner, protocol)
    }
    assert.is(await ask('other', second, 2222), other)
    assert.is(await ask('other', own, 2222), 'ECONNREFUSED')
  })

  law('nobody reaches the host otherwise, even by a route', async () => {
    services = [...services, await serve(host, 90)]
    assert.is(await ask('other', own, 90), 'ECONNREFUSED')
    ip(`route add ${network} via ${own}`, '-n', 'other')
    assert.not(await reaches('other', fake, briefly))
    assert.is(await ask('other', fake, 90, { patience: briefly }), 'silence')
  })

  law('isolink down: the host is as before', async () => {
    for (const service of services) service.close()
    assert.equal(await teardown('blue'), { name: 'blue', found: true })
    assert.equal(stateOfHost(), before)
    assert.ok(await reaches(host, other))
    sh('ip rule delete priority 50')
    raze()
  })
}

test.run()
