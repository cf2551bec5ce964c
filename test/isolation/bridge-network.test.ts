import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { apply, bridgeNetwork, teardown } from '../../src/promises'
import {
  ask,
  briefly,
  host,
  ip,
  parameter,
  raise,
  raze,
  reaches,
  type Service,
  serve,
  sh,
  stateOfHost
} from '../lab'
import { bridgedPackets, command, kernelTest, type Missing } from '../sandbox'

const test = suite('bridge-network')
const needs = [command('ip'), command('nft')]

/** The tests of a family are one story: each begins where the one before ended. */
interface Story {
  readonly family: 4 | 6
  readonly table: 'ip' | 'ip6'
  readonly length: number
  readonly network: string
  readonly gateway: string
  readonly red: string
  readonly green: string
  readonly db: { readonly gateway: string; readonly blue: string }
  readonly host: string
  readonly second: string
  readonly other: string
}

const stories: ReadonlyArray<Story> = [
  {
    family: 4,
    table: 'ip',
    length: 24,
    network: '10.100.0.0/24',
    gateway: '10.100.0.1',
    red: '10.100.0.2',
    green: '10.100.0.3',
    db: { gateway: '10.200.0.1', blue: '10.200.0.2' },
    host: '10.0.6.10',
    second: '10.0.6.11',
    other: '10.0.6.20'
  },
  {
    family: 6,
    table: 'ip6',
    length: 64,
    network: 'fd00:100::/64',
    gateway: 'fd00:100::1',
    red: 'fd00:100::2',
    green: 'fd00:100::3',
    db: { gateway: 'fd00:200::1', blue: 'fd00:200::2' },
    host: 'fd00:6::10',
    second: 'fd00:6::11',
    other: 'fd00:6::20'
  }
]

const macOf = (link: string): string => JSON.parse(sh(`ip -j link show ${link}`))[0].address

let services: ReadonlyArray<Service> = []
let before: object

