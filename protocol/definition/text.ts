import layouts from 'struct-fu'
import { type Bytes, bytesOf, copy, reserve, type Writer, writeBytes } from './bytes'
import { encodeError, quoted } from './error'
import { field, type Typed } from './integer'
import type { Policy } from './policy'

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })
const toUtf8 = new TextEncoder()

/** Names are short and ASCII nearly always: a loop beats the decoder's call until about 50 characters. */
const textIn = (bytes: Bytes, from: number, to: number): string => {
  if (to - from > 50) return decoded(bytes, from, to)
  const { array } = bytes
  let text = ''
  for (let at = from; at < to; at++) {
    const byte = array[at] as number
    if (byte > 0x7f) return decoded(bytes, from, to)
    text += String.fromCharCode(byte)
  }
  return text
}

const decoded = (bytes: Bytes, from: number, to: number): string => {
  const text = utf8.decode(bytes.array.subarray(from, to))
  if (text.includes('\ufffd')) bytes.irregular = true
  return text
}

/** Appends the text and `room` zeros. */
const writeText = (to: Writer, value: string, room: number): ReturnType<Policy<string>['write']> => {
  if (typeof value !== 'string') return encodeError(`${quoted(value)} is not a string`)
  if (value.length <= 50 && setAscii(to, value, room)) return undefined
  if (value.includes('\0')) return encodeError('a string cannot contain a NUL character')
  if (!value.isWellFormed()) return encodeError('the string has a lone surrogate, which has no UTF-8 form')
  writeBytes(to, toUtf8.encode(value))
  reserve(to, room)
  return undefined
}

const setAscii = (to: Writer, value: string, room: number): boolean => {
  for (let n = 0; n < value.length; n++) {
    const code = value.charCodeAt(n)
    if (code === 0 || code > 0x7f) return false
  }
  const at = reserve(to, value.length + room)
  const { array } = to
  for (let n = 0; n < value.length; n++) array[at + n] = value.charCodeAt(n)
  return true
}

/** Text ended by a NUL, which some senders leave out. UTF-8. `NLA_NUL_STRING`, `NLA_STRING` */
export const string: Policy<string> & { readonly type: 'string' } = {
  type: 'string',
  read: (bytes, from, to) => {
    const end = endOfText(bytes.array, from, to)
    if (end !== to - 1) bytes.irregular = true
    return textIn(bytes, from, end)
  },
  write: (to, value) => writeText(to, value, 1)
}

/** Bytes that only their owner understands; a copy. `NLA_BINARY` */
export const bytes: Policy<Uint8Array> & { readonly type: 'bytes' } = {
  type: 'bytes',
  read: (source, from, to) => copy(source, from, to),
  write: (to, value) => {
    if (!(value instanceof Uint8Array)) return encodeError(`${quoted(value)} is not a Uint8Array`)
    writeBytes(to, value)
    return undefined
  }
}

/** Present or not: there is no payload. `NLA_FLAG` */
export const flag: Policy<true> & { readonly type: 'flag' } = {
  type: 'flag',
  read: (source, from, to) => {
    if (to !== from) source.irregular = true
    return true
  },
  write: (_to, value) =>
    value === true ? undefined : encodeError(`${quoted(value)} is not true: leave the flag out instead`)
}

const decimals = Array.from({ length: 256 }, (_, byte) => String(byte))
const dotted = decimals.map(decimal => `${decimal}.`)

/** Joined from a table it takes half the time of a template. */
const ipv4Text = ({ array }: Bytes, at: number): string =>
  (dotted[array[at] as number] as string) +
  dotted[array[at + 1] as number] +
  (dotted[array[at + 2] as number] as string) +
  decimals[array[at + 3] as number]

/** As RFC 5952 has it: the longest run of zeros left out, the first of several, but never a single one. */
const ipv6Text = ({ view }: Bytes, at: number): string => {
  let gap = 8
  let gapLength = 1
  for (let n = 0, run = 0; n < 8; n++) {
    run = view.getUint16(at + 2 * n) === 0 ? run + 1 : 0
    if (run > gapLength) {
      gap = n + 1 - run
      gapLength = run
    }
  }
  let text = ''
  for (let n = 0; n < 8; n++)
    if (n === gap) {
      text += '::'
      n += gapLength - 1
    } else text += (n === 0 || text.endsWith(':') ? '' : ':') + view.getUint16(at + 2 * n).toString(16)
  return text
}

