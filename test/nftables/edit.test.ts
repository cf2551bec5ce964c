import * as E from 'fp-ts/Either'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Change, type Edit, type Interpolated, rule, script, type syntax } from '../../src/nftables'
import { changes } from '../../src/nftables/edit'
import { transaction } from '../../src/nftables/transaction'

const test = suite('nftables edit')

const links: { readonly [name: string]: number } = { lo: 1, eth0: 7 }

const messagesOf = (given: ReadonlyArray<Change>) =>
  transaction(given).messages({ indexOf: link => links[link] ?? 0, descriptorOf: () => -1 })

/** What is sent for changes, or why nothing is. */
const made = (say: (tx: Edit) => void): string => {
  const messages = messagesOf(changes(say))
  return E.isLeft(messages) ? messages.left.message : 'sent'
}

const value = (text: string): syntax.Operand => ({ kind: 'value', value: text })

const match = (name: string, right: syntax.Operand): syntax.Statement => ({
  statement: 'match',
  left: { kind: 'asked', name },
  op: 'in',
  right
})

const rules: ReadonlyArray<readonly [statements: ReadonlyArray<syntax.Statement>, reason: RegExp]> = [
  [[match('tcp dport', value('htps'))], /htps is no inet_service: did you mean https\?/],
  [[match('tcp dport', value('70000'))], /70000 is no inet_service, which has 16 bits/],
  [[match('ip saddr', value('10.0.0.300'))], /10\.0\.0\.300 is no ipv4_addr/],
  [[match('meta l4proto', value('tcpp'))], /tcpp is no inet_proto: did you mean tcp\?/],
  [[match('icmp type', value('ping'))], /ping is no icmp_type/],
  [[match('ip dscp', value('64'))], /64 is no dscp, which has 6 bits/],
  [[match('iif', value('nolink'))], /there is no link nolink/],
  [[match('tcp dport', { kind: 'range', from: '10', to: '5' })], /10-5 ends before it begins/],
  [[match('ip saddr', { kind: 'prefix', address: '10.0.0.0', length: 33 })], /32 bits, not 33/],
  [
    [match('tcp dport', { kind: 'asked', name: 'tcp sport' })],
    /tcp sport stands where a inet_service belongs/
  ],
  [[match('tcp dport', { kind: 'elements', elements: [] })], /a set without elements/],
  [[{ statement: 'reject', with: 'icmp', code: 'nothing' }], /nothing is no icmp_code/],
  [
    [{ statement: 'limit', rate: 1n, of: 'packets', per: 'second', burst: 0 }],
    /a burst is of one packet at least/
  ],
  [[{ statement: 'snat', address: value('::1') }], /::1 is no ipv4_addr/],
  [[], /at least one statement/]
]

for (const [statements, reason] of rules)
  test(`a rule as a value: ${reason.source}`, () => {
    const said = made(tx => tx.table('ip', 't').chain('c').rule('c', { statements }))
    assert.match(said, reason)
    assert.match(said, /add rule ip t c/)
  })

