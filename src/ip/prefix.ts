import * as E from 'fp-ts/Either'
import * as ipaddr from 'ipaddr.js'

/** An address and the length of its network's prefix: `10.0.0.1/24`. */
export interface Prefix {
  readonly family: 'ipv4' | 'ipv6'
  readonly address: string
  readonly length: number
}

/** AF_INET and AF_INET6. <sys/socket.h> */
export const addressFamilies = { ipv4: 2, ipv6: 10 } as const

const widths = { ipv4: 32, ipv6: 128 } as const

const DOT = 0x2e
const ZERO = 0x30

/** Whether a text is four decimal numbers without leading zeros: an address as it is printed, and the usual case. */
const isDotted = (text: string): boolean => {
  let dots = 0
  let digits = 0
  let number = 0
  for (let n = 0; n < text.length; n++) {
    const code = text.charCodeAt(n)
    const digit = code - ZERO
    if (code === DOT) {
      if (digits === 0 || ++dots > 3) return false
      digits = 0
      number = 0
    } else if (digit >= 0 && digit <= 9 && !(digits > 0 && number === 0)) {
      number = number * 10 + digit
      if (number > 255) return false
      digits++
    } else return false
  }
  return dots === 3 && digits > 0
}

const strict = (text: string): ipaddr.IPv4 | ipaddr.IPv6 | undefined => {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return ipaddr.IPv4.parse(text)
  if (text.includes(':') && !text.includes('%') && ipaddr.IPv6.isValid(text))
    return ipaddr.IPv6.parse(inHexadecimal(text))
  return undefined
}

/** ipaddr.js takes `::1.2.3.4` for `::ffff:1.2.3.4`, so it is given no dots. */
const inHexadecimal = (text: string): string =>
  text.replace(/\d+\.\d+\.\d+\.\d+$/, dotted => {
    const bytes = ipaddr.IPv4.parse(dotted).toByteArray()
    return Buffer.from(bytes).toString('hex').replace(/^.{4}/, '$&:')
  })

const textOf = (address: ipaddr.IPv4 | ipaddr.IPv6): string =>
  address.kind() === 'ipv4' ? address.toString() : (address as ipaddr.IPv6).toRFC5952String()

/** The family of an address, or undefined if it is none. */
export const familyOf = (address: string): Prefix['family'] | undefined =>
  isDotted(address) ? 'ipv4' : strict(address)?.kind()

/** An address in the one form that the kernel's addresses are printed in, RFC 5952. */
export const parseAddress = (text: string): E.Either<string, string> => {
  if (typeof text === 'string' && isDotted(text)) return E.right(text)
  const address = typeof text === 'string' ? strict(text) : undefined
  return address === undefined
    ? E.left(`${JSON.stringify(text)} is not an IP address`)
    : E.right(textOf(address))
}

/** `10.0.0.1/24`; without a length, that of a single address. Left says in words what is wrong. */
export const parsePrefix = (text: string): E.Either<string, Prefix> => {
  const slash = typeof text === 'string' ? text.indexOf('/') : -1
  const head = slash < 0 ? text : text.slice(0, slash)
  const tail = slash < 0 ? undefined : text.slice(slash + 1)
  const address = parseAddress(head)
  if (E.isLeft(address) || tail?.includes('/'))
    return E.left(
      `${JSON.stringify(text)} is not an address with a prefix length, such as 10.0.0.1/24 or fd00::1/64`
    )
  const family = address.right.includes(':') ? 'ipv6' : 'ipv4'
  const most = widths[family]
  const length = tail === undefined ? most : /^\d{1,3}$/.test(tail) ? Number(tail) : Number.NaN
  if (!(length >= 0 && length <= most))
    return E.left(`${JSON.stringify(text)}: the prefix length must be from 0 to ${most}`)
  return E.right({ family, address: address.right, length })
}

/** The four or sixteen bytes of an address, in the order of the network. */
export const addressBytes = (address: string): Uint8Array =>
  Uint8Array.from(
    isDotted(address)
      ? address.split('.').map(Number)
      : (strict(address) ?? ipaddr.parse(address)).toByteArray()
  )

const masked = ({ address, length }: Prefix): Uint8Array =>
  addressBytes(address).map(
    (byte, n) => byte & (0xff << Math.max(0, Math.min(8, (n + 1) * 8 - length))) & 0xff
  )

const fromBytes = (bytes: Uint8Array): string =>
  bytes.length === 4 ? bytes.join('.') : textOf(ipaddr.fromByteArray([...bytes]))

/** An address out of the four or sixteen bytes that stand for it on the wire; any other bytes in hexadecimal. */
export const addressText = (bytes: Uint8Array): string =>
  bytes.length === 4 || bytes.length === 16 ? fromBytes(bytes) : Buffer.from(bytes).toString('hex')

/** The network that begins and ends with two addresses, as `10.0.0.0/24`; as `first-last` where it is none. */
export const networkText = (first: Uint8Array, last: Uint8Array): string => {
  const bits = (bytes: Uint8Array): string =>
    [...bytes].map(byte => byte.toString(2).padStart(8, '0')).join('')
  const [from, to] = [bits(first), bits(last)]
  const differs = [...from].findIndex((bit, n) => bit !== to[n])
  const length = differs < 0 ? from.length : differs
  const whole = !from.slice(length).includes('1') && !to.slice(length).includes('0')
  return whole ? `${addressText(first)}/${length}` : `${addressText(first)}-${addressText(last)}`
}

/** The network that an address is of: `10.0.0.1/24` gives `10.0.0.0/24`. */
export const networkOf = (prefix: Prefix): Prefix => ({ ...prefix, address: fromBytes(masked(prefix)) })

export const formatPrefix = ({ address, length }: Prefix): string => `${address}/${length}`

/** Whether two addresses of one family begin with the same bits. */
const agree = (a: Prefix, b: Prefix, length: number): boolean =>
  masked({ ...a, length }).join() === masked({ ...b, length }).join()

/** Whether an address lies in a prefix's network. */
export const contains = (prefix: Prefix, address: string): boolean =>
  familyOf(address) === prefix.family && agree(prefix, { ...prefix, address }, prefix.length)

/** Whether two networks have an address in common. */
export const overlap = (a: Prefix, b: Prefix): boolean =>
  a.family === b.family && agree(a, b, Math.min(a.length, b.length))

/** The last address of a network; in IPv4 all its hosts hear it. */
export const broadcastOf = (prefix: Prefix): string =>
  fromBytes(masked(prefix).map((byte, n) => byte | (0xff >> Math.max(0, Math.min(8, prefix.length - n * 8)))))
