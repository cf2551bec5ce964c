import * as E from 'fp-ts/Either'

/** Text in which no bytes could be read. */
export interface HexError {
  readonly _tag: 'HexError'
  /** Counted from 1. */
  readonly line: number
  readonly reason: string
}

/**
 * The bytes that a text shows. Plain hexadecimal digits, in any grouping and with or without 0x, are one datagram;
 * of dumps by `strace -e read=all -e write=all`, `xxd` and `hexdump -C` each is one, and the lines between them are passed over.
 */
export const parseHex = (text: string): E.Either<HexError, ReadonlyArray<Uint8Array>> => {
  const lines = text.split(/\r?\n/)
  return lines.some(line => dumpLine.test(line)) ? parseDumps(lines) : parsePlain(lines)
}

const failure = (line: number, reason: string): E.Either<HexError, never> =>
  E.left({ _tag: 'HexError', line, reason })

/** An offset, bytes, and mostly the same bytes as text. */
const dumpLine = /^\s*(?:\| ([\da-f]{5,}) {2}|([\da-f]{8}) {2}(?=.*\|$)|(?:0x)?([\da-f]{4,}): +)(.*)$/i

/** A call as strace shows it without being told to dump its bytes. */
const bareCall = /^[\s\d[\]a-z.:]*(?:send|recv)(?:to|from|m?msg)\(\d+/

/** strace shows each buffer of a message by itself. */
const furtherBuffer = /^ \* \d+ bytes in buffer [1-9]/

const parseDumps = (lines: ReadonlyArray<string>): E.Either<HexError, ReadonlyArray<Uint8Array>> => {
  const datagrams: Array<Array<number>> = []
  let start = 0
  let goesOn = false
  for (const [n, line] of lines.entries()) {
    const [, strace, hexdump, xxd, rest = ''] = dumpLine.exec(line) ?? []
    const offset = strace ?? hexdump ?? xxd
    if (furtherBuffer.test(line)) goesOn = true
    if (offset === undefined) continue
    const at = Number.parseInt(offset, 16)
    if (at === 0) {
      if (!goesOn || datagrams.length === 0) datagrams.push([])
      start = datagrams.at(-1)?.length ?? 0
      goesOn = false
    }
    const datagram = datagrams.at(-1)
    if (datagram === undefined || datagram.length - start !== at)
      return failure(n + 1, `the bytes before offset 0x${offset} are missing`)
    const digits = (xxd === undefined ? rest.slice(0, 48) : (rest.split('  ')[0] ?? '')).replaceAll(' ', '')
    if (!/^([\da-f]{2})+$/i.test(digits)) return failure(n + 1, `${JSON.stringify(digits)} are not bytes`)
    datagram.push(...bytesIn(digits))
  }
  return E.right(datagrams.map(datagram => Uint8Array.from(datagram)))
}

const parsePlain = (lines: ReadonlyArray<string>): E.Either<HexError, ReadonlyArray<Uint8Array>> => {
  const bare = lines.map(line => line.replace(/0x|\\x|[\s,:"';]/gi, ''))
  const wrong = bare.findIndex(line => !/^[\da-f]*$/i.test(line))
  const call = lines.findIndex(line => bareCall.test(line))
  if (call >= 0)
    return failure(call + 1, 'strace shows a call without its bytes; -e read=all -e write=all adds them')
  if (wrong >= 0) return failure(wrong + 1, `${JSON.stringify(lines[wrong])} is not hexadecimal`)
  const digits = bare.join('')
  if (digits === '') return failure(1, 'there are no bytes')
  if (digits.length % 2 !== 0) return failure(lines.length, 'the last byte has one digit')
  return E.right([Uint8Array.from(bytesIn(digits))])
}

const bytesIn = (digits: string): ReadonlyArray<number> =>
  Array.from({ length: digits.length / 2 }, (_, n) => Number.parseInt(digits.slice(2 * n, 2 * n + 2), 16))
