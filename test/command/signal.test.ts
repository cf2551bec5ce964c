import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { setTimeout } from 'node:timers/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { apply, status, teardown, vethMasquerade } from '../../src/promises'
import { raise, raze, settled, sh, stateOfHost } from '../lab'
import { command, kernelTest } from '../sandbox'
import { program, root } from './child'

const test = suite('signals')
const needs = [command('ip'), command('nft')]

test.before.each(raise)
test.after.each(raze)

const parameters = {
  namespace: 'blue',
  uplink: 'eth0',
  address: '192.168.45.3/24',
  gateway: '192.168.45.2',
  publish: [{ hostPort: 8080, port: 80 }]
}
const plan = vethMasquerade(parameters)
const recipe = JSON.stringify({ recipe: 'veth-masquerade', ...parameters })

interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly said: string
  readonly calls: ReadonlyArray<string>
}

/** Runs `isolink`, which gets a signal before one of the calls that change files; before none by default. */
const interrupted = async (
  words: ReadonlyArray<string>,
  given: NodeJS.Signals = 'SIGINT',
  call = 0
): Promise<Ended> => {
  const child = spawn(
    process.execPath,
    [...program.slice(0, 2), '-r', require.resolve('./interruption'), ...program.slice(2), ...words],
    {
      cwd: root,
      env: { ...process.env, ISOLINK_TEST_SIGNAL: given, ISOLINK_TEST_CALL: String(call) },
      stdio: ['pipe', 'ignore', 'pipe', 'pipe']
    }
  )
  child.stdin?.end(words[0] === 'up' ? recipe : '')
  const [said, calls, [code, signal]] = await Promise.all([
    text(child.stderr as Readable),
    text(child.stdio[3] as Readable),
    once(child, 'exit')
  ])
  return { code, signal, said, calls: JSON.parse(calls || '[]') }
}

/** Four of the calls, the first and the last among them: each costs the start of two processes. */
const some = (last: number): ReadonlyArray<number> => [
  ...new Set([0, 1, 2, 3].map(n => 1 + Math.round((n * (last - 1)) / 3)))
]

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

kernelTest(test, 'isolink up that is asked to end undoes what it did, and says so', needs, async () => {
  const before = await settled()
  const { code, calls } = await interrupted(['up', '-'])
  assert.is(code, 0)
  await teardown('blue')
  assert.equal(stateOfHost(), before)
  assert.ok(
    calls.some(each => each.includes('/proc/sys/')),
    calls.join('\n')
  )
  // The last call writes that it is applied: whoever comes after that comes too late.
  const chosen = some(calls.length - 1)
  for (const n of chosen) {
    const ended = await interrupted(['up', '-'], signals[n % signals.length], n)
    const where = `${n}: ${calls[n - 1]}: ${ended.said}`
    assert.is(ended.code, 1, where)
    assert.match(ended.said, /^isolink: cannot .*: ended by the caller; nothing is left behind\n$/, where)
    assert.equal(stateOfHost(), before, where)
    assert.equal(await status(), [], where)
  }
  console.log(`${chosen.length} interruptions, ${chosen.length} states compared`)
})

kernelTest(test, 'isolink down that is asked to end comes to its end', needs, async () => {
  const before = await settled()
  await apply(plan)
  const { calls } = await interrupted(['down', 'blue'])
  for (const n of some(calls.length)) {
    await apply(plan)
    const ended = await interrupted(['down', 'blue'], signals[n % signals.length], n)
    const where = `${n}: ${calls[n - 1]}`
    assert.equal([ended.code, ended.signal, ended.said], [0, null, ''], where)
    assert.equal(stateOfHost(), before, where)
    assert.equal(await status(), [], where)
  }
})

for (const words of [
  ['up', '-'],
  ['down', 'blue'],
  ['confirm', 'blue'],
  ['publish', 'blue', '8080:80'],
  ['unpublish', 'blue', '8080'],
  ['detach', 'web', 'blue'],
  ['recover'],
  ['gc']
])
  kernelTest(test, `isolink ${words[0]} that waits for another isolink ends at once`, needs, async () => {
    sh('mkdir -m 700 -p /run/isolink; touch /run/isolink/lock')
    const before = await settled()
    const holder = spawn('flock', ['/run/isolink/lock', 'sh', '-c', 'echo held; exec sleep 60'], {
      stdio: ['ignore', 'pipe', 'ignore']
    })
    await once(holder.stdout, 'data')
    const child = spawn(process.execPath, [...program, ...words], {
      cwd: root,
      stdio: ['pipe', 'ignore', 'pipe']
    })
    child.stdin.end(words[0] === 'up' ? recipe : '')
    const waits = (): boolean =>
      sh(`ls -l /proc/${child.pid}/fd 2>/dev/null || true`).includes('/run/isolink/lock')
    while (!waits()) await setTimeout(20)
    const start = performance.now()
    child.kill('SIGINT')
    const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')])
    holder.kill('SIGKILL')
    assert.is(code, 1, said)
    assert.match(
      said,
      /^isolink: the wait for another isolink on this machine was ended by the caller; nothing has been changed$/m
    )
    assert.ok(performance.now() - start < 5000)
    assert.equal(stateOfHost(), before)
  })

test.run()
