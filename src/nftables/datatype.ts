import * as ipaddr from 'ipaddr.js'
import { littleEndian } from '../../protocol'
import { DATATYPE, DATATYPE_OF_ANY_SIZE } from '../../protocol/nftables/datatype'
import { BYTEORDER } from '../../protocol/nftables/userdata'
import { groupNumber, hostAddress, serviceNumber, userNumber } from './database'
import { formatDuration, parseDuration } from './duration'
import * as symbol from './symbol'

/** How the bytes of a register make a number. Text stands as it is written, and zeros behind it. */
export type Order = 'network' | 'host' | 'text'

/** A kind of value: how `nft` writes it, and the number that it is. */
export interface Datatype {
  readonly name: string
  /** What sets are told by. */
  readonly number: number
  /** 0 if what has it tells. */
  readonly bits: number
  readonly order: Order
  /** Its bits have names, and values are lists of them. */
  readonly flags: boolean
  readonly symbols: symbol.Symbols
  readonly parse: (text: string) => bigint | undefined
  readonly print: (value: bigint, bits: number) => string
  /** Without names, as an end of a range is written. */
  readonly printPlain: (value: bigint, bits: number) => string
}

interface Format {
  readonly parse?: (text: string) => bigint | undefined
  readonly print?: (value: bigint, bits: number) => string
  readonly symbols?: symbol.Symbols
  readonly flags?: boolean
  /** Names stand in quotes. */
  readonly quoted?: boolean
  readonly printPlain?: (value: bigint, bits: number) => string
  /** Names are only read. */
  readonly numeric?: boolean
}

/** As in C, a zero before a number makes it octal. */
export const parseNumber = (text: string): bigint | undefined => {
  if (/^0[0-7]{1,40}$/.test(text)) return BigInt(`0o${text.slice(1)}`)
  return /^(?:0|[1-9]\d{0,39}|0x[0-9a-f]{1,64})$/i.test(text) ? BigInt(text) : undefined
}

const decimal = (value: bigint): string => value.toString()

const hexadecimal =
  (digits: number) =>
  (value: bigint): string =>
    `0x${value.toString(16).padStart(digits, '0')}`

const unquoted = (text: string): string => (/^".*"$/.test(text) ? text.slice(1, -1) : text)

const quote = (text: string): string => `"${text}"`

const bytesOf = (value: bigint, size: number): Uint8Array => {
  const bytes = new Uint8Array(size)
  let rest = value
  for (let n = size - 1; n >= 0 && rest > 0n; n--) {
    bytes[n] = Number(rest & 0xffn)
    rest >>= 8n
  }
  return bytes
}

const numberOf = (bytes: Uint8Array): bigint => {
  if (bytes.length <= 6) {
    let value = 0
    for (const byte of bytes) value = value * 256 + byte
    return BigInt(value)
  }
  return bytes.length === 0 ? 0n : BigInt(`0x${Buffer.from(bytes).toString('hex')}`)
}

/** A number as a register holds it. */
export const encode = (value: bigint, size: number, order: Order): Uint8Array => {
  const bytes = bytesOf(value, size)
  return order === 'host' && littleEndian ? bytes.reverse() : bytes
}

/** The number that a register holds. */
export const decode = (bytes: Uint8Array, order: Order): bigint =>
  numberOf(order === 'host' && littleEndian ? bytes.toReversed() : bytes)

/** The greatest number of so many bits. */
export const ones = (bits: number): bigint => (1n << BigInt(bits)) - 1n

/** Four numbers and three dots, digit by digit: this is where most of the time of a large ruleset goes. */
const parseIpv4 = (text: string): bigint | undefined => {
  let value = 0
  let byte = 0
  let digits = 0
  let dots = 0
  for (let n = 0; n < text.length; n++) {
    const code = text.charCodeAt(n)
    if (code === 46) {
      if (digits === 0 || ++dots > 3) return undefined
      value = value * 256 + byte
      byte = 0
      digits = 0
    } else {
      // A zero before others is octal to some and nothing to others.
      if (code < 48 || code > 57 || ++digits > 3 || (digits === 2 && byte === 0)) return undefined
      byte = byte * 10 + code - 48
      if (byte > 255) return undefined
    }
  }
  return dots === 3 && digits > 0 ? BigInt(value * 256 + byte) : undefined
}