const changesOf: ReadonlyArray<readonly [say: (tx: Edit) => void, reason: RegExp]> = [
  [tx => tx.table('ip', 't').set('s', { type: 'ipv4_addr', elements: ['10.0.0.0/8'] }), /flags interval/],
  [tx => tx.table('ip', 't').set('s', { type: 'inet_service' }).elements('s', ['22-30']), /flags interval/],
  [
    tx =>
      tx
        .table('ip', 't')
        .set('s', { type: 'inet_service' })
        .elements('s', [{ key: '22' } as never]),
    /\{"key":"22"\} is no element/
  ],
  [
    tx =>
      tx
        .table('ip', 't')
        .set('s', { type: 'inet_service' })
        .elements('s', [{ key: 22n } as never, { value: '22' } as never]),
    /\{"key":"22"\} is no element/
  ],
  [
    tx => tx.table('ip', 't').set('s', { type: 'mark', data: 'iface_index', elements: ['1 : "nolink"'] }),
    /there is no link nolink/
  ],
  [
    tx => tx.table('ip', 't').set('s', { type: 'ipv4_addr . mark', elements: [{ key: value('1.1.1.1') }] }),
    /1\.1\.1\.1 has 1 part, not 2/
  ],
  [
    tx => tx.table('ip', 't').set('s', { type: 'mark', data: 'mark', elements: [{ key: value('1') }] }),
    /gives mark/
  ],
  [tx => tx.table('ip', 't').set('s', { type: 'mark', autoMerge: true }), /flags interval/],
  [tx => tx.table('ip', 't', { comemnt: 'x' } as never), /comemnt is no field: did you mean comment\?/],
  [tx => tx.table('ip', 't').chain('c', { hok: 'input' } as never), /hok is no field: did you mean hook\?/],
  [
    tx => tx.table('ip', 't').set('s', { type: 'mark', tiemout: 5 } as never),
    /tiemout is no field: did you mean timeout\?/
  ],
  [
    tx => tx.table('ip', 't').object({ object: 'quota', name: 'q', bytse: 5n } as never),
    /bytse is no field: did you mean bytes\?/
  ],
  [
    tx => tx.table('ip', 't').flowtable({ name: 'f', priority: 0, devices: [], ofload: true } as never),
    /ofload is no field: did you mean offload\?/
  ],
  [
    tx =>
      tx
        .table('ip', 't')
        .chain('c')
        .rule('c', { statements: [{ statement: 'log', prefx: 'x' } as never] }),
    /prefx/
  ],
  [tx => tx.table('ip', 'a b'), /"a b" is no name/],
  [tx => tx.table('ip', 't').chain('c; drop'), /"c; drop" is no name/],
  [tx => tx.table('ip', 't').chain('c', { comment: 'x'.repeat(129) }), /128 bytes at most/],
  [
    tx => tx.table('ip', 't').chain('c', { type: 'nat', hook: 'output', priority: 'srcnat' }),
    /priority srcnat .*hook output/
  ],
  [
    tx => tx.table('ip', 't').object({ object: 'ct helper', name: 'h', type: 'ftp', protocol: 'tcpp' }),
    /tcpp is no inet_proto/
  ],
  [tx => tx.table('ip', 't').flowtable({ name: 'f', priority: 'dstnat', devices: [] }), /priority dstnat/],
  [
    tx => tx.table('ip', 't').chain('c').rule('c', 'tcp dport set numgen inc mod 4'),
    /numgen inc mod 4 has 32 bits, and inet_service 16/
  ],
  [tx => tx.table('bridge', 't').chain('c').rule('c', 'vlan type 8021q vlan id 5'), /vlan in a vlan/],
  [
    tx =>
      tx
        .table('ip', 't')
        .chain('c')
        .rule('c', null as never),
    /null is no rule/
  ],
  [
    tx =>
      tx
        .table('ip', 't')
        .chain('c')
        .rule('c', {} as never),
    /at least one statement/
  ],
  [
    tx =>
      tx
        .table('ip', 't')
        .chain('c')
        .rule('c', { statements: [null as never] }),
    /statements\.0: null is no description/
  ],
  [
    tx =>
      tx
        .table('ip', 't')
        .chain('c')
        .rule('c', { statements: [{ statement: 'notrack' }, { statement: 'match' } as never] }),
    /statements\.1: match: left is missing/
  ],
  [
    tx =>
      tx
        .table('ip', 't')
        .chain('c')
        .rule('c', { statements: [{ statement: 'mach' } as never] }),
    /statements\.0: statement "mach" is no statement: did you mean match\?/
  ],
  [
    tx =>
      tx
        .table('ip', 't')
        .chain('c')
        .rule('c', { statements: [{ statement: 'log', level: 'bad' as never }] }),
    /statements\.0: log: level "bad" is no level of the log: emerg/
  ],
  [
    tx =>
      tx
        .table('ip', 't')
        .chain('c')
        .rule('c', {
          statements: [{ statement: 'queue', number: value('1'), flags: ['bypas' as never] }]
        }),
    /queue: flags "bypas" is no flag of a queue: did you mean bypass\?/
  ],
  [
    tx =>
      tx
        .table('ip', 't')
        .chain('c')
        .rule('c', rule`tcp dport ${null as never}`),
    /stands for nothing/
  ],
  [
    tx =>
      tx
        .table('ip', 't')
        .chain('c')
        .rule('c', rule`tcp dport ${{} as never}`),
    /stands for nothing/
  ],
  [tx => tx.table('ip', 't').chain('c').rule('c', rule`tcp dport ${[]} accept`), /a set without elements/]
]

