/**
 * Kills isolink (kill -9) at each point of applying and of taking down each example, each time in a process of its own,
 * and has `recover` bring the host back, twice: `npm run sweep`, or `npm run sweep -- dual-nic macvlan` for the examples
 * that have one of these words in their title. `--most 40` chooses so many of the points of each, evenly spread.
 * `npm run sweep:vm -- ipvlan` does it on a stock kernel of Debian, which has what this machine's may lack.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import * as assert from 'uvu/assert'
import { stateDirectory } from '../../../src/isolation/journal'
import { apply, recover, status, teardown } from '../../../src/promises'
import { compileInto } from '../../compile'
import { raze, settled, stateOfHost } from '../../lab'
import { sentence } from '../../outcome'
import '../../sandbox'
import { stateIn } from '../essence'
import { examples, planOf, prepare } from './examples'
import type { Order, Report } from './victim'

type Example = (typeof examples)[number]

const { values, positionals: words } = parseArgs({
  options: { most: { type: 'string' } },
  allowPositionals: true
})
const most = Number(values.most ?? Number.POSITIVE_INFINITY)
const compiled = mkdtempSync(join(tmpdir(), 'isolink-sweep-'))

const spawnVictim = (): ChildProcess =>
  fork(join(__dirname, 'victim.ts'), {
    execArgv: ['-r', resolve(__dirname, '../../compiled.js')],
    env: { ...process.env, ISOLINK_COMPILED: compiled, NODE_EXTRA_CA_CERTS: undefined }
  })

/** Milliseconds that one may take, on a machine that has much else to do. */
const patience = 120_000

/** The next one: it gets ready while the last one's traces are looked at. */
let next: ChildProcess | undefined

/** What the victim tells; nothing if it was killed. */
const send = async (order: Order): Promise<Report | undefined> => {
  const victim = next ?? spawnVictim()
  let report: Report | undefined
  victim.once('message', told => {
    report = told as Report
  })
  let late = false
  const timer = setTimeout(() => {
    late = true
    victim.kill('SIGKILL')
  }, patience)
  const exit = once(victim, 'exit')
  victim.send(order)
  const [code, signal] = await exit
  clearTimeout(timer)
  next = spawnVictim()
  if (late) throw new Error(`the victim had not ended after ${patience / 1000} s`)
  if (signal === 'SIGKILL') return undefined
  if (report === undefined) throw new Error(`the victim ended with ${signal ?? code}, and told nothing`)
  if (report.failure !== undefined) throw new Error(report.failure)
  return report
}

const counts = { deaths: 0, survived: 0, states: 0 }

/** The host, and the other one on its wire. */
const stateOfBoth = (): object => ({ host: stateOfHost(), other: stateIn('other') })

const compare = (before: object, what: string): void => {
  assert.equal(stateOfBoth(), before, what)
  counts.states++
}

/** That the host is as before, and that doing it again does no harm. */
const compareTwice = async (before: object, what: string): Promise<void> => {
  compare(before, what)
  assert.equal(await recover(), [], what)
  compare(before, `${what}, and again`)
  assert.equal(readdirSync(stateDirectory()), ['lock'], what)
}

/** Some of the points, evenly spread, the first and the last among them. */
const chosen = (points: number): ReadonlyArray<number> => {
  const count = Math.min(points, most)
  return Array.from({ length: count }, (_, n) => Math.round((n * (points - 1)) / Math.max(1, count - 1)))
}

/** Kills at the points of one way, each followed by what has to be as it was. */
const sweep = async (
  what: Order['what'],
  { title }: Example,
  begin: () => Promise<unknown>,
  survive: (where: string) => Promise<void>
): Promise<void> => {
  await begin()
  const { points } = (await send({ what, title })) as Report
  await teardown(title.split(' ')[1] ?? '')
  const start = counts.deaths
  for (const point of chosen(points.length)) {
    await begin()
    const report = await send({ what, title, point })
    const where = `${what} ${title}, killed at point ${point} of ${points.length}: ${points[point]}`
    assert.is(report, undefined, `not ${where}`)
    counts.deaths++
    await survive(where)
    counts.survived++
  }
  console.log(`${what} ${title}: ${points.length} points, ${counts.deaths - start} deaths survived`)
}

const ways = ['up', 'down'] as const

const sweepWay = async (what: (typeof ways)[number], example: Example): Promise<void> => {
  prepare(example)
  await settled()
  const before = stateOfBoth()
  const plan = planOf(example)
  const { name } = plan
  if (what === 'up')
    return sweep(
      what,
      example,
      async () => undefined,
      async where => {
        const done = await recover()
        const [left] = await status(name)
        // One that was killed after its last record is up, and one before its first was never begun.
        if (left !== undefined) assert.equal(left.state, 'up', where)
        else if (done.length > 0) assert.equal(done, [{ name, done: 'undone' }], where)
        await teardown(name)
        await compareTwice(before, where)
      }
    )
  return sweep(
    what,
    example,
    () => apply(plan),
    async where => {
      const done = await recover()
      const [left] = await status(name)
      // One that was killed before its first record was never begun.
      if (left !== undefined) assert.equal(left.state, 'up', where)
      else if (done.length > 0) assert.equal(done, [{ name, done: 'finished' }], where)
      await teardown(name)
      await compareTwice(before, where)
    }
  )
}

/** What differs, without the states that it differs in. */
const explained = ({ message, details = '' }: Error & { readonly details?: string }): string =>
  [message, ...details.split('\n').filter(line => /^(\+\+|--)/.test(line))].join('\n')

const main = async (): Promise<void> => {
  compileInto(compiled, ['protocol', 'src', 'test'])
  const totals = { passed: 0, failed: 0, skipped: 0 }
  for (const example of examples.filter(
    ({ title }) => words.length === 0 || words.some(word => title.includes(word))
  ))
    for (const what of ways) {
      const missing = example.needs?.().find(each => each !== undefined)
      if (missing !== undefined) {
        console.log(`skip: ${what} ${example.title} — ${missing}`)
        totals.skipped++
        continue
      }
      try {
        await sweepWay(what, example)
        totals.passed++
      } catch (error) {
        console.log(`✘ ${what} ${example.title}`)
        console.log(explained(error as Error & { readonly details?: string }))
        totals.failed++
      }
    }
  raze()
  const { deaths, survived, states } = counts
  console.log(`${deaths} deaths, ${survived} survived, ${states} states compared`)
  console.log(sentence(totals))
  process.exitCode = totals.failed > 0 || totals.passed + totals.skipped === 0 ? 1 : 0
}

void main()
  .catch((error: Error) => {
    console.error(error)
    process.exitCode = 1
  })
  .finally(() => {
    next?.kill('SIGKILL')
    rmSync(compiled, { recursive: true, force: true })
  })
