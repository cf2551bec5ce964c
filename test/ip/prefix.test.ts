import { BlockList, isIP } from 'node:net'
import fc from 'fast-check'
import * as E from 'fp-ts/Either'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import {
  broadcastOf,
  contains,
  familyOf,
  formatPrefix,
  networkOf,
  overlap,
  type Prefix,
  parseAddress,
  parsePrefix
} from '../../src/ip/prefix'

const test = suite('prefix')

const right = <A>(result: E.Either<string, A>): A => {
  if (E.isLeft(result)) throw new Error(result.left)
  return result.right
}

const left = (result: E.Either<string, unknown>): string => {
  if (E.isRight(result)) throw new Error(`accepted as ${JSON.stringify(result.right)}`)
  return result.left
}

const width = { ipv4: 32, ipv6: 128 } as const

const bigOf = (address: string): bigint =>
  address.includes(':')
    ? wordsOf(address).reduce((all, word) => (all << 16n) | BigInt(word), 0n)
    : address.split('.').reduce((all, byte) => (all << 8n) | BigInt(byte), 0n)

/** The eight words of an IPv6 address without an IPv4 tail. */
const wordsOf = (address: string): ReadonlyArray<number> => {
  const [head = '', tail] = address.split('::').map(half => half.split(':').filter(word => word !== ''))
  const zeros = tail === undefined ? [] : new Array(8 - head.length - tail.length).fill('0')
  return [...head, ...zeros, ...(tail ?? [])].map(word => Number.parseInt(word, 16))
}

const ipv4 = fc.ipV4().map(address => ({ family: 'ipv4' as const, address }))
const ipv6 = fc
  .array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 0xffff })), { minLength: 8, maxLength: 8 })
  .map(words => ({ family: 'ipv6' as const, address: words.map(word => word.toString(16)).join(':') }))
const addresses = fc.oneof(ipv4, ipv6)

const prefixes = addresses.chain(({ family, address }) =>
  fc.integer({ min: 0, max: width[family] }).map(length => right(parsePrefix(`${address}/${length}`)))
)

/** An address that shares some of the prefix's bits, so that both answers are common. */
const near = (prefix: Prefix): fc.Arbitrary<string> =>
  fc
    .tuple(fc.integer({ min: 0, max: width[prefix.family] }), fc.bigInt({ min: 0n, max: (1n << 128n) - 1n }))
    .map(([kept, noise]) => {
      const bits = BigInt(width[prefix.family])
      const mask = (1n << (bits - BigInt(kept))) - 1n
      const value = (bigOf(prefix.address) & ~mask) | (noise & mask)
      return prefix.family === 'ipv4'
        ? [24n, 16n, 8n, 0n].map(shift => (value >> shift) & 0xffn).join('.')
        : Array.from({ length: 8 }, (_, n) => ((value >> BigInt(112 - 16 * n)) & 0xffffn).toString(16)).join(
            ':'
          )
    })

const blockOf = ({ address, length, family }: Prefix): BlockList => {
  const list = new BlockList()
  list.addSubnet(address, length, family)
  return list
}

test('contains(prefix, address) = BlockList.check(address)', () => {
  fc.assert(
    fc.property(
      prefixes.chain(prefix => near(prefix).map(address => ({ prefix, address }))),
      ({ prefix, address }) => {
        assert.is(contains(prefix, address), blockOf(prefix).check(address, prefix.family))
      }
    ),
    { numRuns: 500 }
  )
})

test('an address of the other family is in no network, not even ::/0', () => {
  const all = right(parsePrefix('::/0'))
  assert.is(contains(all, '10.0.0.1'), false)
  assert.is(contains(right(parsePrefix('0.0.0.0/0')), '::1'), false)
  assert.is(contains(all, 'no address'), false)
})

test('networkOf and broadcastOf are the first and the last address of the network', () => {
  fc.assert(
    fc.property(prefixes, prefix => {
      const first = networkOf(prefix)
      const last = broadcastOf(prefix)
      const size = 1n << BigInt(width[prefix.family] - prefix.length)
      assert.ok(contains(prefix, first.address))
      assert.ok(contains(prefix, last))
      assert.is(bigOf(first.address) % size, 0n)
      assert.is(bigOf(last) - bigOf(first.address), size - 1n)
      assert.equal(networkOf(first), first)
    })
  )
})

test('overlap(a, b) = one has the other’s network in it', () => {
  fc.assert(
    fc.property(
      prefixes.chain(a =>
        fc
          .tuple(near(a), fc.integer({ min: 0, max: width[a.family] }))
          .map(([address, length]) => ({ a, b: right(parsePrefix(`${address}/${length}`)) }))
      ),
      ({ a, b }) => {
        const either = contains(a, networkOf(b).address) || contains(b, networkOf(a).address)
        assert.is(overlap(a, b), either)
        assert.is(overlap(b, a), either)
      }
    )
  )
  assert.is(overlap(right(parsePrefix('0.0.0.0/0')), right(parsePrefix('::/0'))), false)
})

test('parsePrefix(formatPrefix(prefix)) = prefix', () => {
  fc.assert(fc.property(prefixes, prefix => assert.equal(right(parsePrefix(formatPrefix(prefix))), prefix)))
})

test('parseAddress gives one form to all that net.isIP takes', () => {
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), text => {
      const parsed = right(parseAddress(text))
      assert.is(isIP(parsed), isIP(text))
      assert.is(right(parseAddress(parsed)), parsed)
      const list = new BlockList()
      list.addAddress(text, familyOf(text))
      assert.ok(list.check(parsed, familyOf(parsed)))
    })
  )
  assert.is(right(parseAddress('2001:DB8:0:0:1:0:0:1')), '2001:db8::1:0:0:1')
})

test('parseAddress refuses what net.isIP refuses', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'0123456789abcdef:./ xX%-') }), text => {
      fc.pre(isIP(text) === 0)
      assert.ok(E.isLeft(parseAddress(text)), text)
    }),
    { numRuns: 1000 }
  )
  for (const text of ['10.1', '0x7f000001', '127.1', '1', '010.0.0.1', 'fe80::1%eth0', '', '10.0.0.256'])
    assert.is(left(parseAddress(text)), `${JSON.stringify(text)} is not an IP address`)
})

test('10.0.0.1 alone is 10.0.0.1/32, ::1 is ::1/128', () => {
  assert.equal(right(parsePrefix('10.0.0.1')), { family: 'ipv4', address: '10.0.0.1', length: 32 })
  assert.equal(right(parsePrefix('::1')), { family: 'ipv6', address: '::1', length: 128 })
})

test('what is no prefix is refused in a sentence', () => {
  const noPrefix = 'is not an address with a prefix length, such as 10.0.0.1/24 or fd00::1/64'
  for (const text of ['', '/24', '10.0.0.1/24/24', 'eth0', '10.0.0/24'])
    assert.is(left(parsePrefix(text)), `${JSON.stringify(text)} ${noPrefix}`)
  for (const text of ['10.0.0.1/33', '10.0.0.1/', '10.0.0.1/-1', '10.0.0.1/1e1', '10.0.0.1/ 8'])
    assert.is(left(parsePrefix(text)), `${JSON.stringify(text)}: the prefix length must be from 0 to 32`)
  assert.is(left(parsePrefix('fd00::/129')), '"fd00::/129": the prefix length must be from 0 to 128')
  for (const given of [undefined, null, 24, {}]) assert.ok(E.isLeft(parsePrefix(given as never)))
})

test.run()
