import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { namespaces } from '../../src/promises'
import { raise, raze, settled, sh, stateOfHost } from '../lab'
import { command, kernelTest, otherUser } from '../sandbox'
import { isolink, nobody, output, program, refused, root } from './child'

const test = suite('up')
const needs = [command('ip'), command('nft')]

const example = join(root, 'docs/examples/veth-masquerade.json')
const parameters = JSON.parse(readFileSync(example, 'utf8')) as object

/** The example with some parameters changed, on the standard input of `isolink up -`. */
const up = (changed: object, options = {}): ReturnType<typeof isolink> =>
  isolink(['up', '-'], { input: JSON.stringify({ ...parameters, ...changed }), ...options })

/** Runs `isolink` on a terminal: what it shows. */
const onTerminal = (...words: ReadonlyArray<string>): string => {
  const line = [process.execPath, ...program, ...words].map(word => `'${word}'`).join(' ')
  const { stdout } = spawnSync('script', ['-qec', line, '/dev/null'], { cwd: root, encoding: 'utf8' })
  return stdout.replaceAll('\r', '')
}

/** The tests are one story: each begins where the one before ended. */
let before: object

kernelTest(test, 'a host with an uplink and a default route', needs, async () => {
  raise()
  before = await settled()
})

const wrong: ReadonlyArray<readonly [changed: object, status: number, sentence: RegExp]> = [
  [{ gatway: '192.168.45.2' }, 2, /^veth-masquerade: gatway: .*: did you mean gateway\?$/],
  [{ address: '192.168.45.300/24' }, 2, /^veth-masquerade: address: "192\.168\.45\.300\/24" is not an/],
  [{ gateway: '10.0.0.1' }, 2, /^veth-masquerade: gateway: 10\.0\.0\.1 is not in 192\.168\.45\.0\/24/],
  [{ uplink: 'wan0' }, 1, /^uplink: there is no interface wan0 on the host; name one that is there$/],
  [{ hostInterface: 'spare' }, 1, /^hostInterface: spare exists already on the host; choose another name/]
]

for (const [changed, status, sentence] of wrong)
  kernelTest(test, `isolink up: ${JSON.stringify(changed)}`, needs, () => {
    sh('ip link add spare type veth peer name spare2')
    const here = stateOfHost()
    refused(up(changed), status, sentence)
    assert.equal(stateOfHost(), here)
    sh('ip link delete spare')
  })

kernelTest(test, 'isolink up, without privilege', [...needs, otherUser()], () => {
  refused(up({}, nobody), 1, /^this process lacks CAP_NET_ADMIN and CAP_SYS_ADMIN: run as root/)
  assert.equal(stateOfHost(), before)
})

kernelTest(test, 'isolink up --dry-run says what would be done, and does nothing', needs, () => {
  const said = output(isolink(['up', '--dry-run', example]))
    .trimEnd()
    .split('\n')
  assert.ok(said.every(line => line.startsWith('would ')))
  assert.ok(said.includes('would give eth0 in blue the address 192.168.45.3/24'))
  assert.ok(
    said.some(line => line.includes('eth0 and veth-blue')),
    'the uplink is looked up'
  )
  refused(isolink(['up', '--dry-run', '-'], { input: '{}' }), 2, /^recipe: /)
  assert.equal(stateOfHost(), before)
})

kernelTest(test, 'isolink up is quiet in a pipe, and the second time changes nothing', needs, async () => {
  assert.is(output(isolink(['up', example])), '')
  const applied = await settled()
  assert.is(output(isolink(['up', example])), '')
  assert.match(
    output(isolink(['up', '--dry-run', example])),
    /^blue is up already: nothing would be changed\n$/
  )
  assert.equal(stateOfHost(), applied)
})

kernelTest(test, 'isolink up --dry-run says what would be repaired', needs, () => {
  sh('nft flush map ip isolink published')
  assert.match(
    output(isolink(['up', '--dry-run', example])),
    /^would repair: put \d+ entr(?:y|ies) into table ip isolink/
  )
  assert.is(output(isolink(['up', example])), '')
  assert.match(output(isolink(['up', '--dry-run', example])), /nothing would be changed/)
})