const DOT = 0x2e
const COLON = 0x3a

/** Four decimal numbers without leading zeros, as everybody reads them alike. */
const setIpv4 = (array: Uint8Array, at: number, text: string, from: number): boolean => {
  let part = 0
  let digits = 0
  let parts = 0
  for (let n = from; n < text.length; n++) {
    const code = text.charCodeAt(n)
    if (code === DOT) {
      if (digits === 0 || parts === 3) return false
      array[at + parts++] = part
      part = 0
      digits = 0
    } else {
      const digit = code - 0x30
      if (digit < 0 || digit > 9 || (part === 0 && digits > 0)) return false
      part = part * 10 + digit
      digits++
      if (part > 255) return false
    }
  }
  array[at + 3] = part
  return parts === 3 && digits > 0
}

const hexDigit = (code: number): number => {
  if (code >= 0x30 && code <= 0x39) return code - 0x30
  const letter = code | 0x20
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1
}

/** Eight groups, of which one `::` may leave out some; the last two may be written as an IPv4 address. */
const setIpv6 = (array: Uint8Array, at: number, text: string): boolean => {
  let size = 0
  let gap = -1
  let n = 0
  if (text.charCodeAt(0) === COLON) {
    if (text.charCodeAt(1) !== COLON) return false
    gap = 0
    n = 2
  }
  while (n < text.length) {
    const from = n
    let group = 0
    for (let digit = hexDigit(text.charCodeAt(n)); digit >= 0; digit = hexDigit(text.charCodeAt(++n)))
      group = (group << 4) | digit
    if (text.charCodeAt(n) === DOT && size <= 12 && setIpv4(array, at + size, text, from)) {
      size += 4
      break
    }
    if (n === from || n - from > 4 || size > 14) return false
    array[at + size++] = group >> 8
    array[at + size++] = group & 0xff
    if (n === text.length) break
    if (text.charCodeAt(n++) !== COLON || n === text.length) return false
    if (text.charCodeAt(n) === COLON) {
      if (gap >= 0) return false
      gap = size
      n++
    }
  }
  if (gap < 0 || size === 16) return gap < 0 && size === 16
  array.copyWithin(at + gap + 16 - size, at + gap, at + size)
  array.fill(0, at + gap, at + gap + 16 - size)
  return true
}

/**
 * Sets an IP address and says how many bytes it takes: 4, 16, or none for the empty text. A negative number says
 * that the text is no address; what stands at its place then means nothing.
 */
export const setAddress = (array: Uint8Array, at: number, text: unknown): number => {
  if (typeof text !== 'string') return -1
  if (text === '') return 0
  if (setIpv4(array, at, text, 0)) return 4
  return setIpv6(array, at, text) ? 16 : -1
}

/**
 * An IPv4 or IPv6 address, told apart by its length, written as RFC 5952 has it. The empty text stands for an
 * empty payload, which `ip rule add from all` sends.
 */
export const ip: Policy<string> & { readonly type: 'ip' } = {
  type: 'ip',
  read: (source, from, to) => {
    switch (to - from) {
      case 4:
        return ipv4Text(source, from)
      case 16:
        return ipv6Text(source, from)
      case 0:
        return ''
      default:
        return undefined
    }
  },
  write: (to, value) => {
    const at = reserve(to, 16)
    const size = setAddress(to.array, at, value)
    if (size < 0) return encodeError(`${quoted(value)} is not an IP address`)
    to.array.fill(0, at + size, at + 16)
    to.length = at + size
    return undefined
  }
}

const address = <T extends string>(
  type: T,
  size: 4 | 16,
  read: (source: Bytes, at: number) => string
): Typed<string, T> =>
  field<string, T>(
    type,
    size,
    name =>
      layouts.derive(
        layouts.byte('', size),
        (value: string) => {
          const bytes = Buffer.alloc(16)
          return bytes.subarray(0, setAddress(bytes, 0, value))
        },
        (source: Buffer) => read(bytesOf(source), 0)
      )(name),
    read,
    (to, offset, value) => {
      const parsed = new Uint8Array(16)
      if (setAddress(parsed, 0, value) !== size)
        return encodeError(`${quoted(value)} is not an ${type === 'ip4' ? 'IPv4' : 'IPv6'} address`)
      to.array.set(parsed.subarray(0, size), offset)
      return undefined
    }
  )

