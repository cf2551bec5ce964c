import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { ip, raise, stateOfHost } from '../lab'
import { command, kernelTest, linkKind, type Missing } from '../sandbox'
import { isolink, output, program, root } from './child'

const test = suite('example')
const needs = [command('ip'), command('nft')]

kernelTest(test, 'a host with an uplink, a default route and a second interface', needs, () => {
  raise()
  ip('link add eth1 type veth peer name eth1 netns other')
  ip('link set eth1 up', '-n', 'other')
})

/** In an order in which each finds what it needs. */
const commands = [
  'plan',
  'up',
  'attach',
  'detach',
  'publish',
  'unpublish',
  'exec',
  'show',
  'monitor',
  'diagram',
  'decode',
  'completion',
  'status',
  'confirm',
  'down',
  'recover',
  'gc',
  'demo'
]

test('each command has an example', () => {
  const listed = [...output(isolink(['--help'])).matchAll(/^ {2}(\w+) {2,}[^-\n]*$/gm)].map(
    ([, name]) => name
  )
  assert.equal(listed.filter(name => name !== 'help').sort(), commands.toSorted())
})

kernelTest(test, 'a bridge network to attach to', needs, () => {
  output(isolink(['up', 'docs/examples/bridge-network.json'], { cwd: root }))
})

for (const name of commands)
  kernelTest(test, `the example of isolink ${name} --help`, needs, () => {
    const [, example = ''] = output(isolink([name, '--help'])).split('\nExample:\n')
    assert.match(example, new RegExp(`^ {2}isolink ${name}\\b`, 'm'))
    const words = [process.execPath, ...program].map(word => `'${word}'`).join(' ')
    const script = `isolink() { ${words} "$@"; }\n${example.replace(/^ {2}/gm, '')}`
    const { status, stdout, stderr } = spawnSync('sh', ['-e'], { cwd: root, input: script, encoding: 'utf8' })
    assert.equal([stderr, status], ['', 0], stdout)
  })

kernelTest(test, 'the bridge network goes', needs, () => {
  output(isolink(['down', 'web']))
})

/** What an example needs beyond the others. */
const wants: { readonly [file: string]: Missing } = {
  'ipvlan.ts': linkKind('ipvlan'),
  'macvlan.ts': linkKind('macvlan')
}

for (const file of readdirSync(join(root, 'docs/examples')).filter(name => name.endsWith('.ts')))
  kernelTest(test, `docs/examples/${file}`, [...needs, wants[file]], () => {
    const before = stateOfHost()
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ['--conditions=isolink-source', '-r', 'ts-node/register', join('docs/examples', file)],
      { cwd: root, encoding: 'utf8' }
    )
    assert.equal([stderr, status], ['', 0], stdout)
    assert.match(stdout, /^hello from \w+$/m)
    assert.equal(stateOfHost(), before)
  })

test.run()
