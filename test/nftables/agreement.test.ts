import { spawnSync } from 'node:child_process'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { dump } from '../../src/nftables/ruleset'
import { type Connection, IsolinkError, nftables, open } from '../../src/promises'
import { command, kernelTest, linkKind, oracle, run } from '../sandbox'

/** What nft makes of a text, we make of it; what nft refuses, we refuse before anything is sent. */
const test = suite('nftables agreement')

const needs = [command('nft'), linkKind('veth')]

test.before(() => {
  if (needs.every(each => each === undefined))
    run('ip', 'link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', 'eth1')
})

test.after.each(() => {
  run('nft', 'flush', 'ruleset')
})

/** A rule of a table of a family; sets of it stand in front. */
type Case = readonly [family: string, rule: string, sets?: string]

const tableOf = ([family, rule, sets = '']: Case): string =>
  `table ${family} t {\n${sets}\nchain c {\n${hooks[family] ?? ''}\n${rule}\n}\n}\n`

const hooks: { readonly [family: string]: string } = {
  netdev: 'type filter hook ingress device eth0 priority 0;'
}

const nft = (text: string): { readonly ok: boolean; readonly said: string } => {
  const { status, stderr } = spawnSync(oracle('nft') ?? 'nft', ['-f', '-'], {
    input: text,
    encoding: 'utf8'
  })
  return { ok: status === 0, said: stderr }
}

/** What the kernel has of the rules, without the names and numbers that are new each time. */
const rulesIn = async (connection: Connection): Promise<string> => {
  const rules = await connection.send(dump('NFT_MSG_GETRULE', 'NFT_MSG_NEWRULE'))
  return JSON.stringify(
    rules.map(({ attributes }) => attributes.expressions),
    (key, value) =>
      key === 'setId'
        ? undefined
        : typeof value === 'bigint'
          ? String(value)
          : typeof value === 'string'
            ? value.replace(/^__(set|map)\d+$/, '__$1')
            : value,
    1
  )
}

const compared = async (text: string): Promise<void> => {
  const { ok, said } = nft(text)
  assert.ok(ok, said)
  await using connection = open()
  const theirs = { listed: run('nft', 'list', 'ruleset'), rules: await rulesIn(connection) }
  run('nft', 'flush', 'ruleset')
  await connection.nftables.load(text)
  assert.is(await rulesIn(connection), theirs.rules)
  assert.is(run('nft', 'list', 'ruleset'), theirs.listed)
}

const same = (given: Case): void =>
  kernelTest(test, `as nft: ${given[0]} ${given[1]} ${given[2] ?? ''}`, needs, () => compared(tableOf(given)))

const refusal = async (act: () => Promise<unknown>): Promise<string> => {
  try {
    await act()
  } catch (error) {
    assert.instance(error, IsolinkError)
    const { _tag, message } = error as IsolinkError
    assert.ok(['SyntaxFault', 'InvalidInput', 'NotFound'].includes(_tag), `${_tag}: ${message}`)
    return message
  }
  throw new Error('it was taken')
}

const refused = (given: Case, reason: RegExp): void =>
  kernelTest(test, `refused, as by nft: ${given[0]} ${given[1]} ${given[2] ?? ''}`, needs, async () => {
    const text = tableOf(given)
    assert.not.ok(nft(text).ok, 'nft takes it')
    await using connection = open()
    assert.match(await refusal(() => connection.nftables.load(text)), reason)
  })

const ports = 'set ports { type inet_service; }'
const hosts = 'set hosts { type ipv4_addr; }'
const classes = 'set classes { type dscp; elements = { af11, ef }; }'
const marks = 'map marks { type inet_service : mark; }'
const targets = 'map targets { type ipv4_addr : ipv4_addr . inet_service; }'

