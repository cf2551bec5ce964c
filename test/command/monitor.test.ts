import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { ip, raise } from '../lab'
import { command, kernelTest, run } from '../sandbox'
import { isolink, program, refused, root } from './child'

const test = suite('monitor')
const needs = [command('ip')]

interface Monitor {
  readonly process: ChildProcess
  readonly lines: AsyncIterator<string>
}

const start = (...words: ReadonlyArray<string>): Monitor => {
  const process_ = spawn(process.execPath, [...program, 'monitor', ...words], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit']
  })
  return { process: process_, lines: createInterface({ input: process_.stdout })[Symbol.asyncIterator]() }
}

/** Changes something again and again until the monitor, which takes a while to begin, tells of it. */
const untilTold = async ({ lines }: Monitor, change: () => void): Promise<string> => {
  const told = lines.next()
  for (;;) {
    change()
    const first = await Promise.race([told, new Promise(resolve => setTimeout(resolve, 100))])
    if (first !== undefined) return (first as IteratorResult<string>).value
  }
}

const next = async ({ lines }: Monitor): Promise<string> => (await lines.next()).value

const stop = async ({ process: child }: Monitor): Promise<void> => {
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  await ended
}

const flap = (): void => ip('address add 10.7.0.1/24 dev eth0\naddress delete 10.7.0.1/24 dev eth0')

kernelTest(test, 'isolink monitor: what comes and goes, a line each', needs, async () => {
  raise()
  const monitor = start('address', 'route')
  await untilTold(monitor, flap)
  for (;;) if ((await next(monitor)) === '- address   10.7.0.1/24 dev eth0') break
  ip('route add 10.9.0.0/16 via 10.0.6.20 metric 7')
  for (;;) if ((await next(monitor)) === '+ route     10.9.0.0/16 via 10.0.6.20 dev eth0 metric 7') break
  await stop(monitor)
})

kernelTest(test, 'isolink monitor --for: of any length', needs, async () => {
  for (const brief of ['1.1ms', '0.00101s', '0.0000123m']) {
    const { status, stderr } = isolink(['monitor', '--for', brief])
    assert.equal([stderr, status], ['', 0], brief)
  }
  const monitor = start('address', '--for', '700h')
  await untilTold(monitor, flap)
  await stop(monitor)
  refused(isolink(['monitor', '--for', `${'9'.repeat(400)}h`]), 2, /is no duration/)
})

kernelTest(test, 'isolink monitor: what has changed of a link', needs, async () => {
  ip('link add br0 type bridge\nlink add v0 type veth peer name v1')
  const monitor = start('link')
  await untilTold(monitor, () => ip('link set eth0 mtu 1400\nlink set eth0 mtu 1500'))
  // The kernel tells of a bridge's own settings when something else becomes of it.
  ip('link set br0 type bridge priority 7\nlink set v0 master br0')
  const wanted = [/^~ link {6}v0 .*master none → br0/, /^~ link {6}br0 .*priority 32768 → 7/]
  // Since Linux 7 that stands in one line with the bridge's new address.
  for (let left = wanted; left.length > 0; ) {
    const line = await next(monitor)
    left = left.filter(each => !each.test(line))
  }
  ip('link delete v0')
  for (;;) if (/^- link {6}v0 /.test(await next(monitor))) break
  await stop(monitor)
})

kernelTest(
  test,
  'isolink monitor: what a terminal would obey, and a line within a line, are told',
  needs,
  async () => {
    const name = '\x1b[31mred'
    const monitor = start('link')
    await untilTold(monitor, () => ip('link set eth0 mtu 1400\nlink set eth0 mtu 1500'))
    run('ip', 'link', 'add', name, 'type', 'bridge')
    for (;;) if (/^\+ link {6}\\x1b\[31mred /.test(await next(monitor))) break
    // Of a link that is down the kernel tells no alias.
    run('ip', 'link', 'set', name, 'up')
    run('ip', 'link', 'set', name, 'alias', 'a\x1b]0;x\x07\n+ link')
    for (;;) if ((await next(monitor)).endsWith(String.raw`red alias none → a\x1b]0;x\x07\x0a+ link`)) break
    run('ip', 'link', 'delete', name)
    await stop(monitor)
  }
)

kernelTest(test, 'isolink monitor --json, in two namespaces', needs, async () => {
  const monitor = start('link', '--json', '--namespace', 'other', '--namespace', String(process.pid))
  const first = await untilTold(monitor, () => ip('link add v0 type veth peer name v1\nlink delete v0'))
  assert.is(JSON.parse(first).namespace, String(process.pid))
  ip('link set eth0 mtu 1400', '-n', 'other')
  for (;;) {
    const { namespace, object, change, value } = JSON.parse(await next(monitor))
    assert.is(object, 'link')
    assert.is(value.message, undefined)
    if (namespace === 'other') {
      assert.equal([change, value.name, value.mtu], ['added', 'eth0', 1400])
      break
    }
  }
  await stop(monitor)
})

kernelTest(test, 'isolink monitor --time', needs, async () => {
  const [people, programs] = [start('address', '--time'), start('address', '--time', '--json')]
  assert.match(await untilTold(people, flap), /^\d{2}:\d{2}:\d{2}\.\d{3} [+-] address {3}10\.7\.0\.1/)
  const { time, object } = JSON.parse(await untilTold(programs, flap))
  assert.is(object, 'address')
  assert.is(new Date(time).toISOString(), time)
  assert.ok(Math.abs(Date.parse(time) - Date.now()) < 600_000)
  await Promise.all([stop(people), stop(programs)])
})

kernelTest(test, 'isolink monitor of what is not there', needs, () => {
  refused(isolink(['monitor', 'addres']), 2, /^objects: addres is none of .*did you mean address\?/)
  refused(isolink(['monitor', '--namespace', 'nowhere']), 1, /nowhere/)
  refused(isolink(['monitor', '--namespace', 'other', '--namespace', 'nowhere']), 1, /nowhere/)
  refused(isolink(['monitor', '--for', '3 days']), 2, /^--for: 3 days is no duration such as/)
})

test.run()
