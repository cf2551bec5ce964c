import { closeSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { endianness } from 'node:os'
import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import * as ipaddr from 'ipaddr.js'
import { sockaddr } from '../../namespace/endpoint'
import { within } from '../../namespace/enter'
import type { NamespaceError } from '../../namespace/error'
import type { NamespaceRef } from '../../namespace/reference'
import {
  AF_INET,
  AF_INET6,
  bind,
  IPPROTO_IPV6,
  IPV6_V6ONLY,
  SO_REUSEADDR,
  SOCK_CLOEXEC,
  SOCK_DGRAM,
  SOCK_STREAM,
  SOL_SOCKET,
  setsockopt,
  socket
} from '../../namespace/system'

/** A port at an address, or at all of them. */
export interface Port {
  readonly family: 'ipv4' | 'ipv6'
  readonly protocol: 'tcp' | 'udp'
  readonly address?: string | undefined
  readonly port: number
}

/** A process that has a port of its namespace open for everyone. */
export interface Listener {
  /** What it listens at: `0.0.0.0`. */
  readonly address: string
  /** Its name and number, if we may see them: `nginx (process 4711)`. */
  readonly process?: string
}

/**
 * Who listens at a port of a namespace. The port itself is asked, by binding to it for a moment; tables of sockets are
 * read only where that fails, since outgoing connections have ports too.
 */
export const listenerAt = (
  port: Port,
  namespace?: NamespaceRef
): E.Either<NamespaceError, Listener | undefined> => {
  const look = (): Listener | undefined => (isFree(port) ? undefined : listenerIn(port))
  return namespace === undefined ? E.right(look()) : within(namespace, look)
}

const anyAddress = { ipv4: '0.0.0.0', ipv6: '::' } as const

const isFree = ({ family, protocol, address = anyAddress[family], port }: Port): boolean => {
  const tcp = protocol === 'tcp'
  const made = socket(
    family === 'ipv4' ? AF_INET : AF_INET6,
    (tcp ? SOCK_STREAM : SOCK_DGRAM) | SOCK_CLOEXEC,
    0
  )
  if (E.isLeft(made)) return false
  try {
    return pipe(
      // Connections that have ended some minutes ago do not keep a server from the port.
      tcp ? setsockopt(made.right, SOL_SOCKET, SO_REUSEADDR, 1) : E.right(0),
      E.chain(() => (family === 'ipv6' ? setsockopt(made.right, IPPROTO_IPV6, IPV6_V6ONLY, 1) : E.right(0))),
      E.chain(() => bind(made.right, sockaddr(address, port))),
      E.isRight
    )
  } finally {
    closeSync(made.right)
  }
}

/** TCP_LISTEN, and TCP_CLOSE, which all of UDP is in unless it is connected. <net/tcp_states.h> */
const openStates = { tcp: '0A', udp: '07' } as const

/** A row of /proc/net/tcp and its like: address and port of both ends, the state, the socket's inode. man 5 proc */
const row = /^\s*\d+: ([0-9A-F]+):([0-9A-F]{4}) [0-9A-F]+:[0-9A-F]{4} ([0-9A-F]{2})(?: +\S+){5} +(\d+)/

const listenerIn = ({ family, protocol, address, port }: Port): Listener | undefined => {
  // A socket of IPv6 takes IPv4 as well, unless it was told not to, which the table does not tell.
  const tables = family === 'ipv4' ? [protocol, `${protocol}6`] : [`${protocol}6`]
  for (const table of tables)
    for (const line of linesOf(`/proc/net/${table}`)) {
      const [, at = '', number = '', state, inode = ''] = row.exec(line) ?? []
      if (state !== openStates[protocol] || Number.parseInt(number, 16) !== port) continue
      const bound = addressOf(at)
      if (!meet(address, bound, family)) continue
      const process = processOf(inode)
      return { address: bound, ...(process !== undefined && { process }) }
    }
  return undefined
}

const meet = (ours: string | undefined, theirs: string, family: Port['family']): boolean => {
  if (theirs === '::') return true
  if (theirs.includes(':') !== (family === 'ipv6')) return false
  return theirs === '0.0.0.0' || ours === undefined || ours === theirs
}

const linesOf = (path: string): ReadonlyArray<string> => {
  try {
    return readFileSync(path, 'utf8').split('\n')
  } catch {
    // A kernel without IPv6.
    return []
  }
}

/** Words of four bytes in the order of the machine. */
const addressOf = (hex: string): string => {
  const words = Buffer.from(hex, 'hex')
  const bytes = [...(endianness() === 'LE' ? words.swap32() : words)]
  const address = ipaddr.fromByteArray(bytes)
  return address.kind() === 'ipv6' ? (address as ipaddr.IPv6).toRFC5952String() : address.toString()
}

/** The process that has a socket open. */
const processOf = (inode: string): string | undefined => {
  const socketLink = `socket:[${inode}]`
  for (const pid of readdirSync('/proc').filter(name => /^\d+$/.test(name)))
    try {
      const folder = `/proc/${pid}/fd`
      if (readdirSync(folder).some(fd => linkOf(`${folder}/${fd}`) === socketLink))
        return `${readFileSync(`/proc/${pid}/comm`, 'utf8').trimEnd()} (process ${pid})`
    } catch {
      // It has ended, or is not ours to look at.
    }
  return undefined
}

const linkOf = (path: string): string | undefined => {
  try {
    return readlinkSync(path)
  } catch {
    return undefined
  }
}