const agreed: ReadonlyArray<Case> = [
  // A port is said to be one.
  ['ip', 'tcp dport 80 masquerade to :5000-5009'],
  ['ip', 'tcp dport 80 masquerade to :5000 random'],
  ['ip', 'tcp dport 80 redirect to :9000'],
  ['ip', 'tcp dport 80 redirect to :9000 random,persistent'],
  ['ip', 'meta l4proto { tcp, udp } redirect to :80'],
  ['ip', 'dnat to meta l4proto . th dport map { tcp . 80 : 1.2.3.4 . 81 }'],
  // Hours go round.
  ['ip', 'meta hour "23:00"-"01:00"'],
  ['ip', 'meta hour != "23:00"-"01:00"'],
  ['ip', 'meta hour "08:00"-"12:00"'],
  ['ip', 'meta time < 1700000000'],
  // What overlaps becomes one.
  ['ip', 'tcp dport { 1-65535, 22 }'],
  ['ip', 'tcp dport { 60000-65535, 60000-60010 }'],
  ['ip', 'tcp dport { 1-10, 11-20, 15-16, 40 }'],
  ['ip', 'tcp dport { 5-6, 5-6 }'],
  ['ip', 'tcp dport { 1-10 comment "a", 5 comment "b" }'],
  ['ip', 'ip saddr { 224.0.0.0-255.255.255.255, 224.0.0.0/24 }'],
  ['ip', 'ip saddr { 10.0.0.0/8, 10.1.0.0/16, 192.168.0.1 }'],
  ['ip', 'tcp doff { 11-15, 11-12 }'],
  ['ip', 'accept', 'set s { type inet_service; flags interval; elements = { 1-10, 1-10, 11-12 }; }'],
  [
    'ip',
    'accept',
    'set s { type inet_service; flags interval; auto-merge; elements = { 1-10, 5-20 comment "x", 21, 100 }; }'
  ],
  // Bits behind a field are dropped where it is looked up or copied.
  ['ip', 'ip dscp @classes', classes],
  ['ip', 'ip dscp vmap @v', 'map v { type dscp : verdict; elements = { af11 : accept }; }'],
  ['ip', 'meta mark set ip dscp map @v', 'map v { type dscp : mark; elements = { af11 : 1 }; }'],
  ['ip', 'ip dscp { af11, ef }'],
  ['bridge', 'meta mark set vlan pcp'],
  ['ip', 'meta mark set tcp doff'],
  ['bridge', 'vlan pcp @s', 'set s { typeof vlan pcp; elements = { 3 }; }'],
  // What it needs is asked before anything stands in registers.
  ['ip', 'meta l4proto tcp dnat to 1.2.3.4:tcp dport map { 80 : 81 }'],
  ['ip', 'add @targets { ip saddr : ip daddr . tcp dport }', targets],
  // Interfaces by their names, wherever they stand.
  ['ip', 'accept', 'map s { type mark : iface_index; elements = { 1 : "lo", 2 : "eth0" }; }'],
  ['ip', 'meta l4proto tcp redirect to :iif map { "lo" : 80, "eth0" : 81 }'],
  ['ip', 'meta l4proto tcp masquerade to :oif map { "eth0" : 80 }'],
  ['ip', 'meta l4proto tcp dnat to 1.2.3.4:iif map { "eth0" : 80 }'],
  ['ip', 'accept', 'set s { type iface_index; elements = { "lo" comment "x y" }; }'],
  ['bridge', 'ether type 8021ad vlan id 5'],
  ['bridge', 'ether type 8021ad vlan id 5 vlan type ip'],
  ['bridge', 'ether type 8021q vlan id 5'],
  ['ip', 'tcp dport 010'],
  ['ip', 'ip ttl 064'],
  ['ip', 'meta mark 010'],
  ['ip', 'limit rate 010/second'],
  ['ip', 'tcp dport @ports', ports],
  ['ip', 'meta mark set tcp dport map @marks', marks],
  ['ip', 'icmp type echo-reply icmp id 5'],
  ['ip', 'continue accept'],
  ['ip', 'tcp dport 5 dnat to ip saddr map { 1.1.1.1 : 2.2.2.2 }:80'],
  ['ip', 'tcp dport 5 dnat to ip saddr map { 1.1.1.1 : 2.2.2.2 }:80-90'],
  ['ip6', 'tcp dport 5 dnat to ip6 saddr map { ::1 : ::2 }:80'],
  // Flags with either sign.
  ['ip', 'ct state new|established'],
  ['ip', 'ct state != established | new'],
  ['ip', 'ct state == established | new'],
  ['ip', 'tcp flags == syn|ack'],
  ['ip', 'tcp flags set syn | ack'],
  ['ip', 'tcp flags { syn, syn|ack }'],
  ['ip', 'fib saddr oif != missing'],
  ['ip', 'fib saddr oif missing'],
  ['ip', 'fib saddr . iif oif { missing, lo }'],
  ['ip', 'ip dscp . tcp dport { cs1 . 22 }'],
  // Names of the machine's own.
  ['ip', 'meta skuid root'],
  ['ip', 'meta skuid { root, "nobody" }'],
  ['ip', 'meta skgid root'],
  ['ip', 'udp dport { syslog, isakmp, ipsec-nat-t, imap, x11, git }'],
  ['ip', 'tcp dport rsync'],
  ['ip', 'numgen inc mod 10 9'],
  ['ip', 'meta mark set tcp sequence'],
  ['ip', 'numgen inc mod 10 offset 5 14'],
  ['ip', 'meta l4proto tcp ct original proto-dst 80'],
  ['netdev', 'dup to meta mark map { 1 : eth1 }'],
  ['ip', 'dup to ip saddr map { 1.1.1.1 : 2.2.2.2 } device "lo"'],
  ['ip', 'quota 100bytes'],
  ['ip', 'limit rate 5kbytes/second burst 84bytes'],
  ['ip', 'limit rate 5/second burst 84packets'],
  ['ip', 'tcp option sack0 left 5'],
  // What a set says of the headers behind.
  ['ip', 'meta l4proto { tcp, udp } th dport 53'],
  ['ip', 'ip protocol { tcp, udp } th dport 53'],
  ['ip', 'meta l4proto { tcp, udp } dnat to 1.1.1.1:53'],
  ['ip', 'meta l4proto { 6-17, 99, 100 } accept'],
  ['ip', 'meta l4proto != { tcp, udp } tcp dport 53'],
  ['ip', 'meta l4proto @protos tcp dport 53', 'set protos { type inet_proto; }'],
  ['ip', 'meta l4proto vmap { tcp : accept, udp : drop } tcp dport 53'],
  ['ip', 'meta l4proto . th dport { tcp . 53, udp . 53 } tcp dport 53'],
  ['ip', 'meta l4proto { 6, tcp } tcp dport 53'],
  ['inet', 'meta nfproto { ipv4, ipv6 } icmp type echo-request'],
  ['inet', 'meta l4proto icmp icmp type echo-request'],
  ['ip', 'meta l4proto 99 redirect to :80'],
  // A set of one element is that element.
  ['ip', 'meta l4proto { tcp } tcp dport { 22 }'],
  ['ip', 'tcp dport != { 22-25 }'],
  ['ip', 'ip saddr { 10.0.0.0/9 } ip daddr != { 10.0.0.0/8 }'],
  ['ip', 'iifname { "eth*" } iif { "lo" } oifname != { eth0 }'],
  ['ip', 'meta mark & 0xff { 5 } ct mark { 1-5 }'],
  ['ip', 'ip saddr . tcp dport { 1.1.1.1 . 22 }'],
  ['bridge', 'ether type { 8021q } vlan id { 5 }'],
  // Constants that are computed, and what binds tighter.
  ['ip', 'ct event set new or related'],
  ['ip', 'ct event set (new|related)'],
  ['ip', 'ct state new or established'],
  ['ip', 'ct state (new or established)'],
  ['ip', 'ct state == new or established'],
  ['ip', 'ct state new,established or related'],
  ['ip', 'ct state vmap { new or related : accept, established : drop }'],
  ['ip', 'ct state & (new or related) != 0'],
  ['ip', 'tcp flags set syn or ack'],
  ['ip', 'tcp flags syn xor ack'],
  ['ip', 'tcp flags & syn|ack == syn'],
  ['ip', 'meta mark set (1 | 2) & 3'],
  ['ip', 'meta mark != 0x10 & 0x30'],
  ['ip', 'meta mark { 1 | 2, 4 }'],
  ['ip', 'meta mark set tcp dport map { 80 : 1 | 2 }'],
  ['ip', 'meta mark & (1 | 2) == 1'],
  ['ip', 'meta mark & 3 | 4 == 5'],
  ['ip', 'meta mark | 4 & 3 == 5'],
  ['ip', 'meta mark set meta mark & 0xff | 0x100 ^ 0x1'],
  ['ip', 'meta mark set (meta mark | 0x2) & 0xf0'],
  ['ip', 'meta mark set (meta mark & 0xff) << 4'],
  ['ip', 'meta mark set ct mark << 8 | 0x1'],
  ['ip', 'ip saddr 10.0.0.0 | 0.0.0.1'],
  ['ip', 'dnat to 10.0.0.0 | 0.0.0.1'],
  ['ip', 'ip dscp & 1 | 2 == 3'],
  ['ip6', 'ip6 flowlabel & 0xff == 1'],
  // Addresses as numbers, and by the names of /etc/hosts.
  ['ip', 'ip saddr & 255.255.255.0 == 10.0.0.0'],
  ['ip', 'ip saddr and 0xffffff00 == 10.0.0.0'],
  ['ip', 'ip saddr & 0xff == 0.0.0.1'],
  ['ip', 'ip saddr { 0x0a000001, 10.0.0.5 } ip daddr 0x0a000000/8'],
  ['ip', 'ip saddr localhost'],
  ['ip', 'tcp dport 1 dnat to localhost', 'set s { type ipv4_addr; elements = { localhost }; }'],
  // Options that are taken out, and segments of a route.
  ['ip', 'tcp dport 5 reset tcp option sack-permitted'],
  ['ip', 'reset tcp option 5'],
  ['ip', 'reset tcp option 77'],
  ['ip', 'tcp option sack-permitted exists'],
  ['ip6', 'srh sid[1] { ::1, ::2 }'],
  ['ip6', 'rt0 addr[2] dead::beef'],
  // Meters.
  ['ip', 'meter m { ip saddr limit rate 10/second } accept'],
  ['ip', 'ct state new meter m size 1024 { ip saddr . tcp dport ct count over 5 } reject'],
  ['ip', 'meter m size 128 { ip saddr timeout 1m limit rate over 10 mbytes/second } drop comment "x"'],
  ['ip', 'meter a { ip saddr & 255.255.255.0 counter } meter b { iifname quota over 10 mbytes }'],
  ['ip', 'flow table m { ip saddr limit rate 10/second }'],
  // What is rejected is asked for before anything is counted, and the answer is of its family.
  ['inet', 'counter reject with icmp host-unreachable'],
  ['inet', 'meter m { ip saddr counter } reject with tcp reset'],
  ['ip', 'th dport 5 reject with tcp reset'],
  ['inet', 'ip saddr 1.1.1.1 reject'],
  ['inet', 'meta nfproto ipv6 reject']
]

