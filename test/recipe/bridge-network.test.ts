import * as E from 'fp-ts/Either'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { bridgeNetwork, type InvalidParameters, type Plan, planFrom, type Step } from '../../src/recipe'

const limit = 'as it is not of up to 64 letters, digits, dots, dashes and underscores; give one'

const test = suite('bridge-network')

const red = { namespace: 'red', address: '10.100.0.2/24' }
const green = { namespace: 'green', address: '10.100.0.3/24' }
const least = { gateway: '10.100.0.1/24', endpoints: [red, green] }

const planOf = (parameters: object): Plan => {
  const plan = bridgeNetwork({ ...least, ...parameters })
  if (E.isLeft(plan)) throw new Error(plan.left.message)
  return plan.right
}

const refusalOf = (plan: E.Either<InvalidParameters, Plan>): InvalidParameters => {
  if (E.isRight(plan)) throw new Error('the plan was made')
  return plan.left
}

const allSteps = ({ steps, members = [] }: Plan): ReadonlyArray<Step> => [
  ...steps,
  ...members.flatMap(allSteps)
]

const stepsOf = <T extends Step['_tag']>(plan: Plan, tag: T): ReadonlyArray<Extract<Step, { _tag: T }>> =>
  allSteps(plan).filter(step => step._tag === tag) as never

const entriesOf = (plan: Plan): ReadonlyArray<{ readonly _tag: string }> =>
  stepsOf(plan, 'AddEntries').flatMap(({ entries }) => entries)

test('name is the bridge, bridge br0, interface eth0, uplink that of the default route, unless they are given', () => {
  const plan = planOf({})
  assert.equal([plan.recipe, plan.name, plan.uplinkOf], ['bridge-network', 'br0', 'ipv4'])
  assert.is(planOf({ name: 'web' }).name, 'web')
  assert.is(planOf({ bridge: 'br-web' }).name, 'br-web')
  assert.is(planOf({ uplink: 'wan' }).uplinkOf, undefined)
  const [bridge, ...pairs] = stepsOf(plan, 'AddLink')
  assert.is(bridge?.link.name, 'br0')
  assert.equal(
    pairs.map(({ link }) => 'peer' in link && link.peer.name),
    ['eth0', 'eth0']
  )
})

test('a plan is data: JSON gives it back', () => {
  const plan = planOf({
    allow: ['db'],
    endpoints: [{ ...red, publish: [{ hostPort: '80-89', port: '80-89' }] }]
  })
  assert.equal(JSON.parse(JSON.stringify(plan)), plan)
})

test('planFrom(parameters) = the function of the recipe that they name', () => {
  const parameters = { recipe: 'bridge-network' as const, ...least }
  assert.equal(planFrom(parameters), bridgeNetwork(parameters))
})

test('the bridge’s address is there in the message that makes it, the same for the same name', () => {
  const addressOf = (name: string): unknown => stepsOf(planOf({ name }), 'AddLink')[0]?.link.address
  assert.match(String(addressOf('web')), /^[0-9a-f][26ae](:[0-9a-f]{2}){5}$/)
  assert.is(addressOf('web'), addressOf('web'))
  assert.is.not(addressOf('web'), addressOf('db'))
})

test('the ends of the pairs have different names, at most 15 bytes long', () => {
  const namesOf = (name: string): ReadonlyArray<string> =>
    stepsOf(planOf({ name }), 'AddLink').map(({ link }) => link.name)
  const names = ['web', 'web2', 'a-rather-long-name', 'a-rather-long-name-2'].flatMap(name =>
    namesOf(name).slice(1)
  )
  for (const name of names) assert.ok(Buffer.byteLength(name) <= 15, name)
  assert.is(new Set(names).size, names.length)
})

test('a range of ports is one entry, of as many ports', () => {
  const entries = entriesOf(
    planOf({ endpoints: [{ ...red, publish: [{ hostPort: '8000-8009', port: '80-89' }] }] })
  )
  assert.equal(
    entries.filter(({ _tag }) => _tag === 'Publish'),
    [{ _tag: 'Publish', protocol: 'tcp', hostPort: 8000, address: '10.100.0.2', port: 80, count: 10 }]
  )
})

test('a network of both families publishes in both, and at an address in that address’s', () => {
  const plan = planOf({
    gateway: undefined,
    gateways: ['10.100.0.1/24', 'fd00:100::1/64'],
    endpoints: [
      {
        namespace: 'red',
        addresses: ['10.100.0.2/24', 'fd00:100::2/64'],
        publish: [
          { hostPort: 80, port: 80 },
          { hostPort: 81, port: 81, hostAddress: '127.0.0.1' }
        ]
      }
    ]
  })
  assert.equal(
    stepsOf(plan, 'AddEntries').map(({ family, entries }) => [
      family,
      entries.filter(({ _tag }) => _tag === 'Publish').length
    ]),
    [
      ['ip', 0],
      ['ip6', 0],
      ['ip', 2],
      ['ip6', 1]
    ]
  )
  assert.equal(
    stepsOf(plan, 'AddRoute').map(({ route }) => route.gateway),
    ['10.100.0.1', 'fd00:100::1']
  )
})

