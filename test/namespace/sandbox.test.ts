import { type SpawnSyncReturns, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, readlinkSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import * as E from 'fp-ts/Either'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { inSandbox, sandbox, sandboxSync } from '../../src/namespace'
import { command, kernelTest, otherUser, run } from '../sandbox'
import { left, right } from './pair'

const test = suite('sandbox')

const folder = mkdtempSync(join(tmpdir(), 'isolink-'))
const report = join(folder, 'report')

test.after(() => rmSync(folder, { recursive: true }))

/** What a shell command in a sandbox of its own wrote. */
const reported = async (script: string, options = {}): Promise<string> => {
  const ended = await right(sandbox('sh', ['-c', `{ ${script}; } > ${report}`], options))
  assert.equal(ended, { code: 0, signal: null })
  return readFileSync(report, 'utf8').trim()
}

/** Runs JavaScript, with `sandbox` and `sandboxSync` at hand, as somebody else. */
const evaluate = (script: string, options = {}): SpawnSyncReturns<string> =>
  spawnSync(
    process.execPath,
    [
      '-r',
      'ts-node/register',
      '-e',
      `const { sandbox, sandboxSync } = require('./src/namespace'); ${script}`
    ],
    { encoding: 'utf8', ...options }
  )

const nobody = { uid: 65_534, gid: 65_534 }

kernelTest(test, 'this test runs in one', [], () => {
  assert.ok(inSandbox())
})

kernelTest(test, 'its own network, with lo up and nothing else', [command('ip')], async () => {
  assert.match(await reported('ip -brief link'), /^lo +UNKNOWN .*<LOOPBACK,UP,LOWER_UP>$/)
  assert.is.not(await reported('readlink /proc/self/ns/net'), readlinkSync('/proc/self/ns/net'))
})

kernelTest(
  test,
  'its own mounts: a namespace that it names is not seen outside',
  [command('ip')],
  async () => {
    assert.is(await reported('ip netns add inner; ip netns list'), 'inner')
    assert.not(existsSync('/run/netns/inner'))
    assert.not(readFileSync('/proc/self/mountinfo', 'utf8').includes('inner'))
  }
)

kernelTest(test, 'a sandbox in a sandbox', [], async () => {
  const script = `sandboxSync('sh', ['-c', 'id -u; readlink /proc/self/ns/net'])`
  const [user, network] = evaluate(script).stdout.trim().split('\n')
  assert.is(user, '0')
  assert.is.not(network, readlinkSync('/proc/self/ns/net'))
})

kernelTest(test, 'environment and directory', [], async () => {
  const environment = { PATH: process.env.PATH, WORD: 'hello', NONE: undefined }
  assert.is(
    await reported('echo $WORD; printenv NONE || echo nothing; pwd', { environment, directory: '/usr' }),
    'hello\nnothing\n/usr'
  )
})

kernelTest(test, 'the standard streams are ours', [], () => {
  const { stdout, stderr, status } = evaluate(
    `process.exitCode = sandboxSync('sh', ['-c', 'cat; echo err >&2; exit 9']).right.code`,
    { input: 'from outside' }
  )
  assert.equal([stdout, stderr, status], ['from outside', 'err\n', 9])
})

kernelTest(test, 'signals have their default effect in the file', [], async () => {
  // Node ignores SIGPIPE; the shell would tell by its exit status.
  assert.is(await reported(`sh -c 'kill -PIPE $$'; echo $?`), '141')
})

kernelTest(test, 'how it ended: code, signal', [], async () => {
  assert.equal(await right(sandbox('sh', ['-c', 'exit 3'])), { code: 3, signal: null })
  assert.equal(await right(sandbox('sh', ['-c', 'kill -KILL $$'])), { code: null, signal: 'SIGKILL' })
  assert.equal(sandboxSync('sh', ['-c', 'exit 4']), E.right({ code: 4, signal: null }))
})

kernelTest(test, 'a file that is not there', [], async () => {
  assert.equal(await left(sandbox('no-such-file')), {
    _tag: 'NotExecutable',
    file: 'no-such-file',
    message: 'no-such-file is not there, or cannot be executed'
  })
})

kernelTest(test, 'a directory that is not there, or not in there', [], async () => {
  // Nobody outside has it, and the sandbox's own /run covers it.
  const covered = mkdtempSync('/run/isolink-')
  for (const directory of ['/no/such/place', covered])
    assert.equal(await left(sandbox('true', [], { directory })), {
      _tag: 'NotExecutable',
      file: 'true',
      message: `true cannot be executed in ${directory}: chdir: no such file or directory (ENOENT)`
    })
  rmSync(covered, { recursive: true })
})

/** A process that runs a sandbox, as soon as what runs in there has said its pid. */
const outer = async (
  file: string
): Promise<{ readonly child: ReturnType<typeof spawn>; readonly inner: number }> => {
  const script = `require('./src/namespace').sandbox('sh', ['-c', ${JSON.stringify(file)}])()
    .then(({ right }) => { process.exitCode = right.code })`
  const child = spawn(process.execPath, ['-r', 'ts-node/register', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit']
  })
  const [line] = await once(createInterface(child.stdout), 'line')
  return { child, inner: Number(line) }
}

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
  kernelTest(test, `${signal} is passed on`, [], async () => {
    const { child } = await outer(`trap 'exit 5' ${signal.slice(3)}; echo $$; while :; do sleep 0.01; done`)
    child.kill(signal)
    assert.equal(await once(child, 'exit'), [5, null])
  })
}