for (const given of agreed) same(given)

const declined: ReadonlyArray<readonly [given: Case, reason: RegExp]> = [
  // Ranges in sets that are not for them.
  [
    ['ip', 'accept', 'set s { type ipv4_addr; elements = { 10.0.0.0/8 }; }'],
    /10\.0\.0\.0\/8 .*flags interval/
  ],
  [['ip', 'accept', 'set s { type inet_service; elements = { 80-90 }; }'], /80-90 .*flags interval/],
  [['ip', 'accept', 'set s { type ifname; elements = { "eth*" }; }'], /"eth\*" .*flags interval/],
  [
    ['ip', 'accept', 'set s { type ipv4_addr . inet_service; elements = { 10.0.0.0/8 . 22 }; }'],
    /10\.0\.0\.0\/8 \. 22 .*flags interval/
  ],
  [['ip', 'accept', 'set s { type ipv4_addr; auto-merge; elements = { 1.1.1.1 }; }'], /autoMerge|auto-merge/],
  // Ranges where one value belongs.
  [['ip', 'meta mark set 1-5'], /column .*1-0x00000005 is more than one/],
  [['ip', 'tcp dport set 5-6'], /5-6 is more than one/],
  [['ip', 'ip saddr set 10.0.0.0/8'], /10\.0\.0\.0\/8 is more than one/],
  [['ip', 'accept', 'map s { type ipv4_addr : mark; elements = { 1.1.1.1 : 1-5 }; }'], /more than one mark/],
  [['ip', 'tcp dport < 5-10'], /more than one value/],
  [['ip', 'ip saddr < 10.0.0.0/8'], /more than one value/],
  // Ranges that end before they begin.
  [['ip', 'tcp dport 10-5'], /column 11: 10-5 ends before it begins/],
  [['ip', 'ip saddr { 10.0.0.5-10.0.0.1 }'], /10\.0\.0\.5-10\.0\.0\.1 ends before it begins/],
  [
    ['ip', 'accept', 'set s { type ipv4_addr; flags interval; elements = { 10.0.0.5-10.0.0.1 }; }'],
    /ends before it begins/
  ],
  [['ip', 'snat to 1.1.1.9-1.1.1.1'], /ends before it begins/],
  [['ip', 'tcp dport 1 snat to :90-80'], /90-80 ends before it begins/],
  [['ip', 'meta hour { "23:00"-"01:00" }'], /ends before it begins/],
  [['ip', 'tcp dport vmap { 1-10 : accept, 5 : drop }'], /conflicting intervals: 1-10 and 5/],
  [
    ['ip', 'accept', 'set s { type inet_service; flags interval; elements = { 1-65535, 22 }; }'],
    /conflicting intervals: 1-65535 and 22/
  ],
  [
    [
      'ip',
      'accept',
      'map s { type inet_service : mark; flags interval; elements = { 1-10 : 1, 1-10 : 2 }; }'
    ],
    /conflicting intervals/
  ],
  // Addresses of the other family.
  [['ip', 'dnat to ::1'], /::1 is no ipv4_addr/],
  [['ip', 'dup to ::1'], /::1 is no ipv4_addr/],
  [['ip', 'meta l4proto tcp tproxy to [::1]:5'], /::1 is no ipv4_addr/],
  [['ip6', 'dnat to 1.1.1.1'], /1\.1\.1\.1 is no ipv6_addr/],
  [['ip6', 'dup to 1.1.1.1'], /1\.1\.1\.1 is no ipv6_addr/],
  [['inet', 'ip6 daddr ::1 dnat to 1.2.3.4'], /1\.2\.3\.4 is no ipv6_addr/],
  [['inet', 'ip daddr 1.1.1.1 dnat to ::1'], /::1 is no ipv4_addr/],
  [['ip', 'dnat to tcp dport map { 80 : ::1 }'], /::1 is no ipv4_addr/],
  // Ports before the transport is known.
  [['ip', 'dnat to 1.2.3.4:tcp dport map { 80 : 81 }'], /before the transport is known/],
  [['ip', 'snat to :1000'], /before the transport is known/],
  [['ip', 'redirect to :80'], /before the transport is known/],
  [['ip', 'masquerade to :1000'], /before the transport is known/],
  [['ip', 'dnat to 1.2.3.4:80'], /before the transport is known/],
  [['ip', 'dnat to ip saddr map @targets', targets], /before the transport is known/],
  [['ip', 'tproxy to :1080'], /needs to know the transport/],
  // Links that there are none of.
  [
    ['ip', 'accept', 'map s { type mark : iface_index; elements = { 1 : "nolink" }; }'],
    /there is no link nolink/
  ],
  [['ip', 'meta l4proto tcp redirect to :iif map { "nolink" : 80 }'], /there is no link nolink/],
  // Kinds that do not fit.
  [['ip', 'meta mark set ip saddr . tcp dport'], /is ipv4_addr \. inet_service, not mark/],
  [['ip', 'ip saddr @ports', ports], /@ports has keys of inet_service, and this is ipv4_addr/],
  [['ip', 'tcp dport @hosts', hosts], /@hosts has keys of ipv4_addr/],
  [['ip', 'icmp type vmap @v', 'map v { type dscp : verdict; }'], /@v has keys of dscp/],
  [['ip', 'ip daddr set tcp dport map @marks', marks], /@marks gives mark, not ipv4_addr/],
  [['ip', 'tcp dport vmap @marks', marks], /@marks gives mark, not verdicts/],
  [['ip', 'meta mark set tcp dport map @ports', ports], /@ports is a set/],
  [['ip', 'tcp dport . ip saddr @cc', 'set cc { type ipv4_addr . inet_service; }'], /@cc has keys of/],
  [['ip', 'tcp dport set ip daddr'], /ip daddr is ipv4_addr, not inet_service/],
  [['ip', 'meta mark set iif'], /iif is iface_index, not mark/],
  [['ip', 'meta mark set ip length'], /ip length is integer, not mark/],
  [['ip', 'ct mark set ip dscp'], /ip dscp is dscp, not mark/],
  [['ip', 'meta mark set ip ttl'], /ip ttl is integer, not mark/],
  [['ip', 'meta mark set @th,0,8'], /is integer, not mark/],
  [['ip', 'meta mark set 1 << 4'], /column 17: a constant is not shifted/],
  [['ip', 'meta mark set 0xffffffff | 0x100000000'], /0x100000000 is no mark, which has 32 bits/],
  [['ip', 'ct mark set ct mark | meta mark'], /meta is no mark/],
  [['ip', 'ip saddr 192.168.1/24'], /192 is no ipv4_addr: write all four numbers/],
  [['ip6', 'exthdr srh exists'], /exthdr has no srh/],
  [['ip6', 'srh nexthdr 6'], /srh has no nexthdr/],
  [['ip6', 'srh sid[3] ::1'], /srh has no sid/],
  [['ip', 'meter m { ip saddr }'], /column 20: a meter has a limit/],
  [['ip', 'reset tcp option nosuch'], /column 18: nosuch is no option of TCP/],
  [['ip', 'meta nfproto ipv4'], /only tables of family inet can ask for meta nfproto/],
  [['netdev', 'meta nfproto { ipv4, ipv6 }'], /only tables of family inet can ask for meta nfproto/],
  [['ip', 'add @ports { ip saddr }', ports], /@ports has keys of inet_service/],
  // What contradicts itself.
  [['ip', 'icmp type redirect icmp id 5'], /does not go together/],
  [['ip', 'icmp type { echo-request, redirect } icmp id 5'], /does not go together/],
  [['inet', 'ip6 daddr ::1 dnat ip to 1.1.1.1'], /does not go together with ip6/],
  [['ip', 'meta l4proto tcp meta l4proto udp udp dport 5'], /./],
  [['bridge', 'ether type ip vlan id 5'], /vlan does not go together/],
  [['ip', 'meta l4proto { tcp, udp } tcp dport 53'], /tcp does not go together with udp/],
  [['ip', 'meta l4proto { tcp, udp } counter tcp dport { 53, 54 }'], /tcp does not go together with udp/],
  [['ip', 'ip protocol { 6, 17 } tcp dport 53'], /tcp does not go together with udp/],
  [['ip', 'ip protocol tcp meta l4proto udp tcp dport 53'], /tcp does not go together with udp/],
  [['ip', 'meta l4proto { tcp, 99 } tcp dport 53'], /tcp does not go together with another protocol/],
  [['ip6', 'ip6 nexthdr { tcp, udp } tcp dport 53'], /tcp does not go together with udp/],
  [['inet', 'meta l4proto { icmp, icmpv6 } icmp type echo-request'], /icmp does not go together with icmpv6/],
  [['inet', 'meta nfproto { ipv4, ipv6 } ip saddr 1.1.1.1'], /ip does not go together with ip6/],
  [['bridge', 'ether type { ip, ip6 } ip saddr 1.1.1.1'], /ip does not go together with ip6/],
  [['bridge', 'meta protocol 0x1234 ip saddr 1.1.1.1'], /ip does not go together with another protocol/],
  [['inet', 'meta l4proto { tcp, udp } reject with tcp reset'], /tcp does not go together with udp/],
  [
    ['inet', 'meta l4proto @p redirect to :80', 'set p { type inet_proto; }'],
    /before the transport is known/
  ],
  [['ip', 'meta l4proto { 6-17 } redirect to :80'], /before the transport is known/],
  [['ip', 'numgen inc mod 10 20'], /20 is no integer, which is below 10/],
  [['ip', 'symhash mod 10 { 1, 20 }'], /20 is no integer, which is below 10/],
  [['ip', 'jhash ip saddr mod 10 20'], /20 is no integer, which is below 10/],
  [['ip', 'ct original proto-dst 80'], /needs to know the transport/],
  [['inet', 'ip protocol udp tproxy ip6 to [::1]'], /does not go together with ip/],
  [['arp', 'tcp dport 5'], /does not go together with arp/],
  [['arp', 'icmp type 5'], /does not go together with arp/],
  [['ip', 'tcp dport { }'], /a set without elements/],
  [['ip', 'limit rate 10/second burst 0 packets'], /one packet at least/],
  [['ip', 'drop accept'], /behind a statement that decides/],
  [['ip', 'masquerade accept'], /behind a statement that decides/],
  [['ip', 'reject with icmpx port-unreachable'], /write reject with icmp/],
  [['ip6', 'reject with icmpx port-unreachable'], /write reject with icmpv6/],
  [['ip', 'ip saddr 10.0.0.08'], /is no ipv4_addr/],
  [['ip', 'meta skuid nosuchuser'], /nosuchuser is no uid/],
  [['ip', 'type filter hook output priority dstnat;'], /priority dstnat .*hook output/],
  [['ip', `accept comment "${'x'.repeat(129)}"`], /128 bytes at most/]
]

