import * as E from 'fp-ts/Either'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { dualNic, hostFakeIp, type InvalidParameters, type Plan, planFrom, type Step } from '../../src/recipe'

const test = suite('recipes that move an interface')

const dual = { namespace: 'blue', nic: 'eth1', addresses: ['10.0.6.14/24'] }
const fake = { namespace: 'blue' }

const made = (plan: E.Either<InvalidParameters, Plan>): Plan => {
  if (E.isLeft(plan)) throw new Error(plan.left.message)
  return plan.right
}

const tagsOf = ({ steps }: Plan): ReadonlyArray<Step['_tag']> => steps.map(({ _tag }) => _tag)

test('a plan is data: JSON gives it back', () => {
  for (const plan of [dualNic(dual), hostFakeIp({ ...fake, publish: [{ hostPort: 22, port: 22 }] })])
    assert.equal(JSON.parse(JSON.stringify(made(plan))), made(plan))
})

test('planFrom(parameters) = the function of the recipe that they name', () => {
  assert.equal(planFrom({ recipe: 'dual-nic', ...dual }), dualNic({ recipe: 'dual-nic', ...dual }))
  assert.equal(planFrom({ recipe: 'host-fake-ip', ...fake }), hostFakeIp({ recipe: 'host-fake-ip', ...fake }))
})

test('dual-nic: the interface moves by its new name, and has its addresses before it is up', () => {
  const { steps } = made(dualNic(dual))
  assert.equal(
    steps.find(({ _tag }) => _tag === 'MoveLink'),
    { _tag: 'MoveLink', link: 'eth1', namespace: 'blue', name: 'eth0' }
  )
  const tags = tagsOf(made(dualNic(dual)))
  assert.ok(tags.indexOf('AddAddress') < tags.indexOf('SetLink'))
  assert.not(tags.includes('AddRoute'), 'without a gateway there is no default route')
})

test('host-fake-ip: what may be refused comes before the interface moves, the pair after it', () => {
  const plan = made(hostFakeIp(fake))
  const tags = tagsOf(plan)
  assert.ok(tags.indexOf('AddEntries') < tags.indexOf('MoveLink'))
  assert.ok(tags.indexOf('MoveLink') < tags.indexOf('AddLink'))
  assert.equal([plan.uplinkOf, tags.findLast(tag => tag !== 'AwaitReadiness')], ['ipv4', 'AddRoute'])
  assert.is(made(hostFakeIp({ ...fake, nic: 'eth0' })).uplinkOf, undefined)
})

test('host-fake-ip: the host has a link-local address unless it is given another', () => {
  assert.equal(
    made(hostFakeIp(fake)).steps,
    made(hostFakeIp({ ...fake, hostAddress: '169.254.77.1/24', namespaceAddress: '169.254.77.2/24' })).steps
  )
})

const refusals: ReadonlyArray<
  readonly [(given: never) => E.Either<InvalidParameters, Plan>, object, string]
> = [
  [dualNic, { nic: undefined }, 'dual-nic: nic: is missing'],
  [dualNic, { nik: 'eth1' }, 'dual-nic: nik: there is no such parameter: did you mean nic?'],
  [dualNic, { addresses: [] }, 'dual-nic: addresses: there must be one at least'],
  [
    dualNic,
    { gateway: '10.0.7.1' },
    'dual-nic: gateway: 10.0.7.1 is not in 10.0.6.0/24, the network of the address; choose one that is'
  ],
  [
    dualNic,
    { addresses: ['fe80::2/64'], gateway: 'fe80::2' },
    'dual-nic: gateway: fe80::2 is the address itself; choose another one of fe80::/64'
  ],
  [
    dualNic,
    { addresses: ['fd00:6::2/64'], gateway: 'fe80::' },
    'dual-nic: gateway: fe80:: is the network fe80::/64 itself; choose an address in it'
  ],
  [dualNic, { gateway: 'fe80::1' }, "dual-nic: gateway: fe80::1 is not of the address's family, ipv4"],
  [
    hostFakeIp,
    { nic: 'lo' },
    'host-fake-ip: nic: "lo" is the loopback interface, which every namespace has of its own'
  ],
  [
    hostFakeIp,
    { hostAddress: '169.254.77.1/24' },
    'host-fake-ip: namespaceAddress: is missing: the host has one given'
  ],
  [
    hostFakeIp,
    { namespaceAddress: '169.254.77.1/24' },
    'host-fake-ip: hostAddress: is missing: the namespace has one given'
  ],
  [
    hostFakeIp,
    { hostAddress: '169.254.77.1/24', namespaceAddress: '169.254.77.1/24' },
    'host-fake-ip: namespaceAddress: 169.254.77.1 is the address itself; choose another one of 169.254.77.0/24'
  ],
  [
    hostFakeIp,
    { hostAddress: '169.254.77.1/24', namespaceAddress: '169.254.77.2/25' },
    "host-fake-ip: namespaceAddress: its network is of another length than the host's, 169.254.77.0/24"
  ],
  [
    hostFakeIp,
    { hostAddresses: ['169.254.77.1/24', 'fd00::1/64'], namespaceAddress: '169.254.77.2/24' },
    'host-fake-ip: hostAddresses.1: there is no namespaceAddress of its family, ipv6'
  ],
  [
    hostFakeIp,
    {
      hostAddresses: ['169.254.77.1/24', '169.254.78.1/24'],
      namespaceAddresses: ['169.254.77.2/24', '169.254.78.2/24']
    },
    'host-fake-ip: hostAddresses.1: there is one of ipv4 already'
  ],
  [
    hostFakeIp,
    { nic: 'eth0', namespaceInterface: 'eth0' },
    'host-fake-ip: namespaceInterface: eth0 is the interface that moves there'
  ],
  [
    hostFakeIp,
    { publish: [{ hostPort: 22, port: 22, hostAddress: '127.0.0.1' }] },
    "host-fake-ip: publish.0.hostAddress: 127.0.0.1 is nobody's but the namespace's; name an address of the nic"
  ],
  [
    hostFakeIp,
    { publish: [{ hostPort: 22, port: 22, hostAddress: 'fd00::1' }] },
    'host-fake-ip: publish.0.hostAddress: the host has no address of its family, ipv6'
  ],
  [
    hostFakeIp,
    {
      publish: [
        { hostPort: 22, port: 22 },
        { hostPort: 22, port: 23 }
      ]
    },
    'host-fake-ip: publish.1.hostPort: 22 is published twice'
  ]
]

for (const [recipe, given, message] of refusals)
  test(message, () => {
    const plan = recipe({ ...(recipe === dualNic ? dual : fake), ...given } as never)
    assert.is(E.isLeft(plan) ? plan.left.message : 'the plan was made', message)
  })

test.run()
