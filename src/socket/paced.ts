import { closeSync } from 'node:fs'
import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import type { Protocol } from '../../protocol'
import type { NamespaceError } from '../namespace/error'
import * as system from '../namespace/system'
import { datagramsBy, kernel, portIn } from './datagram'
import { defaultBuffer, prepare, protocolNumbers } from './option'
import type { Receiver, SocketTransport, TransportOptions } from './transport'

const NETLINK_ADD_MEMBERSHIP = 1
const NETLINK_DROP_MEMBERSHIP = 2

/**
 * A socket that nobody watches, for lists that are read part by part: the kernel writes the next part of a dump when the
 * last one is read, and the npm socket, which reads as fast as it can, cannot be told to wait.
 */
export const openPaced = (
  protocol: Protocol,
  receiver: Receiver,
  { receiveBuffer = defaultBuffer }: TransportOptions
): E.Either<NamespaceError, SocketTransport> =>
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

const pacedTransport = (descriptor: number, port: number, receiver: Receiver): SocketTransport => ({
  ...datagramsBy(descriptor, receiver, () => closeSync(descriptor)),
  port,
  join: group => void system.setsockopt(descriptor, system.SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, group),
  leave: group => void system.setsockopt(descriptor, system.SOL_NETLINK, NETLINK_DROP_MEMBERSHIP, group),
  hold: () => undefined
})
