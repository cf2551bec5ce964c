import * as fc from 'fast-check'
import * as E from 'fp-ts/Either'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { parseRule, rule, ruleText, script, type syntax } from '../../src/nftables'

const test = suite('nftables rule')

const right = <A>(result: E.Either<{ readonly message: string }, A>): A => {
  if (E.isLeft(result)) throw new Error(result.left.message)
  return result.right
}

const left = <L>(result: E.Either<L, unknown>): L => {
  if (E.isRight(result)) throw new Error('it is right')
  return result.left
}

test('a rule in a template', () => {
  const parsed = right(
    rule`ip saddr ${'10.0.0.0/8'} tcp dport { 80, 443 } ct state established,related accept`
  )
  assert.equal(parsed, {
    statements: [
      {
        statement: 'match',
        left: { kind: 'asked', name: 'ip saddr' },
        op: 'in',
        right: { kind: 'prefix', address: '10.0.0.0', length: 8 }
      },
      {
        statement: 'match',
        left: { kind: 'asked', name: 'tcp dport' },
        op: 'in',
        right: {
          kind: 'elements',
          elements: [{ key: { kind: 'value', value: '80' } }, { key: { kind: 'value', value: '443' } }]
        }
      },
      {
        statement: 'match',
        left: { kind: 'asked', name: 'ct state' },
        op: 'in',
        right: { kind: 'flags', flags: ['established', 'related'] }
      },
      { statement: 'verdict', verdict: 'accept' }
    ]
  })
})

test('what stands in a hole is a value, whatever is in it', () => {
  const evil = '10.0.0.1 accept; flush ruleset'
  assert.match(left(rule`ip saddr ${evil} drop`).message, /is no ipv4_addr/)
  assert.match(left(rule`jump ${'x; drop'}`).message, /expected the name of a chain/)
  assert.match(left(rule`log prefix ${'a" drop'}`).message, /in quotes/)
  assert.match(left(rule`ip saddr { ${'10.0.0.1, 10.0.0.2'} }`).message, /is no ipv4_addr/)
  assert.match(left(rule`${'accept'}`).message, /is nothing that a packet has/)
  assert.is(ruleText(right(rule`log prefix ${'of a; b }'}`)), 'log prefix "of a; b }"')
})

test('numbers, lists and sets in holes', () => {
  assert.is(ruleText(right(rule`tcp dport ${22} accept`)), 'tcp dport 22 accept')
  assert.is(ruleText(right(rule`tcp dport ${[22, 'https']} accept`)), 'tcp dport { 22, 443 } accept')
  assert.is(
    ruleText(right(rule`ip saddr ${['10.0.0.0/8', '1.1.1.1']} drop`)),
    'ip saddr { 10.0.0.0/8, 1.1.1.1 } drop'
  )
  assert.is(ruleText(right(rule`ip saddr ${{ set: 'blocked' }} drop`)), 'ip saddr @blocked drop')
  assert.is(ruleText(right(rule`iifname ${'eth0'} jump ${'web'}`)), 'iifname "eth0" jump web')
})

const faults: ReadonlyArray<readonly [text: string, column: number, message: RegExp]> = [
  ['tcp dprt 22', 5, /tcp has no dprt: did you mean dport\?/],
  ['ct state establised', 10, /establised is no ct_state: did you mean established\?/],
  ['acept', 1, /acept is nothing that a packet has/],
  ['tcp dport 70000', 11, /70000 is no inet_service, which has 16 bits/],
  ['ip saddr 10.0.0.300', 10, /10.0.0.300 is no ipv4_addr/],
  ['ip saddr 10.0.0.0/33', 19, /a number up to 32/],
  ['tcp dport { 22, 80', 19, /expected }, not the end/],
  ['reject with icmp port-unreachabel', 18, /did you mean port-unreachable\?/],
  ['limit rate 5/secnd', 14, /secnd is no period: did you mean second\?/],
  ['tcp dport 22 accept tcp', 24, /tcp has no the end/],
  ['', 1, /at least one statement/],
  ['meta mark set', 14, /is no mark/],
  ['ip saddr 10/8', 10, /10 is no ipv4_addr: write all four numbers, 10\.0\.0\.0/],
  ['meta mark set 1 << 4', 17, /a constant is not shifted: write the number that it gives/],
  ['meter m { ip saddr }', 20, /a meter has a limit, a counter, a quota or a ct count for each key/]
]

for (const [text, column, message] of faults)
  test(`${text || 'nothing'}: the place and what is wrong with it`, () => {
    const fault = left(parseRule(text))
    assert.is(fault._tag, 'SyntaxFault')
    assert.match(fault.message, message)
    assert.is(fault.line, 1)
    assert.is(fault.column, column)
    assert.is(fault.excerpt, `${text}\n${' '.repeat(column - 1)}^`)
  })

