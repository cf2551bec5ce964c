import { spawn } from 'node:child_process'
import { closeSync, openSync, statSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Topology, TopologyLink, TopologyNamespace } from '../../src/promises'
import { apply, namespaces, teardown, topology, vethMasquerade } from '../../src/promises'
import { ip, raise, raze, sh } from '../lab'
import { command, kernelTest, linkKind } from '../sandbox'

const test = suite('topology')
const needs = [command('ip'), command('nft')]

const named = ({ namespaces: all }: Topology, name: string): TopologyNamespace => {
  const found = all.find(({ names, here }) => names.includes(name) || (name === '' && here))
  assert.ok(found, name)
  return found
}

const linkOf = (all: Topology, namespace: string, name: string): TopologyLink => {
  const found = named(all, namespace).links.find(link => link.name === name)
  assert.ok(found, name)
  return found
}

const endOf = (all: Topology, namespace: string, name: string) => ({
  namespace: named(all, namespace).identity,
  index: linkOf(all, namespace, name).index
})

/** The namespaces that the sandbox sees on the machine around it are none of ours. */
const oursIn = ({ namespaces: all }: Topology): ReadonlyArray<TopologyNamespace> =>
  all.filter(({ here, names }) => here || names.length > 0)

/** A descriptor that keeps a namespace alive. */
const openIn = (name: string): number => openSync(`/run/netns/${name}`, 'r')

test.after.each(raze)

kernelTest(
  test,
  'two hosts: each link, its addresses, and its other end, as ip -j has them',
  needs,
  async () => {
    raise()
    const all = await topology()
    assert.equal(
      oursIn(all).map(({ names, here }) => [names, here]),
      [
        [[], true],
        [['other'], false]
      ]
    )
    for (const [name, options] of [
      ['', ''],
      ['other', '-n other']
    ] as const) {
      const said: ReadonlyArray<{
        ifindex: number
        ifname: string
        addr_info: ReadonlyArray<{ local: string; prefixlen: number }>
      }> = JSON.parse(sh(`ip ${options} -j address`))
      assert.equal(
        named(all, name).links.map(({ index, name: link, addresses }) => [index, link, addresses]),
        said.map(({ ifindex, ifname, addr_info }) => [
          ifindex,
          ifname,
          addr_info
            .map(({ local, prefixlen }) => `${local}/${prefixlen}`)
            .filter(each => !/^(fe80:|127\.0\.0\.1\/|::1\/)/.test(each))
        ])
      )
    }
    assert.equal(linkOf(all, '', 'eth0').peer, endOf(all, 'other', 'eth0'))
    assert.equal(linkOf(all, 'other', 'eth0').peer, endOf(all, '', 'eth0'))
    assert.equal(named(all, '').defaultRoutes, [
      { family: 'ipv4', gateway: '10.0.6.1', link: linkOf(all, '', 'eth0').index },
      { family: 'ipv6', gateway: 'fd00:6::1', link: linkOf(all, '', 'eth0').index }
    ])
    assert.is(named(all, '').identity, await namespaces.identity({ pid: process.pid }))
  }
)

kernelTest(test, 'pairs of links with the same indexes are told apart', needs, async () => {
  for (const name of ['a', 'b', 'c', 'd']) ip(`netns add ${name}`)
  for (const [here, there] of [
    ['a', 'b'],
    ['c', 'd']
  ] as const)
    ip(`link add v0 index 50 netns ${here} type veth peer name v0 index 51 netns ${there}`)
  const all = await topology()
  for (const [here, there] of [
    ['a', 'b'],
    ['b', 'a'],
    ['c', 'd'],
    ['d', 'c']
  ] as const)
    assert.equal(linkOf(all, here, 'v0').peer, endOf(all, there, 'v0'), `${here} ${there}`)
})

