import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { ip, raise, sh } from '../lab'
import { command, kernelTest, otherUser } from '../sandbox'
import { isolink, nobody, output, refused } from './child'

const test = suite('show')
const needs = [command('ip'), command('nft')]

type Rows = ReadonlyArray<Record<string, unknown>>

const shown = (...words: ReadonlyArray<string>): Rows =>
  JSON.parse(output(isolink(['show', '--json', ...words])))

const oracle = (line: string): Rows => JSON.parse(sh(line))

kernelTest(test, 'two hosts', needs, () => {
  raise()
  ip(`link add br0 type bridge
link add v0 type veth peer name v1
link set v0 master br0
route add 10.9.0.0/16 metric 7 nexthop via 10.0.6.20 weight 2 nexthop via 10.0.6.21
route add blackhole 10.8.0.0/16`)
  sh('nft add table ip one; nft add table inet two')
})

kernelTest(test, 'isolink show link --json', needs, () => {
  assert.equal(
    shown('link').map(({ index, name, mtu, address, qdisc }) => [index, name, mtu, address, qdisc]),
    oracle('ip -j link').map(({ ifindex, ifname, mtu, address, qdisc }) => [
      ifindex,
      ifname,
      mtu,
      address,
      qdisc
    ])
  )
})

kernelTest(test, 'isolink show link', needs, () => {
  const lines = output(isolink(['show', 'link']))
    .trimEnd()
    .split('\n')
  assert.is(lines.length, oracle('ip -j link').length)
  assert.match(lines[0] ?? '', /^lo +unknown +00:00:00:00:00:00 +mtu 65536$/)
  assert.ok(lines.some(line => /^v0@v1 +down +\S+ +mtu 1500 +veth in br0$/.test(line)))
  assert.ok(lines.some(line => /^eth0@if\d+ +up +\S+ +mtu 1500 +veth$/.test(line)))
})

kernelTest(test, 'isolink show address, of another namespace', needs, () => {
  const listed = shown('address', '--namespace', 'other')
  // The kernel lists family by family, ip(8) link by link.
  assert.equal(
    ['lo', 'eth0'].flatMap(name =>
      listed
        .filter(each => each.interface === name)
        .map(({ address, prefixLength }) => [name, address, prefixLength])
    ),
    oracle('ip -n other -j address').flatMap(({ ifname, addr_info }) =>
      (addr_info as Rows).map(({ local, prefixlen }) => [ifname, local, prefixlen])
    )
  )
  const text = output(isolink(['show', 'address', '--namespace', 'other']))
  assert.match(text, /^eth0@if\d+ +up +10\.0\.6\.20\/24 fd00:6::20\/64/m)
})

kernelTest(test, 'isolink show route --json', needs, () => {
  assert.equal(
    shown('route')
      .filter(({ family }) => family === 'ipv4')
      .map(({ destination, gateway, interface: name, metric }) => [destination, gateway, name, metric]),
    oracle('ip -j route').map(({ dst, gateway, dev, metric }) => [dst, gateway, dev, metric])
  )
})

kernelTest(test, 'isolink show route', needs, () => {
  const lines = output(isolink(['show', 'route'])).split('\n')
  assert.match(lines[0] ?? '', /^default +via 10\.0\.6\.1 dev eth0$/)
  const ways = 'via 10\\.0\\.6\\.20 dev eth0 weight 2, via 10\\.0\\.6\\.21 dev eth0 weight 1'
  assert.ok(lines.some(line => new RegExp(`^10\\.9\\.0\\.0/16 +${ways} +metric 7$`).test(line)))
  assert.ok(lines.includes('blackhole 10.8.0.0/16'))
})

kernelTest(test, 'isolink show nftables', needs, () => {
  assert.is(output(isolink(['show', 'nftables'])), 'ip    one\ninet  two\n')
  assert.equal(shown('nftables'), [
    { family: 'ip', table: 'one' },
    { family: 'inet', table: 'two' }
  ])
})

kernelTest(test, 'anybody may look at where he is, and not elsewhere', [...needs, otherUser()], () => {
  assert.is(output(isolink(['show', 'address'], nobody)), output(isolink(['show', 'address'])))
  refused(isolink(['show', 'nftables'], nobody), 1, /CAP_NET_ADMIN .*: run as root/)
  refused(isolink(['show', 'link', '--namespace', 'other'], nobody), 1, /CAP_SYS_ADMIN: run as root/)
})

kernelTest(test, 'no such namespace', needs, () => {
  refused(
    isolink(['show', 'link', '--namespace', 'red']),
    1,
    /^there is no network namespace with the name red$/
  )
})

test.run()
