import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { open } from '../../src/promises'
import { command, kernelTest, run } from '../sandbox'

const test = suite('nftables listing')

const needs = [command('nft')]

test.after.each(() => {
  run('nft', 'flush', 'ruleset')
})

/** A rule as nft lists it, with the sets of its table that it uses. */
type Row = readonly [family: string, rule: string, sets?: string]

const written = ([family, rule, sets = '']: Row): string =>
  `table ${family} t {\n${sets}\tchain c {\n\t\t${rule}\n\t}\n}\n`

const set = (type: string, elements: string): string =>
  `\tset s {\n\t\t${type}\n\t\telements = { ${elements} }\n\t}\n\n`

const dynamic = (type: string, kind = 'set s'): string =>
  `\t${kind} {\n\t\t${type}\n\t\tsize 65535\n\t\tflags dynamic\n\t}\n\n`

const map = (type: string): string => dynamic(type, 'map m')

const rows: ReadonlyArray<Row> = [
  ['ip', 'meta l4proto tcp dnat to 1.2.3.4:tcp dport map { 80 : 81 }'],
  ['ip', 'meta l4proto tcp snat to 1.2.3.4:tcp sport map { 80 : 81 }'],
  ['ip', 'snat to tcp dport map { 80 : 2.2.2.2 }'],
  ['inet', 'meta nfproto ipv4 meta l4proto tcp dnat ip to 1.1.1.1:tcp dport map { 1 : 2 }'],
  ['inet', 'meta nfproto ipv4 meta l4proto tcp redirect to :ip saddr map { 1.1.1.1 : 80 }'],
  ['ip', 'icmp type echo-request icmp id 5'],
  ['ip', 'meter m size 65535 { ip saddr limit rate 10/second } accept'],
  ['ip', 'meter m size 128 { ip saddr . tcp dport timeout 1m counter }'],
  ['ip6', 'meter m size 65535 { ip6 saddr & ffff:ffff:: ct count over 5 } drop'],
  ['ip', 'tcp dport 5 reset tcp option sack-perm'],
  ['ip', 'reset tcp option 77'],
  ['ip6', 'srh sid[1] ::1'],
  ['ip', 'ct label set 1 | 2'],
  ['ip', 'icmp type echo-reply icmp sequence 5'],
  ['ip', 'icmp id 5'],
  ['ip', 'icmp type redirect icmp gateway 5'],
  ['inet', 'icmpv6 type echo-request icmpv6 id 5'],
  ['ip6', 'icmpv6 type echo-reply icmpv6 id 5'],
  ['ip', 'iifname "eth\\*"'],
  ['ip', 'iifname != "eth\\*"'],
  ['ip', 'iifname "eth*"'],
  ['ip', 'iifname { "eth*", "lo" }'],
  ['ip', 'ip saddr . ip length { 1.1.1.1 . 100 }'],
  ['ip', 'ip saddr . ip length vmap { 1.1.1.1 . 100 : accept }'],
  ['ip', 'ip saddr . meta length { 1.1.1.1 . 100 }'],
  ['ip', 'ct zone . ip saddr { 5 . 1.1.1.1 }'],
  ['inet', 'ct original zone . ip saddr { 5 . 1.1.1.1 }'],
  ['bridge', 'vlan id . ip saddr { 5 . 1.1.1.1 }'],
  ['ip6', 'ip6 flowlabel . tcp dport { 5 . 22 }'],
  ['ip6', 'ip6 saddr . frag id { ::1 . 1 }'],
  ['ip', 'ip saddr . tcp option maxseg size { 1.1.1.1 . 5 }'],
  ['ip', 'ip saddr . numgen random mod 7 offset 3 vmap { 1.1.1.1 . 5 : accept }'],
  ['ip', 'ip saddr . jhash ip daddr . tcp dport mod 4 seed 0x5 offset 3 { 1.1.1.1 . 4 }'],
  ['ip', 'ip saddr . symhash mod 4 { 1.1.1.1 . 2 }'],
  ['ip', 'ip saddr . ipsec in reqid { 1.1.1.1 . 5 }'],
  ['ip', 'ip saddr . rt mtu { 1.1.1.1 . 5 }'],
  ['ip', 'ip saddr . @th,32,40 { 1.1.1.1 . 0x1600 }'],
  ['ip', 'ip saddr . ct mark & 0x000000ff { 1.1.1.1 . 0x00000005 }'],
  ['ip', 'tcp option mptcp subtype { 1, 2 }'],
  ['ip', 'osf name { "BSD", "Linux" }'],
  ['ip', 'ip dscp { cs1, cs2 }'],
  ['ip', 'tcp option maxseg size @s', set('typeof tcp option maxseg size', '5, 6')],
  ['ip', 'tcp option sack2 right @s', set('typeof tcp option sack2 right', '5, 6')],
  ['ip', 'ip option rr addr @s', set('typeof ip option rr addr', '5')],
  ['inet', 'sctp chunk data tsn @s', set('typeof sctp chunk data tsn', '5')],
  ['ip6', 'srh tag @s', set('typeof srh tag', '5')],
  ['ip6', 'srh sid[1] @s', set('typeof srh sid[1]', '::1')],
  ['ip', 'numgen inc mod 2 @s', set('typeof numgen inc mod 2', '0, 1')],
  ['ip', 'symhash mod 2 @s', set('typeof symhash mod 2', '0, 1')],
  ['ip', 'ipsec out spnum 1 ip saddr @s', set('typeof ipsec out spnum 1 ip saddr', '1.1.1.1')],
  ['ip', 'osf name @s', set('typeof osf name', '"Linux"')],
  ['ip', '@ih,32,32 @s', set('typeof @ih,32,32', '0x5')],
  ['ip', 'ip saddr . numgen inc mod 2 @s', set('typeof ip saddr . numgen inc mod 2', '1.1.1.1 . 1')],
  ['ip', 'ip version @s', set('typeof ip version', '4')],
  ['ip', 'ip dscp @s', set('type dscp', 'af11')],
  ['bridge', 'vlan pcp @s', set('typeof vlan pcp', '3')],
  ['ip', 'meta l4proto tcp @th,64,8 & 0xf == 0x5'],
  ['ip', 'meta l4proto tcp @th,200,8 0x5'],
  ['ip', 'meta l4proto tcp @th,200,8 { 0x5, 0x6 }'],
  ['ip', 'meta l4proto tcp @th,200,8 0x5-0x6'],
  ['ip', 'meta l4proto tcp meta mark set @th,200,32'],
  ['ip', 'meta l4proto tcp @th,200,32 set 0x5'],
  ['inet', 'meta nfproto ipv4 meta l4proto tcp @th,200,8 0x5'],
  ['inet', 'meta nfproto ipv4 @nh,200,8 { 0x5, 0x6 }'],
  ['inet', 'meta nfproto ipv4 @nh,96,24 & 0xfffff == 0x5'],
  ['inet', 'meta iiftype ether @ll,200,8 0x5'],
  ['bridge', 'ether type ip @nh,200,8 0x5'],
  ['bridge', 'ether type 8021q @ll,112,16 & 0xff == 0x5'],
  ['bridge', 'ether type 8021q @ll,200,8 & 0xf == 0x5'],
  ['bridge', 'ether type 8021q meta mark set @ll,200,32'],
  ['ip', 'meta mark set tcp ackseq'],
  ['bridge', 'vlan type { ip, ip6 }'],
  ['bridge', 'vlan type != { ip, arp }'],
  ['bridge', 'ether type 8021q vlan type ip'],
  ['netdev', 'vlan type { ip, ip6 } vlan id 5'],
  ['ip', 'meta day 1-5'],
  ['ip', 'meta day { "Monday", "Friday" }'],
  ['ip', 'iifgroup 0-5'],
  ['ip', 'iifgroup { 0-5, 7 }'],
  ['ip', 'iifgroup { "default", 7 }'],
  ['ip', 'meta rtclassid { 0-5, 7 }'],
  ['ip', 'tcp flags set syn'],
  ['ip', 'tcp flags set syn | ack'],
  ['ip', 'ip dscp set cs1'],
  ['ip', 'ct event set new,related'],
  ['ip', 'log group 1 snaplen 0'],
  ['ip', 'log group 1'],
  ['ip', 'log prefix "" level debug'],
  ['ip', 'log'],
  ['ip', 'add @s { ip saddr . tcp dport counter }', dynamic('type ipv4_addr . inet_service')],
  ['ip', 'update @s { ip saddr limit rate 5/second counter }', dynamic('type ipv4_addr')],
  ['ip', 'tcp option sack-perm { 0, 1 }'],
  ['ip', 'tcp flags { syn, ack, syn | ack, fin }'],
  ['ip', 'tcp flags { 0x3, 0x1, 0x2, 0x12, 0x10, 0x0 }'],
  ['ip', 'tcp flags @s', set('type tcp_flag', 'syn, ack, syn | ack, fin, fin | ack, 0x0')],
  ['ip', '@nh,32,32 { 0x1, 0x20 }'],
  ['ip', '@th,16,16 { 22, 80 }'],
  ['ip', 'th dport vmap { 22 : accept, 80 : drop }'],
  ['ip', '@th,0,8 & 0x80 == { 0, 128 }'],
  ['ip', 'ip saddr . @th,16,16 { 1.1.1.1 . 22 }'],
  ['arp', 'ether saddr 00:01:02:03:04:05'],
  ['arp', 'ether saddr set 00:01:02:03:04:05'],
  ['inet', 'meta protocol ip6 ip6 saddr ::1'],
  ['inet', 'meta protocol ip ip saddr 1.1.1.1'],
  ['inet', 'ether type ip ip saddr 1.1.1.1'],
  ['inet', 'meta l4proto icmp icmp type echo-request'],
  ['bridge', 'meta l4proto icmp icmp type echo-request'],
  ['inet', 'meta l4proto ipv6-icmp icmpv6 type echo-request'],
  ['ip', 'sctp chunk data { 0, 1 }'],
  ['ip', 'ip option rr { 0, 1 }'],
  ['ip', '@th,0,8 & 0x1f == 0x1b-0x1c'],
  ['ip', 'esp spi 5 th dport { 22, 80 }'],
  ['ip', 'tcp dport & 0xffff != 443'],
  ['ip', 'tcp flags & 0xff == syn']
]

