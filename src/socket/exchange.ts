import { align, littleEndian as le, type Message } from '../../protocol'
import { NLM_F } from '../../protocol/netlink/header'
import type { Answering } from './request'

/** An encoded request on its way. Its identity tells its answer from others. */
export interface Ticket {
  readonly answering: Answering
  /** The messages, one after the other; sequence numbers and NLM_F_ACK are filled in here. */
  readonly bytes: Uint8Array
  /** Takes the messages of the answer as they come, which are then not kept for the outcome. */
  readonly take?: (message: Message) => void
}

export type Outcome =
  /** What the kernel sent in answer, unless it was taken. A dump is interrupted when the table changed under it. */
  | { readonly _tag: 'Answered'; readonly messages: ReadonlyArray<Message>; readonly interrupted: boolean }
  /** The refusal, and which of the ticket's messages it is of. */
  | { readonly _tag: 'Refused'; readonly refusal: Message; readonly position: number }

export interface Settled<T extends Ticket> {
  readonly ticket: T
  readonly outcome: Outcome
}

interface Flight<T> {
  readonly ticket: T
  readonly first: number
  readonly last: number
  readonly weight: number
  readonly messages: Array<Message>
  interrupted: boolean
  multipart: boolean
  abandoned: boolean
  settled: boolean
  refused: Outcome | undefined
}

/**
 * Pairs requests and answers: no I/O and no clock. The kernel works through a datagram in order and reports every
 * refusal, asked or not, so only the last message of a datagram asks for an acknowledgement; when its answer is
 * there, silence about those before it was success.
 */
export interface Exchange<T extends Ticket> {
  readonly submit: (tickets: ReadonlyArray<T>) => void
  /** The next datagram to send, if one may be sent now. */
  readonly next: () => Uint8Array | undefined
  /** Takes in messages of one datagram; those that answer nothing of ours are ignored. */
  readonly receive: (messages: ReadonlyArray<Message>) => ReadonlyArray<Settled<T>>
  /** Nobody waits for this answer any more; it is still read to its end. */
  readonly abandon: (ticket: T) => void
  /** Gives up everything that is under way or waits, and says what that was. */
  readonly clear: () => ReadonlyArray<T>
  /** How many tickets are neither settled nor abandoned. */
  readonly open: () => number
  /** How many tickets have not been sent. */
  readonly unsent: () => number
  /** Whether answers are still to come, be it for nobody. */
  readonly underWay: () => boolean
}

export interface Limits {
  /**
   * How many refusals the receive buffer can hold, so that none is lost if every message under way is refused.
   */
  readonly answers: number
  /** Most messages in one datagram. More gains nothing. */
  readonly messages: number
  /** Most bytes in one datagram, but for a transaction, which cannot be cut. */
  readonly bytes: number
}

/** What an answer takes of the receive buffer, in refusals. */
const weights: { readonly [A in Answering]: number } = {
  acknowledged: 1,
  single: 8,
  dump: 64,
  transaction: 1
}

