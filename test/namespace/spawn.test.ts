import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as E from 'fp-ts/Either'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { create, exec, identify, identity, remove, spawn, run as within } from '../../src/namespace'
import { command, kernelTest, run } from '../sandbox'
import { left, right } from './pair'

const test = suite('spawn and exec')

const folder = mkdtempSync(join(tmpdir(), 'isolink-'))
const report = join(folder, 'report')

/** What a shell command, run to its end in `there`, wrote. */
const reported = async (script: string): Promise<string> => {
  assert.equal(await right(exec('there', 'sh', ['-c', `{ ${script}; } > ${report}`])), {
    code: 0,
    signal: null
  })
  return readFileSync(report, 'utf8').trim()
}

test.before.each(() => right(create('there')))
test.after.each(() => right(remove('there')))
test.after(() => rmSync(folder, { recursive: true }))

kernelTest(test, 'a child of spawn lives in the namespace, and is identified by it', [], async () => {
  const child = await right(spawn('there', 'sleep', ['60']))
  const { pid = 0 } = child
  assert.equal(
    E.right(readlinkSync(`/proc/${pid}/ns/net`)),
    within('there', () => readlinkSync('/proc/thread-self/ns/net'))
  )
  assert.is(readlinkSync(`/proc/${pid}/ns/mnt`), readlinkSync('/proc/self/ns/mnt'))
  assert.equal(await right(identify(pid)), ['there'])
  assert.equal(identity({ pid }), identity('there'))
  child.kill()
  assert.equal(await once(child, 'exit'), [null, 'SIGTERM'])
})

kernelTest(test, 'the child keeps its streams and options', [], async () => {
  const child = await right(
    spawn('there', 'sh', ['-c', 'echo $WORD; pwd'], { env: { WORD: 'hello' }, cwd: '/' })
  )
  assert.equal(await child.stdout?.toArray().then(chunks => Buffer.concat(chunks).toString()), 'hello\n/\n')
})

kernelTest(test, 'a file that is not there is an error value', [], async () => {
  for (const file of ['/nowhere/file', 'no-such-file', '/etc/passwd', '/etc/passwd/file', '/etc']) {
    const error = { _tag: 'NotExecutable', file, message: `${file} is not there, or cannot be executed` }
    assert.equal(await left(spawn('there', file)), error)
    assert.equal(await left(exec('there', file)), error)
  }
  const elsewhere = await left(spawn('there', 'true', [], { cwd: '/nowhere' }))
  assert.is(elsewhere.message, 'spawn true in /nowhere: no such file or directory (ENOENT)')
  assert.is('file' in elsewhere && elsewhere.file, 'true')
  const long = await left(spawn('there', 'true', ['x'.repeat(2 ** 22)]))
  assert.is(long.message, 'spawn true: argument list too long (E2BIG)')
  assert.is((await left(exec('missing', 'true')))._tag, 'NamespaceNotFound')
})

kernelTest(test, 'exec answers how the file ended', [], async () => {
  assert.equal(await right(exec('there', 'sh', ['-c', 'exit 7'])), { code: 7, signal: null })
  assert.equal(await right(exec('there', 'sh', ['-c', 'kill -KILL $$'])), { code: null, signal: 'SIGKILL' })
})

kernelTest(test, 'exec runs nothing elsewhere than it was told', [], async () => {
  const where = async (directory: string) =>
    await exec('there', 'sh', ['-c', '[ "$(pwd)" = / ]'], { directory })()
  assert.equal(await where('/'), E.right({ code: 0, signal: null }))
  assert.equal(await where('../../../../../../..'), E.right({ code: 0, signal: null }))
  for (const [directory, reason] of [
    ['/nowhere', 'no such file or directory (ENOENT)'],
    [process.execPath, 'not a directory (ENOTDIR)']
  ] as const) {
    const message = `sh cannot be executed in ${directory}: chdir: ${reason}`
    assert.equal(await where(directory), E.left({ _tag: 'NotExecutable', file: 'sh', message }))
  }
})

kernelTest(test, 'exec gives the file what it was given, or nothing', [], async () => {
  const refusal = async (...[args, options]: [ReadonlyArray<string>, object?]) =>
    (await left(exec('there', 'true', args, options))).message
  assert.is(await refusal(['x', 'a\0b']), 'namespaces.exec: args.1 has a NUL, where it would end')
  assert.is(
    await refusal([], { environment: { A: '1', B: '\0' } }),
    'namespaces.exec: options.environment.B has a NUL, where it would end'
  )
  assert.is(
    (await left(exec('there', 'true\0x'))).message,
    'namespaces.exec: file has a NUL, where it would end'
  )
  assert.is(
    await refusal(['x'.repeat(140_000)]),
    'true cannot be executed: execve: argument list too long (E2BIG)'
  )
})

kernelTest(
  test,
  'exec sees the links of the namespace in /sys, as ip netns exec does',
  [command('ip')],
  async () => {
    run('ip', '-n', 'there', 'link', 'add', 'inside', 'type', 'veth', 'peer', 'name', 'beside')
    const theirs = run('ip', 'netns', 'exec', 'there', 'ls', '/sys/class/net').trim()
    assert.is(await reported('ls /sys/class/net'), theirs)
    // Modules that other tests have loaded make links in each new namespace.
    for (const link of ['beside', 'inside', 'lo']) assert.ok(theirs.split('\n').includes(link), link)
  }
)

kernelTest(
  test,
  'exec puts the files of /etc/netns/NAME over those of /etc',
  [command('mount')],
  async () => {
    run('mount', '-t', 'tmpfs', 'none', '/mnt')
    mkdirSync('/mnt/netns/there', { recursive: true })
    writeFileSync('/mnt/netns/there/hosts', '10.0.0.9 only-there')
    writeFileSync('/mnt/hosts', '127.0.0.1 here')
    run('mount', '--bind', '/mnt', '/etc')
    assert.is(await reported('cat /etc/hosts'), '10.0.0.9 only-there')
    assert.is(readFileSync('/etc/hosts', 'utf8'), '127.0.0.1 here')
    run('umount', '/etc')
    run('umount', '/mnt')
  }
)

kernelTest(test, 'what exec mounts stays inside', [command('mount')], async () => {
  const before = readFileSync('/proc/self/mountinfo', 'utf8')
  await reported('mount -t tmpfs none /mnt')
  assert.is(readFileSync('/proc/self/mountinfo', 'utf8'), before)
})

test.run()