for (const [given, reason] of declined) refused(given, reason)

/** What nft takes for something that nobody means. */
const unlike: ReadonlyArray<readonly [given: Case, reason: RegExp]> = [
  // The first three numbers are 0.
  [['ip', 'ip saddr 10/8'], /column 10: 10 is no ipv4_addr: write all four numbers/],
  // The bytes of the packet become a number that is read from the other end.
  [['ip6', 'ct mark set ip6 flowlabel'], /its 20 bits would be read in another order/],
  [['bridge', 'meta mark set vlan id'], /its 12 bits would be read in another order/],
  [['ip', 'iifname "lo" | "eth0"'], /nothing to compute with/]
]

for (const [given, reason] of unlike)
  kernelTest(test, `refused, though nft takes it: ${given[0]} ${given[1]}`, needs, async () => {
    const text = tableOf(given)
    const { ok, said } = nft(text)
    assert.ok(ok, said)
    await using connection = open()
    assert.match(await refusal(() => connection.nftables.load(text)), reason)
  })

const base = 'table ip t { chain c { accept; }; set s { type inet_service; }; }'

const scripts: ReadonlyArray<string> = [
  // Without a word for what to do, it is added.
  'chain ip t d { type filter hook input priority 0; }\nrule ip t d tcp dport 22 accept\nelement ip t s { 22 }',
  'add map ip t m { type mark : verdict; elements = { 1 : accept, 2 : drop }; }\ndelete element ip t m { 1 : accept }',
  'set ip t two { type mark; }\nmap ip t three { type mark : verdict; }',
  'counter ip t hits { packets 0 bytes 0; }',
  // Objects need no block.
  'add quota ip t k over 5 mbytes\nadd limit ip t l rate 5/second\nadd counter ip t n packets 1 bytes 2',
  'create table ip other\ncreate chain ip t d\ncreate set ip t two { type mark; }'
]

