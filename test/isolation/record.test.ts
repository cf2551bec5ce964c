import { statSync } from 'node:fs'
import fc from 'fast-check'
import * as E from 'fp-ts/Either'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import * as tasks from '../../src'
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
import {
  apply,
  confirm,
  hostFakeIp,
  publish,
  status,
  teardown,
  unpublish,
  vethMasquerade
} from '../../src/promises'
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
const single = (hostPort: number) => ({ protocol: 'tcp', hostPort }) as const

const amendmentOf = (hostPort: number, change: Amendment['change']): Amendment => ({
  port: portKey(single(hostPort)),
  change,
  publish: [mapping(hostPort)],
  entries: [1, 2].map(step => [step, [entryFor(hostPort)]] as const)
})

const known = <A>(read: E.Either<{ readonly reason: string }, A | undefined>): A => {
  if (E.isLeft(read) || read.right === undefined) throw new Error('no record')
  return read.right
}

const inBrief = (text: string, hostPort = 1) => {
  const brief = briefOf('blue', Buffer.from(text), single(hostPort))
  if (brief === undefined) throw new Error('no record to amend')
  return brief
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
  let added: ReadonlyArray<number> = []
  for (const each of later.filter(one => !first.includes(one))) {
    const isNew = !added.includes(each)
    const amendment = amendmentOf(each, isNew ? 'published' : 'unpublished')
    lines.push(amendmentText(amendment, inBrief(lines.join(''))))
    added = isNew ? [...added, each] : added.filter(one => one !== each)
    states.push(recordWith([...first, ...added], asked ?? first))
  }
  return { lines, states }
}

test('what is written is read, with whatever ports came and went', () => {
  fc.assert(
    fc.property(history, given => {
      const { lines, states } = written(given)
      for (const [n, state] of states.entries())
        assert.equal(known(recordOf('blue', lines.slice(0, n + 1).join(''))), state)
    }),
    { numRuns: 200 }
  )
})

test('what was asked for without ports is not asked for with none, however many came', () => {
  const entry = { ...recordWith(Array.from({ length: 100 }, (_, n) => n + 1)), asked: { namespace: 'blue' } }
  assert.equal(known(recordOf('blue', recordText(entry))), entry)
})

test('ranges stand with the rest, however many ports there are', () => {
  const entry = recordWith(Array.from({ length: 100 }, (_, n) => n + 1))
  const range = { hostPort: '8000-8010', port: '80-90' } as const
  const ranged = {
    ...entryFor(8000),
    count: 11
  } as const
  const whole: Entry = {
    ...entry,
    plan: {
      ...entry.plan,
      parameters: { ...entry.plan.parameters, publish: [range] },
      steps: entry.plan.steps.map(step =>
        step._tag === 'AddEntries' ? { ...step, entries: [ranged] } : step
      )
    }
  }
  const text = recordText({
    ...whole,
    plan: {
      ...whole.plan,
      parameters: { ...whole.plan.parameters, publish: [...(entry.plan.parameters.publish as []), range] },
      steps: entry.plan.steps.map(step =>
        step._tag === 'AddEntries' ? { ...step, entries: [...step.entries.slice(1), ranged] } : step
      )
    }
  })
  assert.equal(inBrief(text).entry, whole)
})

test('a line that was not written to its end is as if it had not been begun', () => {
  fc.assert(
    fc.property(history, fc.nat(), (given, cut) => {
      const { lines, states } = written(given)
      if (lines.length === 1) return
      const last = lines.at(-1) as string
      const torn = lines.slice(0, -1).join('') + last.slice(0, cut % last.length)
      assert.equal(known(recordOf('blue', torn)), states.at(-2))
      if (cut % last.length > 0) assert.is(briefOf('blue', Buffer.from(torn), single(1)), undefined)
    }),
    { numRuns: 200 }
  )
})

