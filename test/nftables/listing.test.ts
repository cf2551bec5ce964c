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
  ['ip', 'iifname { "eth*", "lo" }']
]

/** What nft lists as something else than it was told, and we as what it is. */
const lost: ReadonlyArray<readonly [family: string, rule: string]> = [
  ['inet', 'meta l4proto tcp tproxy ip to 10.0.0.1:tcp dport map { 80 : 81 }'],
  ['ip', 'iifname { "lo", "eth\\*" }']
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

test.run()