export const exchange = <T extends Ticket>(limits: Limits, firstSequence = 1): Exchange<T> => {
  let sequence = firstSequence >>> 0
  let waiting: Array<T> = []
  let head = 0
  let underWay = 0
  let dumping = false
  let datagrams: Array<Array<Flight<T>>> = []
  const flights = new Map<number, Flight<T>>()
  const dropped = new Set<T>()

  const advance = (by: number): number => {
    // 0 is what notifications carry, so no request has it.
    if (sequence === 0 || sequence + by > 0xffffffff) sequence = 1
    const first = sequence
    sequence += by
    return first
  }

  const mayLeave = (ticket: T, taken: ReadonlyArray<Flight<T>>, bytes: number): boolean => {
    if (ticket.answering === 'dump' && dumping) return false
    if (taken.length === 0) return underWay === 0 || underWay + weightOf(ticket) <= limits.answers
    return (
      ticket.answering !== 'transaction' &&
      taken.at(-1)?.ticket.answering !== 'transaction' &&
      taken.length < limits.messages &&
      bytes + ticket.bytes.length <= limits.bytes &&
      underWay + weightOf(ticket) <= limits.answers
    )
  }

  const launch = (ticket: T): Flight<T> => {
    const count = ticket.answering === 'transaction' ? messageOffsets(ticket.bytes).length : 1
    const first = advance(count)
    const flight: Flight<T> = {
      ticket,
      first,
      last: first + count - 1,
      weight: weightOf(ticket),
      messages: [],
      interrupted: false,
      multipart: false,
      abandoned: false,
      settled: false,
      refused: undefined
    }
    for (let n = 0; n < count; n++) flights.set(first + n, flight)
    underWay += flight.weight
    if (ticket.answering === 'dump') dumping = true
    return flight
  }

  const next = (): Uint8Array | undefined => {
    const taken: Array<Flight<T>> = []
    let bytes = 0
    while (head < waiting.length) {
      const ticket = waiting[head] as T
      if (dropped.has(ticket)) {
        dropped.delete(ticket)
        head++
        continue
      }
      if (!mayLeave(ticket, taken, bytes)) break
      head++
      taken.push(launch(ticket))
      bytes += align(ticket.bytes.length)
    }
    if (head === waiting.length) {
      waiting = []
      head = 0
    }
    if (taken.length === 0) return undefined
    datagrams.push(taken)
    return datagramOf(taken, bytes)
  }

  const settle = (flight: Flight<T>, outcome: Outcome, into: Array<Settled<T>>): void => {
    if (flight.settled) return
    flight.settled = true
    underWay -= flight.weight
    for (let n = flight.first; n <= flight.last; n++) flights.delete(n)
    if (flight.ticket.answering === 'dump') dumping = false
    if (!flight.abandoned) into.push({ ticket: flight.ticket, outcome })
  }

  /** An answer to one message of a datagram says that the kernel is through with those before it. */
  const settleBefore = (flight: Flight<T>, into: Array<Settled<T>>): void => {
    const datagram = datagrams.find(
      each => (each[0]?.first ?? 0) <= flight.first && flight.first <= (each.at(-1)?.last ?? 0)
    )
    if (datagram === undefined) return
    for (const each of datagram) {
      if (each === flight) break
      if (!each.settled && each.ticket.answering === 'acknowledged') settle(each, success(each), into)
    }
  }

  const receiveOne = (message: Message, into: Array<Settled<T>>): void => {
    const flight = flights.get(message.sequence)
    if (flight === undefined) return
    settleBefore(flight, into)
    const transaction = flight.ticket.answering === 'transaction'
    switch (message.type) {
      case 'NLMSG_ERROR': {
        const position = message.sequence - flight.first
        if (message.error !== 0) flight.refused ??= { _tag: 'Refused', refusal: message, position }
        // In a transaction a refusal of one message is followed by those of others, up to the last one's answer;
        // but a batch that is refused at its very beginning is not looked into.
        const more = transaction && position !== 0 && message.sequence < flight.last - 1
        if (!more) settle(flight, flight.refused ?? success(flight), into)
        return
      }
      case 'NLMSG_DONE':
        if ((message.flags & NLM_F.DUMP_INTR) !== 0) flight.interrupted = true
        if (message.error !== undefined && message.error < 0)
          settle(flight, { _tag: 'Refused', refusal: message, position: 0 }, into)
        else settle(flight, success(flight), into)
        return
      case 'NLMSG_NOOP':
      case 'NLMSG_OVERRUN':
        return
      default:
        if ((message.flags & NLM_F.DUMP_INTR) !== 0) flight.interrupted = true
        if ((message.flags & NLM_F.MULTI) !== 0) flight.multipart = true
        if (!flight.abandoned) hand(flight, message)
        if (flight.ticket.answering === 'single' && !flight.multipart) settle(flight, success(flight), into)
    }
  }

  return {
    submit: tickets => {
      for (const ticket of tickets) waiting.push(ticket)
    },
    next,
    receive: messages => {
      const settled: Array<Settled<T>> = []
      for (const message of messages) receiveOne(message, settled)
      if (settled.length > 0)
        datagrams = datagrams.filter(datagram => datagram.some(flight => !flight.settled))
      return settled
    },
    abandon: ticket => {
      const flight = [...flights.values()].find(each => each.ticket === ticket)
      if (flight !== undefined) flight.abandoned = true
      else if (waiting.includes(ticket, head)) dropped.add(ticket)
    },
    clear: () => {
      const inFlight = [...new Set(flights.values())]
        .filter(flight => !flight.abandoned)
        .map(flight => flight.ticket)
      const queued = waiting.slice(head).filter(ticket => !dropped.has(ticket))
      flights.clear()
      dropped.clear()
      datagrams = []
      waiting = []
      head = 0
      underWay = 0
      dumping = false
      return [...inFlight, ...queued]
    },
    open: () => {
      let count = waiting.length - head - dropped.size
      for (const datagram of datagrams)
        for (const flight of datagram) if (!flight.settled && !flight.abandoned) count++
      return count
    },
    unsent: () => waiting.length - head - dropped.size,
    underWay: () => flights.size > 0
  }
}

const hand = <T extends Ticket>({ ticket, messages }: Flight<T>, message: Message): void => {
  if (ticket.take === undefined) messages.push(message)
  else ticket.take(message)
}

const success = <T>(flight: Flight<T>): Outcome => ({
  _tag: 'Answered',
  messages: flight.messages,
  interrupted: flight.interrupted
})

/** A transaction's refusals come one for each message. */
const weightOf = (ticket: Ticket): number =>
  ticket.answering === 'transaction' ? messageOffsets(ticket.bytes).length : weights[ticket.answering]

const messageOffsets = (bytes: Uint8Array): ReadonlyArray<number> => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const offsets: Array<number> = []
  for (let at = 0; at + 16 <= bytes.length; at += align(view.getUint32(at, le))) offsets.push(at)
  return offsets
}

/** Puts tickets behind one another and fills in their sequence numbers. */
const datagramOf = <T extends Ticket>(flights: ReadonlyArray<Flight<T>>, size: number): Uint8Array => {
  const datagram = new Uint8Array(size)
  const view = new DataView(datagram.buffer)
  let at = 0
  for (const [n, { ticket, first }] of flights.entries()) {
    datagram.set(ticket.bytes, at)
    if (ticket.answering === 'transaction') {
      const offsets = messageOffsets(ticket.bytes)
      for (const [k, offset] of offsets.entries()) view.setUint32(at + offset + 8, first + k, le)
      // The batch's end is not answered, so the message before it asks.
      acknowledge(view, at + (offsets.at(-2) ?? 0))
    } else {
      view.setUint32(at + 8, first, le)
      if (ticket.answering === 'acknowledged' && n === flights.length - 1) acknowledge(view, at)
    }
    at += align(ticket.bytes.length)
  }
  return datagram
}

const acknowledge = (view: DataView, at: number): void =>
  view.setUint16(at + 6, view.getUint16(at + 6, le) | NLM_F.ACK, le)