test('no byte changes unseen, and no line goes, comes or moves', () => {
  fc.assert(
    fc.property(history, fc.nat(), fc.integer({ min: 1, max: 255 }), fc.nat(), (given, at, by, other) => {
      const { lines } = written(given)
      const bytes = Buffer.from(lines.join(''))
      const whole = known(recordOf('blue', bytes.toString('latin1')))
      const place = at % bytes.length
      bytes[place] = (bytes[place] ?? 0) ^ by
      const read = recordOf('blue', bytes.toString('latin1'))
      // Without its end, the last line is as if it had not been begun.
      if (E.isRight(read) && read.right !== undefined && place < bytes.length - 1)
        assert.equal(read.right, whole)
      const split = lines.join('').split('\n').slice(0, -1)
      const [from, to] = [at % split.length, other % split.length]
      const moved = split.filter((_, n) => n !== from)
      moved.splice(to, 0, split[from] as string)
      const repeated = split.toSpliced(from, 0, split[from] as string)
      const gone = split.filter((_, n) => n !== from)
      for (const changed of [
        from === to ? repeated : moved,
        repeated,
        from < split.length - 1 ? gone : repeated
      ])
        assert.ok(E.isLeft(recordOf('blue', `${changed.join('\n')}\n`)))
    }),
    { numRuns: 300 }
  )
})

test('many ports cannot be cut off', () => {
  const [head] = recordText(recordWith(Array.from({ length: 100 }, (_, n) => n + 1))).split('\n')
  assert.ok(E.isLeft(recordOf('blue', `${head}\n`)))
})

const [odd] = recordText(recordWith([1])).split('\n')
for (const line of ['', 'null', '1', '[]', '{}', '{"digest":1}', '{"digest":"x","amendment":null}'])
  test(`a line that is none of ours: ${line}`, () => {
    assert.ok(E.isLeft(recordOf('blue', `${odd}\n${line}\n`)))
    assert.is(briefOf('blue', Buffer.from(`${odd}\n${line}\n`), single(1)), undefined)
  })

test('an amendment of what is no table is none of ours', () => {
  const text = recordText(recordWith([1]))
  const amendment = { ...amendmentOf(2, 'published'), entries: [[0, [entryFor(2)]] as const] }
  assert.ok(E.isLeft(recordOf('blue', text + amendmentText(amendment, inBrief(text)))))
})

