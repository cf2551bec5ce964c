import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { namespaceSwitch, type Plan, planFrom, type Step } from '../../src/recipe'
import { essence, planOf, refuses } from './refusal'

const limit = 'as it is not of up to 64 letters, digits, dots, dashes and underscores; give one'

const test = suite('namespace-switch')

const one = { pid: 4711, interface: 'veth11', address: '192.168.5.1/24' } as const
const other = { namespace: 'b', interface: 'veth22', address: '192.168.5.2/24' } as const
const least = { name: 'sw', namespace: 'netns3', bridge: 'brx', members: [one, other] }

const make = (parameters: object) => namespaceSwitch({ ...least, ...parameters } as never)

const stepsOf = <T extends Step['_tag']>(plan: Plan, tag: T): ReadonlyArray<Extract<Step, { _tag: T }>> =>
  plan.steps.filter(step => step._tag === tag) as never

test('name is the namespace, bridge br0, interface eth0, and no VLANs unless one is given', () => {
  const members = [{ namespace: 'a', address: '192.168.5.1/24' }]
  const plan = planOf(namespaceSwitch({ namespace: 'netns3', members }))
  const explicit = planOf(
    namespaceSwitch({
      recipe: 'namespace-switch',
      name: 'netns3',
      namespace: 'netns3',
      bridge: 'br0',
      vlanFiltering: false,
      members: [{ namespace: 'a', interface: 'eth0', port: 'br0-1', addresses: ['192.168.5.1/24'] }]
    })
  )
  assert.equal(essence(plan), essence(explicit))
  assert.equal(stepsOf(plan, 'JoinVlan'), [])
})

test('the bridge has a hardware address of its own, the same for the same name, and no IP address', () => {
  const addressIn = (plan: Plan): string | undefined =>
    stepsOf(plan, 'AddLink').find(({ link }) => link.kind === 'bridge')?.link.address
  const plan = planOf(make({}))
  assert.match(String(addressIn(plan)), /^[0-9a-f][26ae](:[0-9a-f]{2}){5}$/)
  assert.is(addressIn(plan), addressIn(planOf(make({ members: [one] }))))
  assert.is.not(addressIn(plan), addressIn(planOf(make({ name: 'sw2' }))))
  assert.equal(
    stepsOf(plan, 'AddAddress').map(({ namespace }) => namespace),
    [{ pid: 4711 }, 'b']
  )
})

test('with VLANs, who is told none is in VLAN 1', () => {
  const plan = planOf(make({ members: [{ ...one, vlan: 10 }, other] }))
  assert.equal(
    stepsOf(plan, 'JoinVlan').map(({ link, vlan }) => [link, vlan]),
    [
      ['brx-1', 10],
      ['brx-2', 1]
    ]
  )
  const without = planOf(make({ vlanFiltering: true }))
  assert.equal(
    stepsOf(without, 'JoinVlan').map(({ vlan }) => vlan),
    [1, 1]
  )
})

test('ports are named after the bridge, if that is short enough', () => {
  const names = (bridge: string): ReadonlyArray<string> =>
    stepsOf(planOf(make({ bridge })), 'AddLink').map(({ link }) => link.name)
  assert.equal(names('brx'), ['brx', 'brx-1', 'brx-2'])
  assert.equal(names('fifteen-letters'), ['fifteen-letters', 'port1', 'port2'])
})

test('a plan is data, and planFrom makes the same', () => {
  const plan = planOf(make({}))
  assert.equal(JSON.parse(JSON.stringify(plan)), plan)
  assert.equal(planFrom({ recipe: 'namespace-switch', ...least }), make({ recipe: 'namespace-switch' }))
})

const members = (...changes: ReadonlyArray<object>): object => ({
  members: [
    { ...one, ...changes[0] },
    { ...other, ...changes[1] }
  ]
})

refuses(test, 'namespace-switch', namespaceSwitch, least, [
  [{ namespace: undefined }, 'namespace', 'is missing: give a namespace, a pid or a path'],
  [{ pid: 7 }, 'pid', 'the namespace is told by namespace already; give one'],
  [
    { name: undefined, namespace: undefined, pid: 7 },
    'name',
    'is missing: a namespace without a name gives none to the switch'
  ],
  [{ name: undefined, namespace: 'a b' }, 'name', `the namespace's name cannot serve, ${limit}`],
  [{ members: undefined }, 'members', 'is missing'],
  [{ members: [] }, 'members', 'there must be one at least'],
  [{ members: {} }, 'members', 'must be a list'],
  [{ vlanFiltering: 'yes' }, 'vlanFiltering', 'must be true or false'],
  [{ vlanfiltering: true }, 'vlanfiltering', 'there is no such parameter: did you mean vlanFiltering?'],
  [members({ vlan: 0 }), 'members.0.vlan', 'must be from 1 to 4094'],
  [members({}, { vlan: 4095 }), 'members.1.vlan', 'must be from 1 to 4094'],
  [members({ vlan: '10' }), 'members.0.vlan', 'must be a number'],
  [
    { ...members({}, { vlan: 10 }), vlanFiltering: false },
    'members.1.vlan',
    'means nothing while vlanFiltering is false'
  ],
  [members({ pid: undefined }), 'members.0.namespace', 'is missing: give a namespace, a pid or a path'],
  [members({}, { address: undefined }), 'members.1.address', 'is missing'],
  [
    members({}, { address: '192.168.5.1/24' }),
    'members.1.address',
    '192.168.5.1 is given twice; every interface needs one of its own'
  ],
  [
    members({}, { namespace: undefined, pid: 4711, interface: 'veth11' }),
    'members.1.interface',
    'veth11 is given twice in one namespace; name them differently'
  ],
  [
    members({}, { namespace: 'netns3', interface: 'brx' }),
    'members.1.interface',
    'the switch itself has an interface of this name in the same namespace'
  ],
  [members({}, { port: 'brx' }), 'members.1.port', 'brx is the name of another interface of the switch'],
  [members({}, { port: 'brx-1' }), 'members.1.port', 'brx-1 is the name of another interface of the switch'],
  [{ bridge: 'lo' }, 'bridge', '"lo" is the loopback interface, which every namespace has of its own']
])

test.run()
