import { readFileSync } from 'node:fs'
import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import { decodeMessages, littleEndian as le, type Protocol, print } from '../../protocol'
import { NLMSG } from '../../protocol/netlink/control'
import { nlmsghdr } from '../../protocol/netlink/header'
import { failureOf, type SystemCallFailed } from '../namespace/system'
import type { OpenTransport, Receiver } from '../socket/transport'
import { bytesOf, hexOf, offsetsIn, viewOf } from './datagram'
import type { Dropped, Opened, Received, Sent, SessionRecord } from './record'

type Records = ReadonlyArray<SessionRecord>

/** A socket, as far as it has been played. Requests and arrivals are places in the recording, those still to come. */
interface Part {
  readonly opening: Opened
  readonly receiver: Receiver
  readonly requests: Array<number>
  readonly arrivals: Array<number>
  /** The sequence numbers of what was sent: as recorded, and as they are now. */
  readonly sequences: Map<number, number>
  dropped: number
  open: boolean
}

/**
 * Answers as was recorded, from a file or from records: no kernel is asked, and no privilege needed. Each socket must
 * send what was sent then, in that order, sequence numbers aside; what is sent instead fails, and the error says how it
 * differs. Numbers that are chosen at random, as a new link's index is by default, must be given to be played again.
 */
export const replayer = (from: string | Records): OpenTransport => {
  const read = typeof from === 'string' ? linesOf(from) : () => E.right(from)
  const opened = new Set<number>()
  const sent = new Set<number>()
  const parts: Array<Part> = []

  const openingOf = (records: Records, protocol: Protocol): E.Either<SystemCallFailed, Opened> => {
    const at = records.findIndex(
      (record, n) => record.event === 'opened' && record.protocol === protocol && !opened.has(n)
    )
    opened.add(at)
    return at < 0
      ? E.left(failureOf('replay', new Error(`the recording has no further ${protocol} socket`)))
      : E.right(records[at] as Opened)
  }

  /** Answers may come once their requests have been sent; an event, once all has been sent that was before it. */
  const isDue = (records: Records, { opening, sequences }: Part, at: number): boolean => {
    const record = records[at] as Received | Dropped
    const asked = record.event === 'received' ? sequencesIn(bytesOf(record.hex), opening.port) : []
    return asked.length > 0
      ? asked.every(sequence => sequences.has(sequence))
      : records.every((each, n) => n > at || each.event !== 'sent' || sent.has(n))
  }

  const arrive = (part: Part, record: Received): void => {
    const bytes = renumbered(bytesOf(record.hex), part.sequences)
    setImmediate(() => {
      if (part.open) part.receiver.datagram(bytes, record.sender)
    })
  }

  const play = (records: Records): void => {
    for (const part of parts)
      for (let at = part.arrivals[0]; at !== undefined && isDue(records, part, at); at = part.arrivals[0]) {
        part.arrivals.shift()
        const record = records[at] as Received | Dropped
        if (record.event === 'received') arrive(part, record)
        else part.dropped = record.count
      }
  }

  const send = (records: Records, part: Part, datagram: Uint8Array): Error | undefined => {
    const at = part.requests[0]
    const recorded = at === undefined ? undefined : bytesOf((records[at] as Sent).hex)
    const wrong = mismatch(part.opening.protocol, datagram, recorded)
    if (at === undefined || recorded === undefined || wrong !== undefined)
      return new Error(`replay: ${wrong}`)
    part.requests.shift()
    sent.add(at)
    const now = sequencesIn(datagram, unsaid)
    for (const [n, sequence] of sequencesIn(recorded, unsaid).entries())
      part.sequences.set(sequence, now[n] as number)
    play(records)
    return undefined
  }

  return (protocol, receiver) =>
    pipe(
      read(),
      E.bindTo('records'),
      E.bindW('opening', ({ records }) => openingOf(records, protocol)),
      E.map(({ records, opening }) => {
        const places = (...events: ReadonlyArray<SessionRecord['event']>): Array<number> =>
          records.flatMap(({ socket, event }, n) =>
            socket === opening.socket && events.includes(event) ? [n] : []
          )
        const part: Part = {
          opening,
          receiver,
          requests: places('sent'),
          arrivals: places('received', 'dropped'),
          sequences: new Map(),
          dropped: 0,
          open: true
        }
        parts.push(part)
        play(records)
        return {
          port: opening.port,
          receiveBuffer: opening.receiveBuffer,
          send: datagram => send(records, part, datagram),
          dropped: () => part.dropped,
          join: () => undefined,
          leave: () => undefined,
          hold: () => undefined,
          close: () => {
            part.open = false
          }
        }
      })
    )
}