/** An IPv4 address, as a member of a struct or where nothing else can stand. */
export const ip4 = address('ip4', 4, ipv4Text)
/** An IPv6 address, likewise. */
export const ip6 = address('ip6', 16, ipv6Text)

const hex = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

const macText = (source: Bytes, from: number, to: number): string => {
  let text = ''
  for (let at = from; at < to; at++) text += (at === from ? '' : ':') + hex[source.array[at] as number]
  return text
}

const macBytes = (value: string): Uint8Array | undefined =>
  value === ''
    ? new Uint8Array(0)
    : /^[0-9a-f]{2}(:[0-9a-f]{2})*$/i.test(value)
      ? Uint8Array.from(value.split(':'), byte => Number.parseInt(byte, 16))
      : undefined

/** A link-layer address, of the length its kind of link has: `02:42:ac:11:00:02`. */
export const mac: Policy<string> & { readonly type: 'mac' } = {
  type: 'mac',
  read: (source, from, to) => macText(source, from, to),
  write: (to, value) => {
    const parsed = typeof value === 'string' ? macBytes(value) : undefined
    if (parsed === undefined)
      return encodeError(`${quoted(value)} is not a link-layer address such as 02:42:ac:11:00:02`)
    writeBytes(to, parsed)
    return undefined
  }
}

/** The six bytes of an Ethernet address, as a member of a struct. */
export const mac6: Typed<string, 'mac6'> = field<string, 'mac6'>(
  'mac6',
  6,
  name =>
    layouts.derive(
      layouts.byte('', 6),
      (value: string) => Buffer.from(macBytes(value) ?? []),
      (source: Buffer) => macText(bytesOf(source), 0, 6)
    )(name),
  (source, offset) => macText(source, offset, offset + 6),
  (to, offset, value) => {
    const parsed = typeof value === 'string' ? macBytes(value) : undefined
    if (parsed?.length !== 6)
      return encodeError(`${quoted(value)} is not an Ethernet address such as 02:42:ac:11:00:02`)
    to.array.set(parsed, offset)
    return undefined
  }
)

/** `size` bytes that only their owner understands, as a member of a struct. */
export const fixedBytes = (size: number): Typed<Uint8Array, 'bytes'> =>
  field<Uint8Array, 'bytes'>(
    'bytes',
    size,
    name =>
      layouts.derive(
        layouts.byte('', size),
        (value: Uint8Array) => Buffer.from(value),
        (source: Buffer) => new Uint8Array(source)
      )(name),
    (source, offset) => copy(source, offset, offset + size),
    (to, offset, value) => {
      if (!(value instanceof Uint8Array) || value.length !== size)
        return encodeError(`not a Uint8Array of ${size} bytes`)
      to.array.set(value, offset)
      return undefined
    }
  )

/** Text in a `char[size]` of a struct: padded with NULs, which end it if there are any. */
export const fixedString = (size: number): Typed<string, 'string'> =>
  field<string, 'string'>(
    'string',
    size,
    name =>
      layouts.derive(
        layouts.byte('', size),
        (value: string) => Buffer.from(value),
        (source: Buffer) => textIn(bytesOf(source), 0, endOfText(source, 0, size))
      )(name),
    (source, offset) => {
      const end = endOfText(source.array, offset, offset + size)
      for (let at = end; at < offset + size; at++) if (source.array[at] !== 0) source.irregular = true
      return textIn(source, offset, end)
    },
    (to, offset, value) => {
      if (typeof value !== 'string' || value.includes('\0') || !value.isWellFormed())
        return encodeError(`${quoted(value)} is not a plain string`)
      const encoded = toUtf8.encode(value)
      if (encoded.length > size) return encodeError(`${quoted(value)} is longer than ${size} bytes`)
      to.array.set(encoded, offset)
      return undefined
    }
  )

const endOfText = (array: Uint8Array, from: number, to: number): number => {
  let end = from
  while (end < to && array[end] !== 0) end++
  return end
}
