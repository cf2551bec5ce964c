import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { directLink, planFrom } from '../../src/recipe'
import { essence, planOf, refuses } from './refusal'

const test = suite('direct-link')

const one = { pid: 4711, interface: 'veth11', address: '192.168.5.1/24' } as const
const other = { namespace: 'b', interface: 'veth22', address: '192.168.5.2/24' } as const
const least = { name: 'ab', ends: [one, other] }

const make = (parameters: object) => directLink({ ...least, ...parameters } as never)

test('the pair is made in one end’s namespace with its peer in the other: the host has no part in it', () => {
  const { name, premises, steps } = planOf(make({}))
  assert.is(name, 'ab')
  assert.equal(steps.slice(0, 2), [
    { _tag: 'CreateNamespace', name: 'b' },
    {
      _tag: 'AddLink',
      namespace: { pid: 4711 },
      link: { kind: 'veth', name: 'veth11', peer: { name: 'veth22', namespace: 'b' } }
    }
  ])
  for (const step of steps.slice(1)) assert.ok('namespace' in step && step.namespace !== undefined)
  assert.equal(premises, [
    { field: 'ends.0.pid', namespace: { pid: 4711 }, must: 'exist' },
    { field: 'ends.0.interface', link: 'veth11', namespace: { pid: 4711 }, must: 'be absent' },
    { field: 'ends.1.interface', link: 'veth22', namespace: 'b', must: 'be absent' }
  ])
})

test('a plan is data: JSON gives it back', () => {
  const plan = planOf(make({}))
  assert.equal(JSON.parse(JSON.stringify(plan)), plan)
})

test('planFrom(parameters) = directLink(parameters)', () => {
  assert.equal(planFrom({ recipe: 'direct-link', ...least }), make({ recipe: 'direct-link' }))
})

test('interface is eth0; one address is a list of one', () => {
  const ends = [
    { namespace: 'a', address: 'fd00:5::1/64' },
    { namespace: 'b', address: 'fd00:5::2/64' }
  ]
  const explicit = [
    { namespace: 'a', interface: 'eth0', addresses: ['FD00:5:0::1/64'] },
    { namespace: 'b', interface: 'eth0', addresses: ['fd00:5::2/64'] }
  ]
  assert.equal(essence(planOf(make({ ends }))), essence(planOf(make({ ends: explicit }))))
})

const ends = (...changes: ReadonlyArray<object>): object => ({
  ends: [
    { ...one, ...changes[0] },
    { ...other, ...changes[1] }
  ]
})

refuses(test, 'direct-link', directLink, least, [
  [{ name: undefined }, 'name', 'is missing'],
  [{ ends: undefined }, 'ends', 'is missing'],
  [{ ends: [one] }, 'ends.1', 'is missing'],
  [{ ends: [one, other, other] }, 'ends.2', 'must be a list of two ends'],
  [{ ends: {} }, 'ends', 'must be a list of two ends'],
  [{ recipe: 'macvlan' }, 'recipe', 'must be direct-link'],
  [{ nam: 'a' }, 'nam', 'there is no such parameter: did you mean name?'],
  [ends({ adress: 'x' }), 'ends.0.adress', 'there is no such parameter: did you mean address?'],
  [ends({ pid: undefined }), 'ends.0.namespace', 'is missing: give a namespace, a pid or a path'],
  [ends({ namespace: 'a' }), 'ends.0.pid', 'the namespace is told by namespace already; give one'],
  [ends({}, { path: '/run/x' }), 'ends.1.path', 'the namespace is told by namespace already; give one'],
  [ends({ pid: 0 }), 'ends.0.pid', 'must be the number of a process'],
  [ends({ pid: '4711' }), 'ends.0.pid', 'must be the number of a process'],
  [
    ends({ pid: undefined, path: 'ns/net' }),
    'ends.0.path',
    'must be an absolute path, such as /proc/1/ns/net'
  ],
  [ends({ address: undefined }), 'ends.0.address', 'is missing'],
  [ends({ addresses: ['192.168.5.3/24'] }), 'ends.0.addresses', 'give either address or addresses'],
  [ends({ address: undefined, addresses: [] }), 'ends.0.addresses', 'there must be one at least'],
  [
    ends({ address: undefined, addresses: ['192.168.5.1/24', '192.168.5.1/25'] }),
    'ends.0.addresses.1',
    '192.168.5.1 is given twice'
  ],
  [
    ends({}, { address: '192.168.5.255/24' }),
    'ends.1.address',
    '192.168.5.255 is the broadcast address of 192.168.5.0/24; choose another one in it'
  ],
  [
    ends({}, { address: '192.168.5.1/24' }),
    'ends.1.address',
    '192.168.5.1 is given twice; every interface needs one of its own'
  ],
  [
    ends({}, { address: '192.168.6.2/24' }),
    'ends.1.address',
    '192.168.6.2/24 shares no network with 192.168.5.1/24 of the other end; choose addresses of one network'
  ],
  [
    ends({}, { address: 'fd00::1/64' }),
    'ends.1.address',
    'fd00::1/64 shares no network with 192.168.5.1/24 of the other end; choose addresses of one network'
  ],
  [
    ends({}, { namespace: undefined, pid: 4711, interface: 'veth11' }),
    'ends.1.interface',
    'veth11 is given twice in one namespace; name them differently'
  ]
])

test.run()