const printIpv4 = (value: bigint): string => {
  const number = Number(value)
  return `${(number >>> 24) & 0xff}.${(number >>> 16) & 0xff}.${(number >>> 8) & 0xff}.${number & 0xff}`
}

/** The parser of addresses takes `::1.2.3.4` for `::ffff:1.2.3.4`, so it sees no dots. */
const withoutDots = (text: string): string => {
  const [, before, quad = ''] = /^(.*:)(\d{1,3}(?:\.\d{1,3}){3})$/.exec(text) ?? []
  const value = before === undefined ? undefined : parseIpv4(quad)
  return value === undefined
    ? text
    : `${before}${(value >> 16n).toString(16)}:${(value & 0xffffn).toString(16)}`
}

const parseIpv6 = (text: string): bigint | undefined => {
  const plain = withoutDots(text)
  return plain.includes(':') && !/[%.]/.test(plain) && ipaddr.IPv6.isValid(plain)
    ? numberOf(Uint8Array.from(ipaddr.IPv6.parse(plain).toByteArray()))
    : undefined
}

const printIpv6 = (value: bigint): string => {
  const address = new ipaddr.IPv6([...bytesOf(value, 16)])
  const high = value >> 32n
  return high === 0xffffn
    ? `::ffff:${printIpv4(value & 0xffffffffn)}`
    : high === 0n && value > 0xffffn
      ? `::${printIpv4(value)}`
      : address.toRFC5952String()
}

const parseHexadecimal = (text: string): bigint | undefined =>
  /^0x[0-9a-f]{1,8}$/i.test(text) ? BigInt(text) : undefined

const parseHost = (
  name: string,
  family: 4 | 6,
  parse: (text: string) => bigint | undefined
): bigint | undefined => {
  const address = /^[a-z][\w.-]*$/i.test(name) ? hostAddress(name, family) : undefined
  return address === undefined ? undefined : parse(address)
}

const parseMac = (text: string): bigint | undefined =>
  /^[0-9a-f]{1,2}(?::[0-9a-f]{1,2}){5}$/i.test(text)
    ? numberOf(Uint8Array.from(text.split(':'), part => Number.parseInt(part, 16)))
    : undefined

const printMac = (value: bigint, bits: number): string =>
  Buffer.from(bytesOf(value, bits / 8))
    .toString('hex')
    .replace(/..(?!$)/g, '$&:')

const printText = (value: bigint, bits: number): string =>
  quote(
    Buffer.from(bytesOf(value, bits / 8))
      .toString()
      .replace(/\0.*$/s, '')
  )

const text: Format = { print: printText }

