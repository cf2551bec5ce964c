import * as E from 'fp-ts/Either'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import * as isolink from '../../src/index'
import { apply } from '../../src/promises'
import type { Plan, Step } from '../../src/recipe'
import { ip, raise, raze, refusal, stateOfHost } from '../lab'
import { command, kernelTest } from '../sandbox'

const test = suite('rollback')
const needs = [command('ip'), command('nft')]

test.before.each(raise)
test.after.each(raze)

const planOf = (parameters: object = {}): Plan => {
  const plan = isolink.vethMasquerade({
    namespace: 'blue',
    uplink: 'eth0',
    address: '192.168.45.3/24',
    gateway: '192.168.45.2',
    publish: [{ hostPort: 8080, port: 80 }],
    ...parameters
  })
  if (E.isLeft(plan)) throw new Error(plan.left.message)
  return plan.right
}

const inserted = ({ steps, ...plan }: Plan, at: number, step: Step): Plan => ({
  ...plan,
  steps: [...steps.slice(0, at), step, ...steps.slice(at)]
})

const isGone = ({ leftBehind }: Record<string, unknown>): boolean =>
  Array.isArray(leftBehind) && leftBehind.length === 0

const unreachable: Step = {
  _tag: 'AddRoute',
  route: { destination: '203.0.113.0/24', gateway: '198.51.100.1' }
}

for (const parameters of [{}, { address: 'fd00:45::3/64', gateway: 'fd00:45::2' }])
  kernelTest(
    test,
    `whichever step fails, the host is as before: ${JSON.stringify(parameters)}`,
    needs,
    async () => {
      const before = stateOfHost()
      const plan = planOf(parameters)
      for (let at = 0; at <= plan.steps.length; at++) {
        const done: Array<string> = []
        const failed = await refusal(
          apply(inserted(plan, at, unreachable), { onStep: each => done.push(each) })
        )
        assert.equal(
          [failed._tag, failed.step, isGone(failed)],
          ['StepFailed', 'route 203.0.113.0/24 on the host by 198.51.100.1', true],
          String(failed.message)
        )
        assert.match(
          String(failed.message),
          /^cannot route 203\.0\.113\.0\/24 on the host by 198\.51\.100\.1: route\.add: .*ENETUNREACH.*; nothing is left behind$/
        )
        assert.equal(stateOfHost(), before, `step ${at}`)
      }
    }
  )

/** Steps that the kernel refuses, each in its own way. */
const refused: ReadonlyArray<readonly [Step, string, RegExp]> = [
  [
    { _tag: 'AddLink', link: { kind: 'nonesuch', name: 'n0', options: new Uint8Array() } },
    'make the nonesuch n0 on the host',
    /EOPNOTSUPP/
  ],
  [
    { _tag: 'AddLink', link: { kind: 'veth', name: 'eth0', peer: { name: 'eth1' } } },
    'make the veth eth0 on the host',
    /EEXIST/
  ],
  [
    { _tag: 'SetLink', link: 'nowhere', change: { up: true } },
    'set nowhere on the host up',
    /no link nowhere/
  ],
  [
    { _tag: 'AddAddress', address: { link: 'eth0', address: '10.0.6.10/24' } },
    'give eth0 on the host the address 10.0.6.10/24',
    /EEXIST/
  ],
  [
    { _tag: 'SetSysctl', key: 'net.ipv4.conf.eth0.forwarding', value: 'perhaps' },
    'set net.ipv4.conf.eth0.forwarding to perhaps on the host',
    /EINVAL/
  ],
  [
    { _tag: 'SetSysctl', key: 'net.ipv4.conf.nowhere.forwarding', value: '1' },
    'set net.ipv4.conf.nowhere.forwarding to 1 on the host',
    /ENOENT/
  ],
  [
    { _tag: 'Forward', family: 'ipv4', links: ['eth0', 'nowhere'] },
    'let packets from eth0 and nowhere pass on the host',
    /ENOENT/
  ],
  [
    {
      _tag: 'AddEntries',
      family: 'ip',
      entries: [{ _tag: 'Guard', link: 'veth-blue', network: '192.168.45.0/24' }]
    },
    'put 1 entry into table ip isolink on the host',
    /EEXIST/
  ]
]

for (const [step, name, reason] of refused)
  kernelTest(test, `a step that fails: ${name}`, needs, async () => {
    const before = stateOfHost()
    const plan = planOf()
    const failed = await refusal(apply(inserted(plan, plan.steps.length, step)))
    assert.equal(
      [failed._tag, failed.step, isGone(failed)],
      ['StepFailed', name, true],
      String(failed.message)
    )
    assert.match(String(failed.message), reason)
    assert.equal(stateOfHost(), before)
  })

for (const step of [{ _tag: 'AddAddress' }, { _tag: 'SetLink' }, { _tag: 'AddEntries', entries: [{}] }])
  kernelTest(test, `a step that throws: ${JSON.stringify(step)}`, needs, async () => {
    const before = stateOfHost()
    const plan = planOf()
    const failed = await refusal(apply(inserted(plan, plan.steps.length, step as Step)))
    assert.equal([failed._tag, isGone(failed)], ['StepFailed', true], String(failed.message))
    assert.equal(stateOfHost(), before)
  })

kernelTest(test, 'whichever step its signal comes after, the host is as before', needs, async () => {
  const before = stateOfHost()
  const plan = planOf()
  for (let after = 0; after <= plan.steps.length; after++) {
    const controller = new AbortController()
    let steps = 0
    const onStep = (): void => {
      if (steps++ === after) controller.abort()
    }
    if (after === plan.steps.length) controller.abort()
    const failed = await refusal(apply(plan, { signal: controller.signal, onStep }))
    assert.equal([failed._tag, isGone(failed)], ['StepFailed', true], `${after}: ${failed.message}`)
    assert.is((failed.cause as { readonly _tag: string })._tag, 'Aborted')
    assert.equal(stateOfHost(), before, `${after}`)
  }
})

kernelTest(test, 'a namespace that somebody else made in the meantime is not taken down', needs, async () => {
  const plan = planOf()
  // The plan’s own steps: by the time it makes the namespace a second time, it is there.
  const [first] = plan.steps
  const twice = { ...plan, steps: [first as Step, { _tag: 'CreateNamespace', name: 'red' } as const] }
  const before = stateOfHost()
  const failed = await refusal(
    apply(twice, {
      onStep: done => {
        if (done === 'make the namespace blue') ip('netns add red')
      }
    })
  )
  assert.equal([failed._tag, failed.step], ['StepFailed', 'make the namespace red'])
  ip('netns delete red')
  assert.equal(stateOfHost(), before)
})

kernelTest(test, 'a namespace that is not there is missed before anything is changed', needs, async () => {
  const before = stateOfHost()
  const plan = planOf()
  const failed = await refusal(
    apply(
      inserted(plan, plan.steps.length, { _tag: 'SetLink', namespace: 'nowhere', link: 'eth0', change: {} }),
      { onStep: assert.unreachable }
    )
  )
  assert.is(failed._tag, 'NamespaceNotFound')
  assert.equal(stateOfHost(), before)
})

kernelTest(test, 'after a failure the same name can be applied', needs, async () => {
  const plan = planOf()
  await refusal(apply(inserted(plan, 5, unreachable)))
  assert.ok((await apply(plan)).changed)
})

test.run()
