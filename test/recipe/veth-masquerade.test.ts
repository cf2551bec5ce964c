import * as E from 'fp-ts/Either'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type InvalidParameters, type Plan, planFrom, type Step, vethMasquerade } from '../../src/recipe'

const limit = 'as it is not of up to 64 letters, digits, dots, dashes and underscores; give one'

const test = suite('veth-masquerade')

const least = { namespace: 'blue', address: '192.168.45.3/24', gateway: '192.168.45.2' }

const planOf = (parameters: object): Plan => {
  const plan = vethMasquerade({ ...least, ...parameters })
  if (E.isLeft(plan)) throw new Error(plan.left.message)
  return plan.right
}

const refusalOf = (plan: E.Either<InvalidParameters, Plan>): InvalidParameters => {
  if (E.isRight(plan)) throw new Error('the plan was made')
  return plan.left
}

const stepsOf = <T extends Step['_tag']>(plan: Plan, tag: T): ReadonlyArray<Extract<Step, { _tag: T }>> =>
  plan.steps.filter(step => step._tag === tag) as never

/** What the plan does: all but the words in which it was asked for. */
const essence = ({ parameters: _, ...rest }: Plan): object => rest

const entriesOf = (plan: Plan): ReadonlyArray<object> =>
  stepsOf(plan, 'AddEntries').flatMap(({ entries }) => entries)

test('name is the namespace, interface eth0, hostInterface veth-NAME, protocol tcp, unless they are given', () => {
  const plan = planOf({ publish: [{ hostPort: 8080, port: 80 }] })
  assert.equal([plan.recipe, plan.name, plan.uplinkOf], ['veth-masquerade', 'blue', 'ipv4'])
  const explicit = planOf({
    recipe: 'veth-masquerade',
    name: 'blue',
    interface: 'eth0',
    hostInterface: 'veth-blue',
    publish: [{ protocol: 'tcp', hostPort: 8080, port: 80 }]
  })
  assert.equal(essence(plan), essence(explicit))
  assert.is(planOf({ uplink: 'wan' }).uplinkOf, undefined)
})

test('a plan is data: JSON gives it back', () => {
  const plan = planOf({ publish: [{ hostPort: 8080, port: 80, hostAddress: '127.0.0.1' }] })
  assert.equal(JSON.parse(JSON.stringify(plan)), plan)
})

test('planFrom(parameters) = the function of the recipe that they name', () => {
  const parameters = { recipe: 'veth-masquerade' as const, ...least }
  assert.equal(planFrom(parameters), vethMasquerade(parameters))
})

test('an address in another spelling makes the same plan', () => {
  const plain = planOf({
    address: 'fd00::3/64',
    gateway: 'fd00::2',
    publish: [{ hostPort: 1, port: 1, hostAddress: 'fd00:6::10' }]
  })
  const other = planOf({
    address: 'FD00:0:0::0003/64',
    gateway: 'fd00:0::2',
    publish: [{ hostPort: 1, port: 1, hostAddress: 'FD00:6:0::10' }]
  })
  assert.equal(essence(other), essence(plain))
})

test('hostAddress 0.0.0.0 is all addresses, as none is', () => {
  const publish = [{ hostPort: 8080, port: 80 }]
  assert.equal(
    entriesOf(planOf({ publish: publish.map(each => ({ ...each, hostAddress: '0.0.0.0' })) })),
    entriesOf(planOf({ publish }))
  )
})

const both = {
  address: undefined,
  addresses: ['192.168.45.3/24', 'fd00:45::3/64', '192.168.45.4/24'],
  gateway: undefined,
  gateways: ['192.168.45.2', 'fd00:45::2']
}

test('one address in a list is the address, and one gateway the gateway', () => {
  const listed = {
    address: undefined,
    addresses: [least.address],
    gateway: undefined,
    gateways: [least.gateway]
  }
  const { premises, steps } = planOf({ publish: [{ hostPort: 8080, port: 80 }] })
  const other = planOf({ ...listed, publish: [{ hostPort: 8080, port: 80 }] })
  assert.equal(other.steps, steps)
  assert.equal(
    other.premises.map(({ field: _, ...each }) => each),
    premises.map(({ field: _, ...each }) => each)
  )
})

