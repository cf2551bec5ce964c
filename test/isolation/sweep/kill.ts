/**
 * Kills isolink (kill -9) before and after each effect of applying and of taking down each example, each time in a
 * process of its own, and has `recover` bring the host back, twice: `npm run sweep`.
 */
import { spawnSync } from 'node:child_process'
import * as assert from 'uvu/assert'
import { apply, recover, teardown } from '../../../src/promises'
import { raze, settled, stateOfHost } from '../../lab'
import '../../sandbox'
import { examples, planOf, prepare } from './examples'

/** How the victim ended: whether it was killed before it came to its end. */
const kill = (what: 'up' | 'down', title: string, point: number): boolean => {
  const { status, signal, stderr } = spawnSync(
    process.execPath,
    ['-r', 'ts-node/register', `${__dirname}/victim.ts`, what, title, String(point)],
    { encoding: 'utf8' }
  )
  if (signal === 'SIGKILL') return true
  assert.is(status, 0, `${title}: ${stderr}`)
  return false
}

let deaths = 0
let states = 0

const compare = (before: object, what: string): void => {
  assert.equal(stateOfHost(), before, what)
  states++
}

const sweep = async (example: (typeof examples)[number]): Promise<void> => {
  const { title, needs = [] } = example
  const missing = needs.find(each => each !== undefined)
  if (missing !== undefined) return console.log(`skip: ${title} — ${missing}`)
  prepare(example)
  const before = await settled()
  const plan = planOf(example)
  const start = deaths
  for (let point = 0; kill('up', title, point); point++) {
    deaths++
    await recover()
    // One that was killed after its last record is up.
    await teardown(plan.name)
    compare(before, `up ${point}`)
    assert.equal(await recover(), [])
  }
  await teardown(plan.name)
  compare(before, 'down')
  for (let point = 0; ; point++) {
    await apply(plan)
    const killed = kill('down', title, point)
    if (!killed) break
    deaths++
    const done = await recover()
    if (point === 0) await teardown(plan.name)
    else if (done.length > 0) assert.equal(done, [{ name: plan.name, done: 'finished' }])
    compare(before, `down ${point}`)
    assert.equal(await recover(), [])
  }
  compare(before, 'down')
  console.log(`${title}: ${deaths - start} deaths survived`)
}

const main = async (): Promise<void> => {
  const words = process.argv.slice(2)
  for (const example of examples)
    if (words.length === 0 || words.some(word => example.title.includes(word))) await sweep(example)
  raze()
  console.log(`${deaths} deaths survived, ${states} states compared`)
}

void main().catch((error: Error) => {
  console.error(error)
  process.exitCode = 1
})
