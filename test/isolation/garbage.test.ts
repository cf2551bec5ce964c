import { spawnSync } from 'node:child_process'
import { readdirSync, rmSync, truncateSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import {
  apply,
  bridgeNetwork,
  collectGarbage,
  directLink,
  dualNic,
  hostFakeIp,
  macvlan,
  status,
  teardown,
  vethMasquerade
} from '../../src/promises'
import { program, root } from '../command/child'
import {
  becomes,
  hasParameter,
  ip,
  parameter,
  raise,
  raze,
  reaches,
  refusal,
  seen,
  settled,
  sh,
  stateOfHost
} from '../lab'
import { command, kernelTest, linkKind } from '../sandbox'

const test = suite('garbage')
const needs = [command('ip'), command('nft')]

test.before.each(raise)
test.after.each(raze)

const blue = vethMasquerade({
  namespace: 'blue',
  uplink: 'eth0',
  address: '192.168.45.3/24',
  gateway: '192.168.45.2',
  publish: [{ hostPort: 8080, port: 80 }]
})
const red = vethMasquerade({
  namespace: 'red',
  uplink: 'eth0',
  address: '192.168.46.3/24',
  gateway: '192.168.46.2',
  publish: [{ hostPort: 8081, port: 80 }]
})

const elsewhere = {
  namespace: 'red',
  uplink: 'eth0',
  address: '192.168.46.3/24',
  gateway: '192.168.46.2'
}

const assertRefused = async (work: Promise<unknown>, sentence: string): Promise<void> =>
  assert.is((await refusal(work)).message, sentence)

const forget = (name: string): void => rmSync(`/run/isolink/${name}.json`)
const links = (): ReadonlyArray<string> =>
  (JSON.parse(sh('ip -j link')) as ReadonlyArray<{ readonly ifname: string }>).map(each => each.ifname)

kernelTest(test, 'nothing is garbage: not what is up, and not what others made', needs, async () => {
  ip('netns add mine\nlink add veth-mine type veth peer name mine0\nlink set veth-mine alias isolink')
  sh(
    'nft \'add table ip isolink2; add set ip isolink2 s { type ipv4_addr; elements = { 10.0.0.1 comment "blue" } }\''
  )
  await apply(blue)
  const state = await settled()
  assert.equal(await collectGarbage(), { removed: [], left: [] })
  assert.equal(stateOfHost(), state)
})

kernelTest(test, 'what has no record is removed, and nothing else', needs, async () => {
  await apply(blue)
  const state = await settled()
  await apply(red)
  forget('red')
  const would = await collectGarbage({ dryRun: true })
  assert.equal(would.left, [])
  assert.equal(would.removed, [
    'the namespace red',
    'what red had in table ip isolink on the host',
    'the link veth-red on the host'
  ])
  assert.ok(links().includes('veth-red'), 'it only looked')
  const { removed } = await collectGarbage()
  // The kernel may have taken the link along with its other end.
  assert.equal(removed.slice(0, 2), would.removed.slice(0, 2))
  assert.not(links().includes('veth-red'))
  assert.equal(await settled(), state)
  assert.equal(await collectGarbage(), { removed: [], left: [] })
  await teardown('blue')
})

kernelTest(
  test,
  'whoever is left may forward by a link that another, who is gone, had confined',
  needs,
  async () => {
    const before = await settled()
    await apply(red)
    await apply(blue)
    forget('red')
    const isConfined = (): boolean =>
      /set confined \{[^}]*elements = \{ "eth0"/s.test(sh('nft list table ip isolink'))
    for (const dryRun of [true, false]) {
      assert.equal((await collectGarbage({ dryRun })).left, [])
      assert.ok(isConfined())
    }
    assert.ok(await reaches('blue', '10.0.6.20'))
    await teardown('blue')
    assert.ok(isConfined(), 'it forwards still')
    const swept = {
      removed: [
        'what others had left in table ip isolink on the host',
        'forwarding by eth0 on the host (net.ipv4.conf.eth0.forwarding)'
      ],
      left: []
    }
    assert.equal(await collectGarbage({ dryRun: true }), swept)
    assert.is(parameter('net.ipv4.conf.eth0.forwarding'), '1')
    assert.equal(await collectGarbage(), swept)
    assert.equal(await settled(), before)
  }
)

kernelTest(test, 'where IPv6 forwards by all links or none, that is told', needs, async () => {
  await apply(
    vethMasquerade({ namespace: 'blue', uplink: 'eth0', address: 'fd00:45::3/64', gateway: 'fd00:45::2' })
  )
  forget('blue')
  const { removed, left } = await collectGarbage()
  const scoped = hasParameter('net.ipv6.conf.all.force_forwarding')
  assert.is(removed.includes('forwarding by eth0 on the host (net.ipv6.conf.eth0.force_forwarding)'), scoped)
  assert.is(
    left.some(each => each.includes('net.ipv6.conf.all.forwarding; set that to 0')),
    !scoped
  )
})

kernelTest(test, 'with no state at all, all that bears our mark goes, the tables too', needs, async () => {
  const before = await settled()
  await apply(blue)
  await apply(red)
  rmSync('/run/isolink', { recursive: true })
  await collectGarbage()
  assert.equal(sh('nft list tables'), '')
  assert.equal(links().toSorted(), ['eth0', 'lo'])
  assert.not(sh('ls /run/netns').includes('blue'))
  assert.equal(await settled(), before)
})

kernelTest(
  test,
  'with no state at all, what endpoints of a network had goes, and what other firewalls let pass for it',
  [...needs, linkKind('bridge')],
  async () => {
    sh(
      "nft 'add table ip filter; add chain ip filter forward { type filter hook forward priority 0; policy drop; }'"
    )
    const before = await settled()
    const network = bridgeNetwork({
      name: 'web',
      bridge: 'br0',
      gateway: '10.100.0.1/24',
      uplink: 'eth0',
      endpoints: [
        { namespace: 'red', address: '10.100.0.2/24', publish: [{ hostPort: 8000, port: 8000 }] },
        { namespace: 'green', address: '10.100.0.3/24' }
      ]
    })
    await apply(network)
    assert.match(sh('nft list table ip filter'), /isolink web/)
    assert.equal(await collectGarbage(), { removed: [], left: [] })
    assert.is((await status('web'))[0]?.state, 'up')
    rmSync('/run/isolink', { recursive: true })
    const { removed } = await collectGarbage()
    assert.ok(removed.includes('the rules of web in other firewalls on the host'), removed.join('\n'))
    assert.equal(await settled(), before)
    assert.equal(await collectGarbage(), { removed: [], left: [] })
  }
)

kernelTest(test, 'a NIC that has no record is not lost with its namespace', needs, async () => {
  ip('link add eth1 type veth peer name eth1 netns other\nlink set eth1 up')
  await apply(dualNic({ namespace: 'blue', nic: 'eth1', addresses: ['10.0.7.14/24'] }))
  forget('blue')
  const state = await settled()
  for (const dryRun of [true, false])
    assert.equal(await collectGarbage({ dryRun }), {
      removed: [],
      left: [
        'the namespace blue and what else blue has, as eth0 would be lost with it; note its addresses and routes, move it out (ip -n blue link set eth0 netns $$), and run isolink gc again'
      ]
    })
  assert.equal(stateOfHost(), state)
  assert.match(sh('ip -n blue -br address show eth0'), /10\.0\.7\.14/)
  sh('ip -n blue link set eth0 netns $$ name eth1')
  assert.equal(await collectGarbage(), { removed: ['the namespace blue'], left: [] })
  assert.ok(links().includes('eth1'))
})

kernelTest(test, 'what has a damaged record is removed at once, and the others stay', needs, async () => {
  await apply(blue)
  await apply(red)
  truncateSync('/run/isolink/blue.json', 300)
  const files = readdirSync('/run/isolink')
  const would = await collectGarbage({ dryRun: true })
  assert.ok(would.removed.includes('the namespace blue'), would.removed.join())
  assert.equal(readdirSync('/run/isolink'), files)
  assert.equal(await collectGarbage(), would)
  assert.not(readdirSync('/run/isolink').includes('blue.json'))
  assert.equal(
    (await status()).map(({ name, state }) => [name, state]),
    [['red', 'up']]
  )
})

const interfaceRecipes = [
  ['dual-nic', () => dualNic({ namespace: 'blue', nic: 'eth1', addresses: ['10.0.7.14/24'] })],
  ['host-fake-ip', () => hostFakeIp({ namespace: 'blue', nic: 'eth0' })]
] as const
const harms = {
  damaged: () => truncateSync('/run/isolink/blue.json', 300),
  missing: () => forget('blue')
}

for (const [recipe, planned] of interfaceRecipes)
  for (const [what, harm] of Object.entries(harms))
    kernelTest(
      test,
      `${recipe}, its record ${what}: every command says so, and nothing is lost`,
      needs,
      async () => {
        ip('link add eth1 type veth peer name eth1 netns other\nlink set eth1 up')
        await apply(planned())
        harm()
        const whole = (): object => ({
          host: stateOfHost(),
          blue: sh(`${seen('ip netns exec blue')}; ip -n blue -d address; ip -n blue route`)
        })
        await settled()
        // In there, too, the kernel asks for a while whether anybody has its addresses.
        await becomes(() => !sh('ip -n blue address').includes('tentative'))
        const before = whole()
        const isolink = (...words: ReadonlyArray<string>): readonly [number | null, string] => {
          const {
            status: code,
            stdout,
            stderr
          } = spawnSync(process.execPath, [...program, ...words], { encoding: 'utf8', cwd: root })
          assert.equal(whole(), before, words.join(' '))
          return [code, stdout + stderr]
        }
        if (what === 'damaged') {
          const files = readdirSync('/run/isolink')
          for (const _ of [1, 2]) {
            const [code, said] = isolink('status')
            assert.is(code, 3)
            assert.match(said, /cannot understand \/run\/isolink\/blue\.json: [^;]*$/m)
          }
          assert.equal(readdirSync('/run/isolink'), files)
        }
        const advice =
          /the namespace blue and what else blue has, as eth0 would be lost with it; note its addresses and routes, move it out \(ip -n blue link set eth0 netns/
        const kept = what === 'damaged' ? /its record was damaged, and is kept as .*\.damaged-\d+/ : /blue/
        for (const [words, code] of [
          [['down', 'blue'], 1],
          [['status'], 3]
        ] as const) {
          const [ended, said] = isolink(...words)
          assert.is(ended, code, said)
          assert.match(said, advice)
          assert.match(said, kept)
        }
        assert.match(
          isolink('recover')[1],
          /^blue has no record, so nothing was done; isolink gc --dry-run says/
        )
        assert.match(isolink('gc')[1], advice)
        assert.equal(await collectGarbage(), await collectGarbage({ dryRun: true }))
      }
    )

kernelTest(test, 'a host that has its network by a namespace without record keeps it', needs, async () => {
  for (const existed of [false, true]) {
    if (existed) ip('netns add blue')
    await apply(hostFakeIp({ namespace: 'blue', nic: 'eth0' }))
    forget('blue')
    const state = await settled()
    const { left } = await collectGarbage()
    assert.is(left.length, 1, left.join('\n'))
    assert.match(
      left[0] ?? '',
      existed
        ? /^the link veth-blue and what else blue has, as the default route of the host goes by it; /
        : /^the namespace blue and what else blue has, as eth0 would be lost with it; /
    )
    assert.equal(stateOfHost(), state)
    assert.match(sh('ip -n blue -br address show eth0'), /10\.0\.6\.10/)
    raze()
    raise()
  }
})

kernelTest(
  test,
  'a wire between two namespaces goes with them, and is no reason to keep either',
  needs,
  async () => {
    const before = await settled()
    await apply(
      directLink({
        name: 'wire',
        ends: [
          { namespace: 'green', address: '10.1.0.1/24' },
          { namespace: 'grey', address: '10.1.0.2/24' }
        ]
      })
    )
    forget('wire')
    assert.equal(await collectGarbage(), { removed: ['the namespace green', 'the namespace grey'], left: [] })
    assert.equal(await settled(), before)
  }
)

kernelTest(
  test,
  'a child of the uplink goes with its namespace; one that somebody else put there does not',
  [...needs, linkKind('macvlan')],
  async () => {
    const before = await settled()
    await apply(macvlan({ namespace: 'green', parent: 'eth0', addresses: ['10.0.6.14/24'] }))
    forget('green')
    ip('link add link eth0 name theirs type macvlan mode bridge\nlink set theirs netns green')
    const { removed, left } = await collectGarbage()
    assert.equal(removed, [])
    assert.match(left.join('\n'), /^the namespace green and what else green has, as theirs would be lost/)
    ip('link delete theirs', '-n', 'green')
    assert.equal(await collectGarbage(), { removed: ['the namespace green'], left: [] })
    assert.equal(await settled(), before)
  }
)

kernelTest(test, 'what is in the way and has no record is said to be left over', needs, async () => {
  const leftover = 'is left over from blue, of which there is no record; isolink gc removes it'
  await apply(blue)
  rmSync('/run/isolink', { recursive: true })
  await assertRefused(apply(blue), `hostInterface: veth-blue ${leftover}`)
  const rival = { ...elsewhere, publish: [{ hostPort: 8080, port: 80 }] }
  await assertRefused(
    apply(vethMasquerade(rival)),
    `publish: tcp port 8080 of the host is published already by blue; choose another hostPort; it ${leftover}`
  )
  await collectGarbage()
  assert.is((await apply(blue)).changed, true)
  await assertRefused(
    apply(vethMasquerade(rival)),
    'publish: tcp port 8080 of the host is published already by blue; choose another hostPort'
  )
  await assertRefused(
    apply(vethMasquerade({ ...elsewhere, hostInterface: 'veth-blue' })),
    'hostInterface: veth-blue exists already on the host; choose another name, or remove it'
  )
  await teardown('blue')
})

kernelTest(test, 'what another state directory has on record is not touched', needs, async () => {
  process.env.ISOLINK_STATE_DIR = '/run/elsewhere'
  await apply(blue)
  delete process.env.ISOLINK_STATE_DIR
  const state = await settled()
  assert.equal(await collectGarbage(), { removed: [], left: [] })
  assert.equal(stateOfHost(), state)
  process.env.ISOLINK_STATE_DIR = '/run/elsewhere'
  await teardown('blue')
  delete process.env.ISOLINK_STATE_DIR
  rmSync('/run/elsewhere', { recursive: true })
})

/** Networks of one name, whose links are of one group: what is taken down of the one is not the other's. */
kernelTest(test, 'what another state directory has by the same name is not taken down', needs, async () => {
  const net = (subnet: string, bridge: string, ...namespaces: ReadonlyArray<string>) =>
    bridgeNetwork({
      name: 'web',
      bridge,
      gateway: `${subnet}.1/24`,
      endpoints: namespaces.map((namespace, n) => ({ namespace, address: `${subnet}.${n + 2}/24` }))
    })
  await apply(net('10.100.0', 'br0', 'red', 'green'))
  process.env.ISOLINK_STATE_DIR = '/run/elsewhere'
  await apply(net('10.101.0', 'br1', 'blue', 'pink'))
  assert.equal(await teardown('web'), { name: 'web', found: true })
  delete process.env.ISOLINK_STATE_DIR
  const all = await status()
  assert.equal(
    all.map(({ name, state }) => [name, state]),
    [['web', 'up']]
  )
  await teardown('web')
  rmSync('/run/elsewhere', { recursive: true })
})

test.run()