for (const story of stories) {
  const { family, table, length, network, gateway, red, green, db, other } = story
  const law = (title: string, body: () => Promise<void> | void, ...further: ReadonlyArray<Missing>): void =>
    kernelTest(test, `IPv${family}: ${title}`, [...needs, ...further], body)

  law('isolink up', async () => {
    raise()
    before = stateOfHost()
    const { name, changed } = await apply(
      bridgeNetwork({
        name: 'web',
        gateway: `${gateway}/${length}`,
        endpoints: [
          {
            namespace: 'red',
            interface: 'red0',
            address: `${red}/${length}`,
            publish: [
              { hostPort: 8000, port: 80 },
              { protocol: 'udp', hostPort: 8000, port: 80 },
              { hostPort: 8001, port: 80, hostAddress: story.second },
              { hostPort: '8010-8012', port: '90-92' },
              ...(family === 4 ? [{ hostPort: 8002, port: 80, hostAddress: '127.0.0.1' }] : [])
            ]
          },
          { namespace: 'green', address: `${green}/${length}` }
        ]
      })
    )
    assert.equal([name, changed], ['web', true])
  })

  law('siblings reach each other, the host, and the other host from the first packet on', async () => {
    // Those of our own links are of use at once: the kernel asks for whom it forwards to by the link's own.
    if (family === 6) assert.is(sh('ip -6 address show tentative'), '')
    assert.ok(await reaches('red', green))
    assert.ok(await reaches('green', red))
    assert.ok(await reaches('red', gateway))
    assert.ok(await reaches('green', story.host))
    assert.ok(await reaches(host, red))
    assert.ok(await reaches('red', other))
  })

  law('the other host sees the address of this one', async () => {
    services = [await serve('other', 90), await serve('red', 80), await serve('red', 92)]
    assert.is(await ask('green', other, 90), story.host)
    assert.is(await ask('green', other, 90, { protocol: 'udp' }), story.host)
    assert.is(await ask('green', red, 80), green, 'and a sibling the true one')
  })

  law('a published port answers: the other host, this one, a sibling and red itself', async () => {
    for (const protocol of ['tcp', 'udp'] as const) {
      for (const address of [story.host, story.second]) {
        assert.is(await ask('other', address, 8000, { protocol }), other, `${protocol} ${address}`)
        assert.is(await ask('green', address, 8000, { protocol }), gateway, `${protocol} ${address}`)
        assert.is(await ask('red', address, 8000, { protocol }), gateway, `${protocol} ${address}`)
      }
      assert.is(await ask(host, story.host, 8000, { protocol }), story.host, protocol)
      assert.is(await ask('green', gateway, 8000, { protocol }), gateway, protocol)
      if (family === 4) assert.is(await ask(host, '127.0.0.1', 8000, { protocol }), gateway, protocol)
    }
  })

  law('a range of ports leads to the same range inside', async () => {
    assert.is(await ask('other', story.host, 8012), other)
    assert.is(await ask('other', story.host, 8010), 'ECONNREFUSED')
    assert.is(await ask('other', story.host, 8013), 'ECONNREFUSED')
    const elements = sh(`nft -j list map ${table} isolink published`).match(/"tcp",\s*80\d\d/g)
    assert.is(elements?.length, 4)
  })

  law('hostAddress: the port is published at that address alone', async () => {
    assert.is(await ask('other', story.second, 8001), other)
    assert.is(await ask('other', story.host, 8001), 'ECONNREFUSED')
    assert.is(await ask('green', story.second, 8001), gateway)
  })

  law('the other host does not reach red, though it knows the way', async () => {
    ip(`route add ${network} via ${story.host}`, '-n', 'other')
    assert.not(await reaches('other', red, briefly))
    assert.is(await ask('other', red, 80, { patience: briefly }), 'silence')
    // What comes from eth0 would be kept from everywhere else, too.
    sh(`nft delete element ${table} isolink guarded '{ "br0" }'; nft flush set ${table} isolink confined`)
    assert.ok(await reaches('other', red), 'the guard is what stops it')
    sh(`nft add element ${table} isolink guarded '{ "br0" comment "web" }'
nft add element ${table} isolink confined '{ "eth0" }'`)
  })

  law('nobody on the network speaks in the name of another', async () => {
    const liar = family === 4 ? '10.0.6.77' : 'fd00:6::77'
    const before = services[0]?.asked.length ?? 0
    ip(`address add ${liar}/${family === 4 ? 32 : 128} dev red0${family === 6 ? ' nodad' : ''}`, '-n', 'red')
    await ask('red', other, 90, { protocol: 'udp', from: liar, patience: briefly })
    assert.is(services[0]?.asked.length, before)
    ip(`address delete ${liar}/${family === 4 ? 32 : 128} dev red0`, '-n', 'red')
  })

  if (family === 4) {
    law('hostAddress 127.0.0.1: the host reaches the port, and nobody else', async () => {
      assert.is(await ask(host, '127.0.0.1', 8002), gateway)
      for (const from of [host, 'other', 'green'])
        assert.is(await ask(from, story.host, 8002), 'ECONNREFUSED')
      // A neighbour that sends to 127.0.0.1 on purpose.
      ip(
        `address flush dev lo
address add 127.0.0.2/32 dev eth0
route add 127.0.0.1/32 via ${story.host}`,
        '-n',
        'other'
      )
      sh(`ip netns exec other sysctl -qw net.ipv4.conf.eth0.route_localnet=1`)
      assert.is(await ask('other', '127.0.0.1', 8002, { patience: briefly }), 'silence')
      // Not even where the host would take such packets.
      sh('sysctl -qw net.ipv4.conf.eth0.route_localnet=1')
      assert.is(await ask('other', '127.0.0.1', 8002), 'ECONNREFUSED')
      sh('sysctl -qw net.ipv4.conf.eth0.route_localnet=0')
    })

    law('… nor does an endpoint reach what listens on 127.0.0.1 of the host', async () => {
      const secret = await serve(host, 7070, '127.0.0.1')
      ip(
        `address flush dev lo
address add 127.0.0.2/32 dev eth0
route add 127.0.0.1/32 via ${gateway}`,
        '-n',
        'green'
      )
      sh(`ip netns exec green sysctl -qw net.ipv4.conf.eth0.route_localnet=1`)
      assert.is(await ask('green', '127.0.0.1', 7070, { patience: briefly }), 'silence')
      assert.is(await ask('green', '127.0.0.1', 8000, { patience: briefly }), 'silence')
      secret.close()
    })
  }

  law('another network: isolated, but for published ports', async () => {
    await apply(
      bridgeNetwork({
        name: 'db',
        bridge: 'br1',
        gateway: `${db.gateway}/${length}`,
        endpoints: [
          { namespace: 'blue', address: `${db.blue}/${length}`, publish: [{ hostPort: 9000, port: 80 }] }
        ]
      })
    )
    services = [...services, await serve('blue', 80)]
    assert.ok(await reaches('blue', other))
    assert.not(await reaches('blue', red, briefly))
    assert.not(await reaches('red', db.blue, briefly))
    assert.is(await ask('blue', red, 80, { patience: briefly }), 'silence')
    assert.is(await ask('blue', story.host, 8000), db.blue, 'by a published port')
    assert.is(await ask('red', story.host, 9000), red)
  })

  law('… unless allow says so', async () => {
    await apply(
      bridgeNetwork({
        name: 'tools',
        bridge: 'br2',
        gateway: family === 4 ? '10.201.0.1/24' : 'fd00:201::1/64',
        allow: ['db'],
        endpoints: [{ namespace: 'grey', address: family === 4 ? '10.201.0.2/24' : 'fd00:201::2/64' }]
      })
    )
    const grey = family === 4 ? '10.201.0.2' : 'fd00:201::2'
    assert.ok(await reaches('grey', db.blue))
    assert.ok(await reaches('blue', grey))
    assert.is(await ask('grey', db.blue, 80), grey, 'by its own address')
    assert.not(await reaches('grey', red, briefly))
    assert.not(await reaches('red', grey, briefly))
    await teardown('tools')
  })

  law(
    'with br_netfilter, siblings still reach each other',
    async () => {
      const key = `net.bridge.bridge-nf-call-${table}tables`
      sh(`sysctl -qw ${key}=1`)
      assert.is(parameter(key), '1')
      assert.ok(await reaches('green', red))
      assert.is(await ask('green', red, 80), green)
      assert.is(await ask('green', story.host, 8000), gateway)
      assert.is(await ask('red', story.host, 8000), gateway)
      sh(`sysctl -qw ${key}=0`)
    },
    bridgedPackets()
  )

  law('the bridge has the address that it was made with', () => {
    const mac = macOf('br0')
    assert.match(mac, /^.[26ae]:/)
    ip('link add p0 type veth peer name p1\nlink set p0 address 02:00:00:00:00:01 master br0')
    assert.is(macOf('br0'), mac)
    ip('link delete p0')
  })

  law('isolink down: the host is as before', async () => {
    for (const service of services) service.close()
    await teardown('db')
    assert.equal(await teardown('web'), { name: 'web', found: true })
    assert.equal(stateOfHost(), before)
    raze()
  })
}

test.run()
