import { isIP } from 'node:net'
import * as ipaddr from 'ipaddr.js'
import { AF_INET, AF_INET6, ifNameToIndex } from './system'

/** AF_INET or AF_INET6, as the address has it; undefined if it is a name or nonsense. */
export const familyOf = (address: string): number | undefined => ({ 4: AF_INET, 6: AF_INET6 })[isIP(address)]

/** `fe80::1%eth0`: the interface is one of the namespace that we are in. */
const scopeOf = (zone: string): number => (/^\d+$/.test(zone) ? Number(zone) : ifNameToIndex(zone))

/** `struct sockaddr_in` or `sockaddr_in6` of an address that `familyOf` knows. `man 7 ip`, `man 7 ipv6` */
export const sockaddr = (address: string, port: number): Uint8Array => {
  const family = familyOf(address)
  const [host = '', zone = '0'] = address.split('%')
  const bytes = new Uint8Array(family === AF_INET6 ? 28 : 16)
  new Uint16Array(bytes.buffer, 0, 1)[0] = family ?? 0
  new DataView(bytes.buffer).setUint16(2, port)
  bytes.set(ipaddr.parse(host).toByteArray(), family === AF_INET6 ? 8 : 4)
  if (family === AF_INET6) new Uint32Array(bytes.buffer, 24, 1)[0] = scopeOf(zone)
  return bytes
}

/** The address in such a struct. */
export const addressIn = (sockaddr: Uint8Array): string => {
  const family = new Uint16Array(sockaddr.slice(0, 2).buffer)[0]
  return family === AF_INET6
    ? new ipaddr.IPv6(Array.from(sockaddr.subarray(8, 24))).toRFC5952String()
    : sockaddr.subarray(4, 8).join('.')
}