for (const [say, reason] of changesOf)
  test(`changes: ${reason.source}`, () => {
    assert.match(made(say), reason)
  })

test('links are looked up wherever their names stand', () => {
  const request = transaction(
    changes(tx =>
      tx
        .table('ip', 't')
        .chain('c')
        .set('marks', { type: 'mark', data: 'iface_index', elements: ['1 : "lo"'] })
        .set('links', { type: 'iface_index', elements: ['"eth0" comment "not a link"'] })
        .elements('links', ['"eth1"'])
        .rule('c', 'tcp dport 1 redirect to :iif map { "eth2" : 80 }')
        .rule('c', { statements: [match('oif', value('eth3'))] })
    )
  )
  assert.equal(request.links, ['lo', 'eth0', 'eth1', 'eth2', 'eth3'])
})

test('what is right is sent', () => {
  assert.is(
    made(tx =>
      tx
        .table('ip', 't')
        .chain('c')
        .set('s', {
          type: 'ipv4_addr',
          flags: ['interval'],
          autoMerge: true,
          elements: ['10.0.0.0/8', '10.1.0.0/16']
        })
        .set('m', { type: 'mark', data: 'iface_index', elements: ['1 : "eth0"'] })
        .rule('c', rule`ip saddr @s tcp dport ${[22, 443]} accept`)
    ),
    'sent'
  )
})

/** What is sent for a text but the sets themselves, which have a new number each time; or why nothing is. */
const filled = (given: ReturnType<typeof script>): unknown => {
  if (E.isLeft(given)) return given.left.message
  const messages = messagesOf(given.right)
  return E.isLeft(messages)
    ? messages.left.message
    : messages.right.filter(({ type }) => type !== 'NFT_MSG_NEWSET' && type !== 'NFT_MSG_NEWRULE')
}

const sets = `table ip t {
  set s { type ipv4_addr; flags interval,timeout; }
  set p { type inet_service; }
  map m { type ipv4_addr : verdict; }
  map n { type ipv4_addr . inet_service : ipv4_addr; }
}
`

