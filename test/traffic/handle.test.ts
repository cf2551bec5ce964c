import fc from 'fast-check'
import * as E from 'fp-ts/Either'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { filterPlaces, formatHandle, formatPlace, parseHandle, qdiscPlaces } from '../../src/traffic/handle'

const test = suite('handle')

test('1:10 is hexadecimal; a qdisc has nothing behind the colon', () => {
  assert.equal(parseHandle('1:10'), E.right(0x10010))
  assert.equal(parseHandle('1:'), E.right(0x10000))
  assert.equal(parseHandle('FFFF:fff2'), E.right(0xfffffff2))
  assert.equal(parseHandle(':1'), E.right(1))
})

test('places have names', () => {
  assert.equal(parseHandle('root', qdiscPlaces), E.right(0xffffffff))
  assert.equal(parseHandle('ingress', qdiscPlaces), E.right(0xfffffff1))
  assert.equal(parseHandle('ingress', filterPlaces), E.right(0xfffffff2))
  assert.is(formatPlace(0xfffffff3, filterPlaces), 'egress')
  assert.is(formatPlace(0x10000, qdiscPlaces), '1:')
})

test('what was written is read', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 0xffffffff }), handle => {
      assert.equal(parseHandle(formatHandle(handle)), E.right(handle))
    })
  )
})

test('anything else is refused in words', () => {
  for (const text of ['', ':', '1', '1:2:3', '10000:', 'x:1', 'toString', 'ingress'])
    assert.ok(E.isLeft(parseHandle(text)), text)
  assert.equal(
    parseHandle('top', qdiscPlaces),
    E.left('"top" is no handle such as 1: or 1:10, nor root or ingress')
  )
})

test.run()
