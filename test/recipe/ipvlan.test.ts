import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { ipvlan, type Plan, planFrom, type Step } from '../../src/recipe'
import { essence, planOf, refuses } from './refusal'

const limit = 'as it is not of up to 64 letters, digits, dots, dashes and underscores; give one'

const test = suite('ipvlan')

const least = { namespace: 'blue', parent: 'eth0', addresses: ['10.0.6.22/24'], gateway: '10.0.6.1' }
const without = { ...least, gateway: undefined }

const make = (parameters: object) => ipvlan({ ...least, ...parameters } as never)

const stepsOf = <T extends Step['_tag']>(plan: Plan, tag: T): ReadonlyArray<Extract<Step, { _tag: T }>> =>
  plan.steps.filter(step => step._tag === tag) as never

const routesOf = (plan: Plan): ReadonlyArray<object> => stepsOf(plan, 'AddRoute').map(({ route }) => route)

test('name is the namespace, interface eth0, mode l2, flag bridge', () => {
  const explicit = make({ recipe: 'ipvlan', name: 'blue', interface: 'eth0', mode: 'l2', flag: 'bridge' })
  assert.equal(essence(planOf(make({}))), essence(planOf(explicit)))
})

test('mode l2 | l3 | l3s, flag bridge | private | vepa', () => {
  const optionsOf = (parameters: object): object | undefined => {
    const [step] = stepsOf(planOf(make({ gateway: undefined, ...parameters })), 'AddLink')
    return (step?.link as { readonly options?: object } | undefined)?.options
  }
  assert.equal(
    ['l2', 'l3', 'l3s'].map(mode => optionsOf({ mode })),
    [{ mode: 0 }, { mode: 1 }, { mode: 2 }]
  )
  assert.equal(
    ['bridge', 'private', 'vepa'].map(flag => optionsOf({ flag })),
    [{ mode: 0 }, { mode: 0, flags: 1 }, { mode: 0, flags: 2 }]
  )
})

test('in l3 the default route is the interface, for each family', () => {
  assert.equal(routesOf(planOf(make({ mode: 'l3s' }))), [
    { destination: 'default', link: 'eth0', family: 'ipv4' }
  ])
  const addresses = ['10.99.0.2/24', 'fd00:99::2/64', '10.98.0.2/24']
  assert.equal(routesOf(planOf(make({ gateway: undefined, mode: 'l3', addresses }))), [
    { destination: 'default', link: 'eth0', family: 'ipv4' },
    { destination: 'default', link: 'eth0', family: 'ipv6' }
  ])
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
  assert.equal(planFrom({ recipe: 'ipvlan', ...least }), make({ recipe: 'ipvlan' }))
})

refuses(test, 'ipvlan', ipvlan, least, [
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
  [{ mode: 'bridge' }, 'mode', 'must be l2, l3 or l3s'],
  [{ flag: 'l2' }, 'flag', 'must be bridge, private or vepa'],
  [{ recipe: 'macvlan' }, 'recipe', 'must be ipvlan']
])

test.run()