kernelTest(test, 'isolink up: the name is taken', needs, () => {
  const here = stateOfHost()
  const sentence =
    /^name: blue is applied already, with other parameters \(publish\.0: \{.*"hostPort":8080.*\} → none\); take it down first/
  refused(up({ publish: [] }), 1, sentence)
  const input = JSON.stringify({ ...parameters, publish: [] })
  refused(isolink(['up', '--dry-run', '-'], { input }), 1, sentence)
  assert.equal(stateOfHost(), here)
})

kernelTest(test, 'isolink exec in what is up', needs, async () => {
  assert.match(
    output(isolink(['exec', 'blue', '--', 'ip', '-brief', 'address'])),
    /^eth0\S* +UP +192\.168\.45\.3\/24/m
  )
  assert.is((await namespaces.ping('blue', '10.0.6.20')).received, 1)
})

kernelTest(test, 'isolink down: the host is as before, and the second time too', needs, () => {
  assert.is(output(isolink(['down', 'blue'])), '')
  assert.equal(stateOfHost(), before)
  assert.is(output(isolink(['down', 'blue'])), '')
})

kernelTest(test, 'isolink up - takes YAML, isolink down undoes it', needs, () => {
  const input =
    'recipe: veth-masquerade\nnamespace: blue # made\naddress: 192.168.45.3/24\ngateway: 192.168.45.2\n'
  assert.is(output(isolink(['up', '-'], { input })), '')
  assert.ok(existsSync('/run/netns/blue'))
  output(isolink(['down', 'blue']))
  assert.equal(stateOfHost(), before)
})

kernelTest(test, 'on a terminal each step is told', [...needs, command('script')], () => {
  const steps = output(isolink(['plan', example]))
    .trimEnd()
    .split('\n')
    // What a step has a table do is not a step.
    .filter(line => !/^(masquerade|publish) /.test(line))
  const told = onTerminal('up', example).trimEnd().split('\n')
  assert.equal(told, [
    ...steps.map(step => `✓ ${step.replace('the uplink', 'eth0')}`),
    'blue is up; isolink down blue takes it down'
  ])
  assert.match(onTerminal('down', 'blue'), /✓ undone: make the namespace blue\nblue is down\n$/)
  assert.is(onTerminal('down', 'blue'), 'blue was not up\n')
  assert.equal(stateOfHost(), before)
})

kernelTest(test, 'a second time to confirm is no more time', [...needs, command('script')], () => {
  const left = (told: string): number => Number(/follows within (\d+) s, it is undone$/.exec(told)?.[1])
  const first = onTerminal('up', example, '--confirm-within', '100s').trimEnd()
  assert.ok(left(first) <= 100 && left(first) > 50, first)
  const second = onTerminal('up', example, '--confirm-within', '500s').trimEnd()
  assert.match(
    second,
    /^blue is up already\nthe time that was given first stays: unless isolink confirm blue /
  )
  assert.ok(left(second) <= 100, second)
  output(isolink(['confirm', 'blue']))
  assert.is(
    onTerminal('up', example, '--confirm-within', '100s'),
    'blue is up already\nnobody has to confirm it: blue was up before, and stays\n'
  )
  output(isolink(['down', 'blue']))
})

kernelTest(test, 'isolink plan --script | sh does what isolink up does', needs, async () => {
  const seen = (): string =>
    output(isolink(['show', 'route', '--namespace', 'blue'])) + sh('nft list table ip isolink')
  const script = output(isolink(['plan', '--script', example]))
  sh(script)
  const byHand = seen()
  raze()
  raise()
  output(isolink(['up', example]))
  assert.is(seen().replaceAll('"blue"', '"by hand"'), byHand)
  assert.is((await namespaces.ping('blue', '10.0.6.20')).received, 1)
  output(isolink(['down', 'blue']))
})

test.run()
