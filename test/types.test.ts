import { spawnSync } from 'node:child_process'
import { resolve } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'

const test = suite('types')

test('tsc --noEmit', () => {
  const root = resolve(__dirname, '..')
  const { status } = spawnSync('node_modules/.bin/tsc', ['--noEmit'], { cwd: root, stdio: 'inherit' })
  assert.is(status, 0)
})

test.run()
