import { closeSync } from 'node:fs'
import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import { littleEndian, type Protocol } from '../../protocol'
import type { NamespaceError } from '../namespace/error'
import * as system from '../namespace/system'
import { bufferOf, defaultBuffer, droppedBy, prepare, protocolNumbers, roomIn } from './option'
import type { Receiver, Transport, TransportOptions } from './transport'

const NETLINK_ADD_MEMBERSHIP = 1
const NETLINK_DROP_MEMBERSHIP = 2

/** A dump may have larger parts than usual: links with many virtual functions. */
const largestPart = 262_144

/** Decoders copy what they keep, so all paced sockets can read into the same bytes. */
const part = new Uint8Array(largestPart)

/** `struct sockaddr_nl` of a port. <linux/netlink.h> */
const addressOf = (port: number): Uint8Array => {
  const bytes = new Uint8Array(12)
  const view = new DataView(bytes.buffer)
  view.setUint16(0, system.AF_NETLINK, littleEndian)
  view.setUint32(4, port, littleEndian)
  return bytes
}

const portIn = (address: Uint8Array): number =>
  new DataView(address.buffer, address.byteOffset).getUint32(4, littleEndian)

/** The kernel's own address, and what a sender's is written over. */
const kernel = addressOf(0)
const sender = addressOf(0)

/**
 * A socket that nobody watches, for requests: the kernel has answered by the time that the request is sent, and of a
 * dump it writes the next part when the last one is read. The npm socket would wait for the event loop to tell of the
 * answer, and reads dumps as fast as it can.
 */
export const openPaced = (
  protocol: Protocol,
  receiver: Receiver,
  { receiveBuffer = defaultBuffer }: TransportOptions
): E.Either<NamespaceError, Transport> =>
  pipe(
    system.socket(
      system.AF_NETLINK,
      system.SOCK_RAW | system.SOCK_CLOEXEC | system.SOCK_NONBLOCK,
      protocolNumbers[protocol]
    ),
    E.chain(descriptor =>
      pipe(
        system.bind(descriptor, kernel),
        E.chain(() => prepare(descriptor, receiveBuffer)),
        E.chain(() => system.getsockname(descriptor)),
        E.bimap(
          error => {
            closeSync(descriptor)
            return error
          },
          name => pacedTransport(descriptor, portIn(name), receiver)
        )
      )
    )
  )

const pacedTransport = (descriptor: number, port: number, receiver: Receiver): Transport => {
  let open = true
  const makeRoom = roomIn(descriptor)
  return {
    port,
    receiveBuffer: bufferOf(descriptor),
    send: datagram => {
      makeRoom(datagram.byteLength)
      const sent = system.sendto(descriptor, datagram, kernel)
      if (E.isLeft(sent)) setImmediate(() => receiver.failed(failure(sent.left)))
    },
    dropped: () => droppedBy(descriptor),
    join: group => void system.setsockopt(descriptor, system.SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, group),
    leave: group => void system.setsockopt(descriptor, system.SOL_NETLINK, NETLINK_DROP_MEMBERSHIP, group),
    hold: () => undefined,
    more: () => {
      if (!open) return false
      const size = system.receive(descriptor, part, sender)
      if (E.isLeft(size)) {
        if (size.left.code !== 'EAGAIN') receiver.failed(failure(size.left))
        return false
      }
      if (size.right > part.length) receiver.failed(new Error(`a datagram of ${size.right} bytes was cut`))
      else receiver.datagram(part.subarray(0, size.right), portIn(sender))
      return true
    },
    close: () => {
      if (!open) return
      open = false
      closeSync(descriptor)
    }
  }
}

const failure = ({ message, code }: system.SystemCallFailed): Error =>
  Object.assign(new Error(message), { code })
