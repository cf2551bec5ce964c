import { readdirSync, readFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { pathOf, surfaces } from '../../.ci/surface'

const test = suite('surface')

test('what is exported is what is on record: npx ts-node .ci/surface.ts records it anew', () => {
  const found = surfaces()
  assert.equal([...found.keys()].sort(), readdirSync(pathOf('.')).sort())
  for (const [name, text] of found) {
    const recorded = new Set(readFileSync(pathOf(name), 'utf8').split('\n'))
    const now = new Set(text.split('\n'))
    const differences = [
      ...[...recorded].filter(line => !now.has(line)).map(line => `- ${line}`),
      ...[...now].filter(line => !recorded.has(line)).map(line => `+ ${line}`)
    ]
    assert.equal(differences, [], name)
  }
})

test.run()
