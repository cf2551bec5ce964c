import { spawnSync } from 'node:child_process'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { candidates } from '../../src/command/complete'
import { programWith } from '../../src/command/program'
import { raise } from '../lab'
import { command, kernelTest, run } from '../sandbox'
import { isolink, output, program, root } from './child'

const test = suite('completion')
const needs = [command('ip'), command('nft')]

const all = programWith(() => true)

const complete = async (words: string): Promise<ReadonlyArray<string>> => {
  const before = words.split(' ')
  const last = before.pop() ?? ''
  const found = await candidates(all, before, last)
  return found.map(([word]) => word).filter(word => word === ':file' || word.startsWith(last))
}

kernelTest(test, 'a host with namespaces and isolations', needs, () => {
  raise()
  run('ip', 'netns', 'add', 'blue moon')
  output(isolink(['up', 'docs/examples/bridge-network.json'], { cwd: root }))
})

test('commands: all that --help lists', async () => {
  const [, listed = ''] = output(isolink(['--help'])).split('\nCommands:\n')
  assert.equal(
    await complete(''),
    [...listed.matchAll(/^ {2}(\w+)/gm)].map(([, name]) => name)
  )
  assert.equal(await complete('di'), ['diagram'])
  assert.equal(await complete('help di'), ['diagram'])
})

test('options: all that --help lists', async () => {
  for (const command of all.commands) {
    const listed = command.helpInformation().matchAll(/^ {2}(?:-\w, )?(--[\w-]+)/gm)
    assert.equal(
      await complete(`${command.name()} -`),
      [...listed].map(([, option]) => option),
      command.name()
    )
  }
})

const told: ReadonlyArray<readonly [words: string, ...expected: ReadonlyArray<string>]> = [
  ['show ', 'link', 'address', 'route', 'rule', 'neighbour', 'nftables', 'conntrack'],
  ['monitor link a', 'address'],
  ['show link '],
  ['show link --json --namespace g', 'green'],
  ['diagram --format s', 'svg'],
  ['diagram --format = s', 'svg'],
  ['diagram --format = ', 'mermaid', 'dot', 'svg', 'json'],
  ['up --confirm-within '],
  ['up ', ':file'],
  ['plan --script doc', ':file'],
  ['attach ', 'web'],
  ['attach web ', ':file'],
  ['detach web ', 'green', 'red'],
  ['publish ', 'web/green', 'web/red'],
  ['unpublish web/r', 'web/red'],
  ['down w', 'web'],
  ['down web '],
  ['exec r', 'red'],
  ['exec red -- l', ':file'],
  ['exec red --js'],
  ['completion f', 'fish'],
  ['nonsense '],
  ['demo host', 'host-fake-ip']
]

for (const [words, ...expected] of told)
  kernelTest(test, `isolink ${words}…`, needs, async () => {
    assert.equal(await complete(words), expected)
  })

const ours = [process.execPath, ...program].map(word => `'${word}'`).join(' ')

/** Types in an interactive shell, in which `isolink` says with which words it was called: what it said, call by call. */
const typed = (shell: string, setup: string, keys: ReadonlyArray<string>): ReadonlyArray<string> => {
  const said = `isolink() { if [ "$1" = complete ]; then ${ours} "$@"; else printf '<%s>' "$@"; echo; fi; }`
  const { stdout } = spawnSync('script', ['-qec', shell, '/dev/null'], {
    cwd: root,
    input: [said, setup, ...keys, 'exit', ''].join('\n'),
    encoding: 'utf8',
    timeout: 60_000,
    env: { ...process.env, TERM: 'dumb' }
  })
  return stdout.split(/\r?\n/).filter(line => /^(<[^<>]*>)+$/.test(line))
}

for (const [shell, start, setup] of [
  ['bash', 'bash --norc --noprofile -i', ''],
  ['zsh', 'zsh -f -i', 'autoload -U compinit; compinit -u -D; ']
] as const)
  kernelTest(test, `lines typed in ${shell}`, [...needs, command(shell), command('script')], () => {
    assert.equal(
      typed(start, `${setup}eval "$(${ours} completion ${shell})"`, [
        'isolink diag\t--form\tsv\t',
        'isolink exec blue\t',
        'isolink plan READ\t',
        'isolink down w\t'
      ]),
      ['<diagram><--format><svg>', '<exec><blue moon>', '<plan><README.md>', '<down><web>']
    )
  })

kernelTest(test, 'lines typed in fish', [...needs, command('fish')], () => {
  const typed = ['isolink diag', 'isolink exec blu', 'isolink plan READ', 'isolink down w']
  const script = [
    `function isolink; ${ours} $argv; end`,
    'isolink completion fish | source',
    ...typed.map(line => `complete -C '${line}'`)
  ]
  const { stdout, stderr } = spawnSync('fish', ['--no-config', '-c', script.join('\n')], {
    cwd: root,
    encoding: 'utf8'
  })
  assert.equal(
    stdout.split('\n').map(line => line.split('\t')[0]),
    ['diagram', 'blue moon', 'README.md', 'web', ''],
    stderr
  )
})

kernelTest(test, 'whoever may look at nothing is told nothing', [], () => {
  const { stdout, stderr } = isolink(['complete', '--', 'down', ''], {
    env: { ...process.env, ISOLINK_STATE_DIR: '/proc/1/nowhere' }
  })
  assert.equal([stdout, stderr], ['', ''])
})

test.run()
