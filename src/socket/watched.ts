import { closeSync, openSync, readdirSync } from 'node:fs'
import * as E from 'fp-ts/Either'
import { RawNetlinkSocket } from 'netlink/dist/raw'
import { littleEndian, type Protocol } from '../../protocol'
import type { NamespaceError } from '../namespace/error'
import * as system from '../namespace/system'
import { isOver, now, turn } from '../namespace/turn'
import { datagramsBy } from './datagram'
import { defaultBuffer, prepare, protocolNumbers } from './option'
import type { Receiver, SocketTransport, TransportOptions } from './transport'

/**
 * The npm `netlink` raw socket, which the event loop watches: whatever comes is delivered as it comes. What is sent goes
 * out at once, since the package leaves all but the first datagram of a turn to a later one; and since the kernel has
 * answered by then, the answer may be read at once too.
 */
export const openWatched = (
  protocol: Protocol,
  receiver: Receiver,
  { receiveBuffer = defaultBuffer }: TransportOptions
): E.Either<NamespaceError, SocketTransport> => {
  const expected = lowestFreeDescriptor()
  let socket: RawNetlinkSocket
  try {
    // It looks how long a notification is before it reads it: in buffers that are long enough for any, a burst would
    // keep the garbage collector busy.
    socket = new RawNetlinkSocket(protocolNumbers[protocol], { recvBufferSize: 0, sendBufferSize: 0 })
  } catch (error) {
    return E.left(system.failureOf('socket', error))
  }
  const { port } = socket.address()
  const descriptor = descriptorOf(port, protocolNumbers[protocol], expected)
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
  const early = queueOf(receiver)
  socket.on('message', (bytes, sender) => early.put(bytes, sender.port))
  socket.on('truncatedMessage', (_bytes, sender) =>
    receiver.failed(new Error(`a datagram of ${sender.truncated} bytes was cut`))
  )
  socket.on('error', receiver.failed)
  const { more, ...datagrams } = datagramsBy(descriptor, receiver, () => {
    early.clear()
    socket.close()
  })
  return E.right({
    ...datagrams,
    port,
    join: group => socket.addMembership(group),
    leave: group => socket.dropMembership(group),
    more: () => early.take() || more(),
    hold: held => (held ? socket.ref() : socket.unref())
  })
}

/** Bytes that the package may have read ahead of us. */
const ahead = 16 * 1024 * 1024

/**
 * The package reads up to 32 datagrams in one turn of the event loop, whatever becomes of them. So what it has read waits
 * here once we have worked long enough in the turn, unless that is too much to keep; each socket then has its part of the
 * turns that follow.
 */
const queueOf = (receiver: Receiver) => {
  let waiting: Array<{ readonly bytes: Uint8Array; readonly port: number }> = []
  let size = 0
  let head = 0
  let scheduled = false

  const take = (): boolean => {
    const next = waiting[head]
    if (next === undefined) return false
    head++
    size -= next.bytes.length
    if (head === waiting.length) clear()
    receiver.datagram(next.bytes, next.port)
    return true
  }

  const clear = (): void => {
    waiting = []
    size = 0
    head = 0
  }

  const takeInTurns = (): void => {
    scheduled = false
    const end = now() + turn
    while (take() && now() < end);
    schedule()
  }

  const schedule = (): void => {
    if (scheduled || waiting.length === 0) return
    scheduled = true
    setImmediate(takeInTurns)
  }

  return {
    put: (bytes: Uint8Array, port: number): void => {
      waiting.push({ bytes, port })
      size += bytes.length
      while ((size > ahead || !isOver()) && take());
      schedule()
    },
    take,
    clear
  }
}

/** A new descriptor is the lowest free number, so the socket's can be told beforehand, nearly always; or -1. */
const lowestFreeDescriptor = (): number => {
  try {
    const descriptor = openSync('/dev/null', 'r')
    closeSync(descriptor)
    return descriptor
  } catch {
    return -1
  }
}

const descriptorOf = (port: number, protocol: number, expected: number): number | undefined => {
  if (isSocketOf(expected, port, protocol)) return expected
  try {
    return readdirSync('/proc/self/fd')
      .map(Number)
      .find(each => isSocketOf(each, port, protocol))
  } catch {
    return undefined
  }
}

const SO_PROTOCOL = 38

const isSocketOf = (descriptor: number, port: number, protocol: number): boolean => {
  const name = system.getsockname(descriptor)
  if (E.isLeft(name) || name.right.length < 12) return false
  const address = new DataView(name.right.buffer, name.right.byteOffset)
  if (address.getUint16(0, littleEndian) !== system.AF_NETLINK || address.getUint32(4, littleEndian) !== port)
    return false
  const own = system.getsockoptInt(descriptor, system.SOL_SOCKET, SO_PROTOCOL)
  return E.isRight(own) && own.right === protocol
}
