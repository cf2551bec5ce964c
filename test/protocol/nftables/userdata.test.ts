import * as E from 'fp-ts/Either'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { decode, encode } from '../../../protocol'
import { rule } from '../../../protocol/nftables/rule'
import { BYTEORDER, ruleUserdata, setUserdata, tableUserdata } from '../../../protocol/nftables/userdata'
import { hex, right } from './golden'

const test = suite('nftables userdata')

test('nft add rule … comment "blue"', () => {
  const bytes = hex('00 05 626c756500')
  assert.equal(right(decode(ruleUserdata)(bytes)), { comment: 'blue' })
  assert.equal(right(encode(ruleUserdata)({ comment: 'blue' })), bytes)
})

test('ebtables-nft: a comment and the policy, integers in the order of the machine', () => {
  const bytes = hex('00 03 686900  01 04 01000000')
  assert.equal(right(decode(ruleUserdata)(bytes)), { comment: 'hi', ebtablesPolicy: 1 })
  assert.equal(right(encode(ruleUserdata)({ comment: 'hi', ebtablesPolicy: 1 })), bytes)
})

test('nft add set … { typeof ip saddr; }: records within a record', () => {
  const bytes = hex('00 04 02000000  03 14  00 04 07000000  01 0c  00 04 0c000000  01 04 0b000000')
  const value = {
    keybyteorder: BYTEORDER.BIG_ENDIAN,
    keyTypeof: { expr: 7, data: hex('00 04 0c000000  01 04 0b000000') }
  }
  assert.equal(right(decode(setUserdata)(bytes)), value)
  assert.equal(right(encode(setUserdata)(value)), bytes)
})

test('a newer nft says in a table who made it', () => {
  const bytes = hex('01 04 01010400  02 08 00000000681b3b40')
  const value = { nftver: hex('01010400'), nftbld: 0x681b3b40n }
  assert.equal(right(decode(tableUserdata)(bytes)), value)
  assert.equal(right(encode(tableUserdata)(value)), bytes)
})

test('a record that is not known, or not of its form, is kept', () => {
  const bytes = hex('09 02 abcd  01 01 ff  00 02 6100')
  const value = right(decode(ruleUserdata)(bytes))
  assert.equal(value, {
    comment: 'a',
    unknown: [
      { type: 9, payload: hex('abcd') },
      { type: 1, payload: hex('ff') }
    ]
  })
  assert.equal(right(encode(ruleUserdata)(value)), bytes)
})

test('of a record that stands twice the last one counts, and the bytes stay as they were', () => {
  const bytes = hex('01 04 01000000  00 02 6100  00 02 6200')
  const value = right(decode(ruleUserdata)(bytes))
  assert.equal(value, { comment: 'b', ebtablesPolicy: 1, unknown: [{ type: 0, payload: hex('6100') }] })
  assert.equal(right(encode(ruleUserdata)(value)), bytes)
})

test('what another program wrote there stays as bytes of the rule', () => {
  const bytes = hex('02000000  0a000700 68656c6c6f21 0000')
  const value = right(decode(rule.body)(bytes))
  assert.equal(value.attributes, { unknown: [{ type: 7, payload: hex('68656c6c6f21') }] })
  assert.equal(right(encode(rule.body)(value)), bytes)
})

test('a comment of 254 bytes fits, one of 255 does not', () => {
  assert.is(right(encode(ruleUserdata)({ comment: 'x'.repeat(254) })).length, 257)
  const refused = encode(ruleUserdata)({ comment: 'x'.repeat(255) })
  assert.equal(
    refused,
    E.left({
      _tag: 'EncodeError',
      path: 'comment',
      reason: '256 bytes are more than a record can hold (255)'
    })
  )
})

test('an unknown record of a type or a payload that cannot be is refused', () => {
  const refused = (each: unknown) => E.isLeft(encode(ruleUserdata)({ unknown: [each] } as never))
  assert.ok(refused({ type: 256, payload: hex('00') }))
  assert.ok(refused({ type: 1, payload: 'text' }))
  assert.ok(refused({ type: 1, payload: new Uint8Array(256) }))
  assert.ok(refused(null))
  assert.not(refused({ type: 255, payload: new Uint8Array(255) }))
})

test('a misspelt record is refused with the nearest one', () => {
  const refused = encode(ruleUserdata)({ coment: 'x' } as never)
  assert.equal(
    refused,
    E.left({
      _tag: 'EncodeError',
      path: 'coment',
      reason: 'NFTNL_UDATA_RULE has no such record: did you mean comment?'
    })
  )
})

test.run()
