import * as E from 'fp-ts/Either'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import * as isolink from '../../src/index'
import { apply, explain, IsolinkError, teardown, vethMasquerade } from '../../src/promises'
import type { VethMasqueradeParameters } from '../../src/recipe'
import type { InvalidInput } from '../../src/socket/error'
import { ask, ip, raise, raze, serve, stateOfHost } from '../lab'
import { command, kernelTest } from '../sandbox'
import { comesToBe, essence, runQuietly, stateIn } from './essence'

const test = suite('explain')
const needs = [command('ip'), command('nft'), command('sysctl')]

const left = (result: E.Either<unknown, unknown>): unknown => (E.isLeft(result) ? result.left : 'no refusal')

/** `apply(JSON.parse(text))` compiles. */
const noPlans: ReadonlyArray<unknown> = [
  { recipe: 'veth-masquerade', namespace: 'blue', address: '192.168.45.3/24', gateway: '192.168.45.2' },
  { name: 'blue', steps: [] },
  [],
  'blue',
  null,
  undefined,
  Promise.resolve()
]

for (const given of noPlans)
  kernelTest(test, `${String(JSON.stringify(given))} is no plan`, [], async () => {
    const sentence = (operation: string): RegExp =>
      new RegExp(`^${operation}: plan is none: give what a recipe returns, or planFrom\\(parameters\\) for`)
    const check = (operation: string, error: unknown): void => {
      const { _tag, field, message } = error as InvalidInput
      assert.equal({ _tag, field }, { _tag: 'InvalidInput', field: 'plan' })
      assert.match(message, sentence(operation))
    }
    for (const wrong of [given, E.right(given)]) {
      check('apply', left(await isolink.apply(wrong as never)()))
      check('explain', left(isolink.explain(wrong as never)))
    }
    const thrown = await apply(given as never).catch((error: unknown) => error)
    assert.instance(thrown, IsolinkError)
    assert.match((thrown as IsolinkError).message, sentence('apply'))
    assert.throws(() => explain(given as never), sentence('explain'))
  })

test.before.each(raise)
test.after.each(raze)

const cases: ReadonlyArray<readonly [VethMasqueradeParameters, string]> = [
  [
    {
      namespace: 'blue',
      address: '192.168.45.3/24',
      gateway: '192.168.45.2',
      publish: [
        { hostPort: 8080, port: 80 },
        { protocol: 'udp', hostPort: 8080, port: 80 },
        { hostPort: 8081, port: 80, hostAddress: '10.0.6.11' },
        { hostPort: 8082, port: 80, hostAddress: '127.0.0.1' }
      ]
    },
    '10.0.6.10'
  ],
  [
    {
      namespace: 'blue',
      address: 'fd00:45::3/64',
      gateway: 'fd00:45::2',
      publish: [{ hostPort: 8080, port: 80 }]
    },
    'fd00:6::10'
  ],
  [
    {
      namespace: 'blue',
      addresses: ['192.168.45.3/24', 'fd00:45::3/64'],
      gateways: ['192.168.45.2', 'fd00:45::2'],
      publish: [{ hostPort: 8080, port: 80 }]
    },
    'fd00:6::10'
  ],
  [
    {
      namespace: 'web.1',
      uplink: 'eth0.100',
      interface: 'in.side',
      address: '192.168.45.3/31',
      gateway: '192.168.45.2',
      publish: [{ hostPort: 8080, port: 80 }]
    },
    '10.0.6.10'
  ]
]

for (const [parameters, address] of cases)
  kernelTest(test, `explain(plan) | sh = apply(plan): ${JSON.stringify(parameters)}`, needs, async () => {
    const { namespace } = parameters
    // Dots in a name are no separators of a sysctl.
    if (parameters.uplink !== undefined)
      ip('link set eth0 down\nlink set eth0 name eth0.100\nlink set eth0.100 up')
    const plan = vethMasquerade(parameters)
    const world = (): unknown => [essence(stateOfHost()), essence(stateIn(namespace))]
    const isPublished = async (): Promise<void> => {
      const server = await serve(namespace, 80)
      assert.is(await ask('other', address, 8080), address.includes(':') ? 'fd00:6::20' : '10.0.6.20')
      server.close()
    }
    await apply(plan)
    const ours = world()
    await isPublished()
    await teardown(namespace)
    runQuietly(explain(plan))
    await comesToBe(world, ours)
    await isPublished()
  })

test.run()
