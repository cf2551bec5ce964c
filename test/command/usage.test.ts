import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { isolink, output, refused, root } from './child'

const test = suite('usage')

const least = 'recipe: veth-masquerade\nnamespace: blue\naddress: 192.168.45.3/24\ngateway: 192.168.45.2\n'

/** What is typed, what the sentence says, and what stands on the standard input. */
const wrong: ReadonlyArray<readonly [words: string, sentence: RegExp, input?: string]> = [
  ['upp blue.json', /^unknown command 'upp': did you mean up\?$/],
  ['up --dryrun blue.json', /^unknown option '--dryrun': did you mean --dry-run\?$/],
  ['up', /^missing required argument 'recipe'$/],
  ['down blue green', /^too many arguments/],
  ['down a%b', /^name: a%b is no name: up to 64 letters, /],
  ['status a%b', /^name: a%b is no name: /],
  ['confirm a%b', /^name: a%b is no name: /],
  ['exec blue --', /^missing required argument 'command'$/],
  ['show lnk', /^object: lnk is none of link, [a-z, ]+: did you mean link\?$/],
  ['decode 1g', /^hex: line 1: "1g" is not hexadecimal$/],
  ['decode 1000', /^hex: 2 bytes hold no message: its header alone has 16$/],
  ['decode --protocol routes 00', /^--protocol: routes is none of .*: did you mean route\?$/],
  ['up --confirm-within soon blue.json', /^--confirm-within: soon is no duration such as /],
  ['publish blue http', /^port: http is no port such as 8080:80, 53:53\/udp or 127\.0\.0\.1:8080:80$/],
  ['demo veth-masquerate', /^recipe: veth-masquerate is none of .*: did you mean veth-masquerade\?$/],
  ['up no-such-file.json', /^cannot read no-such-file\.json: no such file or directory$/],
  ['up docs', /^cannot read docs: illegal operation on a directory$/],
  ['plan tsconfig.json', /^recipe: is missing: name one of (?:[\w-]+, )*veth-masquerade/],
  ['plan -', /^the standard input is neither JSON nor YAML: /, '{ "recipe": '],
  ['up -', /^recipe: the parameters must be an object such as /, ''],
  [
    'up -',
    /^the standard input is of 2 YAML documents; give each of them a file of its own$/,
    `${least}---\n${least}`
  ],
  ['plan -', /^the standard input is of 2 YAML documents; /, `---\n${least}---\n{}\n---\n`],
  [
    'up -',
    /^veth-masquerade: uplnk: there is no such parameter: did you mean uplink\?$/,
    `${least}uplnk: eth0\n`
  ],
  ['up -', /^veth-masquerade: address: "blue" is not an address/, least.replace('192.168.45.3/24', 'blue')],
  [
    'up -',
    /^veth-masquerade: gateway: 10\.0\.0\.1 is not in 192\.168\.45\.0\/24/,
    least.replace('192.168.45.2', '10.0.0.1')
  ]
]

for (const [words, sentence, input] of wrong)
  test(`isolink ${words}${input === undefined ? '' : ` < ${JSON.stringify(input)}`}`, () => {
    refused(isolink(words.split(' '), input === undefined ? {} : { input }), 2, sentence)
  })

test('a parameter file may begin and end as YAML documents do', () => {
  const plain = output(isolink(['plan', '-'], { input: least }))
  assert.is(output(isolink(['plan', '-'], { input: `# blue\n---\n${least}---\n` })), plain)
  assert.is(output(isolink(['plan', '-'], { input: `---\n${least}...\n` })), plain)
})

test('isolink', () => {
  const { status, stdout, stderr } = isolink([])
  assert.equal([stdout, status], ['', 2])
  assert.match(stderr, /^Usage: isolink /)
})

test('isolink --version', () => {
  const { version } = JSON.parse(readFileSync(resolve(root, 'package.json'), 'utf8'))
  assert.is(output(isolink(['--version'])), `${version}\n`)
})

test('what is left out is told in the help', () => {
  const help = (command: string): string => output(isolink([command, '--help'])).replace(/\s+/g, ' ')
  assert.match(help('up'), /30s, 5m; a bare number is of seconds/)
  assert.match(help('publish'), /8080 is 8080:8080/)
})

test('isolink help up = isolink up --help', () => {
  const help = output(isolink(['help', 'up']))
  assert.match(help, /--dry-run/)
  assert.is(help, output(isolink(['up', '--help'])))
})

test.run()
