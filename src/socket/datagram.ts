import * as E from 'fp-ts/Either'
import { littleEndian } from '../../protocol'
import * as system from '../namespace/system'
import { bufferOf, droppedBy, roomIn, sufficientFor } from './option'
import type { Receiver, SocketTransport } from './transport'

/** A dump may have larger parts than usual: links with many virtual functions. */
const largestPart = 262_144

/** Decoders copy what they keep, so all sockets can be read into the same bytes. */
const part = new Uint8Array(largestPart)

/** `struct sockaddr_nl` of a port. <linux/netlink.h> */
const addressOf = (port: number): Uint8Array => {
  const bytes = new Uint8Array(12)
  const view = new DataView(bytes.buffer)
  view.setUint16(0, system.AF_NETLINK, littleEndian)
  view.setUint32(4, port, littleEndian)
  return bytes
}

export const portIn = (address: Uint8Array): number =>
  new DataView(address.buffer, address.byteOffset).getUint32(4, littleEndian)

/** The kernel's own address. */
export const kernel = addressOf(0)

/** What a sender's is written over. */
const sender = addressOf(0)

const failure = ({ message, code, hint }: system.SystemCallFailed): Error =>
  Object.assign(new Error(message), { code, hint })

/** What could not be sent, and if it is too large, what would let it. */
const sendFailure = (failed: system.SystemCallFailed, size: number): Error =>
  failure(
    failed.code === 'EMSGSIZE'
      ? {
          ...failed,
          hint:
            `its ${size} bytes cannot be parted: run as root of the machine, ` +
            `or have it set net.core.wmem_max to ${sufficientFor(size)}`
        }
      : failed
  )

/** Its number may be another one's by now. */
const closedAlready = (): Error => Object.assign(new Error('it is closed'), { code: 'EBADF' })

/** Datagrams to and from the kernel through a descriptor, without the event loop, until it is closed by `shut`. */
export const datagramsBy = (
  descriptor: number,
  receiver: Receiver,
  shut: () => void
): Required<Pick<SocketTransport, 'receiveBuffer' | 'send' | 'sendAside' | 'more' | 'dropped' | 'close'>> => {
  let isOpen = true
  const makeRoom = roomIn(descriptor)
  const outcomeOf = (sent: system.Answer<number>, size: number): Error | undefined =>
    E.isLeft(sent) ? sendFailure(sent.left, size) : undefined
  return {
    receiveBuffer: bufferOf(descriptor),
    send: datagram => {
      if (!isOpen) return closedAlready()
      makeRoom(datagram.byteLength)
      return outcomeOf(system.sendto(descriptor, datagram, kernel), datagram.byteLength)
    },
    sendAside: (datagram, then) => {
      if (!isOpen) return undefined
      makeRoom(datagram.byteLength)
      return system.sendtoAside(descriptor, datagram, kernel, sent =>
        then(outcomeOf(sent, datagram.byteLength))
      )
    },
    more: () => {
      if (!isOpen) return false
      const size = system.receive(descriptor, part, sender)
      if (E.isLeft(size)) {
        if (size.left.code !== 'EAGAIN') receiver.failed(failure(size.left))
        return false
      }
      if (size.right > part.length) receiver.failed(new Error(`a datagram of ${size.right} bytes was cut`))
      else receiver.datagram(part.subarray(0, size.right), portIn(sender))
      return true
    },
    dropped: () => (isOpen ? droppedBy(descriptor) : 0),
    close: () => {
      if (!isOpen) return
      isOpen = false
      shut()
    }
  }
}
