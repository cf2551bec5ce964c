import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import * as E from 'fp-ts/Either'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Chain } from '../../protocol/nftables/chain'
import { VERDICT } from '../../protocol/nftables/data'
import type { Expression } from '../../protocol/nftables/expression'
import { type Rule, rule } from '../../protocol/nftables/rule'
import type { Packet } from '../../src/isolation/firewall/packet'
import { traverse } from '../../src/isolation/firewall/traversal'
import { journalIn } from '../../src/isolation/journal'
import { kept } from '../../src/isolation/nic/kept'
import type { Entry } from '../../src/isolation/record'
import { type AnyBody, valuesOf } from '../protocol/arbitrary'
import { kernelTest } from '../sandbox'

const test = suite('what is read')

const holds = <A>(property: fc.IProperty<A>, numRuns = 100): void => fc.assert(property, { numRuns })

const directory = '/run/isolink'
const path = join(directory, 'blue.json')
const journal = journalIn(directory)

const entry: Entry = {
  phase: 'applied',
  plan: { recipe: 'none', name: 'blue', parameters: { text: 'é' }, premises: [], steps: [] },
  before: [],
  places: [{ cookie: '4711' }]
}

/** What `read` makes of a file; a record that it takes is the one that was written. */
const judge = (bytes: Uint8Array): void => {
  rmSync(directory, { recursive: true, force: true })
  mkdirSync(directory, { mode: 0o700 })
  writeFileSync(path, bytes)
  const found = journal.read('blue')
  if (E.isRight(found)) assert.equal(found.right, entry)
  else {
    assert.is(found.left._tag, 'JournalFailed')
    assert.equal(readdirSync(directory), ['blue.json'])
  }
}

const whole = (): Buffer => {
  rmSync(directory, { recursive: true, force: true })
  mkdirSync(directory, { mode: 0o700 })
  assert.ok(E.isRight(journal.write(entry)))
  const [file = ''] = readdirSync(directory).filter(each => each === 'blue.json')
  return readFileSync(join(directory, file))
}

kernelTest(test, 'any bytes in place of a record are an error, and never a record', [], () => {
  holds(
    fc.property(
      fc.oneof(
        fc.uint8Array({ maxLength: 300 }),
        fc.json().map(text => Buffer.from(text))
      ),
      judge
    ),
    500
  )
})

kernelTest(test, 'a record with any of its bytes changed is an error, or says the same', [], () => {
  const bytes = whole()
  holds(
    fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, by) => {
      const damaged = Buffer.from(bytes)
      damaged[at] = (damaged[at] as number) ^ by
      judge(damaged)
    }),
    500
  )
  rmSync(directory, { recursive: true, force: true })
})

test('what was kept of a NIC, damaged, is read as something or as nothing', () => {
  holds(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.uint8Array().map(bytes => Buffer.from(bytes).toString('hex'))
      ),
      text => Array.isArray(kept(text))
    )
  )
})

const packet: Packet = {
  family: 'ip',
  iifname: 'veth-blue',
  oifname: 'eth0',
  state: 'new',
  protocol: 'tcp',
  port: 80
}
const base = { header: {}, attributes: { name: 'base', policy: VERDICT.DROP } } as Chain
const verdicts = ['accept', 'drop', 'return', 'translate']

test('any rules of others lead to a verdict, and soon', () => {
  const rules = fc.array(valuesOf(rule.body as unknown as AnyBody), {
    maxLength: 8
  }) as unknown as fc.Arbitrary<ReadonlyArray<Rule>>
  holds(
    fc.property(rules, all => {
      const chains = new Map([['base', all]])
      const { verdict } = traverse(base, { chains, lookUp: () => undefined }, packet)
      assert.ok(verdicts.includes(verdict))
    }),
    1000
  )
})

const ruleOf = (...expressions: ReadonlyArray<Expression>): Rule =>
  ({ header: {}, attributes: { expressions } }) as unknown as Rule

const jump = (chain: string): Rule =>
  ruleOf({ name: 'immediate', data: { dreg: 0, data: { verdict: { code: VERDICT.JUMP, chain } } } })

test('a target that is called as what each object has is one that we do not know', () => {
  for (const name of ['constructor', 'toString', '__proto__']) {
    const chains = new Map([['base', [ruleOf({ name: 'target', data: { name } })]]])
    const { verdict } = traverse(base, { chains, lookUp: () => undefined }, packet)
    assert.ok(verdicts.includes(verdict), name)
  }
})

test('chains that call each other many times over, or in a circle, take no longer than there are chains', () => {
  const names = ['base', ...Array.from({ length: 15 }, (_, n) => `c${n}`)]
  const chains = new Map(
    names.map((name, n) => [name, Array.from({ length: 50 }, () => jump(names[n + 1] ?? 'base'))] as const)
  )
  const start = process.cpuUsage().user
  assert.is(traverse(base, { chains, lookUp: () => undefined }, packet).verdict, 'drop')
  assert.ok(process.cpuUsage().user - start < 1_000_000)
})

test('lengths that no kernel has are no work', () => {
  const long = ruleOf(
    { name: 'payload', data: { dreg: 1, base: 1, offset: 0, len: 0xffff_ffff } },
    {
      name: 'bitwise',
      data: {
        sreg: 1,
        dreg: 1,
        len: 0xffff_ffff,
        mask: { value: new Uint8Array() },
        xor: { value: new Uint8Array() }
      }
    }
  )
  const start = process.cpuUsage().user
  traverse(base, { chains: new Map([['base', [long]]]), lookUp: () => undefined }, packet)
  assert.ok(process.cpuUsage().user - start < 1_000_000)
})

test.run()
