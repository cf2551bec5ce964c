import { appendFileSync, writeFileSync } from 'node:fs'
import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import { failureOf, type SystemCallFailed } from '../namespace/system'
import { openTransport } from '../socket/open'
import type { OpenTransport } from '../socket/transport'
import { hexOf } from './datagram'
import type { SessionRecord } from './record'

type Write = (record: SessionRecord) => void

/** A file begins anew with the first socket, and grows line by line, so that a crash loses nothing. */
const linesIn = (path: string): (() => E.Either<SystemCallFailed, Write>) => {
  let begun = false
  return () =>
    E.tryCatch(
      () => {
        if (!begun) writeFileSync(path, '')
        begun = true
        return record => appendFileSync(path, `${JSON.stringify(record)}\n`)
      },
      error => failureOf('open', error)
    )
}

/**
 * Carries datagrams as another transport does, the real one by default, and writes down each: as lines of JSON into a
 * file, which is begun anew, or into a function.
 */
export const recorder = (
  to: string | ((record: SessionRecord) => void),
  open: OpenTransport = openTransport
): OpenTransport => {
  const begin = typeof to === 'string' ? linesIn(to) : () => E.right(to)
  let sockets = 0
  return (protocol, receiver, ...options) =>
    pipe(
      begin(),
      E.chainW(write => {
        const socket = sockets++
        let known = 0
        return pipe(
          open(
            protocol,
            {
              ...receiver,
              datagram: (bytes, sender) => {
                write({ event: 'received', socket, sender, hex: hexOf(bytes) })
                receiver.datagram(bytes, sender)
              }
            },
            ...options
          ),
          E.map(transport => {
            const { port, receiveBuffer } = transport
            write({ event: 'opened', socket, protocol, port, receiveBuffer })
            return {
              ...transport,
              send: (datagram: Uint8Array) => {
                write({ event: 'sent', socket, hex: hexOf(datagram) })
                return transport.send(datagram)
              },
              dropped: () => {
                const count = transport.dropped()
                if (count !== known) write({ event: 'dropped', socket, count })
                known = count
                return count
              }
            }
          })
        )
      })
    )
}
