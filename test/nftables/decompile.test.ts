import * as fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Expression } from '../../protocol/nftables/expression'
import { NFT_BITWISE } from '../../protocol/nftables/expression/bitwise'
import { decompile } from '../../src/nftables/decompile'
import { type Family, families } from '../../src/nftables/family'
import { ruleText } from '../../src/nftables/print'

const test = suite('nftables decompile')

/** The text of a rule that somebody else's program may have made. */
const textOf = (expressions: ReadonlyArray<Expression>, family: Family = 'ip'): string =>
  ruleText({
    statements: decompile(expressions, {
      family,
      setOf: () => undefined,
      ownRules: () => undefined,
      interfaces: new Map()
    })
  })

const bytes = (...given: ReadonlyArray<number>): Uint8Array => Uint8Array.from(given)

test('what is made of something that has no name is told, and nothing of it is lost', () => {
  const key: Expression = { name: 'meta', data: { key: 99, dreg: 8 } }
  const mask: Expression = {
    name: 'bitwise',
    data: {
      sreg: 8,
      dreg: 8,
      len: 4,
      mask: { value: bytes(255, 0, 0, 0) },
      xor: { value: bytes(0, 0, 0, 0) }
    }
  }
  const cmp: Expression = { name: 'cmp', data: { sreg: 8, op: 0, data: { value: bytes(1, 0, 0, 0) } } }
  const told = [
    'unknown "meta" {"key":99,"dreg":8}',
    'unknown "bitwise" {"sreg":8,"dreg":8,"len":4,"mask":{"value":"0xff000000"},"xor":{"value":"0x00000000"}}',
    'unknown "cmp" {"sreg":8,"op":0,"data":{"value":"0x01000000"}}'
  ]
  assert.is(textOf([key, mask, cmp]), told.join(' '))
  assert.is(textOf([key, cmp]), `${told[0]} ${told[2]}`)
  const set: Expression = { name: 'meta', data: { key: 3, sreg: 8 } }
  assert.is(textOf([key, set]), `${told[0]} unknown "meta" {"key":3,"sreg":8}`)
  const load: Expression = { name: 'payload', data: { dreg: 8, base: 1, offset: 12, len: 4 } }
  assert.is(textOf([key, load, { ...cmp }]), `${told[0]} ip saddr 1.0.0.0`)
})

test('bits that are set in another header than they were loaded from are no member of it', () => {
  const text = textOf([
    { name: 'payload', data: { dreg: 8, base: 2, offset: 0, len: 2 } },
    {
      name: 'bitwise',
      data: { sreg: 8, dreg: 8, len: 2, mask: { value: bytes(0xff, 3) }, xor: { value: bytes(0, 4) } }
    },
    { name: 'payload', data: { sreg: 8, base: 1, offset: 0, len: 2 } }
  ])
  assert.not.match(text, /ip dscp set/)
})

const register = fc.oneof(fc.integer({ min: 0, max: 25 }), fc.constant(undefined))
const size = fc.integer({ min: 0, max: 20 })
const value = fc.record({ value: fc.uint8Array({ maxLength: 20 }) })
const number = fc.oneof(fc.integer({ min: 0, max: 40 }), fc.nat({ max: 0xffffffff }))

const load = fc.oneof(
  fc.record({
    name: fc.constantFrom('meta', 'ct', 'rt', 'socket'),
    data: fc.record({ dreg: register, key: number })
  }),
  fc.record({
    name: fc.constant('payload'),
    data: fc.record({ dreg: register, base: fc.nat({ max: 6 }), offset: number, len: size })
  }),
  fc.record({
    name: fc.constant('exthdr'),
    data: fc.record({ dreg: register, op: fc.nat({ max: 4 }), type: number, offset: size, len: size })
  }),
  fc.record({ name: fc.constant('immediate'), data: fc.record({ dreg: register, data: value }) }),
  fc.record({
    name: fc.constantFrom('numgen', 'fib', 'osf', 'xfrm'),
    data: fc.record({
      dreg: register,
      type: number,
      modulus: number,
      flags: number,
      result: number,
      key: number
    })
  })
)

const computation = fc.oneof(
  fc.record({
    name: fc.constant('bitwise'),
    data: fc.record({
      sreg: register,
      dreg: register,
      len: size,
      op: fc.constantFrom(...Object.values(NFT_BITWISE), undefined, 9),
      mask: value,
      xor: value,
      data: value
    })
  }),
  fc.record({
    name: fc.constant('byteorder'),
    data: fc.record({ sreg: register, dreg: register, op: number, len: size, size })
  }),
  fc.record({
    name: fc.constant('hash'),
    data: fc.record({ sreg: register, dreg: register, len: size, modulus: number, type: fc.nat({ max: 2 }) })
  }),
  fc.record({
    name: fc.constant('lookup'),
    data: fc.record({ sreg: register, dreg: register, set: fc.string() })
  })
)

const use = fc.oneof(
  fc.record({ name: fc.constant('cmp'), data: fc.record({ sreg: register, op: number, data: value }) }),
  fc.record({
    name: fc.constant('range'),
    data: fc.record({ sreg: register, op: number, fromData: value, toData: value })
  }),
  fc.record({
    name: fc.constant('payload'),
    data: fc.record({ sreg: register, base: fc.nat({ max: 6 }), offset: number, len: size })
  }),
  fc.record({
    name: fc.constant('nat'),
    data: fc.record({
      type: fc.nat({ max: 3 }),
      family: fc.constantFrom(1, 2, 10, 99),
      regAddrMin: register,
      regAddrMax: register,
      regProtoMin: register,
      regProtoMax: register,
      flags: number
    })
  }),
  fc.record({
    name: fc.constant('dynset'),
    data: fc.record({
      setName: fc.string(),
      op: number,
      sregKey: register,
      sregData: register,
      timeout: fc.bigInt({ min: 0n, max: 1n << 63n })
    })
  }),
  fc.record({
    name: fc.constant('objref'),
    data: fc.record({ setSreg: register, immType: number, immName: fc.string() })
  }),
  fc.record({
    name: fc.constant('queue'),
    data: fc.record({ sregQnum: register, num: number, total: number, flags: number })
  }),
  fc.record({
    name: fc.constantFrom('masq', 'redir'),
    data: fc.record({ regProtoMin: register, regProtoMax: register })
  }),
  fc.record({
    name: fc.constantFrom('tproxy', 'dup', 'fwd'),
    data: fc.record({
      regAddr: register,
      regPort: register,
      sregAddr: register,
      sregDev: register,
      family: number
    })
  }),
  fc.record({ name: fc.string(), data: fc.record({ rate: fc.bigInt({ min: 0n, max: 1n << 63n }) }) })
)

const program = fc.array(fc.oneof(load, computation, use), { maxLength: 12 })
const family = fc.constantFrom(...(Object.keys(families) as ReadonlyArray<Family>))

test('whatever a rule is made of, it is told', () => {
  const told = fc.property(program, family, (expressions, of) => {
    assert.type(textOf(expressions as ReadonlyArray<Expression>, of), 'string')
  })
  void fc.assert(told, { numRuns: 3000 })
})

test.run()