test('of both families, each has its network, and a port leads to the first address of each that it is for', () => {
  const plan = planOf({
    ...both,
    publish: [
      { hostPort: 8080, port: 80 },
      { hostPort: 8081, port: 80, hostAddress: 'fd00:6::10' }
    ]
  })
  assert.equal(
    stepsOf(plan, 'AddAddress').map(({ address: { link, address } }) => `${link} ${address}`),
    [
      'veth-blue 192.168.45.2/24',
      'veth-blue fd00:45::2/64',
      'eth0 192.168.45.3/24',
      'eth0 192.168.45.4/24',
      'eth0 fd00:45::3/64'
    ]
  )
  const published = stepsOf(plan, 'AddEntries').map(({ family, entries }) => [
    family,
    ...entries.flatMap(each => (each._tag === 'Publish' ? [`${each.hostPort} ${each.address}`] : []))
  ])
  assert.equal(published, [
    ['ip', '8080 192.168.45.3'],
    ['ip6', '8080 fd00:45::3', '8081 fd00:45::3']
  ])
})

test('only a port published on 127.0.0.1 needs route_localnet', () => {
  const routed = (hostAddress?: string): boolean =>
    stepsOf(planOf({ publish: [{ hostPort: 8080, port: 80, hostAddress }] }), 'SetSysctl').some(
      ({ key }) => key === 'net.ipv4.conf.veth-blue.route_localnet'
    )
  assert.equal(
    [routed(), routed('127.0.0.1'), routed('127.1.2.3'), routed('10.0.6.10')],
    [true, true, true, false]
  )
})

test('hostInterface is at most 15 bytes long, whatever the name, and differs where names do', () => {
  const nameOf = (namespace: string): string => {
    const [step] = stepsOf(planOf({ namespace }), 'AddLink')
    return step?.link.name ?? ''
  }
  const names = ['blue', 'web.1', 'a-rather-long-name', 'a-rather-long-name-2'].map(nameOf)
  assert.equal(names.slice(0, 2), ['veth-blue', 'veth-web.1'])
  for (const name of names) assert.ok(Buffer.byteLength(name) <= 15, name)
  assert.is(new Set(names).size, names.length)
})

test('/31 has no network address and no broadcast address', () => {
  assert.is(planOf({ address: '192.168.45.2/31', gateway: '192.168.45.3' }).name, 'blue')
  assert.is(planOf({ address: '192.168.45.3/31', gateway: '192.168.45.2' }).name, 'blue')
})

const one = (publication: object): object => ({ publish: [{ hostPort: 8080, port: 80, ...publication }] })
const v6 = { address: 'fd00::3/64', gateway: 'fd00::2' }

