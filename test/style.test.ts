import { spawnSync } from 'node:child_process'
import { resolve } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'

const test = suite('style')

test('biome check .', () => {
  const root = resolve(__dirname, '..')
  const options = ['check', '--colors=off', '--max-diagnostics=none', '.']
  const { status } = spawnSync('node_modules/.bin/biome', options, { cwd: root, stdio: 'inherit' })
  assert.is(status, 0)
})

test.run()
