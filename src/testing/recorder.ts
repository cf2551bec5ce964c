import { appendFileSync, writeFileSync } from 'node:fs'
import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import { failureOf, type SystemCallFailed } from '../namespace/system'
import { openTransport } from '../socket/open'
import type { OpenTransport } from '../socket/transport'
import { hexOf } from './datagram'
import type { SessionRecord } from './record'

/** Says what kept it from being written. */
type Write = (record: SessionRecord) => Error | undefined

const writing =
  (write: (record: SessionRecord) => void): Write =>
  record => {
    try {
      write(record)
      return undefined
    } catch (error) {
      return error as Error
    }
  }

/** A file begins anew with the first socket, and grows line by line, so that a crash loses nothing. */
const linesIn = (path: string): (() => E.Either<SystemCallFailed, Write>) => {
  let begun = false
  return () =>
    E.tryCatch(
      () => {
        if (!begun) writeFileSync(path, '')
        begun = true
        return writing(record => appendFileSync(path, `${JSON.stringify(record)}\n`))
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
  const begin = typeof to === 'string' ? linesIn(to) : () => E.right(writing(to))
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
                const failure = write({ event: 'received', socket, sender, hex: hexOf(bytes) })
                if (failure === undefined) receiver.datagram(bytes, sender)
                else receiver.failed(failure)
              }
            },
            ...options
          ),
          E.chainW(transport => {
            const { port, receiveBuffer } = transport
            const unwritten = write({ event: 'opened', socket, protocol, port, receiveBuffer })
            if (unwritten !== undefined) {
              transport.close()
              return E.left(failureOf('record', unwritten))
            }
            return E.right({
              ...transport,
              send: (datagram: Uint8Array) =>
                write({ event: 'sent', socket, hex: hexOf(datagram) }) ?? transport.send(datagram),
              dropped: () => {
                const count = transport.dropped()
                const failure = count === known ? undefined : write({ event: 'dropped', socket, count })
                known = count
                if (failure !== undefined) receiver.failed(failure)
                return count
              }
            })
          })
        )
      })
    )
}
