import { readdirSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { ping } from '../../src/namespace'
import { command, kernelTest, run } from '../sandbox'
import { answers, left, noPair, pair, right } from './pair'

const test = suite('ping')
const needs = [command('ip')]

test.before.each(pair)
test.after.each(noPair)

kernelTest(test, 'ping 10.0.0.2', needs, async () => {
  const { sent, received, replies } = await right(ping('left', '10.0.0.2', { timeout: 10_000 }))
  assert.equal([sent, received, replies.length], [1, 1, 1])
  const [reply] = replies
  assert.equal([reply?.sequence, reply?.from, reply?.ttl], [1, '10.0.0.2', 64])
  assert.ok(reply !== undefined && reply.milliseconds > 0 && reply.milliseconds < 10_000)
})

kernelTest(test, 'ping fd00::2', needs, async () => {
  const { replies } = await right(ping('left', 'fd00::2', { count: 2, interval: 1, timeout: 10_000 }))
  assert.equal(
    replies.map(({ sequence, from }) => ({ sequence, from })),
    [
      { sequence: 1, from: 'fd00::2' },
      { sequence: 2, from: 'fd00::2' }
    ]
  )
})

kernelTest(test, 'ping fe80::2%eth0', needs, async () => {
  for (const [name, host] of [
    ['left', 1],
    ['right', 2]
  ])
    run('ip', '-n', `${name}`, 'address', 'add', `fe80::${host}/64`, 'dev', 'eth0', 'nodad')
  await answers('left', 'fe80::1')
  await answers('right', 'fe80::2')
  assert.is((await right(ping('left', 'fe80::2%eth0', { timeout: 10_000 }))).received, 1)
})

kernelTest(test, 'lo answers in every namespace', needs, async () => {
  for (const address of ['127.0.0.1', '::1', '10.0.0.1'])
    assert.is((await right(ping('left', address))).received, 1, address)
})

kernelTest(test, 'pings at the same time do not take each other’s replies', needs, async () => {
  const many = await Promise.all(
    Array.from({ length: 20 }, () =>
      right(ping('left', '10.0.0.2', { count: 3, interval: 2, timeout: 10_000 }))
    )
  )
  assert.equal(
    many.map(({ sent, received }) => [sent, received]),
    many.map(() => [3, 3])
  )
})

kernelTest(test, 'a reply that came while the process was busy is no missing one', needs, async () => {
  const pinging = right(ping('left', '10.0.0.1', { timeout: 20 }))
  const end = performance.now() + 50
  while (performance.now() < end);
  assert.is((await pinging).received, 1)
})

kernelTest(test, 'the replies that are missing are counted', needs, async () => {
  run('ip', '-n', 'right', 'link', 'set', 'eth0', 'down')
  run('ip', '-n', 'right', 'link', 'set', 'lo', 'down')
  const result = await right(ping('left', '10.0.0.1', { count: 2, interval: 1 }))
  assert.is(result.received, 2)
  run('ip', '-n', 'left', 'neighbour', 'add', '10.0.0.7', 'lladdr', '02:00:00:00:00:07', 'dev', 'eth0')
  run('ip', '-n', 'right', 'link', 'set', 'eth0', 'up')
  assert.equal(await right(ping('left', '10.0.0.7', { count: 2, interval: 1, timeout: 30 })), {
    sent: 2,
    received: 0,
    replies: []
  })
})

kernelTest(test, 'no route, no address, no namespace: errors are values', needs, async () => {
  const messageOf = async (address: string, ref = 'left'): Promise<string> =>
    (await left(ping(ref, address))).message
  assert.is(await messageOf('192.0.2.1'), 'sendto: network is unreachable (ENETUNREACH)')
  assert.is(await messageOf('2001:db8::1'), 'sendto: network is unreachable (ENETUNREACH)')
  assert.is(await messageOf('right'), 'namespaces.ping: address is not an IP address: right')
  assert.is(await messageOf('10.0.0.2', 'nowhere'), 'there is no network namespace with the name nowhere')
})

kernelTest(test, 'a signal ends it; the socket is closed either way', needs, async () => {
  await right(ping('left', '10.0.0.2', { timeout: 10_000 }))
  const before = readdirSync('/proc/self/fd').length
  const error = await left(ping('left', '10.0.0.2', { count: 9, signal: AbortSignal.timeout(20) }))
  assert.equal(error, {
    _tag: 'Aborted',
    message: 'namespaces.ping: aborted by the caller',
    operation: 'namespaces.ping'
  })
  await right(ping('left', '10.0.0.2', { timeout: 10_000 }))
  await left(ping('left', '192.0.2.1'))
  assert.is(readdirSync('/proc/self/fd').length, before)
})

test.run()
