import * as ipaddr from 'ipaddr.js'
import { DATATYPE, DATATYPE_OF_ANY_SIZE } from '../../protocol/nftables/datatype'
import { NFT_DATA } from '../../protocol/nftables/set'
import { BYTEORDER } from '../../protocol/nftables/userdata'
import { parseAddress } from '../ip/prefix'
import { bytesOf, integerOf, numberOf, type Order, parseInteger, trailingZeros } from './integer'
import * as symbol from './symbol'

/** A value as it is written: an address, a number, a name. */
export type Literal = string | number | bigint

/** What values are, and how they are written. */
export interface Datatype {
  /** As `nft` names it in a set's definition: `ipv4_addr`. */
  readonly name: string
  /** By which the kernel keeps it with a set. */
  readonly number: number
  /** 0 where that is up to the selector. */
  readonly bits: number
  readonly order: Order
  readonly kind: 'integer' | 'bitmask' | 'string'
  /** Values can be prefixes: `10.0.0.0/8`. */
  readonly prefixes: boolean
  /** The number that a literal stands for; undefined if it stands for none. Strings fill the bits from the left. */
  readonly parse: (literal: Literal, bits: number) => bigint | undefined
  /** The one literal of a number. */
  readonly print: (value: bigint, bits: number) => Literal
  /** The same at the end of a range, where no names are used. */
  readonly printBound: (value: bigint, bits: number) => Literal
  /** A literal as it stands in a rule. */
  readonly text: (literal: Literal) => string
}

type Writing = Pick<Datatype, 'parse' | 'print' | 'printBound' | 'text'>

const decimal = (literal: Literal): string => String(literal)

const hexadecimal =
  (digits: number) =>
  (literal: Literal): string =>
    typeof literal === 'string' ? literal : `0x${literal.toString(16).padStart(digits, '0')}`

const quoted = (text: (literal: Literal) => string) => (literal: Literal) =>
  typeof literal === 'string' ? `"${literal}"` : text(literal)

const integer = (literal: Literal): bigint | undefined => {
  if (typeof literal === 'bigint') return literal < 0n ? undefined : literal
  if (typeof literal === 'number')
    return Number.isSafeInteger(literal) && literal >= 0 ? BigInt(literal) : undefined
  return parseInteger(literal)
}

const numeric = (text: (literal: Literal) => string = decimal): Writing => ({
  parse: integer,
  print: numberOf,
  printBound: numberOf,
  text
})

const symbolic = (symbols: symbol.Symbols, text: (literal: Literal) => string = decimal): Writing => {
  const names = new Map<bigint, string>()
  for (const [name, value] of Object.entries(symbols))
    if (!names.has(BigInt(value))) names.set(BigInt(value), name)
  return {
    parse: literal =>
      typeof literal === 'string' && Object.hasOwn(symbols, literal)
        ? BigInt(symbols[literal] as number)
        : integer(literal),
    print: value => names.get(value) ?? numberOf(value),
    printBound: numberOf,
    text
  }
}

const asText = (
  parse: (text: string, bits: number) => bigint | undefined,
  print: (value: bigint, bits: number) => string,
  text: (literal: Literal) => string = decimal
): Writing => ({
  parse: (literal, bits) => (typeof literal === 'string' ? parse(literal, bits) : undefined),
  print,
  printBound: print,
  text
})

const addressText = (bytes: Uint8Array): string => {
  const address = ipaddr.fromByteArray([...bytes])
  return address instanceof ipaddr.IPv6 ? mapped(address) ?? address.toRFC5952String() : address.toString()
}

/** As the C library prints the addresses that hold one of IPv4. */
const mapped = (address: ipaddr.IPv6): string | undefined => {
  const { parts } = address
  if (parts.slice(0, 5).some(part => part !== 0)) return undefined
  const compatible = parts[5] === 0 && parts[6] !== 0
  if (!compatible && parts[5] !== 0xffff) return undefined
  const last = address.toByteArray().slice(12).join('.')
  return compatible ? `::${last}` : `::ffff:${last}`
}

