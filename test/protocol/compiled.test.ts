import { isDeepStrictEqual } from 'node:util'
import * as fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { bytesOf, type Policy, writer, written } from '../../protocol'
import { type Compiled, compile } from '../../protocol/definition/compiled'
import { valuesOf } from './arbitrary'
import { definitions } from './definitions'
import { input, random } from './noise'

const test = suite('compiled')

const seed = Number(process.env.ISOLINK_SEED ?? Date.now() % 2 ** 31)
const inputs = 20_000

const plainBytes = (policy: Policy<unknown>, value: unknown): Buffer => {
  const to = writer()
  assert.is(policy.write(to, value, undefined), undefined)
  return Buffer.from(written(to))
}

/** What the code makes of bytes must be what the policy makes of them, unless it gives up. */
const readsAlike = (policy: Policy<unknown>, { read }: Compiled, array: Buffer): boolean => {
  const value = read(bytesOf(array), 0, array.length)
  if (value === undefined) return false
  const plain = policy.read(bytesOf(array), 0, array.length, undefined)
  assert.ok(
    isDeepStrictEqual(value, plain),
    JSON.stringify([value, plain], (_, each) => (typeof each === 'bigint' ? `${each}n` : each))
  )
  assert.equal(plainBytes(policy, value), plainBytes(policy, plain))
  return true
}

for (const [n, { name, body }] of definitions.entries()) {
  const policy = body as Policy<unknown>
  let code: Compiled

  test(`compiled = plain, for values: ${name}`, () => {
    code = compile(policy)
    void fc.assert(
      fc.property(valuesOf(policy), value => {
        const plain = plainBytes(policy, value)
        const to = writer(8)
        if (code.write(to, value)) assert.equal(Buffer.from(written(to)), plain)
        else assert.is(to.length, 0)
        assert.ok(
          to.array.every((byte, at) => at < to.length || byte === 0),
          'the writer is as it was'
        )
        assert.ok(hasUnknown(value) || to.length > 0, 'a regular value is written')
        const read = readsAlike(policy, code, plain)
        assert.ok(hasUnknown(value) || hasReplacement(value) || read, 'a regular payload is read')
      })
    )
  })

  test(`compiled = plain, for noise: ${name}`, () => {
    const encodings = fc
      .sample(valuesOf(policy), { numRuns: 20, seed })
      .map(value => plainBytes(policy, value))
    const next = random(seed + n)
    for (let count = 0; count < inputs / definitions.length; count++) {
      const array = input(next, body, encodings)
      try {
        readsAlike(policy, code, array)
      } catch (error) {
        throw new Error(
          `${name}, ISOLINK_SEED=${seed}: ${array.toString('hex')}\n${error instanceof Error ? error.stack : error}`
        )
      }
    }
  })
}

const hasUnknown = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && ('unknown' in value || Object.values(value).some(hasUnknown))

/** U+FFFD may also stand for bytes that are no UTF-8: which, only the plain path finds out. */
const hasReplacement = (value: unknown): boolean =>
  typeof value === 'string'
    ? value.includes('\ufffd')
    : typeof value === 'object' && value !== null && Object.values(value).some(hasReplacement)

test.run()
