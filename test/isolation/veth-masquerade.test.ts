import { closeSync } from 'node:fs'
import * as E from 'fp-ts/Either'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { sockaddr } from '../../src/namespace/endpoint'
import * as system from '../../src/namespace/system'
import { apply, namespaces, publish, teardown, unpublish, vethMasquerade } from '../../src/promises'
import {
  ask,
  becomes,
  briefly,
  host,
  ip,
  patient,
  raise,
  raze,
  reaches,
  type Service,
  serve,
  sh,
  stateOfHost
} from '../lab'
import { command, kernelTest } from '../sandbox'

const test = suite('veth-masquerade')
const needs = [command('ip'), command('nft')]

/** The tests of a family are one story: each begins where the one before ended. */
interface Story {
  readonly family: 4 | 6
  readonly address: string
  readonly network: string
  readonly gateway: string
  readonly host: string
  readonly second: string
  readonly other: string
  readonly any: string
}

const stories: ReadonlyArray<Story> = [
  {
    family: 4,
    address: '192.168.45.3',
    network: '192.168.45.0/24',
    gateway: '192.168.45.2',
    host: '10.0.6.10',
    second: '10.0.6.11',
    other: '10.0.6.20',
    any: '0.0.0.0'
  },
  {
    family: 6,
    address: 'fd00:45::3',
    network: 'fd00:45::/64',
    gateway: 'fd00:45::2',
    host: 'fd00:6::10',
    second: 'fd00:6::11',
    other: 'fd00:6::20',
    any: '::'
  }
]

/** Runs something without an element of our table, and puts it back. */
const without = async <A>(table: string, set: string, element: string, use: () => Promise<A>): Promise<A> => {
  sh(`nft delete element ${table} isolink ${set} '{ ${element} }'`)
  try {
    return await use()
  } finally {
    sh(`nft add element ${table} isolink ${set} '{ ${element} comment "blue" }'`)
  }
}

const IPV6_MULTICAST_IF = 17
const IPV6_MULTICAST_HOPS = 18

/** Tells everyone on a namespace's eth0 that it is a router, for half an hour. RFC 4861, 4.2 */
const advertise = (namespace: string): void =>
  void namespaces.run(namespace, () => {
    const advertisement = Uint8Array.of(134, 0, 0, 0, 64, 0, 0x07, 0x08, 0, 0, 0, 0, 0, 0, 0, 0)
    const descriptor = must(system.socket(system.AF_INET6, system.SOCK_RAW, system.IPPROTO_ICMPV6))
    const index = system.ifNameToIndex('eth0')
    for (const [option, value] of [
      [IPV6_MULTICAST_IF, index],
      [IPV6_MULTICAST_HOPS, 255]
    ] as const)
      must(system.setsockopt(descriptor, system.IPPROTO_IPV6, option, value))
    must(system.sendto(descriptor, advertisement, sockaddr('ff02::1%eth0', 0)))
    closeSync(descriptor)
  })

const must = <A>(answer: system.Answer<A>): A => {
  if (E.isLeft(answer)) throw new Error(answer.left.message)
  return answer.right
}

/** Makes a namespace send what is for 127.0.0.1 to a neighbour, from 127.0.0.2 if that is asked for. */
const sendLoopbackBy = (neighbour: string, namespace: string): void => {
  ip(
    `address flush dev lo
address add 127.0.0.2/32 dev eth0
route add 127.0.0.1/32 via ${neighbour}`,
    '-n',
    namespace
  )
  sh(`ip netns exec ${namespace} sysctl -qw net.ipv4.conf.eth0.route_localnet=1`)
}

let services: ReadonlyArray<Service> = []
let before: object