/** What is listed alike, and cannot be written so, or is listed in other words then. */
const alike: ReadonlyArray<Row> = [
  ['ip', '@th,32,16 vmap { 1 : accept, 32 : drop }'],
  ['ip', 'meta mark set @th,32,16 map { 5 : 0x00000006 }'],
  ['ip', 'tcp ackseq 83886080/8'],
  ['ip6', 'frag frag-off @s', set('typeof frag frag-off', '5')],
  // The order is another one each time.
  ['ip', 'tcp flags vmap { syn : accept, ack : drop, syn | ack : continue }'],
  ['ip', 'add @m { ip saddr : ip daddr . tcp dport }', map('type ipv4_addr : ipv4_addr . inet_service')]
]

/** What nft itself lists as something else, and lists rightly of ours. */
const betterWritten: ReadonlyArray<readonly [family: string, rule: string]> = [
  ['ip', 'meta mark set ip saddr . ip length map { 1.1.1.1 . 5 : 0x00000007 }'],
  ['ip', 'dnat to ip saddr . ip length map { 1.1.1.1 . 5 : 1.2.3.4 }'],
  ['inet', 'meta length . ip saddr { 100-200 . 1.1.1.1 }']
]

/** What nft lists as something else than it was told, and we as what it is. */
const lost: ReadonlyArray<readonly [family: string, rule: string]> = [
  ['inet', 'meta l4proto tcp tproxy ip to 10.0.0.1:tcp dport map { 80 : 81 }'],
  ['ip', 'iifname { "lo", "eth\\*" }'],
  ['ip', 'meta l4proto gre th sport 5'],
  ['bridge', 'ether type 8021q @ll,200,8 0x5'],
  ['ip', 'ip version & 10 != 2'],
  ['ip', 'tcp doff | 3 == 7'],
  ['bridge', 'vlan dei | 1 == 1'],
  ['ip', 'ip version . tcp dport { 4 . 22 }'],
  ['ip', 'ip dscp . tcp dport { cs1 . 22 }'],
  ['ip6', 'ip6 dscp . tcp dport { cs1 . 22 }'],
  ['bridge', 'vlan pcp . vlan id { 3 . 5 }'],
  ['ip6', 'frag frag-off . frag more-fragments { 1 . 1 }'],
  ['ip', 'meta mark set ip saddr . ip length . numgen inc mod 2 map { 1.1.1.1 . 5 . 1 : 0x00000007 }'],
  ...betterWritten
]

