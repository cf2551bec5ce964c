import { randomBytes } from 'node:crypto'
import { closeSync } from 'node:fs'
import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import type * as TE from 'fp-ts/TaskEither'
import { addressIn, familyOf, sockaddr } from './endpoint'
import { within } from './enter'
import { type Aborted, aborted, type InvalidInput, invalidInput, type NamespaceError, refused } from './error'
import type { NamespaceRef } from './reference'
import {
  AF_INET,
  IPPROTO_ICMP,
  IPPROTO_ICMPV6,
  recvfrom,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
  SOCK_RAW,
  type SystemCallFailed,
  sendto,
  socket,
  whenReady
} from './system'
import { deadline } from './turn'

export interface PingOptions {
  /** How many echo requests to send; 1 by default. */
  readonly count?: number
  /** Milliseconds from one request to the next; 200 by default. */
  readonly interval?: number
  /** Milliseconds to wait for the last reply; 2000 by default, as the kernel asks for a neighbour once a second. */
  readonly timeout?: number
  readonly signal?: AbortSignal
}

export interface PingReply {
  /** Of the request, from 1. */
  readonly sequence: number
  /** From the request to the reply. */
  readonly milliseconds: number
  readonly from: string
  /** How many more routers the reply could have passed; IPv4 only. */
  readonly ttl?: number
}

export interface PingResult {
  readonly sent: number
  readonly received: number
  /** In the order in which they came. */
  readonly replies: ReadonlyArray<PingReply>
}

export type PingError = NamespaceError | InvalidInput | Aborted

/** <linux/icmp.h>, <linux/icmpv6.h> */
const ICMP_ECHO = 8
const ICMP_ECHOREPLY = 0
const ICMPV6_ECHO_REQUEST = 128
const ICMPV6_ECHO_REPLY = 129

const headerSize = 8
const ipHeaderSize = 20
const operation = 'namespaces.ping'

/** RFC 1071 */
const checksum = (bytes: Uint8Array): number => {
  let sum = 0
  for (let at = 0; at < bytes.length; at += 2) sum += ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16)
  return ~sum & 0xffff
}

/** An echo request. The kernel fills in the checksum of ICMPv6, which covers the addresses too. RFC 792, RFC 4443 */
const request = (family: number, sequence: number, payload: Uint8Array): Uint8Array => {
  const bytes = new Uint8Array(headerSize + payload.length)
  const view = new DataView(bytes.buffer)
  bytes[0] = family === AF_INET ? ICMP_ECHO : ICMPV6_ECHO_REQUEST
  view.setUint16(6, sequence)
  bytes.set(payload, headerSize)
  if (family === AF_INET) view.setUint16(2, checksum(bytes))
  return bytes
}

/** The sequence number of a reply to us: a raw socket sees all that others get as well. */
const replyTo = (payload: Uint8Array, type: number, message: Uint8Array): number | undefined =>
  message[0] === type && Buffer.compare(message.subarray(headerSize), payload) === 0
    ? ((message[6] ?? 0) << 8) | (message[7] ?? 0)
    : undefined

/** A raw IPv4 socket gets the IP header too, an IPv6 one does not. */
const split = (family: number, bytes: Uint8Array): { readonly message: Uint8Array; readonly ttl?: number } =>
  family === AF_INET
    ? { message: bytes.subarray(((bytes[0] ?? 0) & 0xf) * 4), ttl: bytes[8] ?? 0 }
    : { message: bytes }

const exchange = (
  descriptor: number,
  family: number,
  address: Uint8Array,
  { count = 1, interval = 200, timeout = 2_000, signal }: PingOptions
): Promise<E.Either<SystemCallFailed | Aborted, PingResult>> =>
  new Promise(resolve => {
    const payload = new Uint8Array(randomBytes(56))
    const type = family === AF_INET ? ICMP_ECHOREPLY : ICMPV6_ECHO_REPLY
    const buffer = new Uint8Array(headerSize + payload.length + ipHeaderSize * 3)
    const sentAt = new Map<number, number>()
    const replies: Array<PingReply> = []
    const waiting = new Set<number>()
    let cancel = (): void => undefined
    const end = (failure?: SystemCallFailed | Aborted): void => {
      stop()
      cancel()
      signal?.removeEventListener('abort', abort)
      resolve(
        failure === undefined
          ? E.right({ sent: sentAt.size, received: replies.length, replies })
          : E.left(failure)
      )
    }
    const abort = (): void => end(aborted(operation))
    const receive = (): void => {
      for (;;) {
        const received = recvfrom(descriptor, buffer)
        const now = performance.now()
        if (E.isLeft(received)) break
        const { message, ttl } = split(family, received.right.bytes)
        const sequence = replyTo(payload, type, message)
        if (sequence === undefined || !waiting.delete(sequence)) continue
        const milliseconds = now - (sentAt.get(sequence) ?? now)
        const from = addressIn(received.right.from)
        replies.push({ sequence, milliseconds, from, ...(ttl !== undefined && { ttl }) })
      }
      if (sentAt.size === count && waiting.size === 0) end()
    }
    const send = (): void => {
      const sequence = sentAt.size + 1
      sentAt.set(sequence, performance.now())
      waiting.add(sequence)
      const sent = sendto(descriptor, request(family, sequence, payload), address)
      if (E.isLeft(sent)) end(sent.left)
      else cancel = sequence < count ? deadline(interval, send) : deadline(timeout, () => end())
    }
    const stop = whenReady(descriptor, 'readable', receive)
    signal?.addEventListener('abort', abort)
    send()
  })

/**
 * Sends ICMP or ICMPv6 echo requests from within a namespace, as ping(8) does. No reply is no error; no route is one.
 * The address is an IP address, with its interface where it is link-local: `fe80::1%eth0`. Needs CAP_NET_RAW.
 */
export const ping =
  (ref: NamespaceRef, address: string, options: PingOptions = {}): TE.TaskEither<PingError, PingResult> =>
  async () => {
    const { count = 1, signal } = options
    const family = familyOf(address)
    if (family === undefined)
      return E.left(invalidInput(operation, 'address', `is not an IP address: ${address}`))
    if (!Number.isInteger(count) || count < 1 || count > 0xffff)
      return E.left(invalidInput(operation, 'count', `must be an integer from 1 to 65535, not ${count}`))
    if (signal?.aborted) return E.left(aborted(operation))
    const protocol = family === AF_INET ? IPPROTO_ICMP : IPPROTO_ICMPV6
    const opened = pipe(
      within(ref, () => ({
        target: sockaddr(address, 0),
        descriptor: socket(family, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol)
      })),
      E.chain(({ target, descriptor }) =>
        pipe(
          descriptor,
          E.bimap(refused, open => ({ target, open }))
        )
      )
    )
    if (E.isLeft(opened)) return opened
    const { target, open } = opened.right
    const result = await exchange(open, family, target, options)
    closeSync(open)
    return result
  }
