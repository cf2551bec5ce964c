import * as E from 'fp-ts/Either'
import { align, littleEndian } from '../../protocol'
import type { Pending } from './channel'
import type { Reader } from './dump'
import type { Encoded } from './encoding'
import type { NetlinkError, Rejected } from './error'
import type { Outcome } from './exchange'
import { rejected } from './refusal'
import { listOf, type Request } from './request'

/** How often a list is taken again when the table changed under it. */
const listAttempts = 10

/** A request on its way, from the caller to the answer. */
export interface Job {
  readonly request: Request<unknown>
  readonly resolve: (result: E.Either<NetlinkError, unknown>) => void
  /** Takes the entries of a list as they come. */
  readonly reader: Reader | undefined
  /** Forgets the answer; there once the request is under way. */
  abandon: (() => void) | undefined
  attempts: number
  done: boolean
}

export const jobFor = (request: Request<unknown>, resolve: Job['resolve'], reader?: Reader): Job => ({
  request,
  resolve,
  reader,
  abandon: undefined,
  attempts: 0,
  done: false
})

export const finish = (job: Job, result: E.Either<NetlinkError, unknown>): void => {
  if (job.done) return
  job.done = true
  job.resolve(result)
}

/** What becomes of a job that does not end with its answer. */
export interface Turns {
  /** The table changed under the list. */
  readonly again: () => void
  readonly refused: (error: Rejected) => void
}

/** What the exchange is given of a job. */
export const ticketFor = (job: Job, message: Encoded, turns: Turns): Pending => {
  const { operation, answering, entries } = job.request
  const { bytes, from, to } = message
  return entries === undefined
    ? { operation, answering, bytes, from, to, settle: result => settle(job, message, turns, result) }
    : { operation, answering, bytes, from, to, ...listing(job, message, entries, turns) }
}

const settle = (
  job: Job,
  message: Encoded,
  { refused }: Turns,
  result: E.Either<NetlinkError, Outcome>
): void => {
  message.release()
  if (E.isLeft(result)) finish(job, result)
  else if (result.right._tag === 'Refused') refused(refusalOf(job, message, result.right))
  else finish(job, E.right(job.request.read(result.right.messages, message.known)))
}

const listing = (
  job: Job,
  message: Encoded,
  entries: NonNullable<Request<unknown>['entries']>,
  { again, refused }: Turns
): Pick<Pending, 'take' | 'settle'> => {
  const { reader } = job
  const values: Array<unknown> = []
  return {
    take: answer => {
      for (const value of entries(answer, message.known))
        if (reader === undefined) values.push(value)
        else reader.take(value)
    },
    settle: result => {
      message.release()
      if (E.isLeft(result)) finish(job, result)
      else if (result.right._tag === 'Refused') refused(refusalOf(job, message, result.right))
      // A stream has passed on what it got, so it is not read again.
      else if (reader !== undefined) finish(job, E.right(!result.right.interrupted))
      else if (result.right.interrupted && ++job.attempts < listAttempts) again()
      else finish(job, E.right(listOf(values, !result.right.interrupted)))
    }
  }
}

const refusalOf = (
  { request }: Job,
  { bytes, from, to }: Encoded,
  { refusal, position }: Extract<Outcome, { readonly _tag: 'Refused' }>
): Rejected =>
  rejected(request, refusal as never, messageAt(bytes.subarray(from, to), position), request.part?.(position))

const messageAt = (bytes: Uint8Array, position: number): Uint8Array => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const length = (at: number): number => view.getUint32(at, littleEndian)
  let at = 0
  for (let n = 0; n < position && at + 16 <= bytes.length; n++) at += align(length(at))
  return bytes.subarray(at, Math.min(at + length(at), bytes.length))
}
