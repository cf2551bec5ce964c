import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import { littleEndian as le } from '../../protocol'
import { NLMSG } from '../../protocol/netlink/control'
import { NLM_F, nlmsghdr } from '../../protocol/netlink/header'
import { openTransport } from '../socket/open'
import type { OpenTransport, Receiver } from '../socket/transport'
import { offsetsIn, viewOf } from './datagram'

/** Which datagrams of a socket: all, some by their numbers, which begin at 0, or those that a function takes. */
export type Which = true | ReadonlyArray<number> | ((number: number, datagram: Uint8Array) => boolean)

/** What goes wrong. Each member says with which of the datagrams that arrive. */
export interface Faults {
  /** They are lost for want of room, and counted as dropped. */
  readonly drop?: Which
  /** They are longer than what they are read into: the socket reports that they were cut. */
  readonly truncate?: Which
  /** They say that the table changed while it was dumped. */
  readonly interrupt?: Which
  /** They come late, and whatever is behind them not before. */
  readonly delay?: { readonly milliseconds: number; readonly which?: Which }
  /** Before them a stranger, who is not the kernel, sends refusals of the same requests. */
  readonly foreign?: Which
  /** Their bytes are no messages. */
  readonly malform?: Which
  /** Of what is sent, not of what arrives: it does not leave, and the socket reports ENOBUFS. */
  readonly unsent?: Which
}

/** Carries datagrams as another transport does, the real one by default, but with faults. */
export const faults =
  (wrong: Faults, open: OpenTransport = openTransport): OpenTransport =>
  (protocol, receiver, ...options) => {
    let arrived = 0
    let sent = 0
    let dropped = 0
    const line = late(receiver)
    const datagram: Receiver['datagram'] = (given, sender) => {
      // A socket reads the next one into the same bytes.
      const bytes = given.slice()
      const number = arrived++
      const hit = (which: Which | undefined): boolean => isMeant(which, number, bytes)
      if (hit(wrong.drop)) {
        dropped++
        return
      }
      const wait = wrong.delay !== undefined && hit(wrong.delay.which ?? true) ? wrong.delay.milliseconds : 0
      line.deliver(wait, to => {
        if (hit(wrong.foreign)) to.datagram(refusalsOf(bytes), stranger)
        if (hit(wrong.truncate)) to.failed(new Error(`a datagram of ${bytes.length} bytes was cut`))
        else if (hit(wrong.malform)) to.datagram(malformed(bytes), sender)
        else to.datagram(hit(wrong.interrupt) ? interrupted(bytes) : bytes, sender)
      })
    }
    return pipe(
      open(protocol, { datagram, failed: receiver.failed }, ...options),
      E.map(transport => ({
        ...transport,
        send: bytes => (isMeant(wrong.unsent, sent++, bytes) ? noRoom() : transport.send(bytes)),
        dropped: () => transport.dropped() + dropped,
        close: () => {
          line.close()
          transport.close()
        }
      }))
    )
  }

const isMeant = (which: Which | undefined, number: number, bytes: Uint8Array): boolean =>
  which === true || (typeof which === 'function' ? which(number, bytes) : (which?.includes(number) ?? false))

type Delivery = (to: Receiver) => void

/** Those who wait stand in line; without anybody in it, what need not wait passes at once. */
const late = (
  receiver: Receiver
): { readonly deliver: (milliseconds: number, delivery: Delivery) => void; readonly close: () => void } => {
  let waiting: ReadonlyArray<{ readonly due: number; readonly delivery: Delivery }> = []
  let timer: NodeJS.Timeout | undefined
  const pass = (): void => {
    const [first] = waiting
    if (first === undefined) return
    timer = setTimeout(() => {
      waiting = waiting.slice(1)
      first.delivery(receiver)
      pass()
    }, first.due - performance.now())
  }
  return {
    deliver: (milliseconds, delivery) => {
      if (milliseconds <= 0 && waiting.length === 0) {
        delivery(receiver)
        return
      }
      waiting = [...waiting, { due: performance.now() + milliseconds, delivery }]
      if (waiting.length === 1) pass()
    },
    close: () => {
      waiting = []
      clearTimeout(timer)
    }
  }
}

/** A port that is not the kernel's. */
const stranger = 4321

const noRoom = (): Error =>
  Object.assign(new Error('no buffer space available'), { code: 'ENOBUFS', syscall: 'sendmsg' })

const malformed = (bytes: Uint8Array): Uint8Array =>
  new Uint8Array(Math.max(nlmsghdr.size, bytes.length)).fill(0xff)

const interrupted = (bytes: Uint8Array): Uint8Array => {
  const copy = bytes.slice()
  const view = viewOf(copy)
  for (const at of offsetsIn(copy)) {
    const flags = view.getUint16(at + nlmsghdr.offsets.flags, le)
    view.setUint16(at + nlmsghdr.offsets.flags, flags | NLM_F.DUMP_INTR, le)
  }
  return copy
}

/** What the kernel would say if it refused these requests with EPERM. */
const refusalsOf = (bytes: Uint8Array): Uint8Array => {
  const view = viewOf(bytes)
  const { len, type, seq, pid } = nlmsghdr.offsets
  const size = nlmsghdr.size + 4 + nlmsghdr.size
  const offsets = offsetsIn(bytes)
  const refusals = new Uint8Array(size * offsets.length)
  const to = viewOf(refusals)
  for (const [n, from] of offsets.entries()) {
    const at = n * size
    to.setUint32(at + len, size, le)
    to.setUint16(at + type, NLMSG.ERROR, le)
    to.setUint32(at + seq, view.getUint32(from + seq, le), le)
    to.setUint32(at + pid, view.getUint32(from + pid, le), le)
    to.setInt32(at + nlmsghdr.size, -1, le)
  }
  return refusals
}
