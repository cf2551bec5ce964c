import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  closeSync,
  constants,
  createReadStream,
  existsSync,
  mkdtempSync,
  openSync,
  readSync,
  rmSync
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import * as E from 'fp-ts/Either'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { ioctl, socketpair } from '../../src/namespace/system'
import { root } from './child'

const test = suite('output')

const size = 1_000_000

/** A process that writes more than a socket holds, and then a line more, to a reader that it does not wait for, or does. */
const writer = (
  waits: boolean
): { readonly reader: number; readonly ended: Promise<ReadonlyArray<unknown>> } => {
  const pair = socketpair()
  if (E.isLeft(pair)) throw new Error(pair.left.message)
  const [reader, output] = pair.right
  // ts-node leaves it so that nobody waits.
  const script = `const { FIONBIO, ioctl } = require('./src/namespace/system')
ioctl(1, FIONBIO, Uint8Array.of(${waits ? 0 : 1}, 0, 0, 0))
const { print, write } = require('./src/command/output')
write('x'.repeat(${size})), print('that is all')`
  const child = spawn(process.execPath, ['-r', 'ts-node/register', '-e', script], {
    cwd: root,
    stdio: ['ignore', output, 'pipe']
  })
  closeSync(output)
  const complaints: Array<Buffer> = []
  child.stderr?.on('data', each => complaints.push(each))
  const ended = once(child, 'close').then(([status]) => [status, Buffer.concat(complaints).toString()])
  return { reader, ended }
}

const pipeThatNobodyReads = (): number => {
  const pair = socketpair()
  if (E.isLeft(pair)) throw new Error(pair.left.message)
  const [reader, output] = pair.right
  closeSync(reader)
  return output
}

test('npm run protocol: whoever has seen enough ends it quietly', async () => {
  const output = pipeThatNobodyReads()
  const child = spawn(process.execPath, ['-r', 'ts-node/register', 'src/command/protocol.ts'], {
    cwd: root,
    stdio: ['ignore', output, 'pipe']
  })
  closeSync(output)
  const complaints: Array<Buffer> = []
  child.stderr?.on('data', each => complaints.push(each))
  const [status] = await once(child, 'close')
  assert.equal([status, Buffer.concat(complaints).toString()], [0, ''])
})

const all = async (descriptor: number): Promise<string> => {
  const parts: Array<Buffer> = []
  for await (const part of createReadStream('', { fd: descriptor })) parts.push(part)
  return Buffer.concat(parts).toString()
}

for (const waits of [true, false])
  test(`a slow reader that a process ${waits ? 'has to wait for' : 'must not wait for'} gets it all, in order`, async () => {
    const { reader, ended } = writer(waits)
    await setTimeout(1000)
    const text = await all(reader)
    assert.is(text.length, size + 'that is all\n'.length)
    assert.ok(text.endsWith('xxxthat is all\n'))
    assert.equal(await ended, [0, ''])
  })

for (const waits of [true, false])
  test(`a reader that has seen enough ends a process that ${waits ? 'waits' : 'does not wait'} for it, without a word`, async () => {
    const { reader, ended } = writer(waits)
    closeSync(reader)
    assert.equal(await ended, [0, ''])
  })

/** A terminal: the end that a program writes to, and the one that stands for a person. */
const terminal = (): { readonly person: number; readonly output: number } => {
  const person = openSync('/dev/ptmx', constants.O_RDWR | constants.O_NOCTTY)
  const number = new Uint32Array(1)
  // TIOCSPTLCK and TIOCGPTN. <asm-generic/ioctls.h>
  ioctl(person, 0x4004_5431, new Uint8Array(4))
  ioctl(person, 0x8004_5430, new Uint8Array(number.buffer))
  return { person, output: openSync(`/dev/pts/${number[0]}`, constants.O_RDWR | constants.O_NOCTTY) }
}

for (const [name, environment, sign] of [
  ['gets the colours that we give', {}, '\x1b[31m-\x1b[39m'],
  ['that wants no colours gets none', { NO_COLOR: '1' }, '-']
] as const)
  test(`a terminal ${name}, and none that somebody else does`, async () => {
    const { person, output } = terminal()
    const script = `const { paint, print } = require('./src/command/output')
print(paint('red', '-') + ' \\x1b[31mred\\x1b[39m \\x9b2J')`
    const child = spawn(process.execPath, ['-r', 'ts-node/register', '-e', script], {
      cwd: root,
      // Node looks for more than the terminal's name: with CI set it takes a terminal for one without colours.
      env: { TERM: 'xterm-256color', ...environment },
      stdio: ['ignore', output, 'inherit']
    })
    await once(child, 'close')
    const bytes = Buffer.alloc(1000)
    const said = bytes.toString('utf8', 0, readSync(person, bytes)).trimEnd()
    assert.is(said, `${sign} \\x1b[31mred\\x1b[39m \\x9b2J`)
    for (const each of [person, output]) closeSync(each)
  })

for (const [nobody, output] of [
  ['a pipe that nobody reads', () => pipeThatNobodyReads()],
  [
    'a terminal that is gone',
    () => {
      const { person, output } = terminal()
      closeSync(person)
      return output
    }
  ],
  ['a disk that is full', () => openSync('/dev/full', 'w')]
] as ReadonlyArray<[string, () => number]>)
  test(`what is being done comes to its end, even if it is told to ${nobody}`, async () => {
    const descriptor = output()
    const place = mkdtempSync(join(tmpdir(), 'isolink-output-'))
    const script = `const { complain, print, tell } = require('./src/command/output')
for (const say of [print, tell, complain]) say('on'), say('and on')
setTimeout(() => require('fs').writeFileSync(${JSON.stringify(join(place, 'done'))}, ''), 100)`
    const child = spawn(process.execPath, ['-r', 'ts-node/register', '-e', script], {
      cwd: root,
      stdio: ['ignore', descriptor, descriptor]
    })
    closeSync(descriptor)
    await once(child, 'close')
    assert.ok(existsSync(join(place, 'done')))
    rmSync(place, { recursive: true })
  })

test.run()
