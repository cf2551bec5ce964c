import type { Message } from '../../protocol'
import { align, littleEndian as le } from '../../protocol/definition/bytes'
import { NLM_F } from '../../protocol/netlink/header'
import type { Answering } from './request'

/** An encoded request on its way. Its identity tells its answer from others. */
export interface Ticket {
  readonly answering: Answering
  /**
   * Its messages are those in `[from, to)`. Sequence numbers and NLM_F_ACK are filled in here, in place: what lies
   * behind one another in the same bytes is sent without being copied.
   */
  readonly bytes: Uint8Array
  readonly from: number
  readonly to: number
  /** Milliseconds that the kernel works on it, where that is long. */
  readonly kernelTime?: number | undefined
  /** Takes the messages of the answer as they come, which are then not kept for the outcome. */
  readonly take?: (message: Message) => void
}

export type Outcome =
  /** What the kernel sent in answer, unless it was taken. A dump is interrupted when the table changed under it. */
  | { readonly _tag: 'Answered'; readonly messages: ReadonlyArray<Message>; readonly interrupted: boolean }
  /** The refusal, and which of the ticket's messages it is of. */
  | { readonly _tag: 'Refused'; readonly refusal: Message; readonly position: number }

/** What is to be sent at once. */
export interface Outgoing {
  readonly bytes: Uint8Array
  /** Milliseconds that the kernel works on it, as far as that is known to be long. */
  readonly kernelTime: number
}

export interface Settled<T extends Ticket> {
  readonly ticket: T
  readonly outcome: Outcome
}

interface Flight<T> {
  readonly ticket: T
  readonly first: number
  readonly last: number
  readonly weight: number
  messages: Array<Message> | undefined
  interrupted: boolean
  multipart: boolean
  settled: boolean
  refused: Outcome | undefined
}

/** What has been sent at once. Sequence numbers follow one another, and a transaction is alone. */
interface Datagram<T> {
  readonly first: number
  readonly last: number
  readonly flights: ReadonlyArray<Flight<T>>
  /** Those before this place are settled. */
  settledBefore: number
  /** How many are not settled. */
  open: number
}

/**
 * Pairs requests and answers: no I/O and no clock. The kernel works through a datagram in order and reports every
 * refusal, asked or not, so only the last message of a datagram asks for an acknowledgement; when its answer is
 * there, silence about those before it was success.
 */
export interface Exchange<T extends Ticket> {
  readonly submit: (tickets: ReadonlyArray<T>) => void
  /** The next datagram to send, if one may be sent now. */
  readonly next: () => Outgoing | undefined
  /** Takes in messages of one datagram; those that answer nothing of ours are ignored. */
  readonly receive: (messages: ReadonlyArray<Message>) => ReadonlyArray<Settled<T>>
  /** The datagram that `next` gave last did not leave: what it was to ask, but for what nobody waits for. */
  readonly takeBack: () => ReadonlyArray<T>
  /** Whether nobody waits for any of what `next` gave last. */
  readonly isForgotten: () => boolean
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
  /** Most milliseconds that the kernel works on one datagram, but for one with a single request. */
  readonly kernelTime: number
}