/** Text with holes, and what they have: each stands for one value, and for nothing else. */
const values: ReadonlyArray<readonly [parts: ReadonlyArray<string>, ...holes: ReadonlyArray<Interpolated>]> =
  [
    [['add element ip t m { ', ' }'], '10.0.0.7 : drop'],
    [['add element ip t m { ', ' }'], '10.0.0.7:drop, 10.0.0.8'],
    [['add element ip t m { 10.0.0.7 : ', ' }'], 'drop comment "x"'],
    [['add element ip t m { 10.0.0.7 : jump ', ' }'], 'a, 10.0.0.8 : accept'],
    [['add element ip t s { ', ' }'], '10.0.0.1 timeout 1s comment "x"'],
    [['add element ip t s { ', ' }'], '10.0.0.1, 10.0.0.2'],
    [['add element ip t s { ', ' }'], '10.0.0.1 }; flush ruleset; add element ip t s { 10.0.0.2'],
    [['add element ip t s { ', ' }'], '10.0.0.1-10.0.0.9'],
    [['add element ip t s { ', ' }'], '*'],
    [['add element ip t s { ', ' }'], { set: 'p' }],
    [['add element ip t s { 10.0.0.1 comment ', ' }'], 'x" timeout 1s comment "y'],
    [['add element ip t s { 10.0.0.1 timeout ', ' }'], '1s comment "x"'],
    [['add element ip t s { 10.0.0.1 ', ' }'], 'timeout 1s'],
    [['add element ip t s { 10.0.0.0/', ' }'], '8 timeout 1s'],
    [
      ['add element ip t s { ', ' }'],
      ['10.0.0.1', '10.0.0.2 timeout 1s']
    ],
    [['add element ip t m { ', ' }'], ['10.0.0.1']],
    [['create element ip t m { ', ' }'], '10.0.0.7 : drop'],
    [['delete element ip t s { ', ' }'], '10.0.0.1, 10.0.0.2'],
    [['delete element ip t s { ', ' }'], '10.0.0.1 comment "x"'],
    [['add set ip t q { type ipv4_addr; elements = { ', ' } }'], '10.0.0.1, 10.0.0.2'],
    [['table ip t { flowtable f { hook ingress priority 0; devices = { ', ' } } }'], 'lo, eth0'],
    [['table netdev t { chain c { type filter hook ingress device ', ' priority 0; } }'], 'lo priority 5'],
    [['table ip t { chain c { type filter hook input priority ', '; } }'], 'filter; policy drop'],
    [['table ip ', ' { chain c { } }'], 't { chain d { } }; table ip u']
  ]

for (const [[first = '', ...more], ...holes] of values)
  test(`a hole is a value, whatever is in it: ${first}${JSON.stringify(holes[0])}${more[0]}`, () => {
    const said = filled(script([sets + first, ...more], ...holes))
    assert.type(
      said,
      'string',
      JSON.stringify(said, (_, each) => (typeof each === 'bigint' ? `${each}` : each))
    )
  })

/** A template says what the text behind it says. */
const written: ReadonlyArray<
  readonly [text: string, parts: ReadonlyArray<string>, ...holes: ReadonlyArray<Interpolated>]
> = [
  ['add element ip t s { 10.0.0.1 }', ['add element ip t s { ', ' }'], '10.0.0.1'],
  ['add element ip t s { 10.0.0.0/8 }', ['add element ip t s { ', ' }'], '10.0.0.0/8'],
  ['add element ip t s { 10.0.0.0/8 }', ['add element ip t s { 10.0.0.0/', ' }'], 8],
  ['add element ip t s { 10.0.0.1-10.0.0.9 }', ['add element ip t s { ', '-', ' }'], '10.0.0.1', '10.0.0.9'],
  ['add element ip t s { 10.0.0.1, 10.0.0.2 }', ['add element ip t s { ', ' }'], ['10.0.0.1', '10.0.0.2']],
  ['add element ip t s { 10.0.0.1, 10.0.0.2 }', ['add element ip t s ', ''], ['10.0.0.1', '10.0.0.2']],
  ['add element ip t p { 1, 2, 3, 4 }', ['add element ip t p { 1, ', ', ', ' }'], [2, 3n], '4'],
  ['add element ip t p { 1 }', ['add element ip t p { 1, ', ' }'], []],
  ['delete element ip t p { 1, 2 }', ['delete element ip t p { ', ' }'], [1, 2]],
  [
    'add element ip t s { 10.0.0.1 timeout 5s comment "a, b } c" }',
    ['add element ip t s { 10.0.0.1 timeout ', ' comment ', ' }'],
    '5s',
    'a, b } c'
  ],
  [
    'add element ip t m { 10.0.0.7 : jump web }',
    ['add element ip t m { ', ' : jump ', ' }'],
    '10.0.0.7',
    'web'
  ],
  [
    'add element ip t n { 10.0.0.7 . 80 comment "x" : 10.0.0.8 }',
    ['add element ip t n {\n', ' . ', ' comment ', ' : ', '\n}'],
    '10.0.0.7',
    80,
    'x',
    '10.0.0.8'
  ],
  [
    'add set ip t q { type ipv4_addr; elements = { 10.0.0.1, 10.0.0.2 }; }',
    ['add set ip t q { type ipv4_addr; elements = ', '; }'],
    ['10.0.0.1', '10.0.0.2']
  ],
  [
    'add set ip t q { type ipv4_addr; elements = { 10.0.0.9, 10.0.0.1, 10.0.0.2 }; }',
    ['add set ip t q { type ipv4_addr; elements = { 10.0.0.9, ', ' }; }'],
    ['10.0.0.1', '10.0.0.2']
  ],
  [
    'add flowtable ip t f { hook ingress priority -5; devices = { lo, eth0 }; }',
    ['add flowtable ip t f { hook ingress priority ', '; devices = ', '; }'],
    -5,
    ['lo', 'eth0']
  ],
  [
    'add flowtable ip t f { hook ingress priority filter; devices = { lo, eth0 }; }',
    ['add flowtable ip t f { hook ingress priority ', '; devices = { ', ', ', ' }; }'],
    'filter',
    'lo',
    'eth0'
  ],
  [
    'table netdev n { chain c { type filter hook ingress device "eth0" priority filter; } }',
    ['table netdev n { chain c { type filter hook ingress device ', ' priority ', '; } }'],
    'eth0',
    'filter'
  ]
]

