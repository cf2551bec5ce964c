import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { DATATYPE, TYPE_BITS } from '../../../protocol/nftables/datatype'

const test = suite('nftables datatype')

test('each datatype has a number of its own, which fits into a concatenation', () => {
  const numbers = Object.values(DATATYPE).map(({ number }) => number)
  assert.is(new Set<number>(numbers).size, numbers.length)
  assert.ok(numbers.every(number => number > 0 && number < 2 ** TYPE_BITS))
})

test('nft add set … { type ipv4_addr . inet_service . mark; } has key type 29523', () => {
  const { ipv4_addr, inet_service, mark } = DATATYPE
  const concatenation = [ipv4_addr, inet_service, mark].reduce(
    (above, { number }) => (above << TYPE_BITS) | number,
    0
  )
  assert.is(concatenation, 29523)
})

test.run()
