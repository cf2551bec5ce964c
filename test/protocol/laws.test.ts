import * as fc from 'fast-check'
import * as E from 'fp-ts/Either'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { bytesOf, decode, encode, type Policy, writer, written } from '../../protocol'
import { nlmsgerr } from '../../protocol/netlink/control'
import { nlmsghdr } from '../../protocol/netlink/header'
import {
  type AnyBody,
  type AnySet,
  type AnyStruct,
  type Place,
  placesIn,
  valueOf,
  valueWith,
  within,
  wrongFor
} from './arbitrary'
import { definitions } from './definitions'
import { input, random } from './noise'
import { canonical, reversed } from './tree'

const test = suite('laws')
fc.configureGlobal({ includeErrorInReport: true })

/** How many inputs the definitions must bear together; 10,000,000 for a long run. */
const inputs = Number(process.env.ISOLINK_NOISE ?? 100_000)
const seed = Number(process.env.ISOLINK_SEED ?? Date.now() % 2 ** 31)

const right = <A>(result: E.Either<unknown, A>): A => {
  if (E.isLeft(result)) throw new Error(JSON.stringify(result.left))
  return result.right
}

const every = new Map(
  definitions.flatMap(({ name, body }) => [...within(body)].map(policy => [policy, name] as const))
)
const structs = [...new Set([...every.keys(), nlmsghdr, nlmsgerr])].filter(policy => policy.type === 'struct')
const sets = [...every.keys()].filter(policy => policy.type === 'nest') as ReadonlyArray<Policy<unknown>>

for (const { name, body } of definitions) {
  const value = valueOf(body)

  test(`decode(encode(v)) = v: ${name}`, () => {
    fc.assert(
      fc.property(value, v => {
        assert.equal(right(decode(body)(right(encode(body)(v)))), v)
      })
    )
  })

  test(`attributes in any order mean the same: ${name}`, () => {
    fc.assert(
      fc.property(value, v => {
        assert.equal(right(decode(body)(reversed(body, right(encode(body)(v))))), v)
      }),
      { numRuns: 30 }
    )
  })

  test(`encode refuses what does not fit, and says where: ${name}`, () => {
    fc.assert(
      fc.property(value, fc.nat(), fc.nat(), (v, n, m) => {
        const places = placesIn(body, v, undefined)
        const { path, policy, put } = places[n % places.length] as Place
        const values = wrongFor(policy)
        const bad = values[m % values.length]
        const result = encode(body)(put(bad) as never)
        assert.ok(E.isLeft(result), `${path} took ${String(bad)}`)
        assert.is(result.left._tag, 'EncodeError')
        const stray = typeof bad === 'object' && bad !== null && 'stray' in bad
        assert.is(result.left.path, stray ? [path, 'stray'].filter(Boolean).join('.') : path)
      })
    )
  })
}

test('decode(encode(v)) = v: each attribute of each set', () => {
  for (const set of sets as ReadonlyArray<AnySet>)
    for (const key of Object.keys(set.rows))
      fc.assert(
        fc.property(valueWith(set, key), v => {
          assert.equal(right(decode(set as Policy<unknown>)(right(encode(set as Policy<unknown>)(v)))), v)
        }),
        { numRuns: 4 }
      )
})

const anything = fc.anything({
  withBigInt: true,
  withNullPrototype: true,
  withTypedArray: true,
  withSparseArray: true
})

test('encode gives an error or bytes, whatever it is given', () => {
  for (const { body } of definitions)
    fc.assert(
      fc.property(valueOf(body), fc.nat(), anything, (v, n, bad) => {
        const places = placesIn(body, v, undefined)
        const result = encode(body)((places[n % places.length] as Place).put(bad) as never)
        if (E.isLeft(result)) assert.is(result.left._tag, 'EncodeError')
      }),
      { numRuns: 50 }
    )
})

/** A struct-fu value: with pads, and with Buffers for bytes. */
const asFu = ({ members }: AnyStruct, value: unknown): unknown =>
  Object.fromEntries(
    Object.entries(members).map(([name, member]) => {
      const part = (value as { readonly [name: string]: unknown })[name]
      if (member.type === 'pad') return [name, Buffer.alloc(member.size)]
      return [name, member.type === 'struct' ? asFu(member as unknown as AnyStruct, part) : part]
    })
  )

const withoutPads = ({ members }: AnyStruct, value: unknown): unknown =>
  Object.fromEntries(
    Object.entries(members).flatMap(([name, member]) => {
      const part = (value as { readonly [name: string]: unknown })[name]
      if (member.type === 'pad') return []
      return [[name, member.type === 'struct' ? withoutPads(member as unknown as AnyStruct, part) : part]]
    })
  )

test('structs read and write as struct-fu does', () => {
  for (const policy of structs) {
    const struct = policy as unknown as AnyStruct
    const bytes = fc.uint8Array({ minLength: struct.size, maxLength: struct.size })
    fc.assert(
      fc.property(bytes, array => {
        const fu = withoutPads(struct, struct.fu.unpack(Buffer.from(array)))
        assert.equal(struct.readAt(bytesOf(array), 0), fu, struct.name)
      }),
      { numRuns: 20 }
    )
    fc.assert(
      fc.property(valueOf(struct), value => {
        const to = writer()
        assert.is(struct.write(to, value, undefined), undefined)
        assert.equal(Buffer.from(written(to)), struct.fu.pack(asFu(struct, value)), struct.name)
      }),
      { numRuns: 20 }
    )
  }
})

test(`${inputs} inputs at random: nothing throws, and what is decoded encodes to the same bytes`, () => {
  const share = Math.ceil(inputs / definitions.length)
  for (const [n, { name, body }] of definitions.entries()) {
    const encodings = fc.sample(valueOf(body), { numRuns: 40, seed }).map(value => right(encode(body)(value)))
    const next = random(seed + n)
    for (let count = 0; count < share; count++) bear(name, body, input(next, body, encodings))
  }
})

const bear = (name: string, body: AnyBody, array: Buffer): void => {
  const about = `${name}, ISOLINK_SEED=${seed}: ${array.toString('hex')}`
  try {
    const before = Buffer.from(array)
    const decoded = decode(body)(array)
    if (E.isLeft(decoded)) assert.is(decoded.left._tag, 'DecodeError')
    else {
      const again = right(encode(body)(decoded.right))
      const same = before.equals(again) || canonical(body, again) === canonical(body, before)
      assert.ok(
        same,
        `${Buffer.from(again).toString('hex')}\n${canonical(body, before)}\n${canonical(body, again)}`
      )
      array.fill(0xa5)
      assert.ok(right(encode(body)(decoded.right)), 'the value shares memory with the bytes')
    }
  } catch (error) {
    throw new Error(`${about}\n${error instanceof Error ? error.stack : error}`)
  }
}

test.run()