const titled = (all: ReadonlyArray<Row>) => all.map(row => [`${row[0]}: ${row[1]}`, written(row)] as const)

for (const [title, text] of titled([...rows, ...alike]))
  kernelTest(test, `${title}: what nft wrote is listed as nft lists it`, needs, async () => {
    run('nft', text)
    await using connection = open()
    const { text: ours } = await connection.nftables.ruleset()
    assert.fixture(ours, run('nft', 'list', 'ruleset'))
  })

for (const [title, text] of titled(rows))
  kernelTest(test, `${title}: what we write is listed by nft as what it wrote itself`, needs, async () => {
    run('nft', text)
    const listed = run('nft', 'list', 'ruleset')
    run('nft', 'flush', 'ruleset')
    await using connection = open()
    await connection.nftables.load(text)
    assert.fixture(run('nft', 'list', 'ruleset'), listed)
  })

for (const [family, rule] of lost)
  kernelTest(test, `${family}: ${rule}: what nft wrote is listed as what it is`, needs, async () => {
    run('nft', written([family, rule]))
    await using connection = open()
    const { text } = await connection.nftables.ruleset()
    assert.fixture(text, written([family, rule]))
  })

for (const [family, rule] of betterWritten)
  kernelTest(test, `${family}: ${rule}: what we write is listed by nft as what it is`, needs, async () => {
    await using connection = open()
    await connection.nftables.load(written([family, rule]))
    assert.fixture(run('nft', 'list', 'ruleset'), written([family, rule]))
  })