test('of one port, what became of it is told without the others', () => {
  fc.assert(
    fc.property(history, port, (given, asked) => {
      const { lines, states } = written(given)
      const brief = inBrief(lines.join(''), asked)
      const many = given.first.length > 64
      const isThere = known(recordOf('blue', lines.join(''))).plan.parameters.publish as ReadonlyArray<object>
      assert.is(brief.amendments, lines.length - 1)
      assert.equal(
        brief.entry,
        many ? recordWith([], given.asked && []) : recordWith(given.first, given.asked)
      )
      assert.is(brief.isOneOfMany, many && given.first.includes(asked))
      assert.equal(
        brief.published,
        given.first.includes(asked) || !isThere.some(each => 'hostPort' in each && each.hostPort === asked)
          ? []
          : [
              {
                number: brief.published.map(each => 'number' in each && each.number)[0],
                ...amendmentOf(asked, 'published')
              }
            ]
      )
      assert.ok(brief.room >= recordText(states.at(-1) as Entry).length - 200)
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
  for (let n = 1; n <= 1000; n++)
    journal.amend(
      'blue',
      { ...amendmentOf(20_000, 'unpublished'), entries: [] },
      journal.brief('blue', single(1))
    )
  const { size } = statSync(record)
  await publish('blue', { hostPort: 20_000, port: 80 })
  assert.is.not(statSync(record).ino, ino)
  assert.ok(statSync(record).size < size / 20)
  assert.equal(portsOfHost(), [10_000, 20_000])
  await isUp()
})

kernelTest(test, 'a change is made of what there is when its turn comes', needs, async () => {
  const first = { hostPort: 9001, port: 91, hostAddress: '10.0.6.10' }
  await apply(
    vethMasquerade({
      namespace: 'blue',
      address: '192.168.45.3/24',
      gateway: '192.168.45.2',
      publish: [first]
    })
  )
  // The first one at all addresses takes a kernel parameter, and so a step before the table.
  const later = tasks.publish('blue', { ...first, hostPort: 8001 })
  await publish('blue', { hostPort: 8000, port: 80 })
  assert.ok(E.isRight(await later()))
  await isUp()
  const gone = tasks.unpublish('blue', { hostPort: 8000 })
  await unpublish('blue', { hostPort: 8000 })
  await publish('blue', { hostPort: 8000, port: 81 })
  assert.ok(E.isRight(await gone()))
  assert.equal(portsOfHost(), [])
  await isUp()
  await teardown('blue')
  assert.not.match(sh('nft list tables'), /isolink/)
})

kernelTest(test, 'ports that collide are refused, whatever the kernel knows of them', needs, async () => {
  await apply(blue(several(9000, 1)))
  const refused = async (port: Parameters<typeof publish>[1], twice: number): Promise<void> =>
    assert.is(
      (await refusal(publish('blue', port))).message,
      `publish: hostPort: ${twice} is published twice`
    )
  await publish('blue', { hostPort: 8000, port: 80, hostAddress: '127.0.0.2' })
  await refused({ hostPort: 8000, port: 81 }, 8000)
  await publish('blue', { hostPort: 8010, port: 80 })
  sh('nft flush map ip isolink published')
  await refused({ hostPort: '8009-8011', port: '79-81' }, 8010)
  await publish('blue', { hostPort: '8020-8029', port: '20-29' })
  sh('nft flush map ip isolink published')
  await refused({ hostPort: 8025, port: 80 }, 8025)
})

const disk = [...needs, command('mount')]

/** Something done while there is no room left for records, and how the isolation was made. */
const onFullDisk = async (ports: number, work: () => Promise<void>): Promise<void> => {
  sh('mkdir -p /run/isolink && mount -t tmpfs -o size=256k,mode=700 none /run/isolink')
  try {
    await apply(blue(several(9000, 1)), { confirmWithin: 60_000 })
    await apply(vethMasquerade({ namespace: 'red', address: '192.168.46.3/24', gateway: '192.168.46.2' }))
    for (const port of several(10_000, ports)) await publish('blue', port)
    sh('dd if=/dev/zero of=/run/isolink/filler bs=1k 2>/dev/null || true')
    await work()
  } finally {
    sh('umount -l /run/isolink')
  }
}

kernelTest(test, 'a full disk keeps nobody from going back: down', disk, () =>
  onFullDisk(60, async () => {
    await teardown('blue')
    await teardown('red')
    assert.not.match(sh('nft list tables'), /isolink/)
  })
)

kernelTest(test, 'a full disk keeps nobody from going back: confirmed, unpublished', disk, () =>
  onFullDisk(90, async () => {
    await confirm('blue')
    for (const { hostPort } of several(10_000, 90)) {
      assert.ok((await unpublish('blue', { hostPort })).changed)
      assert.not((await unpublish('blue', { hostPort })).changed)
    }
    assert.equal(portsOfHost(), [9000])
    await isUp()
    await teardown('blue')
    await teardown('red')
  })
)

kernelTest(test, 'on a full disk a port that failed is on record no more', disk, () =>
  onFullDisk(70, async () => {
    const onStep = (): void => {
      throw new Error('no more')
    }
    const { _tag } = await refusal(publish('blue', { hostPort: 20_000, port: 80 }, { onStep }))
    assert.ok(['StepFailed', 'JournalFailed'].includes(String(_tag)), String(_tag))
    await isUp()
    assert.not.ok((await apply(blue(several(9000, 1)))).repaired.length)
    assert.not.ok(portsOfHost().includes(20_000))
    await teardown('blue')
    await teardown('red')
  })
)

kernelTest(test, 'what was applied without ports is the same after many have come', needs, async () => {
  const plan = vethMasquerade({ namespace: 'blue', address: '192.168.45.3/24', gateway: '192.168.45.2' })
  await apply(plan)
  for (const port of several(20_000, 70)) await publish('blue', port)
  await unpublish('blue', { hostPort: 20_000 })
  assert.not((await apply(plan)).changed)
})

kernelTest(test, 'host-fake-ip publishes all of a range', needs, async () => {
  await apply(
    hostFakeIp({ namespace: 'blue', nic: 'eth0', publish: [{ hostPort: '7000-7001', port: '70-71' }] })
  )
  const inside = (): ReadonlyArray<string> =>
    sh('ip netns exec blue nft list map ip isolink published').match(/\b(?:7|20)\d{3,4}\b/g) ?? []
  assert.equal([...inside()].sort(), ['7000', '7001'])
  await publish('blue', { hostPort: '20003-20005', port: '80-82' })
  assert.equal([...inside()].sort(), ['20003', '20004', '20005', '7000', '7001'])
  await isUp()
})

test.run()