for (const text of scripts) kernelTest(test, `as nft: ${text}`, needs, () => compared(`${base}\n${text}\n`))

const numbered: ReadonlyArray<string> = [
  'insert rule ip t c index 0 tcp dport 1',
  'add rule ip t c index 0 tcp dport 1',
  'add rule ip t c index 2 tcp dport 1',
  'insert rule ip t c index 1 tcp dport 1\nadd rule ip t c index 1 tcp dport 2\ninsert rule ip t c index 1 tcp dport 3',
  'add rule ip t c tcp dport 1\nadd rule ip t c index 3 tcp dport 2',
  'insert rule ip t c tcp dport 1\nadd rule ip t c index 0 tcp dport 2'
]

const three = 'table ip t { chain c { udp dport 0; udp dport 1; udp dport 2; }; }'

for (const text of numbered)
  kernelTest(test, `as nft: ${text}`, needs, async () => {
    assert.ok(nft(three).ok)
    const { ok, said } = nft(`${text}\n`)
    assert.ok(ok, said)
    const theirs = run('nft', 'list', 'ruleset')
    run('nft', 'flush', 'ruleset')
    assert.ok(nft(three).ok)
    await using connection = open()
    await connection.nftables.load(text)
    assert.is(run('nft', 'list', 'ruleset'), theirs)
  })

