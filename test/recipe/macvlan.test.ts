import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { macvlan, type Plan, planFrom, type Step } from '../../src/recipe'
import { essence, planOf, refuses } from './refusal'

const limit = 'as it is not of up to 64 letters, digits, dots, dashes and underscores; give one'

const test = suite('macvlan')

const least = { namespace: 'blue', parent: 'eth0', addresses: ['10.0.6.22/24'], gateway: '10.0.6.1' }
const without = { ...least, gateway: undefined }

const make = (parameters: object) => macvlan({ ...least, ...parameters } as never)

const stepsOf = <T extends Step['_tag']>(plan: Plan, tag: T): ReadonlyArray<Extract<Step, { _tag: T }>> =>
  plan.steps.filter(step => step._tag === tag) as never

const routesOf = (plan: Plan): ReadonlyArray<object> => stepsOf(plan, 'AddRoute').map(({ route }) => route)

test('name is the namespace, interface eth0, mode bridge', () => {
  const explicit = make({ recipe: 'macvlan', name: 'blue', interface: 'eth0', mode: 'bridge' })
  assert.equal(essence(planOf(make({}))), essence(planOf(explicit)))
})

test('the link is made straight in its namespace, and is addressed before it is up', () => {
  const { steps } = planOf(make({}))
  assert.equal(steps[1], {
    _tag: 'AddLink',
    link: { kind: 'macvlan', options: { mode: 4 }, name: 'eth0', namespace: 'blue', parent: 'eth0' }
  })
  const tags = steps.map(({ _tag }) => _tag)
  assert.ok(tags.indexOf('AddAddress') < tags.indexOf('SetLink'))
})

test('mode private | vepa | bridge | passthru', () => {
  const modes = ['private', 'vepa', 'bridge', 'passthru'].map(mode => {
    const [step] = stepsOf(planOf(make({ mode })), 'AddLink')
    return (step?.link as { readonly options?: { readonly mode?: number } } | undefined)?.options?.mode
  })
  assert.equal(modes, [1, 2, 4, 8])
})

test('without a gateway there is no default route; with two, there are two', () => {
  assert.equal(routesOf(planOf(make({ gateway: undefined }))), [])
  const addresses = ['10.0.6.22/24', 'fd00:6::22/64']
  const gateways = ['fd00:6::1', '10.0.6.1']
  assert.equal(routesOf(planOf(make({ gateway: undefined, addresses, gateways }))), [
    { destination: 'default', link: 'eth0', gateway: 'fd00:6::1' },
    { destination: 'default', link: 'eth0', gateway: '10.0.6.1' }
  ])
})

test('a plan is data, and planFrom makes the same', () => {
  const plan = planOf(make({}))
  assert.equal(JSON.parse(JSON.stringify(plan)), plan)
  assert.equal(planFrom({ recipe: 'macvlan', ...least }), make({ recipe: 'macvlan' }))
})

refuses(test, 'macvlan', macvlan, least, [
  [{ namespace: undefined }, 'namespace', 'is missing'],
  [{ parent: undefined }, 'parent', 'is missing'],
  [{ addresses: undefined }, 'addresses', 'is missing'],
  [{ addresses: [] }, 'addresses', 'there must be one at least'],
  [{ addresses: '10.0.6.22/24' }, 'addresses', 'must be a list'],
  [{ address: '10.0.6.22/24' }, 'address', 'there is no such parameter: did you mean addresses?'],
  [
    { addresses: ['10.0.6.22'] },
    'addresses.0',
    '"10.0.6.22" lacks the length of its network\'s prefix, as in 10.0.6.22/24'
  ],
  [{ addresses: ['10.0.6.22/24', '10.0.6.22/24'] }, 'addresses.1', '10.0.6.22 is given twice'],
  [
    { addresses: ['10.0.6.0/24'] },
    'addresses.0',
    '10.0.6.0 is the network 10.0.6.0/24 itself; choose an address in it'
  ],
  [
    { gateway: '10.0.7.1' },
    'gateway',
    '10.0.7.1 is not in 10.0.6.0/24, the network of the address; choose one that is'
  ],
  [{ gateway: '10.0.6.22' }, 'gateway', '10.0.6.22 is the address itself; choose another one of 10.0.6.0/24'],
  [{ gateway: 'fd00::1' }, 'gateway', "fd00::1 is not of the address's family, ipv4"],
  [{ gateways: ['10.0.6.1'] }, 'gateways', 'give either gateway or gateways'],
  [{ ...without, gateways: ['10.0.6.1', '10.0.6.2'] }, 'gateways.1', 'there is one of ipv4 already'],
  [{ namespace: 'a b' }, 'name', `the namespace's name cannot serve, ${limit}`],
  [{ mode: 'l2' }, 'mode', 'must be private, vepa, bridge or passthru'],
  [{ recipe: 'ipvlan' }, 'recipe', 'must be macvlan']
])

test.run()
