/** What has been used is given back: descriptors, memory, namespaces. */
import { readdirSync, readlinkSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { link, namespaces, open } from '../../src/promises'
import { kernelTest } from '../sandbox'

const test = suite('leaks')

/** What our descriptors are open on, less the one that lists them. */
const descriptors = (): ReadonlyArray<string> =>
  readdirSync('/proc/self/fd')
    .flatMap(number => {
      try {
        return [readlinkSync(`/proc/self/fd/${number}`)]
      } catch {
        return []
      }
    })
    .map(target => target.replace(/\[.*\]|\d+/g, ''))
    .sort()

/** Sockets are closed a turn after we say so. */
const settled = async (): Promise<void> => {
  for (let n = 0; n < 5; n++) await new Promise(setImmediate)
}

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

/** What is still reachable: garbage that waits for the collector is no leak. */
const megabytes = async (): Promise<number> => {
  for (let n = 0; n < 3; n++) {
    collectGarbage()
    await settled()
  }
  const { heapUsed, external } = process.memoryUsage()
  return (heapUsed + external) / 2 ** 20
}

const cycle = async (namespace?: string): Promise<void> => {
  await using connection = open(namespace === undefined ? {} : { namespace })
  await connection.link.get('lo')
}

kernelTest(test, '10,000 connections opened, used and closed leave no descriptor', [], async () => {
  await cycle()
  await settled()
  const before = descriptors()
  const memory = await megabytes()
  for (let n = 0; n < 10_000; n++) {
    if (n % 10 === 0) await cycle()
    else open().close()
    if (n % 500 === 0) await settled()
  }
  await settled()
  assert.equal(descriptors(), before)
  const more = (await megabytes()) - memory
  assert.ok(more < 10, `${more.toFixed(1)} MB more`)
})

kernelTest(test, '1,000 namespaces made, entered and removed leave none, nor a descriptor', [], async () => {
  await namespaces.create('warm')
  await cycle('warm')
  await namespaces.remove('warm')
  await settled()
  const before = [descriptors(), await namespaces.list()]
  for (let n = 0; n < 1000; n++) {
    const name = `leak${n}`
    await namespaces.create(name)
    if (n % 10 === 0) await cycle(name)
    await namespaces.remove(name)
  }
  await settled()
  assert.equal([descriptors(), await namespaces.list()], before)
})

kernelTest(test, 'subscriptions, streams and waits that are dropped midway leave nothing', [], async () => {
  await using host = open()
  await host.link.list()
  await settled()
  const before = descriptors()
  for (let n = 0; n < 200; n++) {
    const events = host.monitor(['link', 'address'], { snapshot: n % 2 === 0 })
    if (n % 2 === 0) await events.next()
    await events.return()
    const stream = host.link.stream()
    await stream.next()
    await stream.return()
    const controller = new AbortController()
    const waiting = host
      .with({ signal: controller.signal })
      .link.add({ kind: 'veth', name: 'never', peer: { name: 'ever', namespace: { pid: process.pid } } })
      .catch(() => undefined)
    controller.abort()
    await waiting
  }
  await settled()
  assert.equal(descriptors(), before)
  await host.batch([link.remove('never')])
})

kernelTest(test, 'a loop that is left ends its subscription', [], async () => {
  await using host = open()
  await host.link.list()
  await settled()
  const before = descriptors()
  for (let n = 0; n < 50; n++)
    for await (const { object } of host.monitor(['link'], { snapshot: true })) if (object === 'resync') break
  await settled()
  assert.equal(descriptors(), before)
})

test.run()
