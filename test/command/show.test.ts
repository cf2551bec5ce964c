import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { objects } from '../../src/command/listing'
import { ip, raise, sh } from '../lab'
import { command, kernelTest, otherUser, run } from '../sandbox'
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

kernelTest(test, 'isolink show rule', needs, () => {
  ip(`rule add priority 500 from 10.0.0.0/8 to 10.1.0.0/16 iif eth0 fwmark 0x10/0xff table 1000
rule add priority 501 ipproto 6 dport 80 uidrange 0-0 goto 32766`)
  const lines = output(isolink(['show', 'rule'])).split('\n')
  const said = sh('ip rule').split('\n')
  for (const priority of ['0:', '500:', '501:', '32766:'])
    assert.is(
      lines.find(line => line.startsWith(priority))?.replace(/ +/g, ' '),
      said
        .find(line => line.startsWith(priority))
        ?.replace(/\s+/g, ' ')
        .replace('ipproto tcp', 'ipproto 6')
        .trim()
    )
  assert.equal(
    shown('rule')
      .filter(({ family }) => family === 'ipv4')
      .map(({ priority }) => priority),
    oracle('ip -j rule').map(({ priority }) => priority)
  )
  ip('rule delete priority 500\nrule delete priority 501')
})

kernelTest(test, 'isolink show rule: all that ip tells of a rule', needs, () => {
  const given = [
    '-4 rule add priority 510 tos 0x10 fwmark 0/0xff lookup main suppress_prefixlength 0',
    '-4 rule add priority 511 fwmark 0/0xffffffff lookup 100 suppress_ifgroup 3 realms 5/6 protocol bgp',
    '-4 rule add priority 512 l3mdev',
    '-4 rule add priority 513 sport 5 dport 7-9 tun_id 9 uidrange 0-0 goto 900',
    '-4 rule add priority 514 from 10.0.0.1 to 10.0.0.0/8 iif nope oif nix prohibit',
    '-4 rule add priority 515 not fwmark 0x5 nop',
    '-4 rule add priority 516 fwmark 0x5 realms 4 blackhole',
    '-4 rule add priority 517 from 10.0.0.1 lookup main protocol 77',
    '-6 rule add priority 518 from fd00::1 to fd00::/16 tos 0x4 unreachable'
  ]
  for (const line of given) sh(`ip ${line}`)
  const shownOf = (text: string): ReadonlyArray<string> =>
    text
      .split('\n')
      .filter(line => /^51\d:/.test(line))
      .map(line =>
        line
          .replace(/ IPv6 *$/, '')
          .replace(/\s+/g, ' ')
          .trim()
      )
  assert.equal(shownOf(output(isolink(['show', 'rule']))), shownOf(`${sh('ip rule')}\n${sh('ip -6 rule')}`))
  for (const line of given) sh(`ip ${line.replace(/add (priority \d+).*/, 'delete $1')}`)
})

kernelTest(test, 'isolink show neighbour', needs, () => {
  ip(`neighbour add 10.0.6.99 lladdr 02:00:00:00:00:99 dev eth0 nud permanent
neighbour add fd00:6::99 lladdr 02:00:00:00:00:98 dev eth0 nud permanent router`)
  const lines = output(isolink(['show', 'neighbour'])).split('\n')
  assert.ok(lines.some(line => /^10\.0\.6\.99 +dev eth0 +02:00:00:00:00:99 +permanent$/.test(line)))
  assert.ok(lines.some(line => /^fd00:6::99 +dev eth0 +02:00:00:00:00:98 +permanent router$/.test(line)))
  assert.equal(
    shown('neighbour')
      .map(({ address, interface: name }) => `${address} ${name}`)
      .toSorted(),
    oracle('ip -j neighbour')
      .map(({ dst, dev }) => `${dst} ${dev}`)
      .toSorted()
  )
})

kernelTest(test, 'isolink show conntrack', [...needs, command('conntrack')], () => {
  sh('conntrack -I -p udp -s 10.1.0.1 -d 10.2.0.1 --sport 1000 --dport 53 --timeout 600 2>/dev/null')
  sh(`conntrack -I -p tcp -s 10.1.0.4 -d 10.2.0.1 --sport 1004 --dport 80 -r 172.16.0.2 -q 10.1.0.4 \
--reply-port-src 8080 --reply-port-dst 1004 --state ESTABLISHED --timeout 600 2>/dev/null`)
  const lines = output(isolink(['show', 'conntrack']))
    .replace(/ +/g, ' ')
    .split('\n')
  assert.ok(lines.some(line => /^udp 10\.1\.0\.1:1000 → 10\.2\.0\.1:53 .*\d+ s$/.test(line)))
  assert.ok(
    lines.some(line =>
      /^tcp established 10\.1\.0\.4:1004 → 10\.2\.0\.1:80 back 172\.16\.0\.2:8080 → 10\.1\.0\.4:1004 /.test(
        line
      )
    )
  )
  assert.is(shown('conntrack').length, Number(sh('conntrack -C')))
})