/** What takes rules away, and then names places among those that come. */
const anew: ReadonlyArray<string> = [
  'flush ruleset\ntable ip t { chain c { }; }',
  'flush ruleset ip\ntable ip t { chain c { }; }',
  'delete table ip t\ntable ip t { chain c { }; }',
  'delete chain ip t c\ntable ip t { chain c { }; }',
  'flush chain ip t c',
  'flush table ip t'
]

const come =
  'add rule ip t c tcp dport 1\ninsert rule ip t c index 0 tcp dport 2\nadd rule ip t c index 1 tcp dport 3\n'

// Where a chain or table is flushed, nft itself counts the rules that are gone: it is asked of a chain that had none.
for (const text of anew)
  kernelTest(test, `as nft, as often as one likes: ${text}`, needs, async () => {
    assert.ok(nft(`table ip t { chain c { }; }\n${come}`).ok)
    const theirs = run('nft', 'list', 'ruleset')
    for (let n = 0; n < 2; n++) assert.ok(nft(`${text}\n${come}`).ok)
    run('nft', 'flush', 'ruleset')
    assert.ok(nft(three).ok)
    await using connection = open()
    for (let n = 0; n < 2; n++) {
      await connection.nftables.load(`${text}\n${come}`)
      assert.is(run('nft', 'list', 'ruleset'), theirs)
    }
  })

