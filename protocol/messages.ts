import * as E from 'fp-ts/Either'
import {
  align,
  type Bytes,
  bytesOf,
  copy,
  littleEndian as le,
  reserve,
  type Writer,
  writeBytes,
  writer,
  written
} from './definition/bytes'
import { decodeAt, encodeTo } from './definition/codec'
import { type DecodeError, decodeError, type EncodeError, encodeError, inside } from './definition/error'
import type { Definitions, Family } from './definition/family'
import type { AnyDefinition, Envelope, MessageOf } from './definition/message'
import { nearest } from './definition/nearest'
import { handOn } from './definition/original'
import type { Policy } from './definition/policy'
import { type ControlMessage, NLMSG, readControl, writeControl } from './netlink/control'
import { nlmsghdr } from './netlink/header'
import { netfilter } from './nfnetlink'
import { rtnetlink } from './rtnetlink'

/** A message that no definition covers, kept as it is. */
export interface UnknownMessage extends Envelope {
  readonly type: 'UNKNOWN'
  readonly number: number
  readonly payload: Uint8Array
}

type In<F> = F extends Family<infer D> ? MessageOf<D[keyof D]> : never

export type RouteMessage = In<typeof rtnetlink>
export type NetfilterMessage = In<(typeof netfilter)[number]>
export type Message = RouteMessage | NetfilterMessage | ControlMessage | UnknownMessage

export type Protocol = 'route' | 'netfilter' | 'generic'

interface Entry {
  readonly type: string
  readonly number: number
  readonly policy: Policy<unknown>
}

interface Index {
  readonly byNumber: ReadonlyMap<number, Entry>
  readonly byType: ReadonlyMap<string, Entry>
}

const indexOf = (families: ReadonlyArray<Family<Definitions>>): Index => {
  const entries = families.flatMap(family =>
    Object.values(family.definitions).flatMap((definition: AnyDefinition) =>
      Object.entries(definition.types).map(([type, number]) => ({
        type,
        number: family.base + number,
        policy: definition.body
      }))
    )
  )
  const byNumber = new Map<number, Entry>()
  for (const entry of entries) {
    const owner = byNumber.get(entry.number)
    if (owner !== undefined)
      throw new Error(`${owner.type} and ${entry.type} both have number ${entry.number}`)
    byNumber.set(entry.number, entry)
  }
  return { byNumber, byType: new Map(entries.map(entry => [entry.type, entry])) }
}

const indexes: { readonly [P in Protocol]: Index } = {
  route: indexOf([rtnetlink]),
  netfilter: indexOf(netfilter),
  generic: indexOf([])
}

/**
 * The messages of a datagram. Unknown types, attributes and bits are kept; zeros behind the last message, as `ip`
 * sends them, are passed over. Left only when the frame of a message is broken.
 */
export const decodeMessages = (
  protocol: Protocol,
  array: Uint8Array
): E.Either<DecodeError, ReadonlyArray<Message>> => {
  const bytes = bytesOf(array)
  const messages: Array<Message> = []
  let at = 0
  while (array.length - at >= nlmsghdr.size) {
    const length = bytes.view.getUint32(at, le)
    if (length === 0) break
    if (length < nlmsghdr.size || at + length > array.length)
      return E.left(
        decodeError('len', at, `a message says it is ${length} bytes long, and ${array.length - at} are left`)
      )
    const message = decodeMessage(protocol, bytes, at, at + length)
    if (E.isLeft(message)) return message
    messages.push(message.right)
    at += align(length)
  }
  return E.right(messages)
}

const decodeMessage = (
  protocol: Protocol,
  bytes: Bytes,
  from: number,
  to: number
): E.Either<DecodeError, Message> => {
  const number = bytes.view.getUint16(from + 4, le)
  const envelope: Envelope = {
    flags: bytes.view.getUint16(from + 6, le),
    sequence: bytes.view.getUint32(from + 8, le),
    port: bytes.view.getUint32(from + 12, le)
  }
  const payload = from + nlmsghdr.size
  if (number >= NLMSG.NOOP && number <= NLMSG.OVERRUN) {
    const control = readControl(number, envelope, bytes, payload, to)
    return control === undefined
      ? E.left(
          decodeError('NLMSG_ERROR', payload, `${to - payload} bytes are too few for an acknowledgement`)
        )
      : E.right(control)
  }
  const entry = indexes[protocol].byNumber.get(number)
  if (entry === undefined)
    return E.right({ type: 'UNKNOWN', ...envelope, number, payload: copy(bytes.array, payload, to) })
  const body = decodeAt(entry.policy, bytes, payload, to)
  if (E.isLeft(body)) return E.left({ ...body.left, path: `${entry.type}.${body.left.path}` })
  const message = { type: entry.type, ...envelope, ...(body.right as object) } as Message
  handOn(body.right as object, message)
  return E.right(message)
}

/** The datagram that carries these messages. What was decoded and not changed comes out as it went in. */
export const encodeMessages = (
  protocol: Protocol,
  messages: ReadonlyArray<Message>
): E.Either<EncodeError, Uint8Array> => {
  const to = writer()
  for (const [n, message] of messages.entries()) {
    reserve(to, align(to.length) - to.length)
    const error = encodeMessage(protocol, to, message)
    if (error !== undefined) return E.left(inside(String(n), error))
  }
  return E.right(written(to))
}

const encodeMessage = (protocol: Protocol, to: Writer, message: Message): EncodeError | undefined => {
  const start = reserve(to, nlmsghdr.size)
  const found = encodePayload(protocol, to, message)
  if (typeof found !== 'number') return found
  const { flags, sequence: seq, port: pid } = message
  return nlmsghdr.writeAt(to, start, { len: to.length - start, type: found, flags, seq, pid })
}

/** Appends the payload and says the message's number. */
const encodePayload = (protocol: Protocol, to: Writer, message: Message): EncodeError | number => {
  switch (message.type) {
    case 'UNKNOWN':
      writeBytes(to, message.payload)
      return message.number
    case 'NLMSG_NOOP':
    case 'NLMSG_ERROR':
    case 'NLMSG_DONE':
    case 'NLMSG_OVERRUN':
      return writeControl(to, message) ?? controlNumbers[message.type]
    default: {
      const { byType } = indexes[protocol]
      const entry = byType.get(message.type)
      if (entry === undefined)
        return inside(
          'type',
          encodeError(
            `${message.type} is no message of ${protocol} netlink${nearest(message.type, [...byType.keys()])}`
          )
        )
      const { type, flags: _flags, sequence: _sequence, port: _port, ...body } = message
      handOn(message, body)
      const error = encodeTo(to, entry.policy, body)
      return error === undefined ? entry.number : inside(entry.type, error)
    }
  }
}

const controlNumbers = {
  NLMSG_NOOP: NLMSG.NOOP,
  NLMSG_ERROR: NLMSG.ERROR,
  NLMSG_DONE: NLMSG.DONE,
  NLMSG_OVERRUN: NLMSG.OVERRUN
} as const

/** The type and the layout of a message by its number on the wire. */
export const policyOf = (
  protocol: Protocol,
  number: number
): { readonly type: string; readonly policy: Policy<unknown> } | undefined =>
  indexes[protocol].byNumber.get(number)