/** Messages that leave in one datagram: more gain nothing, and what is asked behind them waits the longer. */
export const mostTogether = 400

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
  let awaited = 0
  let dumping = false
  let datagrams: Array<Datagram<T>> = []
  const abandoned = new Set<T>()

  const advance = (by: number): number => {
    // 0 is what notifications carry, so no request has it.
    if (sequence === 0 || sequence + by > 0xffffffff) sequence = 1
    const first = sequence
    sequence += by
    return first
  }

  const mayLeave = (
    ticket: T,
    weight: number,
    taken: ReadonlyArray<Flight<T>>,
    bytes: number,
    kernelTime: number
  ): boolean => {
    if (ticket.answering === 'dump' && dumping) return false
    if (taken.length === 0) return underWay === 0 || underWay + weight <= limits.answers
    return (
      ticket.answering !== 'transaction' &&
      taken[0]?.ticket.answering !== 'transaction' &&
      taken.length < limits.messages &&
      bytes + ticket.to - ticket.from <= limits.bytes &&
      kernelTime + (ticket.kernelTime ?? 0) <= limits.kernelTime &&
      underWay + weight <= limits.answers
    )
  }

  const launch = (ticket: T, count: number, weight: number): Flight<T> => {
    const first = advance(count)
    underWay += weight
    if (ticket.answering === 'dump') dumping = true
    return {
      ticket,
      first,
      last: first + count - 1,
      weight,
      messages: undefined,
      interrupted: false,
      multipart: false,
      settled: false,
      refused: undefined
    }
  }

  const next = (): Outgoing | undefined => {
    const flights: Array<Flight<T>> = []
    let bytes = 0
    let kernelTime = 0
    while (head < waiting.length) {
      const ticket = waiting[head] as T
      if (abandoned.delete(ticket)) {
        head++
        continue
      }
      const count = ticket.answering === 'transaction' ? countMessages(ticket) : 1
      // A transaction's refusals come one for each message.
      const weight = count * weights[ticket.answering]
      if (!mayLeave(ticket, weight, flights, bytes, kernelTime)) break
      // Numbers that begin anew begin a new datagram, too.
      if (flights.length > 0 && sequence + count > 0xffffffff) break
      head++
      flights.push(launch(ticket, count, weight))
      bytes += align(ticket.to - ticket.from)
      kernelTime += ticket.kernelTime ?? 0
    }
    if (head === waiting.length) {
      waiting = []
      head = 0
    }
    const [first] = flights
    if (first === undefined) return undefined
    const last = flights.at(-1) ?? first
    datagrams.push({
      first: first.first,
      last: last.last,
      flights,
      settledBefore: 0,
      open: flights.length
    })
    return { bytes: datagramOf(flights, bytes), kernelTime }
  }

  const settle = (
    datagram: Datagram<T>,
    flight: Flight<T>,
    outcome: Outcome,
    into: Array<Settled<T>>
  ): void => {
    if (flight.settled) return
    flight.settled = true
    datagram.open--
    underWay -= flight.weight
    if (flight.ticket.answering === 'dump') dumping = false
    if (abandoned.delete(flight.ticket)) return
    awaited--
    into.push({ ticket: flight.ticket, outcome })
  }

  /**
   * An answer to one message of a datagram says that the kernel is through with those before it. One to a list may come
   * in between those to what was asked behind it.
   */
  const settleBefore = (datagram: Datagram<T>, place: number, into: Array<Settled<T>>): void => {
    for (; datagram.settledBefore < place; datagram.settledBefore++) {
      const each = datagram.flights[datagram.settledBefore] as Flight<T>
      if (each.ticket.answering === 'acknowledged') settle(datagram, each, success(each), into)
    }
  }

  const receiveOne = (message: Message, into: Array<Settled<T>>): void => {
    const number = message.sequence
    const datagram = datagrams.find(({ first, last }) => first <= number && number <= last)
    if (datagram === undefined) return
    const place = datagram.flights.length === 1 ? 0 : number - datagram.first
    const flight = datagram.flights[place]
    if (flight === undefined || flight.settled) return
    settleBefore(datagram, place, into)
    const transaction = flight.ticket.answering === 'transaction'
    switch (message.type) {
      case 'NLMSG_ERROR': {
        const position = number - flight.first
        if (message.error !== 0) flight.refused ??= { _tag: 'Refused', refusal: message, position }
        // In a transaction a refusal of one message is followed by those of others, up to the last one's answer;
        // but a batch that is refused at its very beginning is not looked into.
        const more = transaction && position !== 0 && number < flight.last - 1
        if (!more) settle(datagram, flight, flight.refused ?? success(flight), into)
        return
      }
      case 'NLMSG_DONE':
        if ((message.flags & NLM_F.DUMP_INTR) !== 0) flight.interrupted = true
        if (message.error !== undefined && message.error < 0)
          settle(datagram, flight, { _tag: 'Refused', refusal: message, position: 0 }, into)
        else settle(datagram, flight, success(flight), into)
        return
      case 'NLMSG_NOOP':
      case 'NLMSG_OVERRUN':
        return
      default:
        if ((message.flags & NLM_F.DUMP_INTR) !== 0) flight.interrupted = true
        if ((message.flags & NLM_F.MULTI) !== 0) flight.multipart = true
        if (abandoned.size === 0 || !abandoned.has(flight.ticket)) hand(flight, message)
        if (flight.ticket.answering === 'single' && !flight.multipart)
          settle(datagram, flight, success(flight), into)
    }
  }

  return {
    submit: tickets => {
      for (const ticket of tickets) waiting.push(ticket)
      awaited += tickets.length
    },
    next,
    receive: messages => {
      const settled: Array<Settled<T>> = []
      for (const message of messages) receiveOne(message, settled)
      if (datagrams.some(({ open }) => open === 0)) datagrams = datagrams.filter(({ open }) => open > 0)
      return settled
    },
    takeBack: () => {
      const back: Array<T> = []
      for (const { ticket, weight, settled } of datagrams.pop()?.flights ?? []) {
        if (settled) continue
        underWay -= weight
        if (ticket.answering === 'dump') dumping = false
        if (abandoned.delete(ticket)) continue
        awaited--
        back.push(ticket)
      }
      return back
    },
    isForgotten: () =>
      datagrams.at(-1)?.flights.every(({ ticket, settled }) => settled || abandoned.has(ticket)) ?? true,
    abandon: ticket => {
      if (abandoned.has(ticket)) return
      abandoned.add(ticket)
      awaited--
    },
    clear: () => {
      const inFlight = datagrams
        .flatMap(({ flights }) => flights.filter(({ settled }) => !settled))
        .map(({ ticket }) => ticket)
      const given = [...inFlight, ...waiting.slice(head)].filter(ticket => !abandoned.has(ticket))
      abandoned.clear()
      datagrams = []
      waiting = []
      head = 0
      underWay = 0
      awaited = 0
      dumping = false
      return given
    },
    open: () => awaited,
    unsent: () => waiting.length - head,
    underWay: () => datagrams.length > 0
  }
}

