import type { DecodeError } from '../../protocol'
import { quoted } from '../../protocol/definition/error'
import type { NamespaceError } from '../namespace/error'

/** The kernel refused a request. */
export interface Rejected {
  readonly _tag: 'Rejected'
  /** One line: what was asked, what the kernel says, which field, what to do. */
  readonly message: string
  /** What was asked, by the name of the call: `address.add`. */
  readonly operation: string
  /** The message that was refused: `RTM_NEWADDR`. */
  readonly request: string
  readonly errno: number
  /** The errno's name: `EEXIST`. */
  readonly code: string
  /** Which change of a transaction was refused. */
  readonly part?: string
  /** The kernel's own sentence, if it gave one. */
  readonly reason?: string
  /** The field of the caller's that the kernel points at. */
  readonly field?: string
  /** The field that the kernel misses. */
  readonly missing?: string
  /** The range the kernel would accept for the field. */
  readonly accepted?: { readonly least?: bigint; readonly most?: bigint }
  readonly hint?: string
}

/** The request needs what this kernel lacks: found by trying it out alone, after the kernel had refused the request. */
export interface UnsupportedByKernel {
  readonly _tag: 'UnsupportedByKernel'
  readonly message: string
  readonly operation: string
  /** What is lacking: `links of kind ipvlan`. */
  readonly feature: string
  /** Which change of a transaction needs it. */
  readonly part?: string
  /** The version of Linux that brought it, if known. */
  readonly since?: string
  /** The module that has it, by the name that modprobe takes, if it is in one. */
  readonly module?: string
  /** The option that a kernel is built with to have it: `CONFIG_BRIDGE_VLAN_FILTERING`. */
  readonly option?: string
  /** The errno's name that the kernel gave: `EOPNOTSUPP`. */
  readonly code: string
  readonly hint?: string
}

/** The input is wrong; nothing has been sent. */
export interface InvalidInput {
  readonly _tag: 'InvalidInput'
  readonly message: string
  readonly operation: string
  /** The field at fault, by the caller's name. */
  readonly field: string
  readonly hint?: string
}

/** Something that the request names is not there: an interface, by name. */
export interface NotFound {
  readonly _tag: 'NotFound'
  readonly message: string
  readonly operation: string
  readonly field: string
  /** What was looked for. */
  readonly value: string
  readonly hint?: string
}

/** No answer came in time. Whether the kernel acted is not known. */
export interface TimedOut {
  readonly _tag: 'TimedOut'
  readonly message: string
  readonly operation: string
  readonly milliseconds: number
}

/** The caller's AbortSignal ended the wait. Whether the kernel acted is not known. */
export interface Aborted {
  readonly _tag: 'Aborted'
  readonly message: string
  readonly operation: string
}

/** The connection was closed before the answer came. */
export interface Closed {
  readonly _tag: 'Closed'
  readonly message: string
  readonly operation: string
}

/** Answers were lost because they came faster than they were read. */
export interface Overrun {
  readonly _tag: 'Overrun'
  readonly message: string
  readonly operation: string
}

/** The kernel sent bytes that are no message. */
export interface Malformed {
  readonly _tag: 'Malformed'
  readonly message: string
  readonly operation: string
  readonly cause: DecodeError
}

/** The socket failed while the request was on its way. */
export interface Failed {
  readonly _tag: 'Failed'
  readonly message: string
  readonly operation: string
  /** The errno's name, if there is one: `EMSGSIZE` if what was asked is larger than the socket may send at once. */
  readonly code?: string
  readonly hint?: string
}

/** Everything that can go wrong between a request and its answer. */
export type NetlinkError =
  | Rejected
  | UnsupportedByKernel
  | InvalidInput
  | NotFound
  | TimedOut
  | Aborted
  | Closed
  | Overrun
  | Malformed
  | Failed
  | NamespaceError

export const invalidInput = (
  operation: string,
  field: string,
  reason: string,
  hint?: string
): InvalidInput => ({
  _tag: 'InvalidInput',
  message: `${operation}: ${field} ${reason}${hint === undefined ? '' : `; ${hint}`}`,
  operation,
  field,
  ...(hint !== undefined && { hint })
})

export const notFound = (operation: string, field: string, name: string, reason: string): NotFound => ({
  _tag: 'NotFound',
  message: `${operation}: ${reason}`,
  operation,
  field,
  value: name
})

export const closed = (operation: string): Closed => ({
  _tag: 'Closed',
  message: `${operation}: the connection is closed`,
  operation
})

export const timedOut = (operation: string, milliseconds: number): TimedOut => ({
  _tag: 'TimedOut',
  message: `${operation}: the kernel did not answer within ${milliseconds} ms`,
  operation,
  milliseconds
})

export const aborted = (operation: string): Aborted => ({
  _tag: 'Aborted',
  message: `${operation}: aborted by the caller`,
  operation
})

export const overrun = (operation: string): Overrun => ({
  _tag: 'Overrun',
  message: `${operation}: the receive buffer overran and answers were lost; list the objects to see what was done`,
  operation
})

export const malformed = (operation: string, cause: DecodeError): Malformed => ({
  _tag: 'Malformed',
  message: `${operation}: the answer is no netlink message: ${cause.reason}`,
  operation,
  cause
})

/** What is wrong with a word that is none of those that there are. */
export const noneOf = (given: unknown, words: ReadonlyArray<string>): string =>
  `${typeof given === 'string' ? given : quoted(given)} is none of ${words.join(', ')}`

/** What was given made us fail, as whoever has no types may give anything. */
export const unfit = (operation: string, thrown: unknown): InvalidInput =>
  invalidInput(
    operation,
    'request',
    `cannot be made of what was given: ${thrown instanceof Error ? thrown.message : String(thrown)}`
  )

export const failedToSend = (operation: string, error: Error): Failed => {
  const { code, hint } = error as { readonly code?: unknown; readonly hint?: unknown }
  const known = typeof hint === 'string'
  return {
    _tag: 'Failed',
    message: `${operation}: the netlink socket failed: ${error.message}${known ? `; ${hint}` : ''}`,
    operation,
    ...(typeof code === 'string' && { code }),
    ...(known && { hint })
  }
}
