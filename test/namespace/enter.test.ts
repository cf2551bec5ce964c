import { spawnSync } from 'node:child_process'
import { closeSync, openSync, readdirSync, readlinkSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import * as E from 'fp-ts/Either'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { create, remove, run as within } from '../../src/namespace'
import { kernelTest, otherUser } from '../sandbox'
import { right } from './pair'

const test = suite('enter')

const here = (): string => readlinkSync('/proc/thread-self/ns/net')
const home = here()

test.before.each(() => right(create('there')))
test.after.each(async () => {
  await right(remove('there'))
  assert.is(here(), home)
})

kernelTest(test, 'by name, path and descriptor one comes to the same namespace, and back', [], () => {
  const descriptor = openSync('/run/netns/there', 'r')
  const places = ['there', { path: '/run/netns/there' }, { fd: descriptor }].map(ref => within(ref, here))
  closeSync(descriptor)
  const [byName] = places
  assert.ok(byName !== undefined && E.isRight(byName))
  assert.is.not(byName.right, home)
  assert.equal(places, [byName, byName, byName])
  assert.is(here(), home)
})

kernelTest(test, 'by the pid of a process in it', [], () => {
  const places = within('there', () => {
    const inside = here()
    const { stdout } = spawnSync('readlink', ['/proc/self/ns/net'], { encoding: 'utf8' })
    return [inside, stdout.trim()]
  })
  assert.ok(E.isRight(places))
  const [inside, child] = places.right
  assert.is(child, inside)
  assert.equal(within({ pid: process.pid }, here), E.right(home))
})

kernelTest(test, 'a section in a section', [], async () => {
  await right(create('beyond'))
  const places = within('there', () => [here(), within('beyond', here), here()])
  assert.ok(E.isRight(places))
  const [before, beyond, after] = places.right
  assert.is(before, after)
  assert.not.equal(beyond, E.right(before))
  await right(remove('beyond'))
})

kernelTest(test, 'what the function throws comes through, after the way back', [], () => {
  assert.throws(
    () =>
      within('there', () => {
        throw new Error('mine')
      }),
    'mine'
  )
  assert.is(here(), home)
})

kernelTest(test, 'a promise is refused, by the compiler too', [], () => {
  // @ts-expect-error
  assert.throws(() => within('there', async () => 1), /cannot be asynchronous/)
  assert.is(here(), home)
})

kernelTest(test, 'a worker goes without the others', [], async () => {
  const script = `
    require('ts-node/register')
    const { run } = require('./src/namespace')
    const { readlinkSync } = require('fs')
    const at = () => readlinkSync('/proc/thread-self/ns/net')
    require('worker_threads').parentPort.postMessage([run('there', at).right, at()])`
  const worker = new Worker(script, { eval: true })
  const places = await new Promise<ReadonlyArray<string>>((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
  })
  assert.equal([E.right(places[0]), places[1]], [within('there', here), home])
})

kernelTest(test, 'descriptors are closed, whatever happens', [], () => {
  const descriptors = (): ReadonlyArray<string> => readdirSync('/proc/self/fd')
  const before = descriptors().length
  for (const ref of ['there', 'missing', { pid: 0 }, { path: '/etc/passwd' }, { path: '/proc/self/ns/mnt' }])
    within(ref, here)
  // The worker of the test before may still be closing its own.
  assert.ok(descriptors().length <= before)
})

kernelTest(test, 'without privilege one stays where one is, and goes nowhere else', [otherUser()], () => {
  const script = `
    const { run } = require('./src/namespace')
    const there = run('there', () => 'there')
    process.seteuid(65534)
    console.log(JSON.stringify([there, run({ pid: process.pid }, () => 'here'), run('there', () => 'there').left._tag]))`
  const { stdout } = spawnSync(process.execPath, ['-r', 'ts-node/register', '-e', script], {
    encoding: 'utf8'
  })
  assert.equal(JSON.parse(stdout), [E.right('there'), E.right('here'), 'PermissionDenied'])
})

kernelTest(test, 'a process that cannot come back ends, and says why', [otherUser()], () => {
  const script = `
    const { run } = require('./src/namespace')
    run('there', () => process.seteuid(65534))
    console.log('went on')`
  const { signal, stdout, stderr } = spawnSync(process.execPath, ['-r', 'ts-node/register', '-e', script], {
    encoding: 'utf8'
  })
  assert.equal([signal, stdout], ['SIGABRT', ''])
  assert.match(stderr, /^isolink: this process ends, as it cannot return to its network namespace: setns: /)
})

test.run()