kernelTest(
  test,
  'isolink show conntrack: a port that is translated alone, and zones',
  [...needs, command('conntrack')],
  () => {
    sh(`conntrack -F 2>/dev/null
conntrack -I -p tcp -s 10.1.0.5 -d 10.2.0.1 --sport 1005 --dport 80 -r 10.2.0.1 -q 10.1.0.5 \
--reply-port-src 8080 --reply-port-dst 1005 --state ESTABLISHED --timeout 600 2>/dev/null
conntrack -I -p icmp -s 10.1.0.6 -d 10.2.0.1 --icmp-type 8 --icmp-code 0 --icmp-id 9 -w 7 --timeout 600 2>/dev/null
conntrack -I -p udp -s 10.1.0.7 -d 10.2.0.1 --sport 7 --dport 53 --orig-zone 8 --timeout 600 2>/dev/null
conntrack -I -p udp -s 10.1.0.8 -d 10.2.0.1 --sport 7 --dport 53 --reply-zone 9 --timeout 600 2>/dev/null`)
    const lines = output(isolink(['show', 'conntrack']))
      .replace(/ +/g, ' ')
      .split('\n')
    for (const line of [
      /^tcp established 10\.1\.0\.5:1005 → 10\.2\.0\.1:80 back 10\.2\.0\.1:8080 → 10\.1\.0\.5:1005 unreplied \d+ s$/,
      /^icmp 10\.1\.0\.6 → 10\.2\.0\.1 type 8 id 9 zone 7 unreplied \d+ s$/,
      /^udp 10\.1\.0\.7:7 → 10\.2\.0\.1:53 zone-orig 8 unreplied \d+ s$/,
      /^udp 10\.1\.0\.8:7 → 10\.2\.0\.1:53 zone-reply 9 unreplied \d+ s$/
    ])
      assert.ok(
        lines.some(each => line.test(each)),
        `${line}\n${lines.join('\n')}`
      )
  }
)

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

kernelTest(test, 'isolink show route: one address, and who made a route, as ip route says it', needs, () => {
  ip('route add 10.9.9.9 via 10.0.6.20\nroute add fd00:9::9 dev eth0')
  const lines = output(isolink(['show', 'route']))
    .split('\n')
    .map(each => each.replace(/ +/g, ' '))
  for (const line of [
    '10.9.9.9 via 10.0.6.20 dev eth0',
    '10.0.6.0/24 dev eth0 proto kernel src 10.0.6.10',
    'fd00:9::9 dev eth0 metric 1024'
  ])
    assert.ok(lines.includes(line), lines.join('\n'))
})

kernelTest(test, 'isolink show nftables: as nft list ruleset, and the same as values', needs, () => {
  assert.is(output(isolink(['show', 'nftables'])), run('nft', 'list', 'ruleset'))
  const [one, two] = shown('nftables')
  assert.is(one?.family, 'ip')
  assert.is(one?.name, 'one')
  assert.is(two?.family, 'inet')
  assert.equal(two?.chains, [])
})

kernelTest(test, 'what a terminal would obey is told, and not obeyed; in JSON it is as it is', needs, () => {
  const [name, alias] = ['\x1b[31mred', 'a\x1b]0;x\x07b\nc\x7f']
  run('ip', 'link', 'add', name, 'type', 'bridge')
  run('ip', 'link', 'set', name, 'alias', alias)
  sh(`nft 'add table ip one { comment "\x1b[1m" ; }'`)
  const text = ['link', 'address', 'nftables'].map(each => output(isolink(['show', each]))).join('')
  assert.equal(text.match(/(?!\n|\t)\p{Cc}/gu), null)
  const line = text.split('\n').find(each => each.startsWith('\\x1b[31mred ')) ?? text
  assert.is(line.indexOf(' down '), text.split('\n')[0]?.indexOf(' unknown '), 'columns are straight')
  assert.not.match(output(isolink(['diagram', '--format', 'dot'])), /(?!\n)\p{Cc}/u)
  const json = output(isolink(['show', 'link', '--json']))
  assert.equal(json.match(/(?!\n)\p{Cc}/gu), null)
  const listed = (JSON.parse(json) as Rows).find(each => each.name === name)
  assert.is(listed?.alias, alias)
  const refusal = isolink(['show', 'link', '--namespace', '\x1b[31mred'])
  assert.not.match(refusal.stderr, /(?!\n)\p{Cc}/u)
  run('ip', 'link', 'delete', name)
})

kernelTest(test, 'anybody may look at where he is, and not elsewhere', [...needs, otherUser()], () => {
  assert.is(output(isolink(['show', 'address'], nobody)), output(isolink(['show', 'address'])))
  const rooted = ['conntrack', 'nftables']
  for (const object of rooted) refused(isolink(['show', object], nobody), 1, /CAP_NET_ADMIN .*: run as root/)
  for (const object of Object.keys(objects).filter(each => !rooted.includes(each)))
    output(isolink(['show', object], nobody))
  assert.match(
    output(isolink(['show', '--help'])).replace(/\s+/g, ' '),
    /only nftables and conntrack need root/
  )
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
