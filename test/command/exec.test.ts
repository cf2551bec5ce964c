import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readlinkSync, statSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { create } from '../../src/namespace'
import { right } from '../namespace/pair'
import { kernelTest, otherUser } from '../sandbox'
import { isolink, nobody, output, program, refused, root } from './child'

const test = suite('exec')

kernelTest(test, 'a namespace', [], () => right(create('blue')))

kernelTest(test, 'isolink exec NAME -- readlink', [], () => {
  const network = `net:[${statSync('/run/netns/blue').ino}]\n`
  assert.is(output(isolink(['exec', 'blue', '--', 'readlink', '/proc/self/ns/net'])), network)
  assert.is(output(isolink(['exec', '/run/netns/blue', 'readlink', '/proc/self/ns/net'])), network)
})

kernelTest(test, 'isolink exec PID -- readlink', [], () => {
  const network = `${readlinkSync('/proc/self/ns/net')}\n`
  assert.is(output(isolink(['exec', `${process.pid}`, '--', 'readlink', '/proc/self/ns/net'])), network)
})

kernelTest(test, 'the standard streams and the exit status are those of the command', [], () => {
  const script = 'cat; echo "$@" >&2; exit 7'
  const words = ['exec', 'blue', '--', 'sh', '-c', script, 'sh', '--json', '--', '-x']
  const { status, stdout, stderr } = isolink(words, { input: 'from outside' })
  assert.equal([stdout, stderr, status], ['from outside', '--json -- -x\n', 7])
})

kernelTest(test, 'killed by a signal as the command was', [], () => {
  const { signal } = isolink(['exec', 'blue', '--', 'sh', '-c', 'kill -TERM $$'])
  assert.is(signal, 'SIGTERM')
})

kernelTest(test, 'a signal is passed on', [], async () => {
  const script = 'trap "exit 5" TERM; echo ready; while :; do sleep 0.01; done'
  const child = spawn(process.execPath, [...program, 'exec', 'blue', '--', 'sh', '-c', script], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit']
  })
  await once(createInterface(child.stdout), 'line')
  child.kill('SIGTERM')
  assert.equal(await once(child, 'exit'), [5, null])
})

kernelTest(test, 'no such namespace, no such command', [], () => {
  refused(isolink(['exec', 'red', '--', 'true']), 1, /^there is no network namespace with the name red$/)
  // As of a shell, env and nsenter.
  for (const [file, status] of [
    ['no-such-file', 127],
    ['/nowhere/file', 127],
    ['/etc/passwd', 126],
    ['/etc', 126]
  ] as const)
    refused(
      isolink(['exec', 'blue', '--', file]),
      status,
      new RegExp(`^${file} is not there, or cannot be executed$`)
    )
  refused(isolink(['exec', '0', '--', 'true']), 2, /^pid 0: it must be an integer, 1 or more$/)
})

kernelTest(test, 'without privilege', [otherUser()], () => {
  refused(isolink(['exec', 'blue', '--', 'true'], nobody), 1, /CAP_SYS_ADMIN: run as root/)
})

test.run()
