import { spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { createInterface } from 'node:readline'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import {
  apply,
  attach,
  bridgeNetwork,
  detach,
  directLink,
  namespaces,
  status,
  teardown
} from '../../src/promises'
import { ask, raise, raze, reaches, refusal, serve, sh, stateOfHost, unnamed } from '../lab'
import { command, kernelTest } from '../sandbox'

const test = suite('what goes wrong elsewhere')
const needs = [command('ip'), command('nft')]

test.before.each(() => {
  raise()
  sh('sysctl -qw net.ipv6.conf.default.accept_dad=0')
})
test.after.each(raze)

const network = bridgeNetwork({
  name: 'web',
  gateways: ['10.100.0.1/24', 'fd00:100::1/64'],
  uplink: 'eth0'
})

const count = 100

kernelTest(test, `${count} endpoints that are attached at once are all there`, needs, async () => {
  const before = stateOfHost()
  await apply(network)
  const numbers = Array.from({ length: count }, (_, n) => n + 2)
  const outcomes = await Promise.allSettled(
    numbers.map(n =>
      attach('web', {
        namespace: `n${n}`,
        address: `10.100.0.${n}/24`,
        publish: [{ hostPort: 8000 + n, port: 80 }]
      })
    )
  )
  assert.equal(
    outcomes.filter(({ status: how }) => how === 'rejected'),
    []
  )
  assert.equal(
    (await status('web')).map(({ state }) => state),
    ['up']
  )
  for (const n of [2, 51, 101]) assert.ok(await reaches('n2', `10.100.0.${n === 2 ? 3 : n}`))
  const server = await serve('n77', 80)
  assert.is(await ask('other', '10.0.6.10', 8077), '10.0.6.20')
  server.close()
  await teardown('web')
  assert.equal(stateOfHost(), before)
})

for (const family of [4, 6] as const)
  kernelTest(
    test,
    `IPv${family}: a port whose endpoint died is the next one’s at once, TCP and UDP`,
    needs,
    async () => {
      const of = (n: number): string => (family === 4 ? `10.100.0.${n}/24` : `fd00:100::${n}/64`)
      const here = family === 4 ? '10.0.6.10' : 'fd00:6::10'
      const publish = (['tcp', 'udp'] as const).map(protocol => ({ protocol, hostPort: 8000, port: 80 }))
      await apply(network)
      await attach('web', { namespace: 'red', address: of(2), publish })
      const old = await serve('red', 80)
      const client = createSocket(family === 4 ? 'udp4' : 'udp6')
      await namespaces.listen('other', client, { host: family === 4 ? '0.0.0.0' : '::', port: 7777 })
      const tell = async (): Promise<void> => {
        const answer = new Promise(resolve => client.once('message', resolve))
        client.send('?', 8000, here)
        await answer
      }
      await tell()
      assert.is(old.asked.length, 1)
      old.close()
      sh('ip netns delete red')
      const taken = await refusal(attach('web', { namespace: 'green', address: of(3), publish }))
      assert.is(taken._tag, 'PortTaken', 'nobody stands in the shadow of what is on record')
      await detach('web', 'red')
      await attach('web', { namespace: 'green', address: of(3), publish })
      const server = await serve('green', 80)
      await tell()
      assert.match(await ask('other', here, 8000), family === 4 ? /^10\.0\.6\.20$/ : /^fd00:6::20$/)
      assert.is(server.asked.length, 2)
      client.close()
      server.close()
    }
  )

kernelTest(
  test,
  'down, down and down again when the process has died whose namespace it was',
  needs,
  async () => {
    const before = stateOfHost()
    const [one, other] = [await unnamed(), await unnamed()]
    await apply(
      directLink({
        name: 'ab',
        ends: [
          { pid: one.pid, interface: 'veth11', address: '192.168.5.1/24' },
          { pid: other.pid, interface: 'veth22', address: '192.168.5.2/24' }
        ]
      })
    )
    await one.end()
    await other.end()
    for (const found of [true, false, false]) assert.equal(await teardown('ab'), { name: 'ab', found })
    assert.equal(stateOfHost(), before)
  }
)

/** A program that applies a plan with ever more descriptors to spare, and waits each time until the host was looked at. */
const sparing = `
const { closeSync, openSync } = require('node:fs')
const lines = require('node:readline').createInterface(process.stdin)[Symbol.asyncIterator]()
const { apply, teardown, vethMasquerade } = require('./src/promises')
const plan = vethMasquerade({ namespace: 'blue', uplink: 'eth0', address: '192.168.45.3/24', gateway: '192.168.45.2' })
const withSpare = async (spare, use) => {
  const held = []
  try {
    for (;;) held.push(openSync('/dev/null'))
  } catch {}
  for (let n = 0; n < spare; n++) closeSync(held.pop())
  const outcome = await use().then(() => ['applied'], ({ _tag, message }) => [_tag, message])
  for (const each of held) closeSync(each)
  return outcome
}
const main = async () => {
  await apply(plan)
  await teardown('blue')
  for (let spare = 0, how; how !== 'applied'; spare++) {
    const outcome = await withSpare(spare, () => apply(plan))
    how = outcome[0]
    console.log(JSON.stringify(outcome))
    await lines.next()
  }
  process.exit()
}
void main()`

kernelTest(
  test,
  'however few descriptors there are: all of it is there, or the error says so and nothing is',
  needs,
  async () => {
    const before = stateOfHost()
    const child = spawn(
      'sh',
      ['-c', 'ulimit -n 100; exec "$0" "$@"', process.execPath, '-r', 'ts-node/register', '-e', sparing],
      {
        cwd: `${__dirname}/../..`,
        stdio: ['pipe', 'pipe', 'inherit']
      }
    )
    const outcomes: Array<readonly [how: string, message?: string]> = []
    for await (const line of createInterface(child.stdout)) {
      const outcome = JSON.parse(line)
      outcomes.push(outcome)
      if (outcome[0] === 'applied') await teardown('blue')
      assert.equal(stateOfHost(), before, line)
      child.stdin.write('\n')
    }
    assert.equal(outcomes.pop(), ['applied'])
    const tags = new Set(outcomes.map(([tag]) => tag))
    assert.equal(tags, new Set(['JournalFailed', 'SystemCallFailed', 'StepFailed']))
    for (const [, message] of outcomes) assert.match(String(message), /EMFILE/)
  }
)

test.run()
