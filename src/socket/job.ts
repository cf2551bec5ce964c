import * as E from 'fp-ts/Either'
import { align, littleEndian } from '../../protocol'
import type { Asked, Channel } from './channel'
import type { Reader } from './dump'
import type { Encoded, Names } from './encoding'
import { type NetlinkError, type Rejected, unfit } from './error'
import type { Outcome } from './exchange'
import { rejected } from './refusal'
import { type Known, listOf, type Request } from './request'

/** How often a list is taken again when the table changed under it. */
const listAttempts = 10

/** What is under way of a job. */
export interface Pending extends Asked {
  readonly job: Job
  readonly names: Names
  readonly known: Known
  /** Of a list: the entries so far. */
  readonly values?: Array<unknown>
  /** Of a list: what its request threw at answers that it was to read. */
  readonly unread?: ReadonlyArray<unknown>
}

/** Takes a request's result; `place` is which of those issued together it is. */
export type Answer = (place: number, result: E.Either<NetlinkError, unknown>) => void

/** A request on its way, from the caller to the answer. */
export interface Job {
  readonly request: Request<unknown>
  readonly answer: Answer
  readonly place: number
  /** Takes the entries of a list as they come. */
  readonly reader: Reader | undefined
  underWay: { readonly channel: Channel<Pending>; readonly ticket: Pending } | undefined
  attempts: number
  done: boolean
}

export const jobFor = (request: Request<unknown>, answer: Answer, place = 0, reader?: Reader): Job => ({
  request,
  answer,
  place,
  reader,
  underWay: undefined,
  attempts: 0,
  done: false
})

export const finish = (job: Job, result: E.Either<NetlinkError, unknown>): void => {
  if (job.done) return
  job.done = true
  job.underWay = undefined
  job.answer(job.place, result)
}

/** Forgets the answer that is to come. */
export const abandon = ({ underWay }: Job): void => {
  if (underWay === undefined) return
  underWay.channel.abandon(underWay.ticket)
}

/** What becomes of a job that does not end with its answer. */
export interface Turns {
  /** The table changed under the list. */
  readonly again: (job: Job, names: Names) => void
  /** `sent` is the message that was refused. */
  readonly refused: (job: Job, error: Rejected, sent: Uint8Array) => void
}

/** What the exchange is given of a job. */
export const ticketFor = (job: Job, encoded: Encoded, names: Names): Pending => {
  const { bytes, from, to, known, release } = encoded
  const { operation, answering, kernelTime, entries } = job.request
  return entries === undefined
    ? { job, names, known, release, operation, answering, bytes, from, to, kernelTime }
    : {
        job,
        names,
        known,
        release,
        operation,
        answering,
        bytes,
        from,
        to,
        kernelTime,
        ...listing(job, known, entries)
      }
}

const listing = (
  { reader }: Job,
  known: Known,
  entries: NonNullable<Request<unknown>['entries']>
): Pick<Pending, 'take' | 'values' | 'unread'> => {
  const values: Array<unknown> = []
  const unread: Array<unknown> = []
  return {
    values,
    unread,
    take: answer => {
      try {
        for (const value of entries(answer, known))
          if (reader === undefined) values.push(value)
          else reader.take(value)
      } catch (thrown) {
        unread.push(thrown)
      }
    }
  }
}

/** Ends the job of a ticket with its answer. A request that throws at that fails alone. */
export const settle = (turns: Turns, ticket: Pending, result: E.Either<NetlinkError, Outcome>): void => {
  const { job } = ticket
  job.underWay = undefined
  try {
    read(turns, ticket, result)
  } catch (thrown) {
    finish(job, E.left(unfit(job.request.operation, thrown)))
  }
}

const read = (
  { again, refused }: Turns,
  { job, known, names, values, unread: [thrown] = [], ...ticket }: Pending,
  result: E.Either<NetlinkError, Outcome>
): void => {
  if (E.isLeft(result)) finish(job, result)
  else if (thrown !== undefined) finish(job, E.left(unfit(job.request.operation, thrown)))
  else if (result.right._tag === 'Refused') {
    const { refusal, position } = result.right
    const sent = messageAt(ticket.bytes.subarray(ticket.from, ticket.to), position)
    const error = rejected(job.request, refusal as never, sent, job.request.part?.(position))
    if (error.code === job.request.empty) finish(job, E.right(job.reader === undefined ? listOf([]) : true))
    else refused(job, error, sent)
  } else if (values === undefined) finish(job, rightOf(job.request.read(result.right.messages, known)))
  // A stream has passed on what it got, so it is not read again.
  else if (job.reader !== undefined) finish(job, E.right(!result.right.interrupted))
  else if (result.right.interrupted && ++job.attempts < listAttempts) again(job, names)
  else finish(job, E.right(listOf(values, !result.right.interrupted)))
}

/** What most requests are answered with. */
const nothing = E.right(undefined)

const rightOf = (value: unknown): E.Either<never, unknown> => (value === undefined ? nothing : E.right(value))

const messageAt = (bytes: Uint8Array, position: number): Uint8Array => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const length = (at: number): number => view.getUint32(at, littleEndian)
  let at = 0
  for (let n = 0; n < position && at + 16 <= bytes.length; n++) at += align(length(at))
  return bytes.subarray(at, Math.min(at + length(at), bytes.length))
}