kernelTest(test, 'bridges, links above others, here and in another namespace', needs, async () => {
  raise()
  ip(`link add br0 type bridge
link add p0 type veth peer name p1
link set p0 master br0
link add link eth0 name m0 type macvlan mode bridge
link add link eth0 name m1 netns other type macvlan mode bridge`)
  const all = await topology()
  assert.is(linkOf(all, '', 'p0').master, linkOf(all, '', 'br0').index)
  assert.equal(linkOf(all, '', 'p0').peer, endOf(all, '', 'p1'))
  assert.equal(linkOf(all, '', 'm0').parent, endOf(all, '', 'eth0'))
  assert.equal(linkOf(all, 'other', 'm1').parent, endOf(all, '', 'eth0'))
})

kernelTest(
  test,
  'a tunnel that has moved stands where it was made, whatever else has its own index there',
  [...needs, linkKind('vxlan id 1 dstport 4789')],
  async () => {
    ip('netns add b\nlink add up0 type veth peer name up1')
    ip('link add x1 index 900 type bridge', '-n', 'b')
    ip(`link add vx2 type vxlan id 7 dev up0 dstport 4791 remote 10.0.0.2
link add vx0 index 900 type vxlan id 5 dev up0 dstport 4789 remote 10.0.0.2
link add vx1 index 905 type vxlan id 6 dstport 4790 remote 10.0.0.2
link add m0 link up0 index 907 type macvlan
link set vx1 netns b
link set m0 netns b
link set vx0 netns b`)
    // Its index was taken in there, and it has got another.
    const moved = linkOf(await topology(), 'b', 'vx0').index
    ip(`link add decoy index ${moved} type bridge`)
    const all = await topology()
    for (const name of ['vx0', 'm0']) assert.equal(linkOf(all, 'b', name).parent, endOf(all, '', 'up0'), name)
    assert.is(linkOf(all, 'b', 'vx1').parent, undefined)
    assert.equal(linkOf(all, '', 'vx2').parent, endOf(all, '', 'up0'))
    const inside = ` in ${named(all, 'b').identity}`
    assert.not(all.namespaces.some(({ identity }) => identity.endsWith(inside)))
  }
)

kernelTest(
  test,
  'a namespace without a name is known by its process; without one, by its id',
  needs,
  async () => {
    ip('netns add blue\nlink add v0 type veth peer name v1 netns blue')
    const { pid = 0, ...child } = spawn('unshare', ['--net', 'sleep', '60'], { stdio: 'ignore' })
    while (statSync(`/proc/${pid}/ns/net`).ino === statSync('/proc/self/ns/net').ino)
      await new Promise(resolve => setTimeout(resolve, 5))
    try {
      ip(`link add w0 type veth peer name w1 netns ${pid}`)
      const all = await topology()
      const inside = all.namespaces.find(({ processes }) => processes.some(each => each.pid === pid))
      assert.equal(inside?.names, [])
      assert.equal(inside?.processes, [{ pid, command: 'sleep' }])
      assert.is(linkOf(all, '', 'w0').peer?.namespace, inside?.identity)

      const held = openIn('blue')
      await namespaces.remove('blue')
      const after = await topology()
      const stranger = after.namespaces.find(({ closed }) => closed?.startsWith('it has no name'))
      assert.equal(
        stranger?.links.map(({ index }) => index),
        [linkOf(after, '', 'v0').peer?.index]
      )
      closeSync(held)
    } finally {
      process.kill(pid, 'SIGKILL')
      void child
    }
  }
)

kernelTest(test, 'what is masqueraded and published, until it is down', needs, async () => {
  raise()
  await apply(
    vethMasquerade({
      namespace: 'blue',
      address: '192.168.45.3/24',
      gateway: '192.168.45.2',
      publish: [
        { hostPort: 8080, port: 80 },
        { protocol: 'udp', hostPort: 53, port: 5353, hostAddress: '10.0.6.11' }
      ]
    })
  )
  const { masquerades, published } = named(await topology(), '')
  assert.equal(masquerades, [{ source: '192.168.45.0/24', link: 'eth0' }])
  assert.equal(published, [
    { protocol: 'tcp', hostPort: '8080', address: '192.168.45.3', port: '80' },
    { protocol: 'udp', hostAddress: '10.0.6.11', hostPort: '53', address: '192.168.45.3', port: '5353' }
  ])
  await teardown('blue')
  const after = named(await topology(), '')
  assert.equal([after.masquerades, after.published], [[], []])
})

test.run()