for (const [text, [first = '', ...more], ...holes] of written)
  test(`in a template as without: ${text}`, () => {
    const plain = filled(script(sets + text))
    assert.type(plain, 'object', String(plain))
    assert.equal(filled(script([sets + first, ...more], ...holes)), plain)
  })

test('a fault in elements of a set that is elsewhere has its place in the whole text', () => {
  assert.match(
    String(filled(script(`${sets}add element ip t p { 22,\n  htps }`))),
    /line 8, column 3: htps is no inet_service: did you mean https\?/
  )
})

test('a set is called by its name in a hole', () => {
  assert.match(String(filled(script([`${sets}add element ip t `, ' { 1 }'], 'nothing'))), /set nothing/)
})

test('what a change is stands in its kind, and its text begins with it', () => {
  const all = script(`table ip t {
    map m { type mark : verdict; elements = { 1 : jump c }; }
    chain c { counter name "n" accept; }
    set s { type mark; }
    counter n { packets 0 bytes 0; }
    flowtable f { hook ingress priority 0; devices = { lo }; }
  }
  create set ip t u { type mark; }
  add element ip t s { 1 }
  insert rule ip t c accept
  delete quota ip t q
  flush ruleset`)
  assert.ok(E.isRight(all))
  const kinds = E.isRight(all) ? all.right.map(({ kind }) => `${kind.verb} ${kind.object}`) : []
  assert.equal(kinds, [
    'add table',
    'add chain',
    'add counter',
    'add flowtable',
    'add map',
    'add set',
    'add rule',
    'create set',
    'add element',
    'insert rule',
    'delete quota',
    'flush ruleset'
  ])
  for (const { kind, subject, text } of E.isRight(all) ? all.right : [])
    assert.is(text, `${kind.verb} ${kind.object} ${subject}`.trim())
})