kernelTest(test, 'the file dies with the process that runs the sandbox', [], async () => {
  const { child, inner } = await outer('echo $$; exec sleep 60')
  assert.ok(existsSync(`/proc/${inner}`))
  child.kill('SIGKILL')
  await once(child, 'exit')
  for (let i = 0; i < 100 && existsSync(`/proc/${inner}/root`); i++)
    await new Promise(next => setTimeout(next, 10))
  assert.not(existsSync(`/proc/${inner}/exe`))
})

kernelTest(test, 'a user gets one too, in which he is root', [otherUser(), command('ip')], () => {
  const { stdout, stderr } = evaluate(
    `sandboxSync('sh', ['-c', 'id -u; ip netns add mine && ip netns list; cat /proc/self/uid_map'])`,
    nobody
  )
  assert.equal(stdout.trim().split(/\s+/), ['0', 'mine', '0', '65534', '1'], stderr)
})

kernelTest(
  test,
  'without user namespaces a user is told what to do',
  [otherUser(), command('unshare'), command('setpriv')],
  () => {
    const script = `console.log(JSON.stringify(require('./src/namespace').sandboxSync('true')))`
    const shell = `echo 0 > /proc/sys/user/max_user_namespaces
    exec setpriv --bounding-set -all --inh-caps -all "$0" -r ts-node/register -e "$1"`
    const { stdout, stderr } = spawnSync(
      'unshare',
      ['--user', '--map-root-user', 'sh', '-c', shell, process.execPath, script],
      { encoding: 'utf8' }
    )
    const { left: error } = JSON.parse(stdout || '{}')
    assert.is(error?._tag, 'NoSandbox', stderr)
    assert.match(error.message, /^no sandbox can be made: clone: /)
    assert.match(error.hint, /user\.max_user_namespaces/)
  }
)

for (const [who, options, needs] of [
  ['root', {}, []],
  ['a user', nobody, [otherUser()]]
] as const) {
  kernelTest(test, `25 times in a row, while V8 compiles and collects: ${who}`, needs, () => {
    const script = `
      const busy = () => Array.from({ length: 300 }, (_, i) => new Function('a', 'return a * ' + i)(i))
      let failed = 0
      for (let i = 0; i < 25; i++) {
        globalThis.kept = Array.from({ length: 20_000 }, (_, k) => ({ k }))
        busy()
        const { right } = sandboxSync('sh', ['-c', 'exit 7'])
        if (right?.code !== 7) failed++
      }
      console.log(failed)`
    const { stdout, stderr } = evaluate(script, options)
    assert.is(stdout, '0\n', stderr)
  })
}

kernelTest(test, 'descriptors and children are gone afterwards', [], async () => {
  const before = run('ls', '/proc/self/fd').length
  for (let i = 0; i < 10; i++) {
    await right(sandbox('true'))
    await left(sandbox('no-such-file'))
  }
  assert.is(run('ls', '/proc/self/fd').length, before)
  assert.is(readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8'), '')
})

test.run()