kernelTest(test, 'rules of other families stay where they are', needs, async () => {
  assert.ok(nft(three).ok)
  await using connection = open()
  await connection.nftables.load('flush ruleset ip6\ninsert rule ip t c index 1 tcp dport 1\n')
  assert.match(run('nft', 'list', 'ruleset'), /udp dport 0\n\t+tcp dport 1\n\t+udp dport 1\n/)
  assert.match(
    await refusal(() =>
      connection.nftables.load('flush table ip t\ninsert rule ip t c index 0 tcp dport 1\n')
    ),
    /no rule 0: it has 0/
  )
})

kernelTest(test, 'a message of the kernel takes rules away as a change does', needs, async () => {
  assert.ok(nft(three).ok)
  await using connection = open()
  const { removeTable, changes } = nftables
  await connection.nftables.transaction([
    removeTable({ family: 'ip', table: 't' }),
    ...changes(tx =>
      tx.table('ip', 't').chain('c').rule('c', 'tcp dport 1').insertRule('c', 'tcp dport 2', { index: 0 })
    )
  ])
  assert.match(run('nft', 'list', 'ruleset'), /tcp dport 2\n\t+tcp dport 1\n/)
})

kernelTest(test, 'refused, as by nft: a place that the chain has not', needs, async () => {
  assert.ok(nft(three).ok)
  assert.not.ok(nft('add rule ip t c index 3 accept\n').ok)
  await using connection = open()
  assert.match(
    await refusal(() => connection.nftables.load('add rule ip t c index 3 accept')),
    /no rule 3: it has 3/
  )
})