const hand = <T extends Ticket>(flight: Flight<T>, message: Message): void => {
  const { take } = flight.ticket
  if (take !== undefined) take(message)
  else if (flight.messages === undefined) flight.messages = [message]
  else flight.messages.push(message)
}

/** What most requests are answered with. */
const nothing: Outcome = { _tag: 'Answered', messages: [], interrupted: false }

const success = <T>({ messages, interrupted }: Flight<T>): Outcome =>
  messages === undefined && !interrupted
    ? nothing
    : { _tag: 'Answered', messages: messages ?? [], interrupted }

const countMessages = ({ bytes, from, to }: Ticket): number => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let count = 0
  for (let at = from; at + 16 <= to; at += align(view.getUint32(at, le))) count++
  return count
}

/** Fills in a transaction's sequence numbers. The batch's end is not answered, so the message before it asks. */
const numberTransaction = (view: DataView, firstNumber: number): void => {
  let number = firstNumber
  let at = 0
  let before = 0
  for (let next = 0; next + 16 <= view.byteLength; next += align(view.getUint32(next, le))) {
    before = at
    at = next
    view.setUint32(at + 8, number++, le)
  }
  acknowledge(view, before)
}

/** Fills in sequence numbers, and asks for an acknowledgement of the last message. */
const datagramOf = <T extends Ticket>(flights: ReadonlyArray<Flight<T>>, size: number): Uint8Array => {
  const datagram = inPlace(flights) ?? copied(flights, size)
  const view = new DataView(datagram.buffer, datagram.byteOffset, datagram.byteLength)
  let at = 0
  for (const { ticket, first } of flights) {
    if (ticket.answering === 'transaction') numberTransaction(view, first)
    else view.setUint32(at + 8, first, le)
    at += align(ticket.to - ticket.from)
  }
  const last = flights.at(-1)?.ticket
  if (last?.answering === 'acknowledged') acknowledge(view, at - align(last.to - last.from))
  return datagram
}

/** The messages where they are, if they lie behind one another. */
const inPlace = <T extends Ticket>(flights: ReadonlyArray<Flight<T>>): Uint8Array | undefined => {
  const begin = flights[0]?.ticket
  if (begin === undefined) return undefined
  let end = begin.from
  for (const { ticket } of flights) {
    if (ticket.bytes !== begin.bytes || ticket.from !== end) return undefined
    end = ticket.to
  }
  return begin.bytes.subarray(begin.from, end)
}

/** The messages in bytes of their own, each at a multiple of four. */
const copied = <T extends Ticket>(flights: ReadonlyArray<Flight<T>>, size: number): Uint8Array => {
  const datagram = new Uint8Array(size)
  let at = 0
  for (const { ticket } of flights) {
    datagram.set(ticket.bytes.subarray(ticket.from, ticket.to), at)
    at += align(ticket.to - ticket.from)
  }
  return datagram
}

const acknowledge = (view: DataView, at: number): void =>
  view.setUint16(at + 6, view.getUint16(at + 6, le) | NLM_F.ACK, le)
