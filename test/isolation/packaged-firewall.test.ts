/** The firewalls that Debian packages, as they are, each in the sandbox with a copy of its own settings. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { get } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import * as E from 'fp-ts/Either'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { status } from '../../src/index'
import { apply, bridgeNetwork, teardown } from '../../src/promises'
import { ask, ip, raise, raze, reaches, serve, sh, stateOfHost } from '../lab'
import { command, kernelTest, type Missing, oracle, otherUser } from '../sandbox'

const test = suite('firewalls as Debian packages them')
const needs = [command('ip'), command('nft'), command('iptables')]

const undone: Array<() => void | Promise<void>> = []

test.before.each(raise)
test.after.each(async () => {
  for (const undo of undone.splice(0).reverse()) await undo()
  raze()
})

/** Settings are a copy of the machine's, and logs and data are nowhere, in our mount namespace alone: that place. */
const withOwnSettings = (): string => {
  const at = mkdtempSync(join(tmpdir(), 'isolink-'))
  sh(`cp -a /etc ${at}/etc; mount --bind ${at}/etc /etc; mount -t tmpfs tmpfs /var/log`)
  undone.push(() => {
    sh('umount /var/log /etc')
    rmSync(at, { recursive: true, force: true })
  })
  return at
}

/** A program that runs until it is ended, once it is ready. */
const daemon = async (
  name: string,
  args: ReadonlyArray<string>,
  isReady: () => boolean | Promise<boolean>
): Promise<ChildProcess> => {
  const child = spawn(oracle(name) ?? name, args, { stdio: 'ignore' })
  const ended = once(child, 'exit')
  undone.push(async () => {
    child.kill()
    await ended
  })
  for (let n = 0; n < 300 && child.exitCode === null && !(await isReady()); n++) await delay(100)
  assert.ok(await isReady(), `${name} does not start`)
  return child
}

const works = (script: string): boolean => {
  try {
    sh(script)
    return true
  } catch {
    return false
  }
}

/** Whether Docker's daemon answers at its socket. */
const answers = (socketPath: string): Promise<boolean> =>
  new Promise(resolve => {
    get({ socketPath, path: '/_ping' }, response => {
      response.resume()
      resolve(response.statusCode === 200)
    }).on('error', () => resolve(false))
  })

/** All rules of iptables but ours. */
const foreign = (): ReadonlyArray<string> =>
  sh('iptables -S; iptables -t nat -S; ip6tables -S; ip6tables -t nat -S')
    .split('\n')
    .filter(rule => !rule.includes('--comment "isolink web"'))

const withoutRules = (): object => ({ ...stateOfHost(), ruleset: undefined })

const isGone = (): void => assert.not.match(sh('nft list ruleset'), /isolink/)

const network = bridgeNetwork({
  name: 'web',
  gateways: ['10.100.0.1/24', 'fd00:100::1/64'],
  uplink: 'eth0',
  endpoints: [
    {
      namespace: 'red',
      addresses: ['10.100.0.2/24', 'fd00:100::2/64'],
      publish: [{ hostPort: 8000, port: 80 }]
    },
    { namespace: 'green', addresses: ['10.100.0.3/24', 'fd00:100::3/64'] }
  ]
})

const isUp = async (): Promise<void> => {
  const found = await status('web')()
  assert.equal(E.isRight(found) ? found.right.map(({ state, drift }) => [state, drift]) : found, [['up', []]])
  const server = await serve('red', 80)
  for (const [other, here] of [
    ['10.0.6.20', '10.0.6.10'],
    ['fd00:6::20', 'fd00:6::10']
  ] as const) {
    assert.ok(await reaches('red', other), other)
    assert.is(await ask('other', here, 8000), other)
    assert.is(await ask('green', here, 8000), here.includes(':') ? 'fd00:100::1' : '10.100.0.1')
  }
  server.close()
}

/** What was lost of it is told, and the same again brings it back. */
const comesBack = async (): Promise<void> => {
  await apply(network)
  await isUp()
}

/** Daemons of the system become users of their own, and what is in /etc belongs to more than one. */
const ownUser: Missing = otherUser()

kernelTest(
  test,
  'ufw: works, remains readable, also when it is loaded anew, and is left as it was',
  [...needs, command('ufw'), ownUser],
  async () => {
    withOwnSettings()
    sh('ufw --force enable')
    undone.push(() => void sh('ufw --force disable'))
    const [before, shown, rules] = [withoutRules(), sh('ufw status verbose'), foreign()]
    assert.match(shown, /deny \(incoming\), allow \(outgoing\), disabled \(routed\)/)
    await apply(network)
    await isUp()
    // Before Linux 6.17 IPv6 is forwarded for all links at once, and ufw looks at that.
    assert.is(sh('ufw status verbose').replace('deny (routed)', 'disabled (routed)'), shown)
    assert.equal(foreign(), rules)
    sh('ufw allow 9/tcp; ufw reload')
    await comesBack()
    assert.match(sh('ufw status'), /9\/tcp +ALLOW/)
    sh('ufw delete allow 9/tcp')
    await comesBack()
    const left = foreign()
    await teardown('web')
    assert.equal(foreign(), left)
    isGone()
    assert.equal(withoutRules(), before)
  }
)

kernelTest(
  test,
  'firewalld: works, remains readable, also when it is loaded anew, and is left as it was',
  [...needs, command('firewalld'), command('dbus-daemon'), ownUser],
  async () => {
    withOwnSettings()
    mkdirSync('/run/dbus', { recursive: true })
    await daemon('dbus-daemon', ['--system', '--nofork', '--nopidfile'], () =>
      works('test -S /run/dbus/system_bus_socket')
    )
    await daemon('firewalld', ['--nofork', '--nopid'], () => works('firewall-cmd --state'))
    const shown = sh('firewall-cmd --list-all')
    await apply(network)
    await isUp()
    assert.is(sh('firewall-cmd --list-all'), shown)
    sh('firewall-cmd --add-port=9/tcp; firewall-cmd --reload')
    await comesBack()
    await teardown('web')
    assert.is(sh('firewall-cmd --list-all'), shown)
    isGone()
  }
)

kernelTest(
  test,
  'docker: works beside its daemon, also when that starts anew, and its rules are left as they were',
  [...needs, command('dockerd'), ownUser],
  async () => {
    const at = withOwnSettings()
    const start = (): Promise<ChildProcess> =>
      daemon(
        'dockerd',
        [
          ...['--storage-driver', 'vfs', '--data-root', join(at, 'data'), '--exec-root', join(at, 'exec')],
          ...['--pidfile', join(at, 'pid')],
          ...['--host', `unix://${at}/socket`, '--ip6tables', '--experimental']
        ],
        () => answers(join(at, 'socket'))
      )
    await start()
    const rules = foreign()
    assert.ok(rules.includes('-P FORWARD DROP'))
    await apply(network)
    await isUp()
    assert.equal(foreign(), rules)
    await undone.pop()?.()
    await start()
    await comesBack()
    await teardown('web')
    assert.equal([...foreign()].sort(), [...rules].sort())
    isGone()
    ip('link delete docker0')
  }
)

test.run()
