import { spawnSync } from 'node:child_process'
import { setTimeout } from 'node:timers/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { apply, dualNic, status, teardown } from '../../src/promises'
import { isolink } from '../command/child'
import {
  ask,
  becomes,
  host,
  ip,
  raise,
  raze,
  reaches,
  refusal,
  type Service,
  serve,
  settle,
  settled,
  sh,
  stateOfHost
} from '../lab'
import { command, kernelTest, oracle } from '../sandbox'
import { isReady } from './essence'

const test = suite('dual-nic')
const needs = [command('ip'), command('nft')]

/** The host's second interface, on the same wire as the first: the other host's end of it is a bridge. */
const addSecondNic = (): void => {
  ip('link add eth1 type veth peer name eth1 netns other')
  ip(
    `link set eth0 nomaster
address flush dev eth0
link add wire type bridge
link set eth0 master wire
link set eth1 master wire up
link set wire up`,
    '-n',
    'other'
  )
  sh('ip netns exec other sysctl -qw net.ipv6.conf.wire.accept_dad=0')
  ip(
    `address add 10.0.6.20/24 dev wire
address add fd00:6::20/64 dev wire`,
    '-n',
    'other'
  )
  sh('sysctl -qw net.ipv6.conf.eth1.accept_dad=0')
  ip(`link set eth1 up
address add 10.0.7.1/24 dev eth1
address add fd00:7::1/64 dev eth1
route add 10.8.0.0/16 via 10.0.7.9`)
  settle('eth1')
  settle('wire', '-n', 'other')
}

interface Story {
  readonly family: 4 | 6
  readonly address: string
  readonly length: number
  readonly gateway: string
  readonly host: string
  readonly other: string
}

const stories: ReadonlyArray<Story> = [
  {
    family: 4,
    address: '10.0.6.14',
    length: 24,
    gateway: '10.0.6.1',
    host: '10.0.6.10',
    other: '10.0.6.20'
  },
  {
    family: 6,
    address: 'fd00:6::14',
    length: 64,
    gateway: 'fd00:6::1',
    host: 'fd00:6::10',
    other: 'fd00:6::20'
  }
]

let services: ReadonlyArray<Service> = []
let before: object
/** Whether `blue` was ready as soon as it was up. */
let ready = false

for (const story of stories) {
  const { family, address, length, gateway, other } = story
  const law = (title: string, body: () => Promise<void> | void): void =>
    kernelTest(test, `IPv${family}: ${title}`, needs, body)

  law('isolink up', async () => {
    raise()
    addSecondNic()
    before = await settled()
    const { name, changed } = await apply(
      dualNic({ namespace: 'blue', nic: 'eth1', addresses: [`${address}/${length}`], gateway })
    )
    ready = isReady('blue', address)
    assert.equal([name, changed], ['blue', true])
  })

  law('the first packet passes: no address waits for duplicates', async () => {
    assert.ok(ready)
    assert.ok(await reaches('blue', other))
  })

  law('ip -j address, ip -j route in blue', () => {
    const [addresses, routes, links] = sh(`ip -n blue -j -${family} address
ip -n blue -j -${family} route
ip -j link`)
      .trim()
      .split('\n')
      .map(line => JSON.parse(line))
    const eth0 = addresses.find(({ ifname }: { ifname: string }) => ifname === 'eth0')
    const locals = eth0.addr_info.filter(({ scope }: { scope: string }) => scope === 'global')
    assert.equal(
      locals.map(({ local, prefixlen }: { local: string; prefixlen: number }) => [local, prefixlen]),
      [[address, length]]
    )
    assert.ok(addresses.find(({ ifname }: { ifname: string }) => ifname === 'lo').flags.includes('UP'))
    const route = routes.find(({ dst }: { dst: string }) => dst === 'default')
    assert.equal([route.gateway, route.dev], [gateway, 'eth0'])
    assert.not(links.some(({ ifname }: { ifname: string }) => ifname === 'eth1'))
  })

  law('blue is one more machine on the wire: to the other host, and to this one', async () => {
    services = [await serve('other', 90), await serve('blue', 80), await serve(host, 91)]
    for (const protocol of ['tcp', 'udp'] as const) {
      assert.is(await ask('blue', other, 90, { protocol }), address, protocol)
      assert.is(await ask('other', address, 80, { protocol }), other, protocol)
      assert.is(await ask('blue', story.host, 91, { protocol, from: address }), address, protocol)
    }
    assert.ok(await reaches(host, address))
  })

  law('isolink down: the host is as before', async () => {
    for (const service of services) service.close()
    assert.equal(await teardown('blue'), { name: 'blue', found: true })
    assert.equal(stateOfHost(), before)
    raze()
  })
}

kernelTest(test, 'an interface that was down and without addresses comes back so', needs, async () => {
  raise()
  ip('link add eth1 type veth peer name eth1 netns other')
  before = stateOfHost()
  await apply(dualNic({ namespace: 'blue', nic: 'eth1', addresses: ['10.0.6.14/24'] }))
  await teardown('blue')
  assert.equal(stateOfHost(), before)
  raze()
})

kernelTest(test, 'an interface that is not there, or all that the host has, is refused', needs, async () => {
  raise()
  before = stateOfHost()
  for (const [nic, message] of [
    ['eth7', 'nic: there is no interface eth7 on the host; name one that is there'],
    [
      'eth0',
      'nic: all default routes of the host leave by eth0; use the recipe host-fake-ip, or give it another one first'
    ]
  ] as const) {
    const refused = await refusal(apply(dualNic({ namespace: 'blue', nic, addresses: ['10.0.6.14/24'] })))
    assert.equal([refused._tag, refused.message], ['PremiseFailed', message])
  }
  assert.equal(stateOfHost(), before)
  raze()
})

kernelTest(test, 'the gateway of IPv6 may be told by its link-local address', needs, async () => {
  raise()
  addSecondNic()
  while (sh('ip -n other -6 address show tentative') !== '') await setTimeout(100)
  const [, gateway = ''] = /inet6 (fe80:\S+)\/64/.exec(sh('ip -n other -6 address show dev wire')) ?? []
  await apply(dualNic({ namespace: 'blue', nic: 'eth1', addresses: ['fd00:6::14/64'], gateway }))
  const [route] = JSON.parse(sh('ip -n blue -j -6 route show default'))
  assert.equal([route.gateway, route.dev], [gateway, 'eth0'])
  ip('address add fd00:9::9/128 dev wire nodad', '-n', 'other')
  assert.ok(await reaches('blue', 'fd00:9::9'))
  await teardown('blue')
  raze()
})

kernelTest(
  test,
  'an interface that ended with its namespace cannot be repaired, and that is said',
  needs,
  async () => {
    raise()
    addSecondNic()
    const plan = dualNic({ namespace: 'blue', nic: 'eth1', addresses: ['10.0.6.12/24'] })
    await apply(plan)
    sh('ip netns delete blue')
    await becomes(() => spawnSync(oracle('ip') ?? 'ip', ['-n', 'other', 'link', 'show', 'eth1']).status !== 0)
    const said = (): string => isolink(['status', 'blue']).stdout.split('\n')[0] ?? ''
    const sentence = 'blue (dual-nic): drifted beyond repair; isolink down blue, and bring it up anew'
    assert.is(said(), sentence)
    const { message } = await refusal(apply(plan))
    assert.match(String(message), /: eth1 is gone; .*; isolink down blue, and bring it up anew$/)
    assert.is(said(), sentence)
    assert.is((await teardown('blue')).found, true)
    assert.equal(await status(), [])
    raze()
  }
)

test.run()
