/** The programs of documents that go on where the one before ended are run, in that order, in a namespace of their own. */
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { namespaces } from '../../src/promises'
import { ip } from '../lab'
import { codeBlocks } from '../pages'
import { command, filterKind, kernelTest, linkKind, type Missing, otherUser, qdiscKind } from '../sandbox'

const test = suite('guide')

const root = resolve(__dirname, '../..')

/** Inside the package, so that `isolink` is found as its users find it. */
const folder = mkdtempSync(join(root, 'test/guide-'))
chmodSync(folder, 0o777)

test.after(() => rmSync(folder, { recursive: true, force: true }))

/** Within a function, as the guide says: `await` outside of one is for ES modules. */
const wrapped = (code: string, call: string): string => {
  const lines = code.split('\n')
  const isImport = (line: string): boolean => line.startsWith('import ')
  const body = lines.filter(line => !isImport(line))
  return [...lines.filter(isImport), 'const main = async () => {', ...body, '}', call].join('\n')
}

interface Program {
  readonly page: string
  readonly line: number
  readonly text: string
}

const programsIn = (page: string, belongs: (text: string) => boolean): ReadonlyArray<Program> =>
  codeBlocks(readFileSync(join(root, page), 'utf8')).flatMap(({ language, line, text }) =>
    language === 'ts' && belongs(text) ? [{ page, line, text }] : []
  )

const fileOf = ({ line }: Program): string => join(folder, `line${line}.ts`)

const run = (
  file: string,
  words: ReadonlyArray<string> = [],
  options: { readonly uid?: number; readonly gid?: number } = {}
): string => {
  const { status, stderr, stdout } = spawnSync(
    process.execPath,
    ['--conditions=isolink-source', '-r', require.resolve('ts-node/register'), file, ...words],
    { cwd: folder, encoding: 'utf8', ...options }
  )
  assert.equal([stderr, status], ['', 0], stdout)
  return stdout
}

/** What kernels lack, by a word that the program has. */
const wants: ReadonlyArray<readonly [word: string, missing: () => Missing]> = [
  ['qdisc.tbf(', () => qdiscKind('tbf rate 1mbit burst 10k latency 1s')],
  ['qdisc.netem(', () => qdiscKind('netem')],
  ['qdisc.htb(', () => qdiscKind('htb')],
  ["'flower'", () => filterKind('flower')],
  ["'matchall'", () => filterKind('matchall')],
  ["'wireguard'", () => linkKind('wireguard')]
]

const netlink = programsIn('docs/netlink.md', () => true)

test('there are programs', () => {
  assert.ok(netlink.length > 14, `${netlink.length}`)
})

const missing = (text: string): ReadonlyArray<Missing> =>
  wants.map(([word, is]) => (text.includes(word) ? is() : undefined))

const faults = new Map<string, string>()

kernelTest(test, 'docs/netlink.md, in one process', [], () => {
  const files = netlink.filter(({ text }) => missing(text).every(each => each === undefined)).map(fileOf)
  for (const program of netlink) writeFileSync(fileOf(program), wrapped(program.text, 'export { main }'))
  const all = join(folder, 'all.ts')
  writeFileSync(
    all,
    `const faults: Array<[file: string, fault: string]> = []
     const run = async () => {
       for (const file of ${JSON.stringify(files)})
         await require(file).main().catch((error: Error) => faults.push([file, error.message]))
       require('node:fs').writeFileSync('faults.json', JSON.stringify(faults))
     }
     void run()`
  )
  run(all)
  for (const [file, fault] of JSON.parse(readFileSync(join(folder, 'faults.json'), 'utf8')))
    faults.set(file, fault)
})

for (const program of netlink)
  kernelTest(test, `${program.page}:${program.line}`, missing(program.text), () =>
    assert.is(faults.get(fileOf(program)), undefined)
  )

const [pair, unlucky] = programsIn('docs/guide.md', text => text.includes("from 'isolink/testing'"))

kernelTest(test, 'what is recorded in a sandbox is played again by who may nothing', [otherUser()], () => {
  assert.ok(pair !== undefined && unlucky !== undefined)
  for (const program of [pair, unlucky]) writeFileSync(fileOf(program), wrapped(program.text, 'void main()'))
  assert.is(run(fileOf(pair), ['--record']), '1500\n')
  const nobody = { uid: 65_534, gid: 65_534 }
  assert.is(run(fileOf(pair), [], nobody), '1500\n')
  assert.match(run(fileOf(unlucky), [], nobody), /^Failed link\.add: /)
})

const [saying] = programsIn('docs/guide.md', text => text.includes('/proc/net/dev'))

kernelTest(test, 'what a command in a namespace says is read', [command('ip')], async () => {
  await namespaces.create('blue')
  ip('link add there type veth peer name here', '-n', 'blue')
  assert.ok(saying !== undefined)
  writeFileSync(fileOf(saying), wrapped(saying.text, 'void main()'))
  assert.match(run(fileOf(saying)), /there:.*\n.*here:|here:.*\n.*there:/)
  await namespaces.remove('blue')
})

test.run()
