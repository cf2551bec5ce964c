import * as E from 'fp-ts/Either'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { decodeMessages, encodeMessages } from '../../protocol'

const test = suite('padding')

/** Often enough for compiled code to be used. */
const again = (hex: string): void => {
  const bytes = Buffer.from(hex, 'hex')
  for (let n = 0; n < 600; n++) {
    const messages = decodeMessages('route', bytes)
    if (E.isLeft(messages)) throw new Error(messages.left.reason)
    const encoded = encodeMessages('route', messages.right)
    assert.is(E.isRight(encoded) && Buffer.from(encoded.right).toString('hex'), hex)
  }
}

/** An RTM_NEWLINK of this length with a header of zeros. */
const link = (length: number, attributes: string): string =>
  `${length.toString(16).padStart(2, '0')}00000010000000${'0'.repeat(16)}${'0'.repeat(32)}${attributes}`

test('bytes between attributes come out as they went in, zeros or not', () => {
  // RTM_NEWLINK with IFLA_IFNAME `a`, whose two bytes are followed by two more that mean nothing.
  again(link(40, '060003006100dead'))
})

test('… within a nest', () => {
  // IFLA_LINKINFO with IFLA_INFO_KIND `a`.
  again(link(44, '0c001280060001006100beef'))
})

test('the padding that the last attribute may lack is not made up', () => {
  again(link(38, '060003006100'))
})

test('bytes behind the last message are zeros, or an error', () => {
  const message = Buffer.from(link(32, ''), 'hex')
  const followed = (...bytes: ReadonlyArray<number>): Uint8Array => Uint8Array.of(...message, ...bytes)
  assert.is(decodeMessages('route', followed(0, 0, 0))._tag, 'Right')
  assert.is(decodeMessages('route', followed(...new Array(40).fill(0)))._tag, 'Right')
  for (const bytes of [
    followed(0, 0, 7),
    followed(1, 2, 3, 4, 5),
    followed(...new Array(20).fill(0), 1),
    Uint8Array.of(1)
  ]) {
    const decoded = decodeMessages('route', bytes)
    assert.is(decoded._tag, 'Left')
    if (decoded._tag === 'Left') assert.match(decoded.left.reason, 'neither a message nor zeros')
  }
})

test.run()