for (const rule of ['meta nfproto ipv4 reject with tcp reset', 'meta protocol 0x1234 reject with tcp reset'])
  kernelTest(test, `${rule}: nft forgets the family, and we do not`, needs, async () => {
    run('nft', written(['inet', rule]))
    assert.not.match(run('nft', 'list', 'ruleset'), /meta (?:nfproto|protocol)/)
    await using connection = open()
    const { text } = await connection.nftables.ruleset()
    assert.match(text, new RegExp(rule.replace(/ reject.*/, '')))
  })

kernelTest(
  test,
  'parts that nobody kept the kinds of are said to be unknown, and not read back',
  needs,
  async () => {
    await using connection = open()
    const hashed = set('typeof ip saddr . jhash ip daddr mod 4', '1.1.1.1 . 3')
    await connection.nftables.load(written(['ip', 'ip saddr . jhash ip daddr mod 4 @s', hashed]))
    const { text } = await connection.nftables.ruleset()
    const listed = set('type ipv4_addr . unknown', '1.1.1.1 . 0x3000000')
    assert.fixture(text, written(['ip', 'ip saddr . jhash ip daddr mod 4 @s', listed]))
    const error = await connection.nftables.load(text).catch((reason: Error) => reason)
    assert.match(error instanceof Error ? error.message : '', /unknown is no datatype/)
  }
)

kernelTest(test, 'devices of a chain are listed as nft lists them', needs, async () => {
  run('ip', 'link', 'add', 'd10', 'type', 'veth', 'peer', 'name', 'd2')
  await using connection = open()
  await connection.nftables.transaction(tx => {
    tx.table('netdev', 't').chain('c', {
      type: 'filter',
      hook: 'ingress',
      priority: 0,
      devices: ['lo', 'd2', 'd10']
    })
  })
  const { text } = await connection.nftables.ruleset()
  assert.fixture(text, run('nft', 'list', 'ruleset'))
})

kernelTest(test, 'of more parts than the kernel keeps, a rule is written without typeof', needs, async () => {
  const parts = ['@nh,0,32', '@nh,32,32', '@nh,64,32', '@th,64,32', '@th,96,32', 'ip saddr', 'ip daddr']
  const elements = '0x1 . 0x2 . 0x3 . 0x4 . 0x5 . 1.1.1.1 . 1.1.1.2'
  await using connection = open()
  await connection.nftables.load(written(['ip', `${parts.join(' . ')} { ${elements} }`]))
  const { text } = await connection.nftables.ruleset()
  assert.match(text, / 1 \. 2 \. 3 \. 4 \. 5 \. 1\.1\.1\.1 \. 1\.1\.1\.2 /)
})

test.run()
