import * as E from 'fp-ts/Either'
import {
  align,
  type Bytes,
  bytesOf,
  copy,
  littleEndian as le,
  reserve,
  type Writer
} from './definition/bytes'
import { type Codec, codecOf, decodeAt, encodeTo, writing } from './definition/codec'
import {
  type DecodeError,
  decodeError,
  type EncodeError,
  encodeError,
  inside,
  quoted
} from './definition/error'
import type { Family } from './definition/family'
import type { Envelope, MessageOf } from './definition/message'
import { nearest } from './definition/nearest'
import { handOn, originalsOf } from './definition/original'
import type { Policy } from './definition/policy'
import type { generic } from './generic'
import { GENL_ID_CTRL } from './generic/controller'
import { genlmsghdr } from './generic/header'
import { type ControlMessage, NLMSG, readControl, writeControl, writePayload } from './netlink/control'
import { nlmsghdr } from './netlink/header'
import type { netfilter } from './nfnetlink'
import { commandOf, type Entry, entryOf, entryOfType, type Protocol, typesOf } from './registry'
import type { rtnetlink } from './rtnetlink'

export type { Protocol }

/** A message that no definition covers, kept as it is. */
export interface UnknownMessage extends Envelope {
  readonly type: 'UNKNOWN'
  readonly number: number
  readonly payload: Uint8Array
}

type In<F> = F extends Family<infer D> ? MessageOf<D[keyof D]> : never

export type RouteMessage = In<typeof rtnetlink>
export type NetfilterMessage = In<(typeof netfilter)[number]>

/** A message of generic netlink. Its family's id is missing where it is fixed, which is the controller's. */
export type GenericMessage = In<(typeof generic)[number]> & { readonly family?: number }

export type Message = RouteMessage | NetfilterMessage | GenericMessage | ControlMessage | UnknownMessage

/** The families of generic netlink by the ids that the kernel gave them: `{ 21: 'ethtool' }`. */
export interface Families {
  readonly [id: number]: string
}

/**
 * The messages of a datagram. Unknown types, attributes and bits are kept; zeros behind the last message, as `ip`
 * sends them, are passed over. Left only when the frame of a message is broken, or when what is behind the last one is
 * neither a message nor zeros. `families` are those of generic netlink to be understood, besides the controller.
 */
export const decodeMessages = (
  protocol: Protocol,
  array: Uint8Array,
  families: Families = {}
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
    const message = decodeMessage(protocol, bytes, at, at + length, families)
    if (E.isLeft(message)) return message
    messages.push(message.right)
    at += align(length)
  }
  for (let rest = at; rest < array.length; rest++)
    if (array[rest] !== 0)
      return E.left(
        decodeError('len', at, `the last ${array.length - at} bytes are neither a message nor zeros`)
      )
  return E.right(messages)
}

const decodeMessage = (
  protocol: Protocol,
  bytes: Bytes,
  from: number,
  to: number,
  families: Families
): E.Either<DecodeError, Message> => {
  const number = bytes.view.getUint16(from + 4, le)
  const flags = bytes.view.getUint16(from + 6, le)
  const sequence = bytes.view.getUint32(from + 8, le)
  const port = bytes.view.getUint32(from + 12, le)
  const payload = from + nlmsghdr.size
  if (number >= NLMSG.NOOP && number <= NLMSG.OVERRUN) {
    const control = readControl(number, { flags, sequence, port }, bytes, payload, to)
    return control === undefined
      ? E.left(
          decodeError('NLMSG_ERROR', payload, `${to - payload} bytes are too few for an acknowledgement`)
        )
      : E.right(control)
  }
  const entry =
    protocol === 'generic'
      ? genericEntry(number, flags, bytes, payload, to, families)
      : entryOf(protocol, number)
  if (entry === undefined)
    return E.right({
      type: 'UNKNOWN',
      flags,
      sequence,
      port,
      number,
      payload: copy(bytes, payload, to)
    })
  const body = decodeAt(entry.codec as Codec<Content>, bytes, payload, to)
  if (E.isLeft(body)) return E.left({ ...body.left, path: `${entry.type}.${body.left.path}` })
  const { type } = entry
  const { header, attributes } = body.right
  const message =
    protocol === 'generic' && number !== GENL_ID_CTRL
      ? { type, flags, sequence, port, family: number, header, attributes }
      : { type, flags, sequence, port, header, attributes }
  handOn(body.right, message)
  return E.right(message as Message)
}

/** What a definition makes of a payload. */
interface Content {
  readonly header: unknown
  readonly attributes: unknown
}

const genericEntry = (
  id: number,
  flags: number,
  bytes: Bytes,
  payload: number,
  to: number,
  families: Families
): Entry | undefined => {
  const family = id === GENL_ID_CTRL ? 'nlctrl' : families[id]
  return family === undefined || to - payload < genlmsghdr.size
    ? undefined
    : commandOf(family, genlmsghdr.readAt(bytes, payload).cmd, flags)
}

/** The datagram that carries these messages. What was decoded and not changed comes out as it went in. */
export const encodeMessages = (
  protocol: Protocol,
  messages: ReadonlyArray<Message>,
  families: Families = {}
): E.Either<EncodeError, Uint8Array> => {
  if (!Array.isArray(messages)) return E.left(encodeError(`${quoted(messages)} is not an array`))
  return writing(to => {
    for (let n = 0; n < messages.length; n++) {
      reserve(to, align(to.length) - to.length)
      const error = encodeMessage(protocol, to, messages[n] as Message, families)
      if (error !== undefined) return inside(String(n), error)
    }
    return undefined
  })
}

