import { attributes } from '../definition/attributes'
import {
  align,
  type Bytes,
  copy,
  littleEndian as le,
  reserve,
  type Writer,
  writer
} from '../definition/bytes'
import { type EncodeError, inside } from '../definition/error'
import { s32, s64, u32, u64 } from '../definition/integer'
import type { Envelope } from '../definition/message'
import { originalsOf, payloadsOf, remember, whole } from '../definition/original'
import type { ValueOf } from '../definition/policy'
import { type StructValue, struct } from '../definition/struct'
import { bytes, string } from '../definition/text'
import { NLM_F, nlmsghdr } from './header'

/** Message types that every protocol has. <linux/netlink.h> */
export const NLMSG = { NOOP: 1, ERROR: 2, DONE: 3, OVERRUN: 4 } as const

/** What the kernel would accept for the attribute that it refused. <linux/netlink.h> */
export const policyType = attributes('NL_POLICY_TYPE_ATTR', {
  /** NL_ATTR_TYPE_*: what kind of value. */
  type: [1, u32],
  minValueS: [2, s64],
  maxValueS: [3, s64],
  minValueU: [4, u64],
  maxValueU: [5, u64],
  minLength: [6, u32],
  maxLength: [7, u32],
  policyIdx: [8, u32],
  policyMaxtype: [9, u32],
  bitfield32Mask: [10, u32],
  pad: [11, bytes],
  mask: [12, u64]
})

/** The extended ACK: what the kernel says beyond an error number. <linux/netlink.h> */
export const extendedAck = attributes('NLMSGERR_ATTR', {
  /** The kernel's own sentence; a success can carry one too, as a warning. */
  msg: [1, string],
  /** Offset of the attribute at fault, from the start of the request's header. */
  offs: [2, u32],
  cookie: [3, bytes],
  policy: [4, policyType],
  /** Number of the attribute that is missing. */
  missType: [5, u32],
  /** Offset of the nest that it is missing from; none stands for the message. */
  missNest: [6, u32]
})
export interface ExtendedAck extends ValueOf<typeof extendedAck> {}

export const nlmsgerr = struct('nlmsgerr', { error: s32, msg: nlmsghdr })

/** An acknowledgement, or the refusal of a request. */
export interface ErrorMessage extends Envelope {
  readonly type: 'NLMSG_ERROR'
  /** 0 acknowledges; otherwise a negated errno. */
  readonly error: number
  /** The header of the request that is answered. */
  readonly request: StructValue<typeof nlmsghdr.members>
  /** The request's payload, unless the answer is capped. */
  readonly payload?: Uint8Array
  readonly attributes?: ExtendedAck
}

/** The end of a message in several parts. A dump that failed says so here. */
export interface DoneMessage extends Envelope {
  readonly type: 'NLMSG_DONE'
  /** 0, or a negated errno. Missing when the sender gave no payload. */
  readonly error?: number
  readonly attributes?: ExtendedAck
}

export interface PlainMessage extends Envelope {
  readonly type: 'NLMSG_NOOP' | 'NLMSG_OVERRUN'
  readonly payload?: Uint8Array
}

export type ControlMessage = ErrorMessage | DoneMessage | PlainMessage

/** Reads the payload of a control message; undefined if it is too short to be one. */
export const readControl = (
  type: number,
  envelope: Envelope,
  source: Bytes,
  from: number,
  to: number
): ControlMessage | undefined => {
  const message = readPlainly(type, envelope, source, from, to)
  const usual = to - from === (type === NLMSG.ERROR ? nlmsgerr.size : s32.size)
  if (message !== undefined && !usual && !writesBack(message, source, from, to))
    remember(message, whole, message, [copy(source, from, to)])
  return message
}

const writesBack = (message: ControlMessage, source: Bytes, from: number, to: number): boolean => {
  const again = writer(to - from)
  return (
    writeControl(again, message) === undefined &&
    again.length === to - from &&
    again.array.every((byte, n) => n >= again.length || byte === source.array[from + n])
  )
}

const readPlainly = (
  type: number,
  envelope: Envelope,
  source: Bytes,
  from: number,
  to: number
): ControlMessage | undefined => {
  switch (type) {
    case NLMSG.ERROR:
      return readError(envelope, source, from, to)
    case NLMSG.DONE:
      return readDone(envelope, source, from, to)
    default:
      return {
        type: type === NLMSG.NOOP ? 'NLMSG_NOOP' : 'NLMSG_OVERRUN',
        ...envelope,
        ...(to > from && { payload: copy(source, from, to) })
      }
  }
}

const readError = (envelope: Envelope, source: Bytes, from: number, to: number): ErrorMessage | undefined => {
  if (to - from < nlmsgerr.size) return undefined
  const { error, msg: request } = nlmsgerr.readAt(source, from)
  const payloadFrom = from + nlmsgerr.size
  const tlvs = (envelope.flags & NLM_F.ACK_TLVS) !== 0
  const capped = (envelope.flags & NLM_F.CAPPED) !== 0
  const payloadTo = capped
    ? payloadFrom
    : tlvs
      ? Math.min(payloadFrom + align(request.len) - nlmsghdr.size, to)
      : to
  if (payloadTo < payloadFrom) return undefined
  const ack = tlvs ? extendedAck.read(source, payloadTo, to, undefined) : undefined
  return {
    type: 'NLMSG_ERROR',
    ...envelope,
    error,
    request,
    ...(payloadTo > payloadFrom && { payload: copy(source, payloadFrom, payloadTo) }),
    ...(ack !== undefined && { attributes: ack })
  }
}

const readDone = (envelope: Envelope, source: Bytes, from: number, to: number): DoneMessage => {
  if (to - from < 4) return { type: 'NLMSG_DONE', ...envelope }
  const error = source.view.getInt32(from, le)
  const ack = to - from > 4 ? extendedAck.read(source, from + 4, to, undefined) : undefined
  return { type: 'NLMSG_DONE', ...envelope, error, ...(ack !== undefined && { attributes: ack }) }
}

export const writeControl = (to: Writer, value: ControlMessage): EncodeError | undefined => {
  const kept = payloadsOf(originalsOf(value), whole, value)?.[0]
  if (kept !== undefined) return writePayload(to, kept)
  switch (value.type) {
    case 'NLMSG_ERROR': {
      const error = nlmsgerr.write(to, { error: value.error, msg: value.request }, undefined)
      if (error !== undefined) return error
      const payloadError = value.payload === undefined ? undefined : writePayload(to, value.payload)
      if (payloadError !== undefined) return payloadError
      reserve(to, align(to.length) - to.length)
      return writeAck(to, value.attributes)
    }
    case 'NLMSG_DONE':
      return value.error === undefined
        ? undefined
        : (s32.write(to, value.error, undefined) ?? writeAck(to, value.attributes))
    default:
      return value.payload === undefined ? undefined : writePayload(to, value.payload)
  }
}

/** Appends a payload that is not looked into. */
export const writePayload = (to: Writer, payload: Uint8Array): EncodeError | undefined => {
  const error = bytes.write(to, payload, undefined)
  return error === undefined ? undefined : inside('payload', error)
}

const writeAck = (to: Writer, ack: ExtendedAck | undefined): EncodeError | undefined => {
  const error = ack === undefined ? undefined : extendedAck.write(to, ack, undefined)
  return error === undefined ? undefined : inside('attributes', error)
}