const address = (bits: number): Writing =>
  asText(
    text => {
      const parsed = parseAddress(text)
      if (parsed._tag === 'Left') return undefined
      const bytes = ipaddr.parse(parsed.right).toByteArray()
      return bytes.length * 8 === bits ? integerOf(Uint8Array.from(bytes)) : undefined
    },
    value => addressText(bytesOf(value, bits / 8))
  )

const linkAddress: Writing = asText(
  text => (/^([\da-f]{1,2}:)+[\da-f]{1,2}$/i.test(text) ? integerOf(Uint8Array.from(text.split(':'), byte => Number.parseInt(byte, 16))) : undefined),
  (value, bits) => [...bytesOf(value, bits / 8)].map(byte => byte.toString(16).padStart(2, '0')).join(':')
)

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** A name may end with `*` only as `\*`: without the stroke that stands for all names that begin so. */
const name: Writing = asText(
  (text, bits) => {
    const bytes = encoder.encode(text.replace(/\\\*$/, '*'))
    if (bytes.length * 8 > bits || (text.endsWith('*') && !text.endsWith('\\*'))) return undefined
    return integerOf(bytes) << BigInt(bits - bytes.length * 8)
  },
  (value, bits) => {
    const bytes = bytesOf(value, Math.ceil(bits / 8))
    const end = bytes.indexOf(0)
    return decoder.decode(end < 0 ? bytes : bytes.subarray(0, end)).replace(/\*$/, '\\*')
  },
  quoted(decimal)
)

const units = [
  ['d', 86_400_000n],
  ['h', 3_600_000n],
  ['m', 60_000n],
  ['s', 1000n],
  ['ms', 1n]
] as const

/** Milliseconds as a time: `1h30m`. */
export const durationText = (milliseconds: bigint): string => {
  let rest = milliseconds
  let text = ''
  for (const [unit, size] of units) {
    if (rest >= size) text += `${rest / size}${unit}`
    rest %= size
  }
  return text
}

/** The milliseconds of `1h30m`; a number alone is of seconds. */
export const parseDuration = (text: string): bigint | undefined => {
  if (/^\d+$/.test(text)) return BigInt(text) * 1000n
  const parts = /^(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+)s)?(?:(\d+)ms)?$/.exec(text)
  if (text === '' || parts === null) return undefined
  return units.reduce((sum, [, size], n) => sum + BigInt(parts[n + 1] ?? 0) * size, 0n)
}

const duration: Writing = {
  parse: literal => (typeof literal === 'bigint' ? literal : parseDuration(String(literal))),
  print: durationText,
  printBound: durationText,
  text: decimal
}

const secondsInDay = 86_400

const offsetOfZone = (at: Date): number => at.getTimezoneOffset() * -60

const two = (number: number): string => String(number).padStart(2, '0')

/** The hour of the day here; the kernel counts seconds of the day in UTC. */
const hour: Writing = asText(
  text => {
    const [, hours, minutes, seconds] = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/.exec(text) ?? []
    if (hours === undefined) return parseInteger(text)
    const here = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds ?? 0)
    return BigInt((here - offsetOfZone(new Date()) + secondsInDay) % secondsInDay)
  },
  value => {
    const here = (Number(value) + offsetOfZone(new Date()) + secondsInDay) % secondsInDay
    const seconds = here % 60
    return `${two(Math.floor(here / 3600))}:${two(Math.floor(here / 60) % 60)}${seconds === 0 ? '' : `:${two(seconds)}`}`
  },
  quoted(decimal)
)

const nanoseconds = 1_000_000_000n

