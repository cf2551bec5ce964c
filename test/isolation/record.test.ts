import { statSync } from 'node:fs'
import fc from 'fast-check'
import * as E from 'fp-ts/Either'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { journalIn } from '../../src/isolation/journal'
import {
  type Amendment,
  amendmentText,
  briefOf,
  type Entry,
  portKey,
  recordOf,
  recordText
} from '../../src/isolation/record'
import { apply, publish, status, teardown, unpublish, vethMasquerade } from '../../src/promises'
import { ask, raise, raze, refusal, serve, sh, stateOfHost } from '../lab'
import { command, kernelTest } from '../sandbox'

const test = suite('record')
const needs = [command('ip'), command('nft')]

const entryFor = (hostPort: number) =>
  ({ _tag: 'Publish', protocol: 'tcp', hostPort, address: '10.0.0.2', port: 80 }) as const

/** A record with these ports, as they were given and as they lead to two tables. */
const recordWith = (ports: ReadonlyArray<number>, asked?: ReadonlyArray<number>): Entry => ({
  phase: 'applied',
  plan: {
    recipe: 'veth-masquerade',
    name: 'blue',
    parameters: { namespace: 'blue', publish: ports.map(mapping) },
    premises: [],
    steps: [
      { _tag: 'CreateNamespace', name: 'blue' },
      ...(['ip', 'ip6'] as const).map(
        family =>
          ({
            _tag: 'AddEntries',
            family,
            entries: [{ _tag: 'Guard', link: 'veth-blue', network: 'n' }, ...ports.map(entryFor)]
          }) as const
      )
    ]
  },
  before: [{ existed: false }, {}, null],
  places: [{ cookie: '1' }],
  ...(asked !== undefined && { asked: { namespace: 'blue', publish: asked.map(mapping) } })
})

const mapping = (hostPort: number) => ({ hostPort, port: 80 })
const keyOf = (hostPort: number): string => portKey({ protocol: 'tcp', hostPort })

const amendmentOf = (hostPort: number, change: Amendment['change']): Amendment => ({
  port: keyOf(hostPort),
  change,
  publish: [mapping(hostPort)],
  entries: [1, 2].map(step => [step, [entryFor(hostPort)]] as const)
})

const known = <A>(read: E.Either<{ readonly reason: string }, A | undefined>): A => {
  if (E.isLeft(read) || read.right === undefined) throw new Error('no record')
  return read.right
}

const port = fc.integer({ min: 1, max: 300 })
/** Ports that are there at first, few or many, and then each that comes or goes. */
const history = fc.record({
  first: fc.uniqueArray(port, { maxLength: 150 }),
  asked: fc.option(fc.uniqueArray(port, { maxLength: 100 }), { nil: undefined }),
  later: fc.array(port, { maxLength: 30 })
})

/** The lines of a history, and the record that they stand for after each. */
const written = ({ first, asked, later }: typeof history extends fc.Arbitrary<infer A> ? A : never) => {
  const base = recordWith(first, asked)
  const lines = [recordText(base)]
  const states = [base]
  const added: Array<number> = []
  for (const each of later.filter(one => !first.includes(one))) {
    const at = added.indexOf(each)
    lines.push(amendmentText(amendmentOf(each, at < 0 ? 'published' : 'unpublished'), lines.length))
    if (at < 0) added.push(each)
    else added.splice(at, 1)
    states.push(recordWith([...first, ...added], asked ?? first))
  }
  return { lines, states }
}

const sorted = (entry: Entry): Entry => ({
  ...entry,
  plan: {
    ...entry.plan,
    parameters: {
      ...entry.plan.parameters,
      publish: [...(entry.plan.parameters.publish as [])].sort(byPort)
    },
    steps: entry.plan.steps.map(step =>
      step._tag === 'AddEntries' ? { ...step, entries: step.entries.toSorted(byPort) } : step
    )
  }
})
const byPort = (a: object, b: object): number =>
  ('hostPort' in a ? Number(a.hostPort) : 0) - ('hostPort' in b ? Number(b.hostPort) : 0)

test('what is written is read, with whatever ports came and went', () => {
  fc.assert(
    fc.property(history, given => {
      const { lines, states } = written(given)
      for (const [n, state] of states.entries())
        assert.equal(sorted(known(recordOf('blue', lines.slice(0, n + 1).join('')))), sorted(state))
    }),
    { numRuns: 200 }
  )
})

test('a line that was not written to its end is as if it had not been begun', () => {
  fc.assert(
    fc.property(history, fc.nat(), (given, cut) => {
      const { lines, states } = written(given)
      const last = lines.at(-1) as string
      if (last.startsWith('{"isolink"') || last.startsWith('{"digest"')) return
      const torn = lines.slice(0, -1).join('') + last.slice(0, cut % last.length)
      assert.equal(sorted(known(recordOf('blue', torn))), sorted(states.at(-2) as Entry))
      if (cut % last.length > 0) assert.is(briefOf('blue', Buffer.from(torn), keyOf(1)), undefined)
    }),
    { numRuns: 200 }
  )
})