const elsewhere: ReadonlyArray<readonly [text: string, message: RegExp]> = [
  ['list ruleset', /column 1: list is no change: connection\.nftables\.ruleset\(\) reads/],
  ['reset counters', /reset is no change: connection\.nftables\.reset\(\) sets counters to zero/],
  ['monitor', /monitor is no change: connection\.nftables\.monitor\(\)/],
  ['define x = 5', /define is no change: a value stands in a hole/],
  ['include "x.nft"', /include is no change: load takes a text/],
  ['describe ip saddr', /describe is no command: table, add/]
]

for (const [text, message] of elsewhere)
  test(`${text}: what there is instead`, () => {
    assert.match(left(script(text)).message, message)
  })

const value = (text: string): syntax.Operand => ({ kind: 'value', value: text })

const ipv4 = fc.ipV4()
const port = fc.integer({ min: 0, max: 65_535 }).map(String)
const mark = fc
  .integer({ min: 0, max: 0xffffffff })
  .map(number => `0x${number.toString(16).padStart(8, '0')}`)
const name = fc.stringMatching(/^[a-z][a-z0-9_]{0,9}$/)
const quotable = fc.stringMatching(/^[ !#-~]{1,20}$/)
const interfaceName = fc.stringMatching(/^[a-z][a-z0-9.-]{0,12}$/).map(each => `"${each}"`)

const asked = (of: string): syntax.Operand => ({ kind: 'asked', name: of })

/** What can be asked, with values that it can have. */
const fields: ReadonlyArray<readonly [name: string, values: fc.Arbitrary<string>]> = [
  ['ip saddr', ipv4],
  ['ip daddr', ipv4],
  ['ct original ip saddr', ipv4],
  ['tcp dport', port],
  ['udp sport', port],
  ['th dport', port],
  ['meta mark', mark],
  ['ct mark', mark],
  ['meta l4proto', fc.constantFrom('tcp', 'udp', 'icmp', 'sctp', 'ipv6-icmp')],
  ['ip protocol', fc.constantFrom('tcp', 'udp', 'icmp')],
  [
    'ether saddr',
    fc
      .tuple(...Array.from({ length: 6 }, () => fc.integer({ min: 0, max: 255 })))
      .map(bytes => bytes.map(byte => byte.toString(16).padStart(2, '0')).join(':'))
  ],
  ['iifname', interfaceName],
  ['oif', interfaceName],
  ['ip dscp', fc.constantFrom('cs1', 'ef', 'af11', 'lephb')],
  ['icmp type', fc.constantFrom('echo-request', 'redirect')],
  ['meta length', port],
  ['ct bytes', fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String)],
  ['meta priority', fc.constantFrom('none', '1:2', 'abcd:ef')],
  ['ip6 daddr', fc.constantFrom('::1', 'fe80::1', '2001:db8::5:1')],
  ['fib daddr . iif type', fc.constantFrom('local', 'broadcast')],
  ['numgen inc mod 7 offset 3', fc.constantFrom('0', '6')],
  ['@th,16,24', fc.constantFrom('0x1', '0xfffff')],
  ['tcp option maxseg size', port],
  ['socket transparent', fc.constantFrom('0', '1')],
  ['rt classid', fc.constantFrom('5', '"cosmos"')]
]

const field = fc.constantFrom(...fields)

const flags = fc
  .subarray(['invalid', 'established', 'related', 'new', 'untracked'], { minLength: 2 })
  .map((names): syntax.Operand => ({ kind: 'flags', flags: names }))

const plainMatch: fc.Arbitrary<syntax.Statement> = field.chain(([of, values]) =>
  fc.record(
    {
      statement: fc.constant('match' as const),
      left: fc.constant(asked(of)),
      op: fc.constantFrom('in' as const, '!=' as const, '<' as const, '>=' as const),
      right: values.map(value)
    },
    { noNullPrototype: true }
  )
)

const setMatch: fc.Arbitrary<syntax.Statement> = field.chain(([of, values]) =>
  fc.record(
    {
      statement: fc.constant('match' as const),
      left: fc.constant(asked(of)),
      op: fc.constantFrom('in' as const, '!=' as const),
      right: fc.oneof(
        name.map((each): syntax.Operand => ({ kind: 'named', name: each })),
        fc
          .array(values, { minLength: 1, maxLength: 5 })
          .map(
            (all): syntax.Operand => ({ kind: 'elements', elements: all.map(each => ({ key: value(each) })) })
          )
      )
    },
    { noNullPrototype: true }
  )
)

const pairs: fc.Arbitrary<syntax.Statement> = fc
  .tuple(fc.array(fc.tuple(ipv4, port), { minLength: 1, maxLength: 4 }), name)
  .map(([all, chain]) => ({
    statement: 'verdicts',
    key: { kind: 'concatenation', parts: [asked('ip saddr'), asked('tcp dport')] },
    map: {
      kind: 'elements',
      elements: all.map(([address, number]) => ({
        key: { kind: 'concatenation', parts: [value(address), value(number)] },
        data: { verdict: 'jump', chain }
      }))
    }
  }))

const computed: fc.Arbitrary<syntax.Statement> = fc.tuple(mark, mark, mark).map(([mask, or, result]) => ({
  statement: 'match',
  left: {
    kind: 'computation',
    op: '|',
    left: { kind: 'computation', op: '&', left: asked('ct mark'), right: value(mask) },
    right: value(or)
  },
  op: '==',
  right: value(result)
}))

const big = fc.bigInt({ min: 0n, max: 2n ** 53n - 1n })

const others: fc.Arbitrary<syntax.Statement> = fc.oneof(
  fc.constantFrom<syntax.Statement>(
    { statement: 'notrack' },
    { statement: 'masquerade', flags: ['random', 'persistent'] },
    { statement: 'reject' },
    { statement: 'reject', with: 'tcp reset' },
    { statement: 'reject', with: 'icmpx', code: 'admin-prohibited' },
    { statement: 'counter' },
    { statement: 'synproxy', mss: 1460, wscale: 7, timestamp: true, sackPerm: true },
    { statement: 'queue', number: { kind: 'range', from: '1', to: '3' }, flags: ['bypass', 'fanout'] },
    { statement: 'set', name: 'meta mark', value: asked('ct mark') },
    { statement: 'flow', flowtable: 'fast' },
    { statement: 'connections', over: true, count: 5 },
    {
      statement: 'set',
      name: 'meta mark',
      value: { kind: 'hash', of: asked('ip saddr'), modulus: 4, seed: 57005 }
    }
  ),
  fc.tuple(big, big).map(([packets, bytes]): syntax.Statement => ({ statement: 'counter', packets, bytes })),
  fc
    .tuple(
      fc.integer({ min: 1, max: 1000 }),
      fc.constantFrom('second' as const, 'week' as const),
      fc.boolean()
    )
    .map(
      ([rate, per, over]): syntax.Statement => ({
        statement: 'limit',
        rate: BigInt(rate),
        of: 'packets',
        per,
        burst: rate + 5,
        ...(over && { over })
      })
    ),
  big.map((bytes): syntax.Statement => ({ statement: 'quota', bytes })),
  quotable.map((prefix): syntax.Statement => ({ statement: 'log', prefix, level: 'info', flags: ['all'] })),
  fc.tuple(ipv4, port).map(
    ([address, number]): syntax.Statement => ({
      statement: 'dnat',
      family: 'ip',
      address: value(address),
      port: value(number)
    })
  ),
  port.map((number): syntax.Statement => ({ statement: 'redirect', port: value(number) })),
  name.map((chain): syntax.Statement => ({ statement: 'verdict', verdict: 'goto', chain })),
  name.map(
    (object): syntax.Statement => ({ statement: 'object', object: 'counter', name: value(`"${object}"`) })
  ),
  fc.tuple(name, fc.integer({ min: 1, max: 10 ** 9 })).map(
    ([set, timeout]): syntax.Statement => ({
      statement: 'update',
      set,
      key: asked('ip saddr'),
      timeout,
      statements: [{ statement: 'counter' }]
    })
  ),
  flags.map((right): syntax.Statement => ({ statement: 'match', left: asked('ct state'), op: 'in', right }))
)

const anyRule: fc.Arbitrary<syntax.Rule> = fc
  .tuple(
    fc.array(fc.oneof(plainMatch, setMatch, pairs, computed, others), { minLength: 1, maxLength: 6 }),
    fc.option(quotable, { nil: undefined })
  )
  .map(([statements, comment]) => ({ statements, ...(comment !== undefined && { comment }) }))

test('what is printed is read as what it was', () => {
  void fc.assert(
    fc.property(anyRule, given => {
      assert.equal(right(parseRule(ruleText(given))), given)
    }),
    { numRuns: 2000 }
  )
})

/** Pieces of rules in any order are seldom rules. */
const scraps = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        ...'ip saddr tcp dport { } ( ) [ ] , . : - / ; & | == != @set accept map vmap set to meta mark ct state limit rate 10.0.0.1 ::1 22 "x" 5/second log prefix dnat fib numgen jhash update add meter reset or sid[1] jump * \\ table chain elements = type hook \n'.split(
          ' '
        )
      ),
      fc.string({ maxLength: 8 })
    ),
    { maxLength: 25 }
  )
  .map(words => words.join(' '))

test('noise is a fault or a rule, and nothing is thrown', () => {
  void fc.assert(
    fc.property(scraps, text => {
      for (const result of [parseRule(text), script(text)])
        if (E.isLeft(result)) assert.is(result.left._tag, 'SyntaxFault')
    }),
    { numRuns: 3000 }
  )
})

test.run()