for (const story of stories) {
  const { family, address, network, gateway, other } = story
  const length = network.slice(network.indexOf('/'))
  const table = family === 4 ? 'ip' : 'ip6'
  const law = (title: string, body: () => Promise<void> | void): void =>
    kernelTest(test, `IPv${family}: ${title}`, needs, body)

  law('isolink up', async () => {
    raise()
    before = stateOfHost()
    const { name, changed } = await apply(
      vethMasquerade({
        namespace: 'blue',
        address: `${address}${length}`,
        gateway,
        publish: [
          { hostPort: 8080, port: 80 },
          { protocol: 'udp', hostPort: 8080, port: 80 },
          { hostPort: 8081, port: 80, hostAddress: story.second },
          ...(family === 4 ? [{ hostPort: 8082, port: 80, hostAddress: '127.0.0.1' }] : [])
        ]
      })
    )
    assert.equal([name, changed], ['blue', true])
  })

  law('the first packet passes: no address waits for duplicates', async () => {
    // Those of our own links are of use at once: the kernel asks for whom it forwards to by the link's own.
    if (family === 6) assert.is(sh('ip -6 address show tentative'), '')
    assert.ok(await reaches('blue', gateway))
    assert.ok(await reaches('blue', other))
  })

  law('ip -j address, ip -j route in blue', () => {
    const [addresses, routes] = sh(`ip -n blue -j -${family} address
ip -n blue -j -${family} route`)
      .trim()
      .split('\n')
      .map(line => JSON.parse(line))
    const eth0 = addresses.find(({ ifname }: { ifname: string }) => ifname === 'eth0')
    const own = eth0.addr_info.find(({ local }: { local: string }) => local === address)
    assert.is(`${own.local}/${own.prefixlen}`, `${address}${length}`)
    assert.is(own.broadcast, family === 4 ? '192.168.45.255' : undefined)
    assert.ok(addresses.find(({ ifname }: { ifname: string }) => ifname === 'lo').flags.includes('UP'))
    const route = routes.find(({ dst }: { dst: string }) => dst === 'default')
    assert.equal([route.gateway, route.dev, route.protocol], [gateway, 'eth0', 'static'])
  })

  law('nft -j list ruleset names the links and what is published', () => {
    const { nftables } = JSON.parse(sh('nft -j list ruleset'))
    const elementsOf = (name: string): string =>
      JSON.stringify(
        nftables.find((each: { set?: { name: string }; map?: { name: string } }) =>
          [each.set?.name, each.map?.name].includes(name)
        )
      )
    assert.match(elementsOf('guarded'), /"elem":\[\{"elem":\{"val":"veth-blue","comment":"blue"\}\}\]/)
    assert.match(elementsOf('masqueraded'), /"eth0"/)
    assert.match(elementsOf('published'), new RegExp(`"udp",8080.*"${address}",80`))
    assert.match(elementsOf('published_at'), new RegExp(`"tcp","${story.second}",8081`))
  })

  law('blue reaches the other host, by the address of this one', async () => {
    services = [await serve('other', 90), await serve('blue', 80)]
    assert.is(await ask('blue', other, 90), story.host)
    assert.is(await ask('blue', other, 90, { protocol: 'udp' }), story.host)
  })

  law('the other host does not reach blue, though it knows the way; the guard is what stops it', async () => {
    assert.is(await ask('other', address, 80), 'ENETUNREACH')
    ip(`route add ${network} via ${story.host}`, '-n', 'other')
    assert.not(await reaches('other', address, briefly))
    assert.is(await ask('other', address, 80, { patience: briefly }), 'silence')
    assert.is(await ask('other', address, 80, { protocol: 'udp', patience: briefly }), 'silence')
    // What comes from eth0 would be kept from everywhere else, too.
    sh(`nft flush set ${table} isolink confined`)
    await without(table, 'guarded', '"veth-blue"', async () => {
      assert.ok(await reaches('other', address))
      assert.is(await ask('other', address, 80), other)
    })
    sh(`nft add element ${table} isolink confined '{ "eth0" }'`)
  })

  law('a published port answers: the other host, this one, and blue itself', async () => {
    for (const protocol of ['tcp', 'udp'] as const) {
      assert.is(await ask('other', story.host, 8080, { protocol }), other, protocol)
      assert.is(await ask('other', story.second, 8080, { protocol }), other, protocol)
      assert.is(await ask(host, story.host, 8080, { protocol }), story.host, protocol)
      assert.is(await ask('blue', story.host, 8080, { protocol }), gateway, protocol)
      if (family === 4) assert.is(await ask(host, '127.0.0.1', 8080, { protocol }), gateway, protocol)
    }
  })

  if (family === 6)
    law(
      '::1 is still the host: what it serves there is reached, and nothing else is waited for',
      async () => {
        assert.is(await ask(host, '::1', 8080), 'ECONNREFUSED')
        const own = await serve(host, 8080, '::1')
        assert.is(await ask(host, '::1', 8080), '::1')
        assert.is(await ask(host, '::1', 8080, { protocol: 'udp' }), '::1')
        own.close()
      }
    )

  law('hostAddress: the port is published at that address alone', async () => {
    assert.is(await ask('other', story.second, 8081), other)
    assert.is(await ask('other', story.host, 8081), 'ECONNREFUSED')
    if (family === 4) assert.is(await ask(host, '127.0.0.1', 8081), 'ECONNREFUSED')
  })

  law('a port that is not published is closed', async () => {
    assert.is(await ask('other', story.host, 80), 'ECONNREFUSED')
    assert.is(await ask('other', story.host, 8081, { protocol: 'udp', patience: briefly }), 'silence')
  })

  if (family === 4) {
    law('the host does not believe blue that it is a router', async () => {
      const believed = async (patience = patient): Promise<boolean> => {
        advertise('blue')
        return becomes(() => sh('ip -6 route show default').includes('veth-blue'), patience)
      }
      assert.not(await believed(briefly))
      sh('sysctl -qw net.ipv6.conf.veth-blue.accept_ra=1')
      assert.ok(await believed(), 'it would, by default')
      sh('sysctl -qw net.ipv6.conf.veth-blue.accept_ra=0\nip -6 route delete default dev veth-blue')
    })

    law('hostAddress 127.0.0.1: the host reaches the port, by that address alone', async () => {
      assert.is(await ask(host, '127.0.0.1', 8082), gateway)
      assert.is(await ask(host, story.host, 8082), 'ECONNREFUSED')
      assert.is(await ask('other', story.host, 8082), 'ECONNREFUSED')
    })

    law('… and not a neighbour that sends to 127.0.0.1 on purpose', async () => {
      sendLoopbackBy('10.0.6.10', 'other')
      sh(`nft -f - <<'EOF'
table ip probe {
  chain prerouting {
    type filter hook prerouting priority -400
    iifname "eth0" ip daddr 127.0.0.1 counter
  }
}
EOF`)
      assert.is(await ask('other', '127.0.0.1', 8082, { patience: briefly }), 'silence')
      assert.is(await ask('other', '127.0.0.1', 8080, { patience: briefly }), 'silence')
      const [, packets] = /counter packets (\d+)/.exec(sh('nft list table ip probe')) ?? []
      assert.ok(Number(packets) >= 2, 'they came as far as the host')
      // Not even where the host would take such packets.
      sh('sysctl -qw net.ipv4.conf.eth0.route_localnet=1')
      assert.is(await ask('other', '127.0.0.1', 8082), 'ECONNREFUSED')
      sh('sysctl -qw net.ipv4.conf.eth0.route_localnet=0\nnft delete table ip probe')
    })

    law('blue does not reach what listens on 127.0.0.1 of the host', async () => {
      const secret = await serve(host, 7070, '127.0.0.1')
      sendLoopbackBy(gateway, 'blue')
      assert.is(await ask('blue', '127.0.0.1', 7070, { patience: briefly }), 'silence')
      assert.is(await ask('blue', '127.0.0.1', 7070, { protocol: 'udp', patience: briefly }), 'silence')
      await without('ip', 'loopback', '"veth-blue"', async () =>
        assert.is(await ask('blue', '127.0.0.1', 7070), address)
      )
      secret.close()
    })

    law('… nor speaks to the host in the name of 127.0.0.0/8', async () => {
      const trusting = await serve(host, 7071, '0.0.0.0')
      for (const from of [address, '127.0.0.2'])
        await ask('blue', gateway, 7071, { protocol: 'udp', from, patience: briefly })
      assert.equal(trusting.asked, [address])
      trusting.close()
    })
  }

  law('isolink down: the host is as before', async () => {
    for (const service of services) service.close()
    assert.equal(await teardown('blue'), { name: 'blue', found: true })
    assert.equal(stateOfHost(), before)
    raze()
  })
}

