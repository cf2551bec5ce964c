/** What becomes of a request on its way to a kernel that we play ourselves. */
import * as E from 'fp-ts/Either'
import { decodeMessages, encodeMessages, type Message } from '../protocol'
import { NLM_F } from '../protocol/netlink/header'
import type { NetlinkError } from '../src/socket/error'
import type { Known, Request } from '../src/socket/request'
import { openSession } from '../src/socket/session'
import type { OpenTransport } from '../src/socket/transport'

const port = 77

/** The links that there are. */
export const indexes: { readonly [name: string]: number } = { lo: 1, eth0: 5, eth1: 6, br0: 7 }

export const known: Known = {
  indexOf: link => (typeof link === 'number' ? link : (indexes[link] ?? 0)),
  descriptorOf: () => 3
}

const acknowledged = (asked: Message, errno = 0): Message => ({
  type: 'NLMSG_ERROR',
  flags: NLM_F.CAPPED,
  sequence: asked.sequence,
  port,
  error: -errno,
  request: { len: 0, type: 0, flags: asked.flags, seq: asked.sequence, pid: 0 }
})

/** A kernel that knows its links and is content with everything. */
const kernel =
  (sent: Array<Message>): OpenTransport =>
  (protocol, receiver) =>
    E.right({
      port,
      receiveBuffer: 212_992,
      send: datagram => {
        const messages = decodeMessages(protocol, datagram)
        if (E.isLeft(messages)) throw new Error(messages.left.reason)
        const answers = messages.right.flatMap(asked => {
          if (
            asked.type === 'RTM_GETLINK' &&
            'attributes' in asked &&
            asked.attributes.ifname !== undefined
          ) {
            const index = indexes[asked.attributes.ifname]
            return index === undefined
              ? [acknowledged(asked, 19)]
              : [{ ...asked, type: 'RTM_NEWLINK', flags: 0, port, header: { index } } as unknown as Message]
          }
          sent.push(asked)
          return (asked.flags & NLM_F.ACK) === 0 ? [] : [acknowledged(asked)]
        })
        const bytes = encodeMessages(protocol, answers)
        if (E.isLeft(bytes)) throw new Error(bytes.left.reason)
        if (bytes.right.length > 0) setImmediate(() => receiver.datagram(bytes.right, 0))
        return undefined
      },
      dropped: () => 0,
      join: () => undefined,
      leave: () => undefined,
      hold: () => undefined,
      close: () => undefined
    })

const outcome = async (
  request: Request<unknown>
): Promise<{ readonly sent: ReadonlyArray<Message>; readonly result: E.Either<NetlinkError, unknown> }> => {
  const sent: Array<Message> = []
  const session = openSession({ transport: kernel(sent), timeout: 5000 })
  if (E.isLeft(session)) throw new Error(session.left.message)
  const result = await session.right.send(request)()
  session.right.close()
  return { sent, result }
}

interface Sent {
  readonly type: string
  readonly flags: number
  readonly header: { readonly [member: string]: unknown }
  readonly attributes: { readonly [key: string]: unknown }
}

/** The message that a request comes to, as the kernel reads it, without the flags that all have. */
export const sent = async (request: Request<unknown>): Promise<Sent> => {
  const { sent: messages, result } = await outcome(request)
  const [message] = messages
  if (message === undefined) throw new Error(JSON.stringify(result))
  const { type, flags, header, attributes } = message as unknown as Sent
  return { type, flags: flags & ~(NLM_F.REQUEST | NLM_F.ACK), header, attributes }
}

/** The caller's member that is at fault when nothing is sent at all. */
export const fault = async (request: Request<unknown>): Promise<string> => {
  const { sent: messages, result } = await outcome(request)
  if (messages.length > 0) throw new Error(`${messages[0]?.type} was sent`)
  if (E.isRight(result)) throw new Error('it succeeded')
  if (!('field' in result.left)) throw new Error(result.left.message)
  return String(result.left.field)
}
