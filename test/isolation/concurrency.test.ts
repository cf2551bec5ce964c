import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { status } from '../../src/promises'
import { compileInto } from '../compile'
import { raise, raze, settled, sh } from '../lab'
import { command, kernelTest } from '../sandbox'
import type { Outcome, Task } from './contestant'

const test = suite('concurrency')
const needs = [command('ip'), command('nft')]

/** An emulated machine has neither the time nor the memory for so many. */
const count = process.env.ISOLINK_VM ? 10 : 100

const compiled = mkdtempSync(join(tmpdir(), 'isolink-contestants-'))
let contestants: ReadonlyArray<ChildProcess> = []

test.before(async () => {
  if (needs.some(each => each !== undefined)) return
  compileInto(compiled, ['protocol', 'src', 'test/isolation'])
  contestants = Array.from({ length: count }, () =>
    fork(join(__dirname, 'contestant.ts'), {
      execArgv: ['-r', resolve(__dirname, '../compiled.js')],
      env: { ...process.env, ISOLINK_COMPILED: compiled, NODE_EXTRA_CA_CERTS: undefined }
    })
  )
  await Promise.all(contestants.map(each => once(each, 'message')))
})
test.after(() => {
  for (const each of contestants) each.disconnect()
  rmSync(compiled, { recursive: true, force: true })
})
test.before.each(raise)
test.after.each(raze)

/** All begin at once: what came of each. */
const compete = (what: Task['what']): Promise<ReadonlyArray<Outcome>> =>
  Promise.all(
    contestants.map(async (each, n) => {
      const answer = once(each, 'message')
      each.send({ number: n + 1, what } satisfies Task)
      const [{ tag }] = (await answer) as [{ readonly tag?: string }]
      return tag
    })
  )

kernelTest(
  test,
  `${count} ups and downs of distinct names by ${count} processes all succeed, whatever others do to nftables`,
  needs,
  async () => {
    const before = await settled()
    let commits = 0
    const other = setInterval(() => {
      sh('nft add table ip noise; nft delete table ip noise')
      commits += 2
    }, 50)
    const outcomes = await compete('up and down').finally(() => clearInterval(other))
    assert.equal(
      outcomes.filter(each => each !== undefined),
      []
    )
    console.log(`${count} ups and downs, ${commits} commits of others in between`)
    assert.ok(commits > 0)
    assert.equal(await settled(), before)
  }
)

kernelTest(test, `of ${count} processes that want the same name exactly one wins`, needs, async () => {
  const outcomes = await compete('same')
  assert.is(outcomes.filter(each => each === undefined).length, 1)
  assert.is(outcomes.filter(each => each === 'NameTaken').length, count - 1)
  assert.equal(
    (await status()).map(({ name, state }) => [name, state]),
    [['same', 'up']]
  )
})

test.run()
