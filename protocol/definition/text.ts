import * as ipaddr from 'ipaddr.js'
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
  let text = ''
  for (let at = from; at < to; at++) {
    const byte = bytes.array[at] as number
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

const writeText = (to: Writer, value: string): ReturnType<Policy<string>['write']> => {
  if (typeof value !== 'string') return encodeError(`${quoted(value)} is not a string`)
  if (value.includes('\0')) return encodeError('a string cannot contain a NUL character')
  if (!value.isWellFormed()) return encodeError('the string has a lone surrogate, which has no UTF-8 form')
  writeBytes(to, toUtf8.encode(value))
  return undefined
}

/** Text ended by a NUL, which some senders leave out. UTF-8. `NLA_NUL_STRING`, `NLA_STRING` */
export const string: Policy<string> & { readonly type: 'string' } = {
  type: 'string',
  read: (bytes, from, to) => {
    const nul = bytes.array.subarray(from, to).indexOf(0)
    const end = nul < 0 ? to : from + nul
    if (end !== to - 1) bytes.irregular = true
    return textIn(bytes, from, end)
  },
  write: (to, value) => {
    const error = writeText(to, value)
    if (error === undefined) reserve(to, 1)
    return error
  }
}

/** Bytes that only their owner understands; a copy. `NLA_BINARY` */
export const bytes: Policy<Uint8Array> & { readonly type: 'bytes' } = {
  type: 'bytes',
  read: (source, from, to) => copy(source.array, from, to),
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

const ipv4Text = (source: Bytes, at: number): string => {
  const a = source.array
  return `${a[at]}.${a[at + 1]}.${a[at + 2]}.${a[at + 3]}`
}

const ipv6Text = (source: Bytes, at: number): string =>
  new ipaddr.IPv6(Array.from(source.array.subarray(at, at + 16))).toRFC5952String()

const addressBytes = (value: string): ReadonlyArray<number> | undefined => {
  if (ipaddr.IPv4.isValidFourPartDecimal(value)) return ipaddr.IPv4.parse(value).toByteArray()
  if (value.includes(':') && !value.includes('%') && ipaddr.IPv6.isValid(value))
    return ipaddr.IPv6.parse(value).toByteArray()
  return undefined
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
    const address = value === '' ? [] : typeof value === 'string' ? addressBytes(value) : undefined
    if (address === undefined) return encodeError(`${quoted(value)} is not an IP address`)
    writeBytes(to, Uint8Array.from(address))
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
        (value: string) => Buffer.from(addressBytes(value) ?? []),
        (source: Buffer) => read(bytesOf(source), 0)
      )(name),
    read,
    (to, offset, value) => {
      const parsed = typeof value === 'string' ? addressBytes(value) : undefined
      if (parsed?.length !== size)
        return encodeError(`${quoted(value)} is not an ${type === 'ip4' ? 'IPv4' : 'IPv6'} address`)
      to.array.set(parsed, offset)
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
    (source, offset) => copy(source.array, offset, offset + size),
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
  const nul = array.subarray(from, to).indexOf(0)
  return nul < 0 ? to : from + nul
}
