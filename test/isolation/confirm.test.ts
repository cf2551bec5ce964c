import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import {
  apply,
  confirm,
  hostFakeIp,
  namespaces,
  publish,
  recover,
  status,
  teardown,
  vethMasquerade
} from '../../src/promises'
import { isolink, output } from '../command/child'
import { host, patient, raise, raze, refusal, settled, stateOfHost } from '../lab'
import { command, kernelTest } from '../sandbox'

const test = suite('confirm')
const needs = [command('ip'), command('nft')]

test.before.each(raise)
test.after.each(raze)

const plan = vethMasquerade({
  namespace: 'blue',
  uplink: 'eth0',
  address: '192.168.45.3/24',
  gateway: '192.168.45.2'
})

const ownNamespace = readlinkSync('/proc/self/ns/net')

const attempt = (read: () => string): string => {
  try {
    return read()
  } catch {
    return ''
  }
}

/** The watchdogs that live in this sandbox. */
const watchdogs = (): ReadonlyArray<string> =>
  readdirSync('/proc').filter(
    pid =>
      attempt(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8')).includes('watchdog-process') &&
      attempt(() => readlinkSync(`/proc/${pid}/ns/net`)) === ownNamespace
  )

const until = async (what: string, holds: () => boolean | Promise<boolean>, seconds = 30): Promise<void> => {
  for (const end = performance.now() + seconds * 1000; !(await holds()); await setTimeout(100))
    if (performance.now() > end) throw new Error(`${what}: not after ${seconds} s`)
}

const isDown = async (): Promise<boolean> => (await status('blue')).length === 0

kernelTest(test, 'what nobody confirms is undone, and the watchdog ends', needs, async () => {
  const before = await settled()
  const { confirmWithin } = await apply(plan, { confirmWithin: 4000 })
  assert.ok(confirmWithin !== undefined && confirmWithin <= 4000)
  assert.is((await status('blue'))[0]?.state, 'up')
  assert.is(watchdogs().length, 1)
  await until('undone', isDown)
  assert.equal(await settled(), before)
  assert.is((await refusal(confirm('blue')))._tag, 'NotApplied')
  await until('ended', () => watchdogs().length === 0)
})

kernelTest(test, 'the time begins when whoever undoes it is ready', needs, async () => {
  // It takes its time to be so.
  const folder = mkdtempSync(join(tmpdir(), 'isolink-'))
  const slow = join(folder, 'node')
  const { execPath } = process
  writeFileSync(slow, `#!/bin/sh\nsleep 4\nexec ${execPath} "$@"\n`, { mode: 0o755 })
  process.execPath = slow
  let begun: number | undefined
  const onStep = (): void => {
    begun ??= performance.now()
  }
  const { confirmWithin = 0 } = await apply(plan, { confirmWithin: 9000, onStep }).finally(() => {
    process.execPath = execPath
  })
  rmSync(folder, { recursive: true })
  const spent = performance.now() - (begun ?? 0)
  assert.ok(confirmWithin > 9000 - spent - 3000, `${confirmWithin} ms are left after ${spent}`)
  await confirm('blue')
  await until('ended', () => watchdogs().length === 0)
})

kernelTest(test, 'whose watchdog is dead is told of when the time is over', needs, async () => {
  const before = await settled()
  await apply(plan, { confirmWithin: 4000 })
  const [watchdog, ...others] = watchdogs()
  assert.equal(others, [])
  process.kill(Number(watchdog), 'SIGKILL')
  await setTimeout(4000)
  const told = 'not confirmed in time: isolink recover undoes it'
  assert.is(
    output(isolink(['status'])),
    `blue (veth-masquerade): up\n  ${told}\n  blue: eth0 192.168.45.3/24\n`
  )
  // It is as good as undone: whoever comes next does that.
  const state = await settled()
  for (const use of [confirm('blue'), publish('blue', { hostPort: 8080, port: 80 })])
    assert.is((await refusal(use))._tag, 'NotApplied')
  assert.match(String((await refusal(confirm('blue'))).message), /^blue was not confirmed in time/)
  assert.equal(await settled(), state)
  assert.equal(await recover(), [{ name: 'blue', done: 'expired' }])
  assert.equal(await settled(), before)
})

kernelTest(test, 'what is confirmed stays, and the watchdog ends', needs, async () => {
  await apply(plan, { confirmWithin: 5000 })
  assert.equal(await confirm('blue'), { name: 'blue', changed: true })
  assert.equal(await confirm('blue'), { name: 'blue', changed: false })
  await until('ended', () => watchdogs().length === 0)
  await setTimeout(5500)
  assert.equal((await status('blue'))[0], {
    name: 'blue',
    recipe: 'veth-masquerade',
    state: 'up',
    namespaces: [
      {
        namespace: 'blue',
        interfaces: [{ interface: 'eth0', addresses: ['192.168.45.3/24'] }],
        publish: []
      }
    ],
    drift: []
  })
})

kernelTest(test, 'what is taken down and applied anew is not the old watchdog’s', needs, async () => {
  await apply(plan, { confirmWithin: 3000 })
  await teardown('blue')
  await apply(plan)
  await setTimeout(4000)
  assert.is((await status('blue'))[0]?.state, 'up')
})

for (const interpreter of ['/nonexistent/node', '/bin/false'])
  kernelTest(test, `if nobody can be set to undo it, nothing is changed: ${interpreter}`, needs, async () => {
    const before = await settled()
    const { execPath } = process
    process.execPath = interpreter
    const failed = await refusal(apply(plan, { confirmWithin: 3000 })).finally(() => {
      process.execPath = execPath
    })
    assert.is(failed._tag, 'WatchdogFailed')
    assert.match(String(failed.message), /; nothing has been changed$/)
    assert.equal(stateOfHost(), before)
    assert.equal(await status(), [])
  })

/** A program that applies the plan, says so, and then waits. */
const program = `
const { apply, vethMasquerade } = require('./src/promises')
const plan = vethMasquerade({ namespace: 'blue', uplink: 'eth0', address: '192.168.45.3/24', gateway: '192.168.45.2' })
let steps = 0
const onStep = () => { if (++steps === Number(process.env.DIE_AFTER)) process.kill(process.pid, 'SIGKILL') }
apply(plan, { confirmWithin: Number(process.env.WITHIN), onStep }).then(() => {
  console.log('applied')
  setTimeout(() => {}, 60000)
})`

const start = (environment: object) =>
  spawn(process.execPath, ['-r', 'ts-node/register', '-e', program], {
    cwd: `${__dirname}/../..`,
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...environment }
  })