const endpoint = (given: object): object => ({ endpoints: [{ ...red, ...given }] })
const published = (...publish: ReadonlyArray<object>): object => ({
  endpoints: publish.map((each, n) => ({
    ...(n === 0 ? red : green),
    publish: [{ hostPort: 8000, port: 80, ...each }]
  }))
})

/** What is given, the field at fault, and the sentence. */
const refusals: ReadonlyArray<readonly [given: object, field: string, reason: string]> = [
  [{ gateway: undefined }, 'gateway', 'is missing'],
  [{ gateway: undefined, gateways: [] }, 'gateways', 'there must be one at least'],
  [{ gateways: ['10.100.0.1/24'] }, 'gateways', 'give either gateway or gateways'],
  [
    { gateway: undefined, gateways: ['10.100.0.1/24', '10.101.0.1/24'] },
    'gateways.1',
    'there is one of ipv4 already'
  ],
  [
    { gateway: '10.100.0.0/24' },
    'gateway',
    '10.100.0.0 is the network 10.100.0.0/24 itself; choose an address in it'
  ],
  [{ gatway: '10.100.0.1/24' }, 'gatway', 'there is no such parameter: did you mean gateway?'],
  [
    { gateway: undefined, gatway: '10.100.0.1/24' },
    'gatway',
    'there is no such parameter: did you mean gateway?'
  ],
  [{ uplink: 'br0' }, 'bridge', 'br0 is the uplink'],
  [
    { bridge: 'a b' },
    'bridge',
    '"a b" is no interface name: 1 to 15 bytes without spaces, slashes, colons and percent signs'
  ],
  [{ bridge: 'br+0' }, 'name', `the bridge's name cannot serve, ${limit}`],
  [{ name: 'web', allow: ['db', 'web'] }, 'allow.1', 'a network always allows itself'],
  [{ allow: 'db' }, 'allow', 'must be a list'],
  [{ endpoints: {} }, 'endpoints', 'must be a list'],
  [
    endpoint({ namespace: undefined }),
    'endpoints.0.namespace',
    'is missing: give a namespace, a pid or a path'
  ],
  [endpoint({ address: undefined }), 'endpoints.0.address', 'is missing'],
  [
    endpoint({ adress: '10.100.0.2/24' }),
    'endpoints.0.adress',
    'there is no such parameter: did you mean address?'
  ],
  [
    endpoint({ namespace: undefined, pid: 1 }),
    'endpoints.0.name',
    'is missing: a namespace without a name gives none to the endpoint'
  ],
  [endpoint({ namespace: 'a b' }), 'endpoints.0.name', `the namespace's name cannot serve, ${limit}`],
  [
    endpoint({ address: '10.101.0.2/24' }),
    'endpoints.0.address',
    '10.101.0.2 is not in 10.100.0.0/24, the network of the gateway'
  ],
  [
    endpoint({ address: '10.100.0.2/25' }),
    'endpoints.0.address',
    'the network is 10.100.0.0/24: write 10.100.0.2/24'
  ],
  [
    endpoint({ address: '10.100.0.1/24' }),
    'endpoints.0.address',
    '10.100.0.1 is the gateway; choose another one'
  ],
  [endpoint({ address: 'fd00::2/64' }), 'endpoints.0.address', 'the network has no gateway of ipv6'],
  [
    { endpoints: [red, { ...green, address: red.address }] },
    'endpoints.1.address',
    '10.100.0.2 is given twice; every interface needs one of its own'
  ],
  [
    { endpoints: [red, { ...green, namespace: 'red', interface: 'eth1' }] },
    'endpoints.1.name',
    'there is an endpoint red already; give this one another name'
  ],
  [
    { endpoints: [red, { ...green, hostInterface: 'br0' }] },
    'endpoints.1.hostInterface',
    'br0 is the name of another interface; choose another one'
  ],
  [published({ hostPort: 0 }), 'endpoints.0.publish.0.hostPort', 'must be from 1 to 65535'],
  [
    published({ hostAddress: 'fd00::1' }),
    'endpoints.0.publish.0.hostAddress',
    'fd00::1 is of ipv6, and the endpoint has no address of that'
  ],
  [published({}, {}), 'endpoints.1.publish.0.hostPort', '8000 is published twice'],
  [
    published({ hostPort: '8000-8009', port: '80-89' }, { hostPort: 8009 }),
    'endpoints.1.publish.0.hostPort',
    '8009 is published twice'
  ],
  [published({}, { hostAddress: '127.0.0.1' }), 'endpoints.1.publish.0.hostPort', '8000 is published twice'],
  [
    {
      gateway: 'fd00:100::1/64',
      endpoints: [
        {
          namespace: 'red',
          address: 'fd00:100::2/64',
          publish: [{ hostPort: 80, port: 80, hostAddress: '::1' }]
        }
      ]
    },
    'endpoints.0.publish.0.hostAddress',
    '::1 cannot be published: the kernel never routes it off the loopback interface; use 127.0.0.1'
  ]
]

for (const [given, field, reason] of refusals)
  test(`${JSON.stringify(given)}: ${field}`, () => {
    assert.equal(refusalOf(bridgeNetwork({ ...least, ...given } as never)), {
      _tag: 'InvalidParameters',
      message: `bridge-network: ${field}: ${reason}`,
      recipe: 'bridge-network',
      field
    })
  })

test.run()