/** Whoever has no types may give anything: the field at fault is named, and nothing is thrown. */
const wrongFields: ReadonlyArray<readonly [say: (tx: Edit) => void, field: string, reason: RegExp]> = [
  [tx => tx.table('ipp' as never, 't'), 'family', /"ipp" is no family: did you mean ip\?/],
  [tx => tx.existing('ip', undefined as never).flush(), 'name', /is missing/],
  [tx => tx.flushRuleset('all' as never), 'family', /"all" is no family/],
  [tx => tx.table('ip', 't', { flags: ['foo' as never] }), 'flags', /"foo" is no flag of a table: dormant/],
  [tx => tx.table('ip', 't', { flags: 'dormant' as never }), 'flags', /"dormant" is no list/],
  [tx => tx.table('ip', 't', { comment: 5 as never }), 'comment', /5 is no text/],
  [tx => tx.table('ip', 't', { comment: 'x'.repeat(129) }), 'comment', /of 129 bytes is too long/],
  [tx => tx.table('ip', 'a b'), 'name', /"a b" is no name/],
  [
    tx => tx.table('ip', 't').chain('c', { type: 'nats' as never, hook: 'input' }),
    'type',
    /did you mean nat\?/
  ],
  [tx => tx.table('ip', 't').chain('c', { hook: 'egress' }), 'hook', /none of family ip: prerouting/],
  [tx => tx.table('ip', 't').chain('c', { hook: 'toString' as never }), 'hook', /none of family ip/],
  [
    tx => tx.table('ip', 't').chain('c', { hook: 'input', priority: 1.5 }),
    'priority',
    /1\.5 is no name or number/
  ],
  [
    tx => tx.table('ip', 't').chain('c', { hook: 'input', priority: 'filtr' }),
    'priority',
    /neither a number nor/
  ],
  [
    tx => tx.table('ip', 't').chain('c', { hook: 'input', policy: 'deny' as never }),
    'policy',
    /accept, drop/
  ],
  [tx => tx.table('ip', 't').chain('c', { priority: 0 }), 'priority', /is for chains with a hook/],
  [
    tx => tx.table('netdev', 't').chain('c', { hook: 'ingress', devices: 'lo' as never }),
    'devices',
    /no list/
  ],
  [tx => tx.table('ip', 't').renameChain(5 as never, 'd'), 'handle', /5 is no handle, a bigint/],
  [tx => tx.table('ip', 't').renameChain(5n, 'a b'), 'name', /is no name/],
  [tx => tx.table('ip', 't').removeChain(undefined as never), 'name', /is missing/],
  [tx => tx.table('ip', 't').chain(5n as never), 'name', /5.* is no name/],
  [tx => tx.table('ip', 't').elements('s', undefined as never), 'elements', /is missing/],
  [tx => tx.table('ip', 't').removeObject('chain' as never, 'x'), 'kind', /"chain" is no kind of object/],
  [tx => tx.table('ip', 't').rule('c', 'accept', { position: 5 as never }), 'position', /5 is no handle/],
  [tx => tx.table('ip', 't').rule('c', 'accept', { index: -1 }), 'index', /-1 is no place in a chain/],
  [tx => tx.table('ip', 't').rule(5 as never, 'accept'), 'chain', /5 is no text/],
  [tx => tx.table('ip', 't').replaceRule('c', undefined as never, 'accept'), 'handle', /is missing/],
  [tx => tx.table('ip', 't').removeRule('c', '5' as never), 'handle', /"5" is no handle/],
  [tx => tx.table('ip', 't').set('s', {}), 'type', /is missing: a set needs a type, or typeof/],
  [tx => tx.table('ip', 't').set('s', { type: 5 as never }), 'type', /5 is no text/],
  [tx => tx.table('ip', 't').set('s', { type: 'ipv4_adr' }), 'type', /ipv4_adr is no datatype/],
  [tx => tx.table('ip', 't').set('s', { type: 'mark', data: 'marks' }), 'data', /marks is no datatype/],
  [tx => tx.table('ip', 't').set('s', { typeof: 'ip sadr' }), 'typeof', /did you mean saddr\?/],
  [
    tx => tx.table('ip', 't').set('s', { type: 'mark', flags: ['foo' as never] }),
    'flags',
    /no flag of a set: constant/
  ],
  [
    tx => tx.table('ip', 't').set('s', { type: 'mark', flags: ['toString' as never] }),
    'flags',
    /no flag of a set/
  ],
  [
    tx => tx.table('ip', 't').set('s', { type: 'mark', timeout: 1.5 }),
    'timeout',
    /1\.5 is no number of milliseconds/
  ],
  [
    tx => tx.table('ip', 't').set('s', { type: 'mark', gcInterval: -1 }),
    'gcInterval',
    /-1 is no number of milli/
  ],
  [tx => tx.table('ip', 't').set('s', { type: 'mark', size: 2 ** 32 }), 'size', /4294967296 is no number of/],
  [
    tx => tx.table('ip', 't').set('s', { type: 'mark', policy: 'fast' as never }),
    'policy',
    /memory, performance/
  ],
  [
    tx => tx.table('ip', 't').set('s', { type: 'mark', autoMerge: 1 as never }),
    'autoMerge',
    /neither true nor false/
  ],
  [
    tx => tx.table('ip', 't').set('s', { type: 'mark', elements: '1' as never }),
    'elements',
    /"1" is no list/
  ],
  [
    tx =>
      tx
        .table('ip', 't')
        .set('s', { type: 'mark' })
        .elements('s', '1' as never),
    'elements',
    /"1" is no list/
  ],
  [
    tx => tx.table('ip', 't').object({ object: 'countr', name: 'n' } as never),
    'object',
    /did you mean counter\?/
  ],
  [
    tx => tx.table('ip', 't').object({ object: 'counter', name: 'n', packets: 1, bytes: 0n } as never),
    'packets',
    /1 is no number of packets, a bigint/
  ],
  [
    tx => tx.table('ip', 't').object({ object: 'ct helper', name: 'n', type: 'ftp' } as never),
    'protocol',
    /is missing/
  ],
  [
    tx =>
      tx.table('ip', 't').object({
        object: 'ct expectation',
        name: 'n',
        protocol: 'tcp',
        dport: 70_000,
        timeout: 1,
        size: 1
      }),
    'dport',
    /70000 is no port, a whole number from 0 to 65535/
  ],
  [tx => tx.table('ip', 't').removeObject('countr' as never, 'n'), 'kind', /no kind of object/],
  [
    tx => tx.table('ip', 't').flowtable({ name: 'f', priority: 0, devices: 'lo' as never }),
    'devices',
    /no list/
  ],
  [
    tx => tx.table('ip', 't').flowtable({ name: 'f', priority: {} as never, devices: [] }),
    'priority',
    /\{\} is no/
  ],
  [
    tx => tx.table('ip', 't').flowtable({ name: 'f', priority: 0, devices: [], offload: 'yes' as never }),
    'offload',
    /"yes" is neither true nor false/
  ]
]

