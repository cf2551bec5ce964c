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

const rows: ReadonlyArray<Row> = [
  ['ip', 'meta l4proto tcp dnat to 1.2.3.4:tcp dport map { 80 : 81 }'],
  ['ip', 'meta l4proto tcp snat to 1.2.3.4:tcp sport map { 80 : 81 }'],
  ['ip', 'snat to tcp dport map { 80 : 2.2.2.2 }'],
  ['inet', 'meta nfproto ipv4 meta l4proto tcp dnat ip to 1.1.1.1:tcp dport map { 1 : 2 }'],
  ['inet', 'meta nfproto ipv4 meta l4proto tcp redirect to :ip saddr map { 1.1.1.1 : 80 }'],
  ['ip', 'icmp type echo-request icmp id 5'],
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
  ['ip6', 'frag frag-off @s', set('typeof frag frag-off', '5')],
  ['ip', 'numgen inc mod 2 @s', set('typeof numgen inc mod 2', '0, 1')],
  ['ip', 'symhash mod 2 @s', set('typeof symhash mod 2', '0, 1')],
  ['ip', 'ipsec out spnum 1 ip saddr @s', set('typeof ipsec out spnum 1 ip saddr', '1.1.1.1')],
  ['ip', 'osf name @s', set('typeof osf name', '"Linux"')],
  ['ip', '@ih,32,32 @s', set('typeof @ih,32,32', '0x5')],
  ['ip', 'ip saddr . numgen inc mod 2 @s', set('typeof ip saddr . numgen inc mod 2', '1.1.1.1 . 1')],
  ['ip', 'ip version @s', set('typeof ip version', '4')],
  ['ip', 'ip dscp @s', set('type dscp', 'af11')],
  ['bridge', 'vlan pcp @s', set('typeof vlan pcp', '3')]
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
  ['ip', 'ip version . tcp dport { 4 . 22 }'],
  ['ip', 'ip dscp . tcp dport { cs1 . 22 }'],
  ['ip6', 'ip6 dscp . tcp dport { cs1 . 22 }'],
  ['bridge', 'vlan pcp . vlan id { 3 . 5 }'],
  ['ip6', 'frag frag-off . frag more-fragments { 1 . 1 }'],
  ['ip', 'meta mark set ip saddr . ip length . numgen inc mod 2 map { 1.1.1.1 . 5 . 1 : 0x00000007 }'],
  ...betterWritten
]

const cases = rows.map(row => [`${row[0]}: ${row[1]}`, written(row)] as const)

for (const [title, text] of cases) {
  kernelTest(test, `${title}: what nft wrote is listed as nft lists it`, needs, async () => {
    run('nft', text)
    await using connection = open()
    const { text: ours } = await connection.nftables.ruleset()
    assert.fixture(ours, run('nft', 'list', 'ruleset'))
  })

  kernelTest(test, `${title}: what we write is listed by nft as what it wrote itself`, needs, async () => {
    run('nft', text)
    const listed = run('nft', 'list', 'ruleset')
    run('nft', 'flush', 'ruleset')
    await using connection = open()
    await connection.nftables.load(text)
    assert.fixture(run('nft', 'list', 'ruleset'), listed)
  })
}

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

test.run()
