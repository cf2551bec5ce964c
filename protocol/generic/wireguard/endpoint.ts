import {
  be16,
  be32,
  encodeError,
  ip4,
  ip6,
  type Policy,
  pad,
  quoted,
  struct,
  u16,
  u32
} from '../../definition'

const AF_INET = 2
const AF_INET6 = 10

const sockaddrIn = struct('sockaddr_in', { family: u16, port: be16, addr: ip4, pad: pad(8) })

const sockaddrIn6 = struct('sockaddr_in6', {
  family: u16,
  port: be16,
  flowinfo: be32,
  addr: ip6,
  /** The index of the interface that a link-local address belongs to. */
  scopeId: u32
})

/** Where a peer is. Its address tells the family; the last two members are IPv6's, and 0 when left out. */
export interface Endpoint {
  readonly addr: string
  readonly port: number
  readonly flowinfo?: number
  readonly scopeId?: number
}

export interface EndpointPolicy extends Policy<Endpoint> {
  readonly type: 'sockaddr'
  readonly forms: readonly [typeof sockaddrIn, typeof sockaddrIn6]
}

/** struct sockaddr_in or struct sockaddr_in6, as its family says. <linux/in.h>, <linux/in6.h> */
export const endpoint: EndpointPolicy = {
  type: 'sockaddr',
  forms: [sockaddrIn, sockaddrIn6],
  read: (bytes, from, to, scope) => {
    const family = to - from < u16.size ? undefined : u16.readAt(bytes, from)
    if (family !== AF_INET && family !== AF_INET6) return undefined
    const value = (family === AF_INET ? sockaddrIn : sockaddrIn6).read(bytes, from, to, scope)
    if (value === undefined) return undefined
    const { family: _, ...rest } = value
    return rest
  },
  write: (to, value, scope) => {
    if (typeof value?.addr !== 'string') return encodeError(`${quoted(value)} is not an address and a port`)
    return value.addr.includes(':')
      ? sockaddrIn6.write(to, { flowinfo: 0, scopeId: 0, ...value, family: AF_INET6 }, scope)
      : sockaddrIn.write(to, { ...value, family: AF_INET }, scope)
  }
}
