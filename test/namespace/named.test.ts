import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import * as E from 'fp-ts/Either'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { create, exists, identify, identity, list, remove, run as within } from '../../src/namespace'
import { command, kernelTest, otherUser, run } from '../sandbox'
import { left, right } from './pair'

const test = suite('named')

const ip = (...args: ReadonlyArray<string>): string => run('ip', ...args)
const names = async (): Promise<ReadonlyArray<string>> => (await right(list)).map(({ name }) => name)
const mounts = (): ReadonlyArray<string> => readFileSync('/proc/self/mountinfo', 'utf8').trim().split('\n')
const descriptors = (): number => readdirSync('/proc/self/fd').length

kernelTest(test, 'no namespace at first', [], async () => {
  assert.equal(await names(), [])
})

kernelTest(test, 'ip netns list shows what we create, with lo up', [command('ip')], async () => {
  await right(create('blue'))
  assert.is(ip('netns', 'list').trim(), 'blue')
  assert.match(ip('-n', 'blue', '-brief', 'address', 'show', 'lo'), /127\.0\.0\.1\/8 ::1\/128/)
})

kernelTest(test, 'ip netns delete removes what we create', [command('ip')], async () => {
  await right(create('green'))
  assert.ok(await right(exists('green')))
  ip('netns', 'delete', 'green')
  assert.not(await right(exists('green')))
})

kernelTest(test, 'what ip netns add creates is ours to list, enter and remove', [command('ip')], async () => {
  ip('netns', 'add', 'red')
  assert.ok((await names()).includes('red'))
  ip('-n', 'red', 'link', 'set', 'lo', 'up')
  assert.equal(
    within('red', () => readFileSync('/proc/thread-self/net/dev', 'utf8').includes('lo:')),
    E.right(true)
  )
  await right(remove('red'))
  assert.not(ip('netns', 'list').includes('red'))
})

kernelTest(test, 'ip netns identify and ours agree', [command('ip')], async () => {
  await right(create('known'))
  const child = run('ip', 'netns', 'exec', 'known', process.execPath, '-p', 'process.ppid && process.pid')
  assert.ok(Number(child) > 0)
  assert.equal(await right(identify(process.pid)), [])
  assert.is(ip('netns', 'identify', `${process.pid}`).trim(), '')
  const listed = (await right(list)).find(({ name }) => name === 'known')
  assert.equal(identity('known'), E.right(listed?.identity))
  await right(remove('known'))
})

kernelTest(test, 'a name is created once', [], async () => {
  await right(create('once'))
  const before = identity('once')
  assert.equal(await left(create('once')), {
    _tag: 'NamespaceExists',
    namespace: 'once',
    message: 'the network namespace once exists already'
  })
  assert.equal(identity('once'), before)
  await right(remove('once'))
})

kernelTest(test, 'removing what is not there is NamespaceNotFound', [], async () => {
  assert.equal(await left(remove('missing')), {
    _tag: 'NamespaceNotFound',
    field: 'name',
    value: 'missing',
    message: 'there is no network namespace with the name missing'
  })
})

kernelTest(
  test,
  'a leftover file is listed without identity, cannot be entered, and can be removed',
  [],
  async () => {
    writeFileSync('/run/netns/leftover', '', { mode: 0 })
    assert.equal(
      (await right(list)).find(({ name }) => name === 'leftover'),
      { name: 'leftover' }
    )
    assert.not(await right(exists('leftover')))
    assert.equal(
      within('leftover', () => 1),
      E.left({
        _tag: 'NotANamespace',
        field: 'name',
        value: 'leftover',
        message: '/run/netns/leftover is a mere file: the namespace that was mounted on it is gone',
        hint: 'remove the name, then create it anew'
      })
    )
    assert.is((await left(create('leftover')))._tag, 'NamespaceExists')
    await right(remove('leftover'))
    assert.is((await left(remove('leftover')))._tag, 'NamespaceNotFound')
  }
)

kernelTest(
  test,
  'a name on which a namespace is mounted twice is removed at once',
  [command('mount'), command('unshare')],
  async () => {
    await right(create('twice'))
    run('mount', '--bind', '/proc/self/ns/net', '/run/netns/twice')
    await right(remove('twice'))
    assert.not(mounts().some(line => line.includes('/run/netns/twice')))
  }
)

kernelTest(test, '200 namespaces made and removed leave mounts and descriptors as before', [], async () => {
  await right(create('first'))
  await right(remove('first'))
  const before = { mounts: mounts().length, descriptors: descriptors(), names: await names() }
  for (let i = 0; i < 200; i++) {
    await right(create('cycle'))
    await right(remove('cycle'))
  }
  assert.equal({ mounts: mounts().length, descriptors: descriptors(), names: await names() }, before)
})

kernelTest(test, 'ip and we, at the same time, share the directory once', [command('ip')], async () => {
  const theirs = spawnSync('sh', ['-c', 'for i in 1 2 3 4 5 6 7 8; do ip netns add theirs$i & done; wait'])
  assert.is(theirs.status, 0)
  await Promise.all([1, 2, 3, 4].map(i => right(create(`ours${i}`))))
  assert.is(mounts().filter(line => line.includes(' /run/netns ')).length, 1)
  assert.is(mounts().filter(line => line.includes(' /run/netns/ours1 ')).length, 1)
  for (const name of (await names()).filter(each => /^(theirs|ours)/.test(each))) await right(remove(name))
})

kernelTest(
  test,
  'the directory is mounted once where its parent is shared too',
  [command('mount'), command('unshare')],
  async () => {
    const script = `
    mount --make-shared /run && umount /run/netns
    ${process.execPath} -r ts-node/register -e '
      require("./src/namespace").create("shared")().then(r => process.exit(r._tag === "Right" ? 0 : 1))'
    grep -c /run/netns/shared /proc/self/mountinfo`
    const { stdout, stderr } = spawnSync('unshare', ['--mount', 'sh', '-c', script], { encoding: 'utf8' })
    assert.is(stdout.trim(), '1', stderr)
  }
)

kernelTest(test, 'nobody is told which capability is missing', [otherUser()], async () => {
  await right(create('ours'))
  const script = `
    const { create, remove, run } = require('./src/namespace')
    const main = async () => console.log(JSON.stringify([
      await create('theirs')(), await remove('ours')(), run('ours', () => 1), run({ pid: 1 }, () => 1)
    ].map(({ left }) => [left._tag, left.capability, left.hint])))
    main()`
  const { stdout } = spawnSync(process.execPath, ['-r', 'ts-node/register', '-e', script], {
    uid: 65_534,
    gid: 65_534,
    encoding: 'utf8'
  })
  const needs = (capability: string): ReadonlyArray<string> => [
    'PermissionDenied',
    capability,
    `it needs ${capability}: run as root, or in a user namespace in which you are root`
  ]
  assert.equal(JSON.parse(stdout), [
    needs('CAP_SYS_ADMIN'),
    needs('CAP_SYS_ADMIN'),
    needs('CAP_SYS_ADMIN'),
    needs('CAP_SYS_PTRACE')
  ])
  await right(remove('ours'))
})

test.run()
