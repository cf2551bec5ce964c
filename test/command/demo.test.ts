import { type SpawnSyncReturns, spawnSync } from 'node:child_process'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { raze, sh, stateOfHost } from '../lab'
import { command, kernelTest, linkKind, otherUser } from '../sandbox'
import { isolink, nobody, output, program, refused, root } from './child'

const test = suite('demo')

/** Nothing can be run that is looked up. */
const env = { PATH: '' }

const claims = [
  'blue reaches the other host',
  'the other host sees the host’s address',
  'the other host cannot reach blue, even by a route',
  'but by the published port',
  'as the host does by its own address',
  'and by 127.0.0.1',
  'the host is as before'
]

const allHolds = (shown: string): void => {
  for (const claim of claims) assert.ok(shown.includes(`\n✓ ${claim} `), `${claim}:\n${shown}`)
  assert.not.match(shown, /✗/)
}

kernelTest(test, 'isolink demo, as root, with an empty PATH', [command('ip'), command('nft')], () => {
  const before = stateOfHost()
  allHolds(output(isolink(['demo'], { env })))
  assert.equal(stateOfHost(), before)
})

kernelTest(test, 'isolink demo veth-masquerade, as a user, with an empty PATH', [otherUser()], () => {
  allHolds(output(isolink(['demo', 'veth-masquerade'], { env, ...nobody })))
})

kernelTest(test, 'isolink demo macvlan', [linkKind('macvlan')], () => {
  const shown = output(isolink(['demo', 'macvlan'], { env }))
  assert.match(shown, /^✓ blue has a hardware address of its own /m)
  assert.match(shown, /^✓ the host is as before /m)
  assert.not.match(shown, /✗/)
})

const noIpvlan = linkKind('ipvlan')
const lack =
  /this kernel has no links of kind ipvlan .*; needed are Linux 3\.19 or later and its module ipvlan/

kernelTest(test, 'isolink demo ipvlan', [noIpvlan], () => {
  const shown = output(isolink(['demo', 'ipvlan'], { env }))
  assert.match(shown, /^✓ blue has the host’s hardware address /m)
  assert.match(shown, /^✓ the host is as before /m)
  assert.not.match(shown, /✗/)
})

kernelTest(
  test,
  'a demo that the kernel cannot show says what is lacking; among all it is left out',
  [noIpvlan === undefined ? 'the kernel has ipvlan' : undefined],
  () => {
    const { status, stderr } = isolink(['demo', 'ipvlan'], { env })
    assert.is(status, 1)
    assert.match(stderr, lack)
    const all = output(isolink(['demo'], { env }))
    assert.match(all, new RegExp(`^– left out: .*${lack.source}$`, 'm'))
    assert.match(all, /^veth-masquerade: /m)
  }
)

kernelTest(test, 'npm run demo', [], () => {
  const { status, stdout, stderr } = spawnSync('npm', ['run', '--silent', 'demo'], {
    cwd: root,
    encoding: 'utf8'
  })
  assert.equal([stderr, status], ['', 0], stdout)
  allHolds(stdout)
})

/** What runs in the demo's sandbox; here in that of this test. */
const stage = (environment: NodeJS.ProcessEnv): SpawnSyncReturns<string> =>
  spawnSync(process.execPath, ['-r', 'ts-node/register', 'src/command/demo/stage.ts', 'veth-masquerade'], {
    cwd: root,
    env: { ...process.env, ...environment },
    encoding: 'utf8'
  })

kernelTest(test, 'what does not hold is marked, and the status is 1', [command('nft'), command('ip')], () => {
  sh(`nft add table ip foreign
nft 'add chain ip foreign early { type filter hook prerouting priority -310; }'
nft add rule ip foreign early iifname eth0 tcp dport 8080 drop
nft 'add chain ip foreign nat { type nat hook prerouting priority -110; }'
nft add rule ip foreign nat ip daddr 192.168.45.3 icmp type echo-request dnat to 10.0.6.10`)
  const { status, stdout, stderr } = stage({})
  raze()
  const marked = [...stdout.matchAll(/^✗ (.*?) {2,}(.*)$/gm)].map(([, claim, seen]) => [claim, seen])
  assert.equal(
    marked,
    [
      ['the other host cannot reach blue, even by a route', 'ping 192.168.45.3: a reply'],
      ['but by the published port', 'namespaces.connect 10.0.6.10:8080: not done within 3000 ms']
    ],
    stdout
  )
  assert.match(stdout, /^✓ the host is as before /m)
  assert.equal([stderr, status], ['', 1])
})

kernelTest(test, 'the stage is set in a sandbox only', [], () => {
  refused(
    stage({ ISOLINK_SANDBOX_OF: undefined }),
    2,
    /^the demos run in a sandbox only: isolink demo makes one$/
  )
})

kernelTest(
  test,
  'without user namespaces a user is told what to do',
  [otherUser(), command('unshare'), command('setpriv')],
  () => {
    const shell = `echo 0 > /proc/sys/user/max_user_namespaces
exec setpriv --bounding-set -all --inh-caps -all "$@"`
    const words = ['--user', '--map-root-user', 'sh', '-c', shell, 'sh', process.execPath, ...program, 'demo']
    refused(
      spawnSync('unshare', words, { cwd: root, encoding: 'utf8' }),
      1,
      /^no sandbox can be made: clone: .*; run as root, or let users make user namespaces: sysctl /
    )
  }
)

test.run()
