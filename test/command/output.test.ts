import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, createReadStream } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import * as E from 'fp-ts/Either'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { socketpair } from '../../src/namespace/system'
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

test.run()