/** What is given, the field at fault, and the sentence. */
const refusals: ReadonlyArray<readonly [given: object, field: string, reason: string]> = [
  [{ namespace: undefined }, 'namespace', 'is missing'],
  [{ address: undefined }, 'address', 'is missing'],
  [{ gateway: undefined }, 'gateway', 'is missing'],
  [{ addresses: ['192.168.45.4/24'] }, 'addresses', 'give either address or addresses'],
  [{ gateways: ['192.168.45.2'] }, 'gateways', 'give either gateway or gateways'],
  [{ ...both, addresses: [] }, 'addresses', 'there must be one at least'],
  [{ ...both, gateways: ['192.168.45.2', '192.168.45.5'] }, 'gateways.1', 'there is one of ipv4 already'],
  [{ ...both, gateways: ['192.168.45.2'] }, 'addresses.1', 'there is no gateway of ipv6'],
  [
    { ...both, gateways: ['192.168.45.2', 'fe80::1'] },
    'gateways.1',
    'fe80::1 is not in fd00:45::/64, the network of the address; choose one that is'
  ],
  [
    { ...both, addresses: ['192.168.45.3/24', 'fd00:45::3/64', '192.168.46.4/24'] },
    'addresses.2',
    '192.168.46.4/24 is not of 192.168.45.0/24, the network of the gateway'
  ],
  [
    { ...both, gateways: ['192.168.45.4', 'fd00:45::2'] },
    'gateways.0',
    '192.168.45.4 is the address itself; choose another one of 192.168.45.0/24'
  ],
  [{ publish: [{ port: 80 }] }, 'publish.0.hostPort', 'is missing'],
  [{ publish: [{ hostPort: 80 }] }, 'publish.0.port', 'is missing'],

  [{ adress: '10.0.0.1/24' }, 'adress', 'there is no such parameter: did you mean address?'],
  [{ iface: 'eth0' }, 'iface', 'there is no such parameter: did you mean interface?'],
  [
    one({ hostAddr: '10.0.6.10' }),
    'publish.0.hostAddr',
    'there is no such parameter: did you mean hostAddress?'
  ],
  [{ uplnk: 'eth0' }, 'uplnk', 'there is no such parameter: did you mean uplink?'],
  [{ zzzzzz: 1 }, 'zzzzzz', 'there is no such parameter'],
  [one({ hostport: 1 }), 'publish.0.hostport', 'there is no such parameter: did you mean hostPort?'],

  [{ recipe: 'ipvlan' }, 'recipe', 'must be veth-masquerade'],
  [{ namespace: 7 }, 'namespace', 'must be a text'],
  [{ namespace: null }, 'namespace', 'must be a text'],
  [{ namespace: 'a/b' }, 'namespace', '"a/b" is no namespace name: 1 to 255 bytes without slashes'],
  [{ namespace: '..' }, 'namespace', '".." is no namespace name: 1 to 255 bytes without slashes'],
  [{ namespace: 'a'.repeat(70) }, 'name', `the namespace's name cannot serve, ${limit}`],
  [{ namespace: 'a b' }, 'name', `the namespace's name cannot serve, ${limit}`],
  [
    { name: 'x'.repeat(65) },
    'name',
    `"${'x'.repeat(65)}" is no name: up to 64 letters, digits, dots, dashes and underscores`
  ],
  [{ name: '../x' }, 'name', '"../x" is no name: up to 64 letters, digits, dots, dashes and underscores'],
  ...['uplink', 'interface', 'hostInterface'].flatMap(
    (field): ReadonlyArray<readonly [object, string, string]> => [
      [
        { [field]: 'sixteen-letters-' },
        field,
        '"sixteen-letters-" is no interface name: 1 to 15 bytes without spaces, slashes, colons and percent signs'
      ],
      ...['eth0:1', 'eth%d'].map((name): readonly [object, string, string] => [
        { [field]: name },
        field,
        `"${name}" is no interface name: 1 to 15 bytes without spaces, slashes, colons and percent signs`
      ]),
      [{ [field]: 'lo' }, field, '"lo" is the loopback interface, which every namespace has of its own'],
      [{ [field]: 3 }, field, 'must be a text']
    ]
  ),
  [{ uplink: 'veth-blue' }, 'hostInterface', 'veth-blue is the uplink'],

  [{ address: 3 }, 'address', 'must be a text such as 10.0.0.2/24'],
  [
    { address: '192.168.45.3' },
    'address',
    '"192.168.45.3" lacks the length of its network\'s prefix, as in 192.168.45.3/24'
  ],
  [
    { address: 'fd00::3' },
    'address',
    '"fd00::3" lacks the length of its network\'s prefix, as in fd00::3/64'
  ],
  [{ address: '192.168.45.3/33' }, 'address', '"192.168.45.3/33": the prefix length must be from 0 to 32'],
  [
    { address: '192.168.45/24' },
    'address',
    '"192.168.45/24" is not an address with a prefix length, such as 10.0.0.1/24 or fd00::1/64'
  ],
  [
    { address: '192.168.45.0/24' },
    'address',
    '192.168.45.0 is the network 192.168.45.0/24 itself; choose an address in it'
  ],
  [
    { address: '192.168.45.255/24' },
    'address',
    '192.168.45.255 is the broadcast address of 192.168.45.0/24; choose another one in it'
  ],
  [
    { address: 'fd00::/64', gateway: 'fd00::2' },
    'address',
    'fd00:: is the network fd00::/64 itself; choose an address in it'
  ],
  [{ gateway: 'here' }, 'gateway', '"here" is not an IP address'],
  [{ gateway: '192.168.45.2/24' }, 'gateway', '"192.168.45.2/24" is not an IP address'],
  [
    { gateway: '192.168.46.2' },
    'gateway',
    '192.168.46.2 is not in 192.168.45.0/24, the network of the address; choose one that is'
  ],
  [
    { gateway: '192.168.45.3' },
    'gateway',
    '192.168.45.3 is the address itself; choose another one of 192.168.45.0/24'
  ],
  [
    { ...v6, gateway: 'FD00:0::3' },
    'gateway',
    'fd00::3 is the address itself; choose another one of fd00::/64'
  ],
  [
    { gateway: '192.168.45.0' },
    'gateway',
    '192.168.45.0 is the network 192.168.45.0/24 itself; choose an address in it'
  ],
  [
    { gateway: '192.168.45.255' },
    'gateway',
    '192.168.45.255 is the broadcast address of 192.168.45.0/24; choose another one in it'
  ],
  [{ gateway: 'fd00::2' }, 'gateway', "fd00::2 is not of the address's family, ipv4"],

  [{ publish: {} }, 'publish', 'must be a list'],
  [{ publish: [8080] }, 'publish.0', 'must be an object'],
  [one({ protocol: 'icmp' }), 'publish.0.protocol', 'must be tcp, udp or sctp'],
  [one({ hostPort: 0 }), 'publish.0.hostPort', 'must be from 1 to 65535'],
  [one({ hostPort: 65536 }), 'publish.0.hostPort', 'must be from 1 to 65535'],
  [one({ hostPort: 80.5 }), 'publish.0.hostPort', 'must be a whole number'],
  [one({ hostPort: Number.NaN }), 'publish.0.hostPort', 'must be a number'],
  [one({ hostPort: '8080' }), 'publish.0.hostPort', 'must be a number, or a range such as "8000-8010"'],
  [one({ hostPort: true }), 'publish.0.hostPort', 'must be a number'],
  [one({ hostPort: '9-8' }), 'publish.0.hostPort', 'ends before it begins; write "8-9"'],
  [one({ hostPort: '80-70000' }), 'publish.0.hostPort', 'must be from 1 to 65535'],
  [one({ hostPort: '80-90' }), 'publish.0.port', '1 port for 11 ports of the host; there must be as many'],
  [one({ port: -1 }), 'publish.0.port', 'must be from 1 to 65535'],
  [one({ hostAddress: 'localhost' }), 'publish.0.hostAddress', '"localhost" is not an IP address'],
  [one({ hostAddress: '::1' }), 'publish.0.hostAddress', "::1 is not of the address's family, ipv4"],
  ...['::1', '0:0::1'].map(
    hostAddress =>
      [
        { ...v6, ...one({ hostAddress }) },
        'publish.0.hostAddress',
        '::1 cannot be published: the kernel never routes it off the loopback interface; use 127.0.0.1'
      ] as const
  ),
  ...[
    [{}, {}],
    [{ hostAddress: '10.0.6.10' }, { hostAddress: '10.0.6.10' }],
    [{ hostAddress: '10.0.6.10' }, {}],
    [{}, { hostAddress: '127.0.0.1' }],
    [{ protocol: 'tcp' }, { port: 81 }]
  ].map(
    pair =>
      [
        { publish: pair.map(each => ({ hostPort: 8080, port: 80, ...each })) },
        'publish.1.hostPort',
        '8080 is published twice'
      ] as const
  )
]