const merging =
  'table ip t { set s { type inet_service; flags interval; auto-merge; elements = { 1-10, 30-40 comment "x", 100 }; }; }'

const merged: ReadonlyArray<string> = [
  'add element ip t s { 5-20 }',
  'add element ip t s { 11 }',
  'add element ip t s { 9-31 }',
  'add element ip t s { 2-3, 100, 200-300, 250-400 }',
  'add element ip t s { 41 }\nadd element ip t s { 42 }\nadd element ip t s { 20-60 }',
  'delete element ip t s { 100 }\nadd element ip t s { 90-101 }',
  'flush set ip t s\nadd element ip t s { 5-20 }',
  'add element ip t s { 0-65535 }'
]

for (const text of merged)
  kernelTest(test, `what is there and what comes are merged as by nft: ${text}`, needs, async () => {
    assert.ok(nft(merging).ok)
    assert.ok(nft(`${text}\n`).ok)
    const theirs = run('nft', 'list', 'ruleset')
    run('nft', 'flush', 'ruleset')
    assert.ok(nft(merging).ok)
    await using connection = open()
    await connection.nftables.load(text)
    assert.is(run('nft', 'list', 'ruleset'), theirs)
    run('nft', 'flush', 'ruleset')
    await connection.nftables.load(`${merging}\n${text}`)
    assert.is(run('nft', 'list', 'ruleset'), theirs)
  })

const there = `table ip t {
  map doors { type mark : inet_service; flags interval; elements = { 1-5 : 80 }; }
  set links { type iface_index; }
  map ways { type mark : iface_index; }
  chain c { }
}`

const later: ReadonlyArray<string> = [
  'add rule ip t c meta l4proto tcp redirect to :meta mark map @doors',
  'add rule ip t c meta l4proto tcp masquerade to :meta mark map @doors',
  'add rule ip t c meta l4proto tcp dnat to 1.2.3.4:meta mark map @doors',
  'add rule ip t c meta l4proto tcp tproxy to 1.2.3.4:meta mark map @doors',
  'add element ip t links { "lo", "eth0" comment "x y" }',
  'add element ip t ways { 1 : "eth0" }'
]

for (const text of later)
  kernelTest(test, `as nft, of sets that are there: ${text}`, needs, async () => {
    await using connection = open()
    const made: Array<readonly [listed: string, rules: string]> = []
    for (const make of [() => assert.ok(nft(`${text}\n`).ok), () => connection.nftables.load(text)]) {
      run('nft', 'flush', 'ruleset')
      assert.ok(nft(there).ok)
      await make()
      made.push([run('nft', 'list', 'ruleset'), await rulesIn(connection)])
    }
    assert.equal(made[1], made[0])
  })

for (const text of ['create table ip t', 'create chain ip t c', 'create set ip t s { type inet_service; }'])
  kernelTest(test, `refused by the kernel: ${text}`, needs, async () => {
    assert.ok(nft(base).ok)
    assert.not.ok(nft(`${text}\n`).ok)
    await using connection = open()
    try {
      await connection.nftables.load(text)
    } catch (error) {
      assert.match((error as Error).message, new RegExp(`${text.replace(/ \{.*/, '')}.*EEXIST`))
      return
    }
    assert.unreachable('it was made again')
  })

test.run()