for (const [say, field, reason] of wrongFields)
  test(`a field that is wrong is named: ${field} ${reason.source}`, () => {
    const messages = messagesOf(changes(say))
    assert.ok(E.isLeft(messages), 'it is sent')
    if (!E.isLeft(messages)) return
    assert.is(messages.left.field, field)
    assert.match(messages.left.message, reason)
    assert.match(
      messages.left.message,
      /^nftables\.transaction: (add|delete|flush|rename|replace) .* is wrong: /
    )
  })

for (const say of [
  tx => tx.table('ip', 't', null as never),
  tx => tx.table('ip', 't').chain('c', null as never),
  tx => tx.table('ip', 't').set('s', undefined as never),
  tx => tx.table('ip', 't').object(null as never),
  tx => tx.table('ip', 't').flowtable(undefined as never),
  tx =>
    tx
      .table('ip', 't')
      .set('s', { type: 'mark' })
      .elements('s', null as never),
  tx => tx.table('ip', 't').rule('c', 'accept', null as never)
] satisfies ReadonlyArray<(tx: Edit) => void>)
  test(`nothing where something belongs is no exception: ${say}`, () => {
    assert.match(made(say), /(null|undefined) is no |is missing/)
  })

test('times of elements are whole', () => {
  const key = { kind: 'value', value: '1' } as const
  assert.match(
    made(tx =>
      tx.table('ip', 't').set('s', { type: 'mark', flags: ['timeout'], elements: [{ key, timeout: 1.5 }] })
    ),
    /element 1: timeout 1\.5 is no number of milliseconds/
  )
})

test.run()