for (const [how, end] of [
  ['kill -9 of the process group', 'SIGKILL'],
  ['SIGHUP of the process group', 'SIGHUP']
] as const)
  kernelTest(test, `it is undone also after ${how}`, needs, async () => {
    const before = await settled()
    const child = start({ WITHIN: '6000' })
    await once(child.stdout, 'data')
    process.kill(-(child.pid as number), end)
    await once(child, 'exit')
    assert.is((await status('blue'))[0]?.state, 'up')
    await until('undone', isDown)
    assert.equal(await settled(), before)
  })

kernelTest(test, 'a process that is killed while it applies is undone at once', needs, async () => {
  const before = await settled()
  const child = start({ WITHIN: '600000', DIE_AFTER: '5' })
  await once(child, 'exit')
  await until('undone', isDown)
  assert.equal(await settled(), before)
})

kernelTest(
  test,
  'nobody gets in any more by the interface that moved: it is undone, and the connection from before goes on',
  needs,
  async () => {
    const before = await settled()
    const server = createServer(asked => asked.pipe(asked))
    await namespaces.listen(host, server, { host: '10.0.6.10', port: 2222 })
    const connect = () => namespaces.connect('other', { host: '10.0.6.10', port: 2222, timeout: patient })
    const control = await connect()
    let heard = ''
    control.on('data', data => {
      heard += data
    })
    await apply(hostFakeIp({ namespace: 'blue', nic: 'eth0' }), { confirmWithin: 3000 })
    assert.is((await refusal(connect())).code, 'ECONNREFUSED')
    // Whoever speaks meanwhile is answered by the namespace, which knows of no connection.
    await until('undone', isDown)
    control.write('still there?')
    await until('answered', () => heard === 'still there?')
    control.destroy()
    server.close()
    assert.equal(await settled(), before)
  }
)

for (const confirmWithin of [Number.NaN, Number.POSITIVE_INFINITY, 0, -1, '30s' as never])
  kernelTest(test, `confirmWithin: ${confirmWithin} is refused before anything is done`, needs, async () => {
    const before = stateOfHost()
    const { _tag, field } = await refusal(apply(plan, { confirmWithin }))
    assert.equal([_tag, field], ['InvalidParameters', 'confirmWithin'])
    assert.equal(await status(), [])
    assert.equal(stateOfHost(), before)
  })

for (const [options, message] of [
  [{ confirmwithin: 30_000 }, 'apply: confirmwithin is no field: did you mean confirmWithin?'],
  [{ signal: 5 }, 'apply: signal is no AbortSignal'],
  [null, 'apply: options null is no object']
] as const)
  kernelTest(
    test,
    `apply(plan, ${JSON.stringify(options)}) is refused before anything is done`,
    needs,
    async () => {
      const before = stateOfHost()
      const error = await refusal(apply(plan, options as never))
      assert.equal([error._tag, error.message], ['InvalidInput', message])
      assert.equal(await status(), [])
      assert.equal(stateOfHost(), before)
    }
  )

test.run()
