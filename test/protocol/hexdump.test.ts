import * as fc from 'fast-check'
import * as E from 'fp-ts/Either'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { parseHex } from '../../protocol'

const holds = <A>(property: fc.IProperty<A>, numRuns = 100): void => fc.assert(property, { numRuns })

const test = suite('hexdump')

const bytes = (...values: ReadonlyArray<number>): Uint8Array => Uint8Array.from(values)

test('plain digits, however they are grouped', () => {
  const expected = E.right([bytes(0x4c, 0x00, 0x14, 0xff)])
  for (const text of [
    '4c0014ff',
    '4C0014FF\n',
    '4c 00 14 ff',
    '4c00\n14ff',
    ' 4c00 14ff ',
    '0x4c, 0x00, 0x14, 0xff',
    '0x4c0014ff',
    String.raw`"\x4c\x00\x14\xff"`
  ])
    assert.equal(parseHex(text), expected, text)
})

test('strace -e write=all: a dump is a datagram', () => {
  const text = `
19891 sendto(3, [{nlmsg_len=32, nlmsg_type=RTM_NEWLINK, …}], 32, 0, NULL, 0) = 32
 | 00000  20 00 00 00 10 00 05 00  00 00 00 00 00 00 00 00   ............... |
 | 00010  00 00 00 00 de ad be ef                           ........         |
19891 recvmsg(3, {msg_name={sa_family=AF_NETLINK, …}, 0) = 4
 * 4 bytes in buffer 0
 | 00000  24 00 00 00                                       abcd             |
19891 +++ exited with 0 +++
`
  const first = new Uint8Array(24)
  first.set([0x20, 0, 0, 0, 0x10, 0, 5])
  first.set([0xde, 0xad, 0xbe, 0xef], 20)
  assert.equal(parseHex(text), E.right([first, bytes(0x24, 0, 0, 0)]))
})

test('strace without the bytes: the line, and what adds them', () => {
  for (const call of [
    'sendto(3, [{nlmsg_len=32, nlmsg_type=RTM_NEWLINK, …}], 32, 0, NULL, 0) = 32',
    '[pid 19891] sendmsg(3, {msg_name={sa_family=AF_NETLINK, …}, …) = 40',
    '19891 12:00:01.5 recvmsg(3, {msg_name={sa_family=AF_NETLINK, …}, 0) = 4'
  ])
    assert.equal(
      parseHex(`execve("/usr/bin/ip", …) = 0\n${call}\n+++ exited with 0 +++`),
      E.left({
        _tag: 'HexError',
        line: 2,
        reason: 'strace shows a call without its bytes; -e read=all -e write=all adds them'
      })
    )
})

test('strace: the buffers of one message belong together', () => {
  const text = `
 * 2 bytes in buffer 0
 | 00000  01 02                                             ..               |
 * 3 bytes in buffer 1
 | 00000  03 04 05                                          ...              |
 * 1 bytes in buffer 0
 | 00000  06                                                .                |
`
  assert.equal(parseHex(text), E.right([bytes(1, 2, 3, 4, 5), bytes(6)]))
})

test('xxd, hexdump -C and tcpdump -X', () => {
  const expected = E.right([bytes(...Array.from({ length: 18 }, (_, n) => n + 0x60))])
  assert.equal(
    parseHex(`
00000000: 6061 6263 6465 6667 6869 6a6b 6c6d 6e6f  \`abcdefghijklmno
00000010: 7071                                     pq
`),
    expected
  )
  assert.equal(
    parseHex(`
00000000  60 61 62 63 64 65 66 67  68 69 6a 6b 6c 6d 6e 6f  |\`abcdefghijklmno|
00000010  70 71                                             |pq|
00000012
`),
    expected
  )
  assert.equal(
    parseHex(`
\t0x0000:  6061 6263 6465 6667 6869 6a6b 6c6d 6e6f  \`abcdefghijklmno
\t0x0010:  7071                                     pq
`),
    expected
  )
})

test('what is no hexadecimal is refused with its line', () => {
  const refusal = (text: string): unknown => {
    const result = parseHex(text)
    return E.isLeft(result) ? [result.left.line, result.left.reason] : result.right
  }
  assert.equal(refusal('00\n0g'), [2, '"0g" is not hexadecimal'])
  assert.equal(refusal('000'), [1, 'the last byte has one digit'])
  assert.equal(refusal(' \n'), [1, 'there are no bytes'])
  assert.equal(refusal('00000000: 6061\n00000010: 62'), [2, 'the bytes before offset 0x00000010 are missing'])
  assert.equal(refusal('00000000: 606'), [1, '"606" are not bytes'])
})

test('any bytes come back from their dump', () => {
  const dump = (payload: Uint8Array): string =>
    Array.from({ length: Math.ceil(payload.length / 16) }, (_, row) => {
      const part = Array.from(payload.subarray(row * 16, row * 16 + 16))
      const digits = part
        .map((byte, n) => `${n === 8 ? ' ' : ''}${byte.toString(16).padStart(2, '0')}`)
        .join(' ')
      const text = part.map(byte => (byte > 31 && byte < 127 ? String.fromCharCode(byte) : '.')).join('')
      return ` | ${(row * 16).toString(16).padStart(5, '0')}  ${digits.padEnd(48)}  ${text.padEnd(16)} |`
    }).join('\n')
  holds(
    fc.property(
      fc.array(fc.uint8Array({ minLength: 1, maxLength: 70 }), { minLength: 1, maxLength: 3 }),
      payloads => {
        const plain = payloads.map(payload => new Uint8Array(payload))
        assert.equal(parseHex(plain.map(dump).join('\n')), E.right(plain))
      }
    )
  )
})

test('any text is parsed or refused', () => {
  holds(
    fc.property(fc.string({ unit: 'binary' }), text => E.isLeft(parseHex(text)) || E.isRight(parseHex(text)))
  )
})

test.run()
