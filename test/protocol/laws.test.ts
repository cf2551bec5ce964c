import * as fc from 'fast-check'
import * as E from 'fp-ts/Either'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import {
  attributes,
  bytesOf,
  decode,
  decodeMessages,
  encode,
  encodeMessages,
  lazy,
  type Message,
  type Policy,
  type Protocol,
  writer,
  written
} from '../../protocol'
import { generic } from '../../protocol/generic'
import { extendedAck, nlmsgerr } from '../../protocol/netlink/control'
import { nlmsghdr } from '../../protocol/netlink/header'
import { entryOfType } from '../../protocol/registry'
import {
  type AnyBody,
  type AnySet,
  type AnyStruct,
  type Place,
  placesIn,
  valuesOf,
  valuesWith,
  within,
  wrongFor
} from './arbitrary'
import { type Defined, definitions } from './definitions'
import { input, mutated, type Random, random } from './noise'
import { canonical, reversed } from './tree'

const test = suite('laws')
const holds = <A>(property: fc.IProperty<A>, numRuns = 100): void =>
  fc.assert(property, { numRuns, includeErrorInReport: true })

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
  const value = valuesOf(body)

  test(`decode(encode(v)) = v: ${name}`, () => {
    holds(
      fc.property(value, v => {
        assert.equal(right(decode(body)(right(encode(body)(v)))), v)
      })
    )
  })

  test(`attributes in any order mean the same: ${name}`, () => {
    holds(
      fc.property(value, v => {
        assert.equal(right(decode(body)(reversed(body, right(encode(body)(v))))), v)
      }),
      30
    )
  })

  test(`encode refuses what does not fit, and says where: ${name}`, () => {
    holds(
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
      holds(
        fc.property(valuesWith(set, key), v => {
          assert.equal(right(decode(set as Policy<unknown>)(right(encode(set as Policy<unknown>)(v)))), v)
        }),
        4
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
    holds(
      fc.property(valuesOf(body), fc.nat(), anything, (v, n, bad) => {
        const places = placesIn(body, v, undefined)
        const result = encode(body)((places[n % places.length] as Place).put(bad) as never)
        if (E.isLeft(result)) assert.is(result.left._tag, 'EncodeError')
      }),
      50
    )
})

test('encodeMessages gives an error or bytes, whatever it is given', () => {
  const protocols: ReadonlyArray<Protocol> = ['route', 'netfilter', 'generic']
  const types = [
    'UNKNOWN',
    'NLMSG_NOOP',
    'NLMSG_ERROR',
    'NLMSG_DONE',
    ...definitions.flatMap(({ types }) => types[0]?.[0] ?? [])
  ]
  const message = fc.record(
    {
      type: fc.constantFrom(...types),
      flags: anything,
      sequence: anything,
      port: anything,
      header: anything,
      attributes: anything,
      payload: anything,
      error: anything,
      request: anything,
      number: anything
    },
    { requiredKeys: ['type'] }
  )
  const messages = fc.oneof(anything, fc.array(fc.oneof({ weight: 9, arbitrary: message }, anything)))
  holds(
    fc.property(fc.constantFrom(...protocols), messages, (protocol, bad) => {
      const result = encodeMessages(protocol, bad as never)
      if (E.isLeft(result)) assert.is(result.left._tag, 'EncodeError')
    }),
    2000
  )
})

test('a misspelt member of a message is refused', () => {
  const message = (extra: object): Message =>
    ({
      type: 'RTM_GETADDR',
      flags: 0,
      sequence: 0,
      port: 0,
      header: { family: 2, prefixlen: 0, flags: 0, scope: 0, index: 0 },
      attributes: {},
      ...extra
    }) as never
  const strays = [
    { flgs: 1 },
    { flags: undefined, flgs: 1 },
    { attributes: undefined, attribtes: {} },
    { family: 21 }
  ]
  // Often enough for compiled code to be used.
  for (let n = 0; n < 300; n++) {
    assert.ok(E.isRight(encodeMessages('route', [message({})])))
    for (const stray of strays) {
      const result = encodeMessages('route', [message(stray)])
      assert.is(E.isLeft(result) && result.left.path, `0.RTM_GETADDR.${Object.keys(stray).at(-1)}`)
    }
    const short = message({ flgs: 1 }) as { flags?: number }
    delete short.flags
    assert.ok(E.isLeft(encodeMessages('route', [short as Message])))
  }
})

interface Twig {
  readonly branch?: Twig
}
const twig: Policy<Twig> = attributes('TWIG', { branch: [1, lazy((): Policy<Twig> => twig)] })

test('a message nested ten thousand deep is kept, and a value without end refused', () => {
  let deep = Buffer.alloc(0)
  for (let n = 0; n < 10_000; n++)
    deep = Buffer.concat([Buffer.from(new Uint16Array([deep.length + 4, 0x8001]).buffer), deep])
  assert.ok(deep.equals(right(encode(twig)(right(decode(twig)(deep))))))
  const endless: { branch?: Twig } = {}
  endless.branch = endless
  assert.ok(E.isLeft(encode(twig)(endless)))
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
    holds(
      fc.property(bytes, array => {
        const fu = withoutPads(struct, struct.fu.unpack(Buffer.from(array)))
        assert.equal(struct.readAt(bytesOf(array), 0), fu, struct.name)
      }),
      20
    )
    holds(
      fc.property(valuesOf(struct), value => {
        const to = writer()
        assert.is(struct.write(to, value, undefined), undefined)
        assert.equal(Buffer.from(written(to)), struct.fu.pack(asFu(struct, value)), struct.name)
      }),
      20
    )
  }
})

test(`${inputs} inputs at random: nothing throws, and what is decoded encodes to the same bytes`, () => {
  const share = Math.ceil(inputs / definitions.length)
  for (const [n, { name, body }] of definitions.entries()) {
    const encodings = fc
      .sample(valuesOf(body), { numRuns: 40, seed })
      .map(value => right(encode(body)(value)))
    const next = random(seed + n)
    for (let count = 0; count < share; count++) bear(name, body, input(next, body, encodings))
  }
})

const families = {
  4660: 'nobody',
  ...Object.fromEntries(generic.map(({ name }, n) => [n === 0 ? 16 : 20 + n, name]))
}

const header = (type: number, flags: number, length: number): Buffer => {
  const all = Buffer.alloc(16)
  all.writeUInt32LE(16 + length, 0)
  all.writeUInt16LE(type, 4)
  all.writeUInt16LE(flags, 6)
  all.writeUInt32LE(7, 8)
  return all
}

/** Payloads of control messages: an acknowledgement of a request, with and without it, and an extended ACK. */
const controlPayload = (next: Random): Buffer => {
  const request = input(next, definitions[next(definitions.length)]?.body as AnyBody, [Buffer.alloc(0)])
  const ack = right(encode(extendedAck)({ msg: 'no', offs: 20 }))
  const all = Buffer.concat([
    Buffer.from([234, 255, 255, 255]),
    header(20, 5, request.length),
    request,
    Buffer.alloc(3 & -request.length),
    ack
  ])
  return next(3) === 0 ? all : mutated(next, next(2) * 20, all)
}

/** Each message of a datagram as text: its header without the length, and its payload. */
const framesOf = (
  protocol: Protocol,
  array: Uint8Array,
  messages: ReadonlyArray<Message>
): ReadonlyArray<string> => {
  const datagram = Buffer.from(array)
  let at = 0
  return messages.map(({ type }) => {
    const end = at + datagram.readUInt32LE(at)
    const payload = datagram.subarray(at + 16, end)
    const policy = entryOfType(protocol, type)?.policy
    const text = `${type} ${datagram.toString('hex', at + 4, at + 16)}`
    at = (end + 3) & ~3
    return `${text} ${policy === undefined ? payload.toString('hex') : canonical(policy, payload)}`
  })
}

test('datagrams of any messages are kept as they are', () => {
  const next = random(seed)
  for (let count = 0; count < inputs / 10; count++) {
    const messages = Array.from({ length: 1 + next(3) }, () => {
      const { protocol, body, types } = definitions[next(definitions.length)] as Defined
      const control = next(3) === 0
      const payload = control ? controlPayload(next) : input(next, body, [Buffer.alloc(body.header.size)])
      const type = control ? 1 + next(4) : (types[next(types.length)]?.[1] ?? 0)
      return { protocol, type, flags: next(0x10000), payload }
    })
    const protocol = messages[0]?.protocol as Protocol
    const datagram = Buffer.concat(
      messages.map(({ type, flags, payload }) =>
        Buffer.concat([
          header(protocol === 'generic' && type > 4 ? 16 + next(10) : type, flags, payload.length),
          payload,
          Buffer.alloc(3 & -payload.length)
        ])
      )
    )
    try {
      const decoded = decodeMessages(protocol, datagram, families)
      if (E.isRight(decoded)) {
        const again = right(encodeMessages(protocol, decoded.right, families))
        assert.equal(framesOf(protocol, again, decoded.right), framesOf(protocol, datagram, decoded.right))
      } else assert.is(decoded.left._tag, 'DecodeError')
    } catch (error) {
      throw new Error(
        `${protocol}, ISOLINK_SEED=${seed}: ${datagram.toString('hex')}\n${error instanceof Error ? error.stack : error}`
      )
    }
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
      assert.ok(
        right(encode(body)(decoded.right)).every((byte, n) => byte === again[n]),
        'the value shares memory'
      )
    }
  } catch (error) {
    throw new Error(`${about}\n${error instanceof Error ? error.stack : error}`)
  }
}

test.run()