/** The file is read when the first socket is opened, so that what is wrong with it is that one's error. */
const linesOf = (path: string): (() => E.Either<SystemCallFailed, Records>) => {
  let records: Records | undefined
  return () =>
    E.tryCatch(
      () => {
        records ??= readFileSync(path, 'utf8')
          .split('\n')
          .filter(line => line !== '')
          .map(recordOf)
        return records
      },
      error => {
        const { message, ...failure } = failureOf('open', error)
        return { ...failure, message: `open: ${path}${message.slice('open'.length)}` }
      }
    )
}

const recordOf = (line: string, n: number): SessionRecord => {
  const record = JSON.parse(line)
  if (typeof record?.event !== 'string') throw new Error(`the record at ${n} says no event: ${line}`)
  return record
}

/** Requests leave their port out: the kernel knows it. */
const unsaid = 0

/** The sequence numbers of the messages that carry a port: answers carry that of who asked. */
const sequencesIn = (bytes: Uint8Array, port: number): ReadonlyArray<number> => {
  const view = viewOf(bytes)
  return offsetsIn(bytes)
    .filter(at => view.getUint32(at + nlmsghdr.offsets.pid, le) === port)
    .map(at => view.getUint32(at + nlmsghdr.offsets.seq, le))
    .filter(sequence => sequence !== 0)
}

/** The datagram with other sequence numbers; an acknowledgement repeats its own in the header that it quotes. */
const renumbered = (bytes: Uint8Array, numbers: ReadonlyMap<number, number>): Uint8Array => {
  const copy = bytes.slice()
  const view = viewOf(copy)
  const renumber = (at: number): void => {
    if (at + 4 > copy.length) return
    const sequence = view.getUint32(at, le)
    view.setUint32(at, numbers.get(sequence) ?? sequence, le)
  }
  for (const at of offsetsIn(copy)) {
    renumber(at + nlmsghdr.offsets.seq)
    if (view.getUint16(at + nlmsghdr.offsets.type, le) === NLMSG.ERROR)
      renumber(at + nlmsghdr.size + 4 + nlmsghdr.offsets.seq)
  }
  return copy
}

const unnumbered = (bytes: Uint8Array): Uint8Array =>
  renumbered(bytes, new Map(sequencesIn(bytes, unsaid).map(sequence => [sequence, 0])))

/** How a request differs from the recorded one, in words. */
const mismatch = (
  protocol: Protocol,
  datagram: Uint8Array,
  recorded: Uint8Array | undefined
): string | undefined => {
  if (recorded === undefined) return `the recording ends before ${typesIn(protocol, datagram)}`
  const [ours, theirs] = [unnumbered(datagram), unnumbered(recorded)]
  if (hexOf(ours) === hexOf(theirs)) return undefined
  const [types, others] = [typesIn(protocol, ours), typesIn(protocol, theirs)]
  if (types !== others) return `${types} was sent where ${others} was recorded`
  const [lines, otherLines] = [printed(protocol, ours), printed(protocol, theirs)]
  const at = lines.findIndex((line, n) => line !== otherLines[n])
  const line = (all: ReadonlyArray<string>): string => all[at]?.trim() ?? 'nothing'
  return at < 0 && lines.length === otherLines.length
    ? `the bytes of ${types} are not those recorded`
    : at < 0
      ? `${types} was sent without ${otherLines[lines.length]?.trim()}, which was recorded`
      : `${types} was sent with ${line(lines)} where ${line(otherLines)} was recorded`
}

const typesIn = (protocol: Protocol, datagram: Uint8Array): string =>
  pipe(
    decodeMessages(protocol, datagram),
    E.match(
      ({ reason }) => reason,
      messages => messages.map(({ type }) => type).join(', ')
    )
  )

const printed = (protocol: Protocol, datagram: Uint8Array): ReadonlyArray<string> =>
  pipe(
    decodeMessages(protocol, datagram),
    E.match(
      () => [],
      messages => print(messages).split('\n')
    )
  )