test('no byte changes unseen', () => {
  fc.assert(
    fc.property(history, fc.nat(), fc.integer({ min: 1, max: 255 }), (given, at, by) => {
      const { lines } = written(given)
      const bytes = Buffer.from(lines.join(''))
      const whole = known(recordOf('blue', bytes.toString('latin1')))
      const place = at % bytes.length
      bytes[place] = (bytes[place] ?? 0) ^ by
      const read = recordOf('blue', bytes.toString('latin1'))
      // The number of a line, and the end of the last one, are not what it says.
      if (E.isRight(read) && read.right !== undefined && place < bytes.length - 1)
        assert.equal(read.right, whole)
    }),
    { numRuns: 500 }
  )
})

test('of one port, the last that became of it is told without the others', () => {
  fc.assert(
    fc.property(history, port, (given, asked) => {
      const { lines } = written(given)
      const brief = briefOf('blue', Buffer.from(lines.join('')), keyOf(asked))
      const many = given.first.length > 64
      const latest = given.later.filter(each => each === asked && !given.first.includes(each)).length
      assert.is(brief?.amendments, lines.length - 1)
      assert.equal(
        brief?.entry,
        many ? recordWith([], given.asked && []) : recordWith(given.first, given.asked)
      )
      assert.equal(
        brief?.latest,
        many && given.first.includes(asked)
          ? 'one of many'
          : latest === 0
            ? undefined
            : amendmentOf(asked, latest % 2 === 1 ? 'published' : 'unpublished')
      )
    }),
    { numRuns: 300 }
  )
})

test.before.each(raise)
test.after.each(raze)

const record = '/run/isolink/blue.json'
const several = (from: number, count: number) =>
  Array.from({ length: count }, (_, n) => ({ hostPort: from + n, port: 80 }))
const blue = (publish: ReturnType<typeof several>) =>
  vethMasquerade({ namespace: 'blue', address: '192.168.45.3/24', gateway: '192.168.45.2', publish })
const portsOfHost = (): ReadonlyArray<number> =>
  (sh('nft list map ip isolink published').match(/(?:tcp|udp) \. (\d+)/g) ?? [])
    .map(text => Number(text.split(' ').at(-1)))
    .sort((a, b) => a - b)
const isUp = async (): Promise<void> =>
  assert.equal(
    (await status('blue')).map(each => each.state),
    ['up']
  )

for (const [what, first] of [
  ['few', 1],
  ['many', 100]
] as const)
  kernelTest(test, `a port more is a line more, with ${what} there already`, needs, async () => {
    const before = stateOfHost()
    const plan = blue(several(10_000, first))
    await apply(plan)
    const server = await serve('blue', 80)
    const { ino, size } = statSync(record)
    for (const port of several(20_000, 30)) assert.ok((await publish('blue', port)).changed)
    assert.is(statSync(record).ino, ino)
    assert.ok(statSync(record).size < size + 30 * 500)
    assert.is(await ask('other', '10.0.6.10', 20_029), '10.0.6.20')
    await isUp()
    assert.ok((await unpublish('blue', { hostPort: 20_029 })).changed)
    assert.not((await unpublish('blue', { hostPort: 20_029 })).changed)
    assert.is(await ask('other', '10.0.6.10', 20_029), 'ECONNREFUSED')
    const ports = [...several(10_000, first), ...several(20_000, 29)].map(({ hostPort }) => hostPort)
    assert.equal(portsOfHost(), ports)
    await isUp()
    assert.not((await apply(plan)).changed)

    // What is lost is put back, whichever line tells of it.
    sh('nft flush map ip isolink published')
    assert.ok((await publish('blue', { hostPort: 20_003, port: 80 })).repaired.length > 0)
    assert.equal(portsOfHost(), ports)
    // And one that is there already is refused as ever.
    for (const port of [
      { hostPort: 20_003, port: 81 },
      { hostPort: '20000-20010', port: '80-90' }
    ]) {
      const { _tag, message } = await refusal(publish('blue', port))
      assert.is(_tag, 'InvalidParameters')
      assert.match(String(message), /hostPort: 2000\d is published twice$/)
    }
    assert.equal(portsOfHost(), ports)
    await isUp()
    server.close()
    await teardown('blue')
    assert.equal(stateOfHost(), before)
  })

kernelTest(
  test,
  'a port that fails half-way is taken back, and so is the line that tells of it',
  needs,
  async () => {
    const plan = blue(several(10_000, 1))
    await apply(plan)
    const { _tag, message } = await refusal(
      publish(
        'blue',
        { hostPort: 20_000, port: 80 },
        {
          onStep: () => {
            throw new Error('no more')
          }
        }
      )
    )
    assert.is(_tag, 'StepFailed')
    assert.match(String(message), /no more; nothing is left behind$/)
    assert.equal(portsOfHost(), [10_000])
    await isUp()
    assert.not((await apply(plan)).changed)
    assert.ok((await publish('blue', { hostPort: 20_000, port: 80 })).changed)
    await isUp()
  }
)

kernelTest(test, 'a thousand amendments are written anew as one record', needs, async () => {
  await apply(blue(several(10_000, 1)))
  const { ino } = statSync(record)
  const journal = journalIn('/run/isolink')
  for (let n = 1; n <= 1000; n++) journal.amend('blue', amendmentOf(20_000, 'unpublished'), n)
  const { size } = statSync(record)
  await publish('blue', { hostPort: 20_000, port: 80 })
  assert.is.not(statSync(record).ino, ino)
  assert.ok(statSync(record).size < size / 20)
  assert.equal(portsOfHost(), [10_000, 20_000])
  await isUp()
})

test.run()
