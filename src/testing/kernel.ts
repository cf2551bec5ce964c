import { constants } from 'node:os'
import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import {
  type DecodeError,
  decodeMessages,
  type EncodeError,
  encodeMessages,
  type Message,
  type Protocol
} from '../../protocol'
import type { ErrorMessage, ExtendedAck } from '../../protocol/netlink/control'
import { NLM_F } from '../../protocol/netlink/header'
import { message } from '../socket/message'
import type { OpenTransport } from '../socket/transport'

/** The far end of a socket. */
export interface FarEnd {
  readonly protocol: Protocol
  /** The port of the socket. */
  readonly port: number
  /** Sends what nobody asked for: events as they are, or any bytes; from the kernel, or from another port. */
  readonly deliver: (datagram: ReadonlyArray<Message> | Uint8Array, sender?: number) => void
  /** Loses a datagram for want of room in the receive buffer. */
  readonly drop: () => void
}

/** What is answered to the messages of a datagram, in one datagram; nothing is no answer. */
export type Answer = (messages: ReadonlyArray<Message>, to: FarEnd) => ReadonlyArray<Message>

export interface FarEndOptions {
  /** The port of the sockets. Default 77. */
  readonly port?: number
  /** As the kernel counts it; how much is asked at a time depends on it. Default 212,992, as Linux has it. */
  readonly receiveBuffer?: number
}

/** What `monitor` asks to know how far it has read. Any kernel acknowledges it, so the function need not. */
const isMarker = ({ type, flags }: Message): boolean => type === 'NLMSG_NOOP' && (flags & NLM_F.ACK) !== 0

type Fault = Pick<DecodeError | EncodeError, 'path' | 'reason'>

const wrong = ({ path, reason }: Fault): Error => new Error(`${path}: ${reason}`)

/**
 * A transport whose other end is a function instead of the kernel. If that throws, the requests that it was given fail,
 * and say so.
 */
export const transportFrom =
  (answer: Answer, { port = 77, receiveBuffer = 212_992 }: FarEndOptions = {}): OpenTransport =>
  (protocol, receiver) => {
    let dropped = 0
    let open = true
    const bytes = (datagram: Uint8Array, sender: number): void => {
      setImmediate(() => {
        if (open) receiver.datagram(datagram, sender)
      })
    }
    /** What the function got wrong is not the session's fault, but it is the one who can say so. */
    const fail = (fault: Fault): void => {
      setImmediate(() => receiver.failed(wrong(fault)))
    }
    const deliver = (messages: ReadonlyArray<Message>, sender: number): void =>
      pipe(
        encodeMessages(protocol, messages),
        E.match(fail, datagram => bytes(datagram, sender))
      )
    const end: FarEnd = {
      protocol,
      port,
      deliver: (datagram, sender = 0) =>
        datagram instanceof Uint8Array ? bytes(datagram, sender) : deliver(datagram, sender),
      drop: () => {
        dropped++
      }
    }
    return E.right({
      port,
      receiveBuffer,
      send: datagram =>
        pipe(
          decodeMessages(protocol, datagram),
          E.match(wrong, messages => {
            const given = answer(messages, end)
            if (!Array.isArray(given)) return new Error('the function gave no array of messages')
            const answered = new Set(given.map(({ sequence }) => sequence))
            const markers = messages.filter(each => isMarker(each) && !answered.has(each.sequence))
            const answers = [...given, ...markers.map(acknowledged)]
            if (answers.length > 0)
              deliver(
                answers.map(each => ({ ...each, port })),
                0
              )
            return undefined
          })
        ),
      dropped: () => dropped,
      join: () => undefined,
      leave: () => undefined,
      hold: () => undefined,
      close: () => {
        open = false
      }
    })
  }

/** The acknowledgement of a request. It is sent only for those that ask for one by NLM_F_ACK. */
export const acknowledged = (asked: Message): Message => errorMessage(asked, 0)

/** The refusal of a request, by the name of an errno, and perhaps with a sentence and the place of the fault. */
export const refused = (
  asked: Message,
  code: keyof typeof constants.errno,
  attributes?: ExtendedAck
): Message => errorMessage(asked, constants.errno[code], attributes)

const errorMessage = (asked: Message, errno: number, attributes?: ExtendedAck): ErrorMessage => ({
  type: 'NLMSG_ERROR',
  flags: NLM_F.CAPPED | (attributes === undefined ? 0 : NLM_F.ACK_TLVS),
  sequence: asked.sequence,
  port: 0,
  error: -errno,
  request: { len: 0, type: 0, flags: asked.flags, seq: asked.sequence, pid: 0 },
  ...(attributes !== undefined && { attributes })
})

/** The single answer to a request: an object. */
export const answered = <K extends Message['type']>(
  asked: Message,
  type: K,
  body: Parameters<typeof message<K>>[2]
): Message => ({ ...message(type, 0, body), sequence: asked.sequence })

/** The answer to a request for all objects: these, and the end of the list. */
export const listed = <K extends Message['type']>(
  asked: Message,
  type: K,
  bodies: ReadonlyArray<Parameters<typeof message<K>>[2]>
): ReadonlyArray<Message> => [
  ...bodies.map(body => ({ ...message(type, NLM_F.MULTI, body), sequence: asked.sequence })),
  { type: 'NLMSG_DONE', flags: NLM_F.MULTI, sequence: asked.sequence, port: 0, error: 0 }
]
