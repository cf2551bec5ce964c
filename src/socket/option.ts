import * as E from 'fp-ts/Either'
import { littleEndian, type Protocol } from '../../protocol'
import { NETLINK } from '../../protocol/netlink/header'
import * as system from '../namespace/system'

export const protocolNumbers: { readonly [P in Protocol]: number } = {
  route: NETLINK.ROUTE,
  netfilter: NETLINK.NETFILTER,
  generic: NETLINK.GENERIC
}

/** Holds a burst of some thousand answers or events. */
export const defaultBuffer = 4 * 1024 * 1024

/**
 * The npm socket aborts the process when it overruns and the kernel reports that, so the report is turned off before
 * anything is sent; what was dropped is counted instead. Old kernels lack some of the others, and we do without.
 */
export const prepare = (descriptor: number, receiveBuffer: number): system.Answer<number> => {
  for (const option of [system.NETLINK_EXT_ACK, system.NETLINK_CAP_ACK, system.NETLINK_GET_STRICT_CHK])
    system.setsockopt(descriptor, system.SOL_NETLINK, option, 1)
  resize(descriptor, system.SO_RCVBUFFORCE, SO_RCVBUF, receiveBuffer)
  return system.setsockopt(descriptor, system.SOL_NETLINK, system.NETLINK_NO_ENOBUFS, 1)
}

/** Gives a buffer a size: beyond net.core.rmem_max or wmem_max, which is the least we get, only the machine's root may. */
const resize = (descriptor: number, forced: number, plain: number, size: number): void => {
  const done = system.setsockopt(descriptor, system.SOL_SOCKET, forced, size)
  if (E.isLeft(done)) system.setsockopt(descriptor, system.SOL_SOCKET, plain, size)
}

/** What the socket got of the buffer that it asked for. */
export const bufferOf = (descriptor: number): number => sizeOf(descriptor, SO_RCVBUF)

/** Makes room in the send buffer: a transaction cannot be cut, and can be larger than what may be sent by default. */
export const roomIn = (descriptor: number): ((size: number) => void) => {
  let largest = leastRoom
  return size => {
    if (size <= largest) return
    largest = sizeOf(descriptor, SO_SNDBUF) - overhead
    if (size <= largest) return
    resize(descriptor, SO_SNDBUFFORCE, SO_SNDBUF, size + overhead)
    largest = sizeOf(descriptor, SO_SNDBUF) - overhead
  }
}

/** What net.core.wmem_max must be at least for so much to leave at once: the kernel doubles what is asked for. */
export const sufficientFor = (size: number): number => Math.ceil((size + overhead) / 2)

const sizeOf = (descriptor: number, option: number): number => {
  const size = system.getsockoptInt(descriptor, system.SOL_SOCKET, option)
  return E.isRight(size) ? size.right : 0
}

/** So much fits into the smallest send buffer that there can be: it need not be asked. SOCK_MIN_SNDBUF <net/sock.h> */
const leastRoom = 4096
/** What the kernel keeps of the send buffer for itself. */
const overhead = 32

const SO_SNDBUF = 7
const SO_RCVBUF = 8
const SO_SNDBUFFORCE = 32

/** Element 8 of SO_MEMINFO counts drops. <linux/sock_diag.h> */
export const droppedBy = (descriptor: number): number => {
  const info = system.getsockopt(descriptor, system.SOL_SOCKET, system.SO_MEMINFO, 36)
  if (E.isLeft(info) || info.right.length < 36) return 0
  return new DataView(info.right.buffer, info.right.byteOffset).getUint32(32, littleEndian)
}
