import * as E from 'fp-ts/Either'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import * as isolink from '../../src/index'
import { namespaces, open, sysctl } from '../../src/promises'
import { refusal } from '../lab'
import { command, kernelTest, otherUser, run } from '../sandbox'

const test = suite('sysctl')
const needs = [command('ip'), command('sysctl')]

const fault = (work: () => unknown): Promise<Record<string, unknown>> => refusal(Promise.resolve().then(work))

const theirs = (key: string, namespace?: string): string =>
  (namespace === undefined
    ? run('sysctl', '-n', key)
    : run('ip', 'netns', 'exec', namespace, 'sysctl', '-n', key)
  ).trim()

kernelTest(
  test,
  'what we set sysctl reads, and what it sets we read; names may have dots',
  needs,
  async () => {
    run('ip', 'link', 'add', 'v.1', 'type', 'veth', 'peer', 'name', 'w1')
    for (const [key, path] of [
      ['net.ipv4.conf.v.1.forwarding', 'net/ipv4/conf/v.1/forwarding'],
      ['net.ipv6.conf.w1.accept_ra', 'net/ipv6/conf/w1/accept_ra'],
      ['net.ipv4.neigh.v.1.mcast_solicit', 'net/ipv4/neigh/v.1/mcast_solicit'],
      ['net.ipv4.ip_forward', 'net/ipv4/ip_forward']
    ] as const) {
      sysctl.set(key, 1)
      assert.is(theirs(path), '1', key)
      run('sysctl', '-qw', `${path}=0`)
      assert.is(sysctl.get(key), theirs(path), key)
    }
    sysctl.set('net.ipv4.ip_local_port_range', '40000 50000')
    assert.is(theirs('net/ipv4/ip_local_port_range'), '40000\t50000')
    assert.is(sysctl.get('net.ipv4.ip_local_port_range'), '40000\t50000')
    assert.equal([...sysctl.interfaces('ipv4')].sort(), ['lo', 'v.1', 'w1'])
  }
)

kernelTest(test, 'in another namespace, by any reference; ours stays', needs, async () => {
  await namespaces.create('blue')
  await using blue = open({ namespace: 'blue' })
  const key = 'net.ipv4.conf.all.rp_filter'
  const before = theirs(key)
  await blue.sysctl.set(key, 2)
  assert.equal([theirs(key, 'blue'), theirs(key)], ['2', before])
  assert.is(await blue.sysctl.get(key), '2')
  assert.is(sysctl.get(key, { path: '/run/netns/blue' }), '2')
  await namespaces.remove('blue')
})

kernelTest(test, 'a connection stays in its namespace, whatever the name is by now', needs, async () => {
  await namespaces.create('red')
  const connection = open({ namespace: 'red' })
  const key = 'net.ipv4.conf.all.rp_filter'
  await connection.sysctl.set(key, 2)
  await namespaces.remove('red')
  await namespaces.create('red')
  assert.is(await connection.sysctl.get(key), '2')
  await connection.sysctl.set(key, 1)
  assert.not.equal(theirs(key, 'red'), '1')
  connection.close()
  assert.is((await fault(() => connection.sysctl.get(key)))._tag, 'Closed')
  await namespaces.remove('red')
})

kernelTest(test, 'what is wrong is said', needs, async () => {
  const missing = await fault(() => sysctl.get('net.ipv4.nosuch'))
  assert.equal([missing._tag, missing.key, missing.code], ['SysctlFailed', 'net.ipv4.nosuch', 'ENOENT'])
  const refused = await fault(() => sysctl.set('net.ipv4.ip_forward', 'maybe'))
  assert.equal([refused._tag, refused.code], ['SysctlFailed', 'EINVAL'])
  assert.is((await fault(() => sysctl.get('net.ipv4.ip_forward', 'nowhere')))._tag, 'NamespaceNotFound')
  assert.is(
    (await fault(() => open({ namespace: 'nowhere' }).sysctl.get('net.ipv4.ip_forward')))._tag,
    'NamespaceNotFound'
  )
  const outside = isolink.sysctl.get('../../etc/passwd')
  assert.ok(E.isLeft(outside))
})

kernelTest(test, 'what can only be written, or only be read, is told as that, to root too', [], async () => {
  assert.match(
    String((await fault(() => sysctl.get('net.ipv4.route.flush'))).hint),
    /^this parameter can only be written$/
  )
  sysctl.set('net.ipv4.route.flush', 1)
  assert.match(
    String((await fault(() => sysctl.set('net.ipv4.tcp_available_congestion_control', 'cubic'))).hint),
    /^this parameter can only be read$/
  )
})

kernelTest(test, 'who may nothing may read where he is', [...needs, otherUser()], async () => {
  const script = `const { open } = require('./src/promises')
open().sysctl.get('net.ipv4.ip_forward').then(value => process.stdout.write(value))`
  const said = run(
    'setpriv',
    '--reuid=65534',
    '--clear-groups',
    process.execPath,
    '-r',
    'ts-node/register/transpile-only',
    '-e',
    script
  )
  assert.is(said, theirs('net.ipv4.ip_forward'))
})

test.run()
