import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { status } from '../../src/promises'
import { raise, raze, settled, sh } from '../lab'
import { command, kernelTest } from '../sandbox'

const test = suite('concurrency')
const needs = [command('ip'), command('nft')]

test.before.each(raise)
test.after.each(raze)

/** Ups, and perhaps downs, of some names one after the other, as a process of its own does them. */
const program = `
const { apply, teardown, vethMasquerade } = require('./src/promises')
const [down, ...numbers] = process.argv.slice(1)
const plan = n => vethMasquerade({
  namespace: 'n' + n, uplink: 'eth0', address: '192.168.' + n + '.3/24', gateway: '192.168.' + n + '.2',
  ...(process.env.SAME && { name: 'same' }),
  publish: [{ hostPort: 10000 + Number(n), port: 80 }]
})
const main = async () => {
  for (const n of numbers) {
    await apply(plan(n))
    if (down === 'down') await teardown('n' + n)
  }
}
main().catch(error => { console.log(error._tag); process.exitCode = 1 })`

const run = async (
  words: ReadonlyArray<string>,
  environment: object = {}
): Promise<{ readonly code: number; readonly said: string }> => {
  const child = spawn(process.execPath, ['-r', 'ts-node/register', '-e', program, '--', ...words], {
    cwd: `${__dirname}/../..`,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...environment }
  })
  let said = ''
  child.stdout.setEncoding('utf8').on('data', text => {
    said += text
  })
  const [code] = await once(child, 'close')
  return { code, said }
}

/** As many as the time of a test file allows on a slow machine. */
const count = Number(process.env.ISOLINK_TEST_ISOLATIONS ?? 50)
const numbers = Array.from({ length: count }, (_, n) => String(n + 1))
const processes = 10
const shares = Array.from({ length: processes }, (_, n) =>
  numbers.filter((_each, at) => at % processes === n)
)

kernelTest(
  test,
  `${numbers.length} ups and downs of distinct names by ${processes} processes all succeed, whatever others do to nftables`,
  needs,
  async () => {
    const before = await settled()
    let commits = 0
    const other = setInterval(() => {
      sh('nft add table ip noise; nft delete table ip noise')
      commits += 2
    }, 50)
    const outcomes = await Promise.all(shares.map(share => run(['down', ...share])))
    clearInterval(other)
    assert.equal(
      outcomes.filter(({ code }) => code !== 0),
      []
    )
    console.log(`${numbers.length} ups and downs, ${commits} commits of others in between`)
    assert.ok(commits > 0)
    assert.equal(await settled(), before)
  }
)

kernelTest(test, 'of the same name exactly one wins', needs, async () => {
  const outcomes = await Promise.all(
    shares.map((share, n) => run(['up', share[0] ?? String(n)], { SAME: '1' }))
  )
  assert.is(outcomes.filter(({ code }) => code === 0).length, 1)
  assert.equal(
    new Set(outcomes.filter(({ code }) => code !== 0).map(({ said }) => said.trim())),
    new Set(['NameTaken'])
  )
  assert.equal(
    (await status()).map(({ name, state }) => [name, state]),
    [['same', 'up']]
  )
})

test.run()
