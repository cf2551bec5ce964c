import * as E from 'fp-ts/Either'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { decodeMessages, encodeMessages, type Message } from '../../../protocol'
import { hex, right } from '../nftables/golden'

const test = suite('generic family')

/** RINGS_GET of e0, to the family with id 21. */
const rings = hex('20000000 1500 0500 01000000 00000000 0f010000 0c000180 07000200 65300000')

test('a family that is not named is kept as it is', () => {
  const messages = right(decodeMessages('generic', rings))
  assert.equal(messages, [
    {
      type: 'UNKNOWN',
      flags: 5,
      sequence: 1,
      port: 0,
      number: 21,
      payload: hex('0f010000 0c000180 07000200 65300000')
    }
  ])
  assert.equal(encodeMessages('generic', messages), E.right(rings))
})

test('a family that is named is understood, and its id survives', () => {
  const messages = right(decodeMessages('generic', rings, { 21: 'ethtool' }))
  assert.equal(messages, [
    {
      type: 'ETHTOOL_MSG_RINGS_GET',
      flags: 5,
      sequence: 1,
      port: 0,
      family: 21,
      header: { cmd: 15, version: 1 },
      attributes: { header: { devName: 'e0' } }
    }
  ])
  assert.equal(encodeMessages('generic', messages), E.right(rings))
})

test('a command that the family does not have is kept as it is', () => {
  const bytes = hex('14000000 1000 0500 01000000 00000000 63010000')
  const messages = right(decodeMessages('generic', bytes))
  assert.is(messages[0]?.type, 'UNKNOWN')
  assert.equal(encodeMessages('generic', messages), E.right(bytes))
})

test('a message too short for a command is kept as it is', () => {
  const bytes = hex('12000000 1000 0500 01000000 00000000 0301')
  const messages = right(decodeMessages('generic', bytes))
  assert.is(messages[0]?.type, 'UNKNOWN')
  assert.equal(encodeMessages('generic', messages), E.right(bytes))
})

test('a request takes the id from the families, and the command from its type', () => {
  const request: Message = {
    type: 'ETHTOOL_MSG_RINGS_GET',
    flags: 5,
    sequence: 1,
    port: 0,
    header: { cmd: 0, version: 1 },
    attributes: { header: { devName: 'e0' } }
  }
  assert.equal(encodeMessages('generic', [request], { 21: 'ethtool' }), E.right(rings))
  assert.equal(
    encodeMessages('generic', [request]),
    E.left({
      _tag: 'EncodeError',
      path: '0.family',
      reason: 'the id of ethtool is not known; the controller tells it'
    })
  )
})

test('the controller needs neither', () => {
  const request: Message = {
    type: 'CTRL_CMD_GETFAMILY',
    flags: 5,
    sequence: 1,
    port: 0,
    header: { cmd: 3, version: 1 },
    attributes: { familyName: 'fou' }
  }
  const bytes = right(encodeMessages('generic', [request]))
  assert.equal(bytes, hex('1c000000 1000 0500 01000000 00000000 03010000 08000200 666f7500'))
  assert.equal(decodeMessages('generic', bytes), E.right([request]))
})

test('a family that nobody has defined stays unknown though it is named', () => {
  assert.is(right(decodeMessages('generic', rings, { 21: 'acpi_event' }))[0]?.type, 'UNKNOWN')
  assert.is(right(decodeMessages('generic', rings, { 21: 'constructor' }))[0]?.type, 'UNKNOWN')
})

test.run()