const encodeMessage = (
  protocol: Protocol,
  to: Writer,
  message: Message,
  families: Families
): EncodeError | undefined => {
  if (typeof message?.type !== 'string') return encodeError(`${quoted(message)} is not a message`)
  const entry = entryOfType(protocol, message.type)
  const number = numberOf(protocol, message, entry, families)
  if (typeof number !== 'number') return number
  const start = to.length
  const error = writeEnvelope(to, number, message) ?? writeContent(protocol, to, message, entry)
  if (error === undefined) to.view.setUint32(start, to.length - start, le)
  return error
}

/** What stands in the netlink header as the message's type. */
const numberOf = (
  protocol: Protocol,
  message: Message,
  entry: Entry | undefined,
  families: Families
): EncodeError | number => {
  if (entry !== undefined)
    return protocol === 'generic'
      ? idOf(entry.family, (message as GenericMessage).family, families)
      : entry.number
  const { type } = message
  if (type === 'UNKNOWN') return numberIn('number', message.number)
  if (Object.hasOwn(controlNumbers, type)) return controlNumbers[type as keyof typeof controlNumbers]
  const reason = `${type} is no message of ${protocol} netlink${nearest(type, typesOf(protocol))}`
  return inside('type', encodeError(reason))
}

const header = codecOf(nlmsghdr)

/** Writes the netlink header, but for the length, which is not known yet. */
const writeEnvelope = (
  to: Writer,
  type: number,
  { flags, sequence, port }: Envelope
): EncodeError | undefined => {
  if (!isU16(type) || !isU16(flags) || !isU32(sequence) || !isU32(port))
    return encodeTo(to, header, { len: 0, type, flags, seq: sequence, pid: port })
  const start = reserve(to, nlmsghdr.size)
  to.view.setUint16(start + 4, type, le)
  to.view.setUint16(start + 6, flags, le)
  to.view.setUint32(start + 8, sequence, le)
  to.view.setUint32(start + 12, port, le)
  return undefined
}

const isU16 = (value: unknown): value is number => typeof value === 'number' && (value & 0xffff) === value
const isU32 = (value: unknown): value is number => typeof value === 'number' && value >>> 0 === value

const writeContent = (
  protocol: Protocol,
  to: Writer,
  message: Message,
  entry: Entry | undefined
): EncodeError | undefined => {
  if (entry === undefined)
    return message.type === 'UNKNOWN'
      ? writePayload(to, message.payload)
      : writeControl(to, message as ControlMessage)
  const start = to.length
  const error = writeBody(protocol, to, message, entry)
  if (error !== undefined) return inside(entry.type, error)
  if (protocol === 'generic') to.view.setUint8(start + genlmsghdr.offsets.cmd, entry.number)
  return undefined
}

const writeBody = (
  protocol: Protocol,
  to: Writer,
  message: Message,
  { codec }: Entry
): EncodeError | undefined => {
  const { flags, sequence, port } = message
  const usual = flags !== undefined && sequence !== undefined && port !== undefined
  const members = protocol === 'generic' && 'family' in message ? 7 : 6
  if (usual && originalsOf(message) === undefined && codec.code.write(to, message, members)) return undefined
  const stray = strayIn(message, protocol)
  if (stray !== undefined) return inside(stray, encodeError('a message has no such member'))
  const { header, attributes } = message as Content
  return encodeTo(to, codec, { header, attributes }, message)
}

/** A member that would be left out unnoticed: most often a misspelt one. */
const strayIn = (message: object, protocol: Protocol): string | undefined => {
  for (const key in message)
    switch (key) {
      case 'type':
      case 'flags':
      case 'sequence':
      case 'port':
      case 'header':
      case 'attributes':
        break
      case 'family':
        if (protocol === 'generic') break
        return key
      default:
        return key
    }
  return undefined
}

/** A number that the caller gave, still to be held against its range. */
const numberIn = (key: string, given: unknown): EncodeError | number =>
  typeof given === 'number' ? given : inside(key, encodeError(`${quoted(given)} is not a number`))

/** The id of a family of generic netlink, which may also be given with the message. */
const idOf = (family: string, given: number | undefined, families: Families): EncodeError | number => {
  if (given !== undefined) return numberIn('family', given)
  if (family === 'nlctrl') return GENL_ID_CTRL
  const id = Object.keys(families).find(each => families[Number(each)] === family)
  return id === undefined
    ? inside('family', encodeError(`the id of ${family} is not known; the controller tells it`))
    : Number(id)
}

const controlNumbers = {
  NLMSG_NOOP: NLMSG.NOOP,
  NLMSG_ERROR: NLMSG.ERROR,
  NLMSG_DONE: NLMSG.DONE,
  NLMSG_OVERRUN: NLMSG.OVERRUN
} as const

/** The type and the layout of a message by its number on the wire, except in generic netlink. */
export const policyOf = (
  protocol: Protocol,
  number: number
): { readonly type: string; readonly policy: Policy<unknown> } | undefined =>
  protocol === 'generic' ? undefined : entryOf(protocol, number)
