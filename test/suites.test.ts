import { readdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'

const test = suite('suites')

const sources = readdirSync(__dirname, { recursive: true, encoding: 'utf8' })
  .filter(file => file.endsWith('.test.ts'))
  .map(file => ({ file: `test/${file}`, source: readFileSync(resolve(__dirname, file), 'utf8') }))

/** uvu says nothing of a suite that never runs, nor of a test that joins one after its run. */
const idle = (source: string): ReadonlyArray<string> => {
  const declared = [...source.matchAll(/^\s*const (\w+) = suite\b/gm)].map(([, name = '']) => name)
  const imported = /^import \{[^}]*\btest\b[^}]*\} from 'uvu'$/m.test(source) ? ['test'] : []
  return [...declared, ...imported].filter(name => {
    const uses = new RegExp(`(?<![.\\w])(?:${name}(\\.\\w+)*\\(|kernelTest\\(\\s*${name}\\b)`, 'g')
    return [...source.matchAll(uses)].at(-1)?.[1] !== '.run'
  })
}

for (const { file, source } of sources) {
  test(`${file} runs its suites and ends with run()`, () => {
    assert.equal(idle(source), [], 'suites with tests that never run')
    assert.match(source.trimEnd(), /\.run\(\)$/)
  })
}

test('a suite that does not run is found', () => {
  const lines = [
    "const a = suite('a')",
    "a('x', () => {})",
    'a.run()',
    "const b = suite<{ n: 1 }>('b')",
    "b('y', () => {})"
  ]
  assert.equal(idle(lines.slice(0, 3).join('\n')), [])
  assert.equal(idle([...lines, 'b.run()'].join('\n')), [])
  assert.equal(idle(lines.join('\n')), ['b'])
  assert.equal(idle([...lines, 'b.run()', "a('late', () => {})"].join('\n')), ['a'])
  assert.equal(idle([...lines, 'b.run()', "kernelTest(a, 'late', [], () => {})"].join('\n')), ['a'])
})

test.run()
