import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { raise, raze, sh } from '../lab'
import { command, kernelTest } from '../sandbox'
import { isolink } from './child'

const test = suite('isolink --json')
const needs = [command('ip'), command('nft')]

const network = {
  recipe: 'bridge-network',
  name: 'web',
  gateway: '10.100.0.1/24',
  endpoints: [{ namespace: 'red', address: '10.100.0.2/24' }]
}

const answer = (words: ReadonlyArray<string>, parameters?: object): Record<string, unknown> => {
  const { status, stdout, stderr } = isolink([...words, '--json'], {
    input: parameters === undefined ? '' : JSON.stringify(parameters)
  })
  assert.equal([status, stderr], [0, ''], stdout)
  return JSON.parse(stdout)
}

const refusal = (words: ReadonlyArray<string>, parameters?: object): Record<string, unknown> => {
  const { stdout, stderr, status } = isolink([...words, '--json'], {
    input: parameters === undefined ? '' : JSON.stringify(parameters)
  })
  assert.is(stdout, '')
  return { status, ...JSON.parse(stderr) }
}

kernelTest(test, 'each command answers with what the library gives', needs, () => {
  raise()
  const plan = answer(['plan', '-'], network)
  assert.equal([plan.recipe, plan.name], ['bridge-network', 'web'])
  const before = answer(['up', '-', '--dry-run'], network)
  assert.is(before.name, 'web')
  assert.match((before.steps as ReadonlyArray<string>)[0] ?? '', 'make the bridge')
  const up = answer(['up', '-', '--confirm-within', '60s'], network)
  assert.equal([up.name, up.changed], ['web', true])
  assert.ok(Number(up.confirmWithin) > 0)
  assert.equal(answer(['up', '-', '--dry-run'], network), { name: 'web', steps: [] })
  assert.equal(answer(['confirm', 'web']), { name: 'web', changed: true })
  const grey = answer(['attach', 'web', '-'], { namespace: 'grey', address: '10.100.0.3/24' })
  assert.equal([grey.name, grey.changed], ['grey', true])
  assert.is(answer(['publish', 'web/grey', '8080:80']).changed, true)
  assert.is(answer(['unpublish', 'web/grey', '8080']).changed, true)
  assert.equal(answer(['detach', 'web', 'grey']), { name: 'grey', found: true })
  assert.equal(answer(['recover']), [])
  assert.ok(Array.isArray(answer(['diagram']).namespaces))
  assert.equal(answer(['down', 'web']), { name: 'web', found: true })
  assert.equal(answer(['gc']), { removed: [], left: [] })
  raze()
})

kernelTest(test, 'an error is the error value', needs, () => {
  raise()
  sh('ip netns add blue')
  assert.equal(refusal(['plan', '-'], { recipe: 'dual-nic', nic: 'eth1' }), {
    status: 2,
    _tag: 'InvalidParameters',
    message: 'dual-nic: namespace: is missing',
    recipe: 'dual-nic',
    field: 'namespace'
  })
  const { status, _tag, field } = refusal(['up', '-'], {
    recipe: 'macvlan',
    namespace: 'blue',
    parent: 'nope0',
    addresses: ['10.0.6.22/24']
  })
  assert.equal([status, _tag, field], [1, 'PremiseFailed', 'parent'])
  assert.is(refusal(['status', 'nothing'])._tag, 'NotApplied')
  assert.is(refusal(['show', 'link', '--namespace', 'nope'])._tag, 'NamespaceNotFound')
  raze()
})

test.run()
