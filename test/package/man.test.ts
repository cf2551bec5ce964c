import { spawnSync } from 'node:child_process'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { manual } from '../../.ci/man'
import { programWith } from '../../src/command/program'
import { command, kernelTest, oracle } from '../sandbox'

const test = suite('man')

const page = manual('1.2.3')

/** The page as it is shown, without its line breaks. */
const shown = (): string => {
  const { stdout, stderr } = spawnSync(oracle('groff') ?? 'groff', ['-man', '-ww', '-Tascii', '-P-cbou'], {
    input: page,
    encoding: 'utf8'
  })
  assert.is(stderr, '')
  return stdout.replace(/-\n +/g, '').replace(/\s+/g, ' ')
}

kernelTest(
  test,
  'groff has nothing to complain about, and shows all commands and options',
  [command('groff')],
  () => {
    const text = shown()
    for (const each of programWith(() => true).commands) {
      assert.ok(text.includes(` isolink ${each.name()} `), each.name())
      for (const { flags } of each.options) assert.ok(text.includes(` ${flags} `), `${each.name()} ${flags}`)
    }
    assert.ok(text.includes('isolink 1.2.3'))
    // A line that begins with a dot would be a request.
    assert.ok(text.includes('gateway: 192.168.45.2 . '))
  }
)

kernelTest(test, 'man shows it', [command('man')], () => {
  const { stdout, stderr } = spawnSync('man', ['--local-file', '--warnings', '-'], {
    input: page,
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C.UTF-8', MANWIDTH: '80' }
  })
  assert.is(stderr, '')
  assert.match(stdout, /^ISOLINK\(1\).*\n\nNAME\n +isolink - give a process/)
})

test.run()