for (const [given, field, reason] of refusals)
  test(`${JSON.stringify(given)}: ${field}`, () => {
    const refusal = refusalOf(vethMasquerade({ ...least, ...given } as never))
    assert.equal(refusal, {
      _tag: 'InvalidParameters',
      message: `veth-masquerade: ${field}: ${reason}`,
      recipe: 'veth-masquerade',
      field
    })
  })

test('the same port of two addresses, or for two protocols, is two publications', () => {
  const publish = [
    { hostPort: 53, port: 53 },
    { hostPort: 53, port: 53, protocol: 'udp' },
    { hostPort: 80, port: 80, hostAddress: '10.0.6.10' },
    { hostPort: 80, port: 81, hostAddress: '10.0.6.11' }
  ]
  assert.is(
    entriesOf(planOf({ publish })).filter(each => '_tag' in each && each._tag === 'Publish').length,
    4
  )
})

test('planFrom refuses what names no recipe', () => {
  const sentence = (given: unknown): string => refusalOf(planFrom(given)).message
  for (const given of [null, undefined, 7, 'veth-masquerade', [least]])
    assert.is(
      sentence(given),
      'recipe: the parameters must be an object such as { "recipe": "veth-masquerade", … }'
    )
  assert.match(sentence(least), /^recipe: is missing: name one of .*veth-masquerade/)
  assert.match(
    sentence({ ...least, recipe: 'veth-masqerade' }),
    /^recipe: there is no recipe veth-masqerade: did you mean veth-masquerade\?/
  )
  assert.match(sentence({ ...least, recipe: 'toString' }), /^recipe: there is no recipe toString/)
})

test('vethMasquerade refuses what is no object', () => {
  for (const given of [null, undefined, 7, 'blue'])
    assert.is(
      refusalOf(vethMasquerade(given as never)).message,
      'veth-masquerade: the parameters must be an object'
    )
})

test.run()
