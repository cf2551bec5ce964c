import { align, littleEndian as le } from '../../protocol'
import { nlmsghdr } from '../../protocol/netlink/header'

export const hexOf = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')

export const bytesOf = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'))

export const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/** Where the messages of a datagram begin, whatever its bytes are. */
export const offsetsIn = (bytes: Uint8Array): ReadonlyArray<number> => {
  const view = viewOf(bytes)
  const offsets: Array<number> = []
  for (let at = 0; at + nlmsghdr.size <= bytes.length; ) {
    offsets.push(at)
    at += Math.max(nlmsghdr.size, align(view.getUint32(at, le)))
  }
  return offsets
}