/** A day and time here; the kernel counts nanoseconds since 1970. */
const date: Writing = asText(
  text => {
    if (/^\d+$/.test(text)) return BigInt(text) * nanoseconds
    const [, day, time] = /^(\d{4}-\d{2}-\d{2})(?: (\d{2}:\d{2}(?::\d{2})?))?$/.exec(text) ?? []
    const at = day === undefined ? Number.NaN : Date.parse(`${day}T${time ?? '00:00'}`)
    return Number.isNaN(at) ? undefined : (BigInt(at) / 1000n) * nanoseconds
  },
  value => {
    const at = new Date(Number(value / nanoseconds) * 1000)
    return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`
  },
  quoted(decimal)
)

const root = 0xffffffffn

/** A class of a qdisc: `1:10`, in hexadecimal. */
const handle: Writing = {
  parse: literal => {
    if (literal === 'root') return root
    if (literal === 'none') return 0n
    const [, major, minor] = /^([\da-f]{1,4}):([\da-f]{0,4})$/i.exec(String(literal)) ?? []
    if (major === undefined) return integer(literal)
    return (BigInt(`0x${major}`) << 16n) | BigInt(`0x0${minor}`)
  },
  print: value =>
    value === root ? 'root' : value === 0n ? 'none' : `${(value >> 16n).toString(16)}:${(value & 0xffffn).toString(16)}`,
  printBound: value => `${(value >> 16n).toString(16)}:${(value & 0xffffn).toString(16)}`,
  text: decimal
}

/** A label is the number of its bit. */
const label: Writing = {
  parse: literal => {
    const bit = integer(literal)
    return bit === undefined || bit > 127n ? undefined : 1n << bit
  },
  print: (value, bits) => trailingZeros(value, bits),
  printBound: (value, bits) => trailingZeros(value, bits),
  text: decimal
}

const port: Writing = { ...symbolic(symbol.services), print: numberOf }

type Known = keyof typeof DATATYPE

const orders: Readonly<Record<number, Order>> = {
  [BYTEORDER.INVALID]: 'network',
  [BYTEORDER.HOST_ENDIAN]: 'host',
  [BYTEORDER.BIG_ENDIAN]: 'network'
}

const known = (
  name: Known,
  writing: Writing,
  { bits, kind = 'integer', prefixes = false }: Partial<Pick<Datatype, 'bits' | 'kind' | 'prefixes'>> = {}
): Datatype => {
  const { number, size, byteorder } = DATATYPE[name]
  const order = kind === 'string' ? 'network' : (orders[byteorder] ?? 'network')
  return { name, number, bits: bits ?? size * 8, order, kind, prefixes, ...writing }
}

const ofAnySize = (name: keyof typeof DATATYPE_OF_ANY_SIZE, kind: Datatype['kind'], writing: Writing): Datatype => ({
  name,
  number: DATATYPE_OF_ANY_SIZE[name],
  bits: 0,
  order: 'network',
  kind,
  prefixes: false,
  ...writing
})

/** The datatypes, by the names that `nft` has for them. nft's <datatype.h> */
export const datatypes = {
  nf_proto: known('nf_proto', symbolic(symbol.networkProtocols)),
  ipv4_addr: known('ipv4_addr', address(32), { prefixes: true }),
  ipv6_addr: known('ipv6_addr', address(128), { prefixes: true }),
  ether_addr: known('ether_addr', linkAddress),
  ether_type: known('ether_type', symbolic(symbol.etherTypes, hexadecimal(4))),
  arp_op: known('arp_op', symbolic(symbol.arpOperations)),
  inet_proto: known('inet_proto', symbolic(symbol.protocols)),
  inet_service: known('inet_service', port),
  icmp_type: known('icmp_type', symbolic(symbol.icmpTypes)),
  icmp_code: known('icmp_code', symbolic(symbol.icmpCodes)),
  icmpv6_type: known('icmpv6_type', symbolic(symbol.icmpv6Types)),
  icmpv6_code: known('icmpv6_code', symbolic(symbol.icmpv6Codes)),
  icmpx_code: known('icmpx_code', symbolic(symbol.icmpxCodes)),
  igmp_type: known('igmp_type', symbolic(symbol.igmpTypes)),
  tcp_flag: known('tcp_flag', symbolic(symbol.tcpFlags, hexadecimal(0)), { kind: 'bitmask' }),
  dccp_pkttype: known('dccp_pkttype', symbolic(symbol.dccpTypes), { bits: 4 }),
  mh_type: known('mh_type', symbolic(symbol.mobilityTypes)),
  time: known('time', duration),
  mark: known('mark', numeric(hexadecimal(8)), { prefixes: true }),
  iface_index: known('iface_index', numeric()),
  iface_type: known('iface_type', symbolic(symbol.linkTypes)),
  realm: known('realm', symbolic(symbol.realms, quoted(decimal))),
  classid: known('classid', handle),
  uid: known('uid', numeric()),
  gid: known('gid', numeric()),
  ct_state: known('ct_state', symbolic(symbol.connectionStates, hexadecimal(0)), { kind: 'bitmask' }),
  ct_dir: known('ct_dir', symbolic(symbol.connectionDirections)),
  ct_status: known('ct_status', symbolic(symbol.connectionStatuses, hexadecimal(0)), { kind: 'bitmask' }),
  ct_label: known('ct_label', label, { kind: 'bitmask' }),
  ct_event: known('ct_event', symbolic(symbol.connectionEvents, hexadecimal(0)), { kind: 'bitmask' }),
  pkt_type: known('pkt_type', symbolic(symbol.packetTypes)),
  devgroup: known('devgroup', symbolic(symbol.linkGroups, quoted(decimal)), { prefixes: true }),
  dscp: known('dscp', symbolic(symbol.dscpClasses, hexadecimal(2)), { bits: 6 }),
  ecn: known('ecn', symbolic(symbol.ecnCodepoints, hexadecimal(1)), { bits: 2 }),
  fib_addrtype: known('fib_addrtype', symbolic(symbol.addressTypes)),
  boolean: known('boolean', symbolic(symbol.presences)),
  ifname: known('ifname', name, { kind: 'string' }),
  date: known('date', date),
  hour: known('hour', hour),
  day: known('day', symbolic(symbol.weekdays, quoted(decimal))),
  cgroupsv2: known('cgroupsv2', numeric()),
  bitmask: ofAnySize('bitmask', 'bitmask', numeric(hexadecimal(0))),
  integer: ofAnySize('integer', 'integer', numeric()),
  string: ofAnySize('string', 'string', name),
  ll_addr: ofAnySize('ll_addr', 'integer', linkAddress)
} as const satisfies { readonly [name: string]: Datatype }
export type DatatypeName = keyof typeof datatypes

/** What a verdict map gives. */
export const verdictType = { name: 'verdict', number: NFT_DATA.VERDICT, bits: 128 } as const

/** Bytes that no header has a name for, in hexadecimal. */
export const rawType: Datatype = { ...datatypes.integer, text: hexadecimal(0) }

const byNumber = new Map<number, Datatype>(
  Object.values<Datatype>(datatypes).map(datatype => [datatype.number, datatype])
)

export const datatypeOf = (number: number): Datatype | undefined => byNumber.get(number)

/** The typed literals of each datatype; a number always goes. */
type Names<S> = keyof S | number
export interface Literals {
  readonly ipv4_addr: string
  readonly ipv6_addr: string
  readonly ether_addr: string
  readonly ll_addr: string
  readonly ifname: string
  readonly string: string
  readonly nf_proto: Names<typeof symbol.networkProtocols>
  readonly ether_type: Names<typeof symbol.etherTypes>
  readonly arp_op: Names<typeof symbol.arpOperations>
  readonly inet_proto: Names<typeof symbol.protocols>
  readonly inet_service: Names<typeof symbol.services>
  readonly icmp_type: Names<typeof symbol.icmpTypes>
  readonly icmp_code: Names<typeof symbol.icmpCodes>
  readonly icmpv6_type: Names<typeof symbol.icmpv6Types>
  readonly icmpv6_code: Names<typeof symbol.icmpv6Codes>
  readonly igmp_type: Names<typeof symbol.igmpTypes>
  readonly tcp_flag: Names<typeof symbol.tcpFlags>
  readonly dccp_pkttype: Names<typeof symbol.dccpTypes>
  readonly mh_type: Names<typeof symbol.mobilityTypes>
  readonly iface_type: Names<typeof symbol.linkTypes>
  readonly iface_index: string | number
  readonly ct_state: Names<typeof symbol.connectionStates>
  readonly ct_dir: Names<typeof symbol.connectionDirections>
  readonly ct_status: Names<typeof symbol.connectionStatuses>
  readonly pkt_type: Names<typeof symbol.packetTypes>
  readonly dscp: Names<typeof symbol.dscpClasses>
  readonly ecn: Names<typeof symbol.ecnCodepoints>
  readonly fib_addrtype: Names<typeof symbol.addressTypes>
  readonly day: Names<typeof symbol.weekdays>
  readonly boolean: keyof typeof symbol.presences
}
export type LiteralOf<N> = N extends keyof Literals ? Literals[N] : Literal
