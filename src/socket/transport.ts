import { closeSync, openSync, readdirSync } from 'node:fs'
import * as E from 'fp-ts/Either'
import { RawNetlinkSocket } from 'netlink/dist/raw'
import { littleEndian, type Protocol } from '../../protocol'
import { NETLINK } from '../../protocol/netlink/header'
import type { NamespaceError } from '../namespace/error'
import * as system from '../namespace/system'

/** What carries datagrams to the kernel and back. */
export interface Transport {
  /** The socket's own port: answers to it carry this number. */
  readonly port: number
  /** Bytes of answers that can wait unread, as the kernel counts them. */
  readonly receiveBuffer: number
  /** Sends in one system call; the kernel has worked through the datagram when this returns. */
  readonly send: (datagram: Uint8Array) => void
  /** How many datagrams were dropped for want of room since the socket was opened. */
  readonly dropped: () => number
  readonly join: (group: number) => void
  readonly leave: (group: number) => void
  /** Whether the socket keeps the process alive. */
  readonly hold: (held: boolean) => void
  readonly close: () => void
}

/** Where a transport delivers. */
export interface Receiver {
  readonly datagram: (bytes: Uint8Array, senderPort: number) => void
  readonly failed: (error: Error) => void
}

export type OpenTransport = (
  protocol: Protocol,
  receiver: Receiver,
  /** Bytes of answers and notifications that can wait unread, as the kernel counts them. Default 4 MiB. */
  receiveBuffer?: number
) => E.Either<NamespaceError, Transport>

const numbers: { readonly [P in Protocol]: number } = {
  route: NETLINK.ROUTE,
  netfilter: NETLINK.NETFILTER,
  generic: NETLINK.GENERIC
}

/** The kernel never sends more of a dump at a time, and peeking first would make it send less. */
const datagramSize = 32768

/** Holds a burst of some thousand answers or events. */
const defaultBuffer = 4 * 1024 * 1024

/** Opens the npm `netlink` raw socket in the namespace that the calling thread is in. */
export const openTransport: OpenTransport = (protocol, receiver, receiveBuffer = defaultBuffer) => {
  const expected = lowestFreeDescriptor()
  let socket: RawNetlinkSocket
  try {
    socket = new RawNetlinkSocket(numbers[protocol], {
      messagePeeking: false,
      msgBufferSize: datagramSize,
      recvBufferSize: 0,
      sendBufferSize: 0
    })
  } catch (error) {
    return E.left(system.failureOf('socket', error))
  }
  const { port } = socket.address()
  const descriptor = descriptorOf(port, numbers[protocol], expected)
  if (descriptor === undefined) {
    socket.close()
    return E.left(
      system.failureOf('getsockname', new Error('the netlink socket is not among our descriptors'))
    )
  }
  const prepared = prepare(descriptor, receiveBuffer)
  if (E.isLeft(prepared)) {
    socket.close()
    return prepared
  }
  socket.on('message', (bytes, sender) => receiver.datagram(bytes, sender.port))
  socket.on('truncatedMessage', (_bytes, sender) =>
    receiver.failed(new Error(`a datagram of ${sender.truncated} bytes was cut`))
  )
  socket.on('error', receiver.failed)
  let open = true
  let largest = socket.getSendBufferSize() - overhead
  /** A transaction can be larger than what a socket may send by default; it cannot be cut. */
  const makeRoom = (size: number): void => {
    if (size <= largest) return
    system.setsockopt(descriptor, system.SOL_SOCKET, SO_SNDBUFFORCE, size + overhead)
    largest = size
  }
  return E.right({
    port,
    receiveBuffer: socket.getRecvBufferSize(),
    send: datagram => {
      makeRoom(datagram.byteLength)
      const bytes = Buffer.from(datagram.buffer, datagram.byteOffset, datagram.byteLength)
      socket.send(bytes, undefined, error => {
        if (error !== undefined && open) receiver.failed(error)
      })
    },
    dropped: () => droppedBy(descriptor),
    join: group => socket.addMembership(group),
    leave: group => socket.dropMembership(group),
    hold: held => (held ? socket.ref() : socket.unref()),
    close: () => {
      if (!open) return
      open = false
      socket.close()
    }
  })
}

/**
 * The npm socket aborts the process when it overruns and the kernel reports that, so the report is turned off before
 * anything is sent; what was dropped is counted instead. Old kernels lack some of the others, and we do without.
 */
const prepare = (descriptor: number, receiveBuffer: number): system.Answer<number> => {
  for (const option of [system.NETLINK_EXT_ACK, system.NETLINK_CAP_ACK, system.NETLINK_GET_STRICT_CHK])
    system.setsockopt(descriptor, system.SOL_NETLINK, option, 1)
  system.setsockopt(descriptor, system.SOL_SOCKET, system.SO_RCVBUFFORCE, receiveBuffer)
  return system.setsockopt(descriptor, system.SOL_NETLINK, system.NETLINK_NO_ENOBUFS, 1)
}

/** Element 8 of SO_MEMINFO counts drops. <linux/sock_diag.h> */
const droppedBy = (descriptor: number): number => {
  const info = system.getsockopt(descriptor, system.SOL_SOCKET, system.SO_MEMINFO, 36)
  if (E.isLeft(info) || info.right.length < 36) return 0
  return new DataView(info.right.buffer, info.right.byteOffset).getUint32(32, littleEndian)
}

/** A new descriptor is the lowest free number, so the socket's can be told beforehand, nearly always. */
const lowestFreeDescriptor = (): number => {
  const descriptor = openSync('/dev/null', 'r')
  closeSync(descriptor)
  return descriptor
}

const descriptorOf = (port: number, protocol: number, expected: number): number | undefined =>
  [expected, ...descriptors()].find(each => isSocketOf(each, port, protocol))

function* descriptors(): Generator<number> {
  for (const name of readdirSync('/proc/self/fd')) yield Number(name)
}

/** What the kernel keeps of the send buffer for itself. */
const overhead = 32
const SO_SNDBUFFORCE = 32

const AF_NETLINK = 16
const SO_PROTOCOL = 38

const isSocketOf = (descriptor: number, port: number, protocol: number): boolean => {
  const name = system.getsockname(descriptor)
  if (E.isLeft(name) || name.right.length < 12) return false
  const address = new DataView(name.right.buffer, name.right.byteOffset)
  if (address.getUint16(0, littleEndian) !== AF_NETLINK || address.getUint32(4, littleEndian) !== port)
    return false
  const own = system.getsockoptInt(descriptor, system.SOL_SOCKET, SO_PROTOCOL)
  return E.isRight(own) && own.right === protocol
}