/** A star at the end of a whole name does not stand for more, and says so. */
const interfaceName: Format = { print: (value, bits) => printText(value, bits).replace(/\*"$/, '\\*"') }

/** Major and minor, sixteen bits each. */
const parseHandle = (given: string): bigint | undefined => {
  const parts = /^([0-9a-f]{0,4}):([0-9a-f]{0,4})$/i.exec(given)
  return parts === null
    ? parseNumber(given)
    : BigInt(`0x${(parts[1] || '0').padStart(4, '0')}${(parts[2] || '0').padStart(4, '0')}`)
}

const printHandle = (value: bigint): string =>
  `${(value >> 16n).toString(16)}:${(value & 0xffffn).toString(16)}`

const two = (number: number): string => String(number).padStart(2, '0')

/** Seconds of the day in the machine's time zone, which the kernel counts in UTC. */
const secondsOffset = (): number => -new Date().getTimezoneOffset() * 60

const parseHour = (given: string): bigint | undefined => {
  const parts = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/.exec(unquoted(given))
  if (parts === null) return parseNumber(given)
  const [hour = 0, minute = 0, second = 0] = parts.slice(1).map(part => Number(part ?? 0))
  const seconds = hour * 3600 + minute * 60 + second - secondsOffset()
  return BigInt((seconds + 86_400) % 86_400)
}

const printHour = (value: bigint): string => {
  const seconds = (Number(value) + secondsOffset() + 86_400) % 86_400
  const rest = seconds % 60
  return quote(
    `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}${rest === 0 ? '' : `:${two(rest)}`}`
  )
}

const parseDate = (given: string): bigint | undefined => {
  const parts = /^(\d{4})-(\d\d)-(\d\d)(?: (\d\d):(\d\d)(?::(\d\d))?)?$/.exec(unquoted(given))
  if (parts === null) return secondsTimes(given, 1_000_000_000n)
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = parts
    .slice(1)
    .map(part => Number(part ?? 0))
  return BigInt(new Date(year, month - 1, day, hour, minute, second).getTime()) * 1_000_000n
}

const printDate = (value: bigint): string => {
  const date = new Date(Number(value / 1_000_000n))
  return quote(
    `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`
  )
}

/** One bit of 128. */
const parseLabel = (given: string): bigint | undefined =>
  /^\d{1,3}$/.test(given) && Number(given) < 128 ? 1n << BigInt(given) : undefined

const printLabel = (value: bigint): string => {
  const bits = value.toString(2)
  return bits.indexOf('1', 1) < 0 && value > 0n ? String(bits.length - 1) : hexadecimal(0)(value)
}

/** A number, or a name that the machine has for one. */
const orNamed =
  (numberFor: (name: string) => number | undefined) =>
  (given: string): bigint | undefined => {
    const number = parseNumber(given) ?? numberFor(unquoted(given))
    return number === undefined ? undefined : BigInt(number)
  }

const named = (symbols: symbol.Symbols, format: Format = {}): Format => ({ symbols, ...format })

const formats: { readonly [name: string]: Format } = {
  nf_proto: named(symbol.protocolFamilies),
  ipv4_addr: {
    parse: given => parseIpv4(given) ?? parseHexadecimal(given) ?? parseHost(given, 4, parseIpv4),
    print: printIpv4
  },
  ipv6_addr: { parse: given => parseIpv6(given) ?? parseHost(given, 6, parseIpv6), print: printIpv6 },
  ether_addr: { parse: parseMac, print: printMac },
  ether_type: named(symbol.etherTypes, { print: hexadecimal(4) }),
  arp_op: named(symbol.arpOperations),
  inet_proto: named(symbol.internetProtocols),
  inet_service: named(symbol.services, { numeric: true, parse: orNamed(serviceNumber) }),
  icmp_type: named(symbol.icmpTypes),
  icmp_code: named(symbol.icmpCodes),
  icmpv6_type: named(symbol.icmpv6Types),
  icmpv6_code: named(symbol.icmpv6Codes),
  icmpx_code: named(symbol.icmpxCodes),
  igmp_type: named(symbol.igmpTypes),
  mh_type: named(symbol.mobilityTypes),
  dccp_pkttype: named(symbol.dccpTypes),
  tcp_flag: named(symbol.tcpFlags, { flags: true, print: hexadecimal(0) }),
  time: {
    parse: given => parseDuration(given) ?? secondsTimes(given, 1000n),
    print: formatDuration,
    printPlain: value => `${value / 1000n}s`
  },
  mark: { print: hexadecimal(8) },
  uid: { parse: orNamed(userNumber) },
  gid: { parse: orNamed(groupNumber) },
  iface_type: named(symbol.hardwareTypes),
  classid: named(symbol.trafficHandles, { parse: parseHandle, print: printHandle }),
  ct_state: named(symbol.connectionStates, { flags: true, print: hexadecimal(0) }),
  ct_dir: named(symbol.connectionDirections),
  ct_status: named(symbol.connectionStatus, { flags: true, print: hexadecimal(0) }),
  ct_event: named(symbol.connectionEvents, { flags: true, print: hexadecimal(0) }),
  ct_label: { flags: true, parse: parseLabel, print: printLabel },
  pkt_type: named(symbol.packetTypes),
  devgroup: named(symbol.deviceGroups, { quoted: true }),
  dscp: named(symbol.dscpClasses, { print: hexadecimal(2) }),
  ecn: named(symbol.ecnBits),
  fib_addrtype: named(symbol.addressTypes),
  boolean: named(symbol.booleans),
  ifname: interfaceName,
  date: { parse: parseDate, print: printDate },
  hour: { parse: parseHour, print: printHour },
  day: named(symbol.days, { quoted: true }),
  realm: named(symbol.realms, { quoted: true })
}

const secondsTimes = (given: string, by: bigint): bigint | undefined => {
  const seconds = parseNumber(given)
  return seconds === undefined ? undefined : seconds * by
}

const orders: { readonly [byteorder: number]: Order } = {
  [BYTEORDER.INVALID]: 'network',
  [BYTEORDER.HOST_ENDIAN]: 'host',
  [BYTEORDER.BIG_ENDIAN]: 'network'
}

const make = (name: string, number: number, bits: number, order: Order, format: Format): Datatype => {
  const { symbols = {}, parse = parseNumber, print = decimal, flags = false, quoted, numeric } = format
  const { printPlain = print } = format
  const numbers = new Map(
    Object.entries(symbols).map(([each, value]) => [each.toLowerCase(), BigInt(value)] as const)
  )
  const names = new Map<bigint, string>()
  for (const [each, value] of numeric === true ? [] : Object.entries(symbols))
    if (!names.has(BigInt(value))) names.set(BigInt(value), quoted === true ? quote(each) : each)
  return {
    name,
    number,
    bits,
    order,
    flags,
    symbols,
    parse: given => numbers.get(unquoted(given).toLowerCase()) ?? parse(given),
    print: (value, width) => names.get(value) ?? print(value, width),
    printPlain
  }
}

const openFormats: { readonly [name: string]: Format } = {
  string: text,
  bitmask: { print: hexadecimal(0) }
}

/** The datatypes by their names: `type ipv4_addr`. */
export const datatypes: ReadonlyMap<string, Datatype> = new Map([
  ...Object.entries(DATATYPE).map(
    ([name, { number, size, byteorder }]) =>
      [
        name,
        make(
          name,
          number,
          size * 8,
          name === 'ifname' ? 'text' : (orders[byteorder] ?? 'network'),
          formats[name] ?? {}
        )
      ] as const
  ),
  ...Object.entries(DATATYPE_OF_ANY_SIZE).map(
    ([name, number]) =>
      [name, make(name, number, 0, name === 'string' ? 'text' : 'network', openFormats[name] ?? {})] as const
  )
])

export const datatype = (name: keyof typeof DATATYPE | keyof typeof DATATYPE_OF_ANY_SIZE): Datatype =>
  datatypes.get(name) as Datatype

/** The number of a protocol by its name, `tcp`; 0 if nobody knows it. */
export const protocolNumber = (name: string): number => Number(datatype('inet_proto').parse(name) ?? 0n)

/** Numbers that nobody has a datatype for: `@th,0,8 0x4`. */
export const rawInteger: Datatype = make('integer', DATATYPE_OF_ANY_SIZE.integer, 0, 'network', {
  print: hexadecimal(0)
})

/** Numbers of the kernel's own, as `ct bytes`. */
export const hostInteger: Datatype = { ...datatype('integer'), order: 'host' }

const byNumber = new Map([...datatypes.values()].map(each => [each.number, each] as const))

export const datatypeOf = (number: number): Datatype | undefined => byNumber.get(number)

/** The names of a value's bits, the lowest first; undefined if one has none. */
export const flagNames = (type: Datatype, value: bigint): ReadonlyArray<string> | undefined => {
  const names: Array<string> = []
  for (let bit = 1n; bit <= value; bit <<= 1n) {
    if ((value & bit) === 0n) continue
    const name = type.print(bit, type.bits)
    if (name.startsWith('0x')) return undefined
    names.push(name)
  }
  return names
}
