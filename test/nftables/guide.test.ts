import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { command, kernelTest, run } from '../sandbox'

const test = suite('nftables guide')

const root = resolve(__dirname, '../..')
const text = readFileSync(join(root, 'docs/nftables.md'), 'utf8')

/** The programs of the guide, each with the heading above it. test/types.test.ts compiles them. */
const programs = text.split(/^## /m).flatMap(part => {
  const [heading = ''] = part.split('\n')
  return [...part.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code = '']) => ({ heading, code }))
})

/** Inside the package, so that `isolink` is found as its users find it. */
const folder = mkdtempSync(join(root, 'test/guide-'))

const fileOf = (n: number): string => join(folder, `block${n}.ts`)

for (const [n, { code }] of programs.entries()) writeFileSync(fileOf(n), code)

test.after(() => {
  rmSync(folder, { recursive: true, force: true })
})

test('there are programs', () => {
  assert.ok(programs.length >= 6)
})

for (const [n, { heading }] of programs.entries())
  kernelTest(test, heading, [command('nft')], () => {
    const { status, stderr, stdout } = spawnSync(
      process.execPath,
      ['--conditions=isolink-source', '-r', 'ts-node/register', fileOf(n)],
      { cwd: root, encoding: 'utf8' }
    )
    assert.equal([stderr, status], ['', 0])
    if (heading === 'A first rule') assert.is(stdout, `${run('nft', 'list', 'ruleset')}\n`)
    assert.not.equal(run('nft', 'list', 'ruleset'), '')
    run('nft', 'flush', 'ruleset')
  })

test.run()