kernelTest(
  test,
  'IPv4 and IPv6 at once: blue reaches the world by both, and a port leads to it by both',
  needs,
  async () => {
    raise()
    const before = stateOfHost()
    const services = [await serve('other', 90)]
    const plan = vethMasquerade({
      namespace: 'blue',
      addresses: stories.map(({ address, network }) => `${address}${network.slice(network.indexOf('/'))}`),
      gateways: stories.map(({ gateway }) => gateway),
      publish: [{ hostPort: 8080, port: 80 }]
    })
    await apply(plan)
    services.push(await serve('blue', 80))
    for (const { host: here, other } of stories) {
      assert.ok(await reaches('blue', other))
      assert.is(await ask('blue', other, 90), here, 'by the address of the host')
      assert.is(await ask('other', here, 8080), other)
    }
    assert.is((await apply(plan)).changed, false)
    await publish('blue', { hostPort: 8081, port: 80 })
    for (const { host: here, other } of stories) assert.is(await ask('other', here, 8081), other)
    await unpublish('blue', { hostPort: 8081 })
    for (const { host: here } of stories) assert.is(await ask('other', here, 8081), 'ECONNREFUSED')
    for (const service of services) service.close()
    await teardown('blue')
    assert.equal(stateOfHost(), before)
    raze()
  }
)

test.run()
