import * as E from 'fp-ts/Either'
import type * as TE from 'fp-ts/TaskEither'
import type { Aborted, NamespaceError } from '../namespace/error'
import type { NamespaceRef } from '../namespace/reference'
import type { InvalidParameters } from '../recipe/plan'
import type { NetlinkError } from '../socket/error'
import type { SysctlError } from '../sysctl'
import type { ParameterDifference } from './parameter'
import type { Recovery } from './recovery'

/** The host is not as the plan needs it: a link is missing, a name or a network is taken. Nothing has been changed. */
export interface PremiseFailed {
  readonly _tag: 'PremiseFailed'
  readonly message: string
  /** The parameter at fault. */
  readonly field: string
}

/** A step failed, and every step before it has been undone; in a repair, what was repaired before stays. */
export interface StepFailed {
  readonly _tag: 'StepFailed'
  readonly message: string
  /** What the step was to do: `give eth0 in blue the address 10.0.0.2/24`. */
  readonly step: string
  readonly cause: StepError | JournalFailed | IsolationError
  /** What could not be undone, in sentences; nothing if the host is as before. */
  readonly leftBehind: ReadonlyArray<string>
}

/** An isolation by this name exists already, and another one was asked for. Nothing has been changed. */
export interface NameTaken {
  readonly _tag: 'NameTaken'
  readonly message: string
  readonly isolation: string
  /** In which parameters they differ; if they are of two recipes, in `recipe`. */
  readonly differences: ReadonlyArray<ParameterDifference>
}

/** Something could not be taken down; the rest has been, and trying again is safe. */
export interface TeardownFailed {
  readonly _tag: 'TeardownFailed'
  readonly message: string
  readonly isolation: string
  readonly leftBehind: ReadonlyArray<string>
}

/** Something that was cut short could not be brought back; the rest has been, and trying again is safe. */
export interface RecoveryFailed {
  readonly _tag: 'RecoveryFailed'
  readonly message: string
  /** What has been brought back nevertheless. */
  readonly recovered: ReadonlyArray<Recovery>
  /** What failed, each by itself. */
  readonly causes: ReadonlyArray<IsolationError>
}

/** The records of what is applied cannot be read or written. Nothing has been changed. */
export interface JournalFailed {
  readonly _tag: 'JournalFailed'
  readonly message: string
  readonly path: string
  /** A record is there, and not as it was written. Once it is set aside, others work again by its name. */
  readonly damaged?: boolean
  readonly hint?: string
}

/** Somebody has the port of the host: another isolation, a process, or another tool's rule. Nothing has been changed. */
export interface PortTaken {
  readonly _tag: 'PortTaken'
  readonly message: string
  readonly field: 'publish'
  /** The isolation that has it, if it is one of ours. */
  readonly owner?: string
}

/** Something was thrown where nothing may be: by a callback of the caller's, or by a defect of ours. */
export interface Unexpected {
  readonly _tag: 'Unexpected'
  readonly message: string
  readonly thrown: unknown
}

/** We lack capabilities. Nothing has been changed. `man 7 capabilities` */
export interface CapabilityMissing {
  readonly _tag: 'CapabilityMissing'
  readonly message: string
  readonly capabilities: ReadonlyArray<string>
  readonly hint: string
}

/** Nobody could be set to undo it unless it is confirmed. Nothing has been changed. */
export interface WatchdogFailed {
  readonly _tag: 'WatchdogFailed'
  readonly message: string
  readonly hint?: string
}

/** There is nothing by this name to confirm: it is not up, or has been undone because nobody confirmed in time. */
export interface NotApplied {
  readonly _tag: 'NotApplied'
  readonly message: string
  readonly name: string
}

/** A link that would lose what could not be given back. Nothing has been changed. */
export interface LinkUnmovable {
  readonly _tag: 'LinkUnmovable'
  readonly message: string
  readonly link: string
}

export const linkUnmovable = (link: string, reason: string): LinkUnmovable => ({
  _tag: 'LinkUnmovable',
  message: `${link} cannot be moved: ${reason}`,
  link
})

/** A link that could not be moved, or not with all that it had. */
export interface LinkStuck {
  readonly _tag: 'LinkStuck'
  readonly message: string
  readonly link: string
  /** Where it is, if not on the host. */
  readonly namespace?: NamespaceRef
}

export const linkStuck = (link: string, namespace: NamespaceRef | undefined, message: string): LinkStuck => ({
  _tag: 'LinkStuck',
  message,
  link,
  ...(namespace !== undefined && { namespace })
})

export type StepError =
  | Unexpected
  | NetlinkError
  | SysctlError
  | NamespaceError
  | PortTaken
  | JournalFailed
  | LinkUnmovable
  | LinkStuck

export type IsolationError =
  | InvalidParameters
  | PremiseFailed
  | StepFailed
  | NameTaken
  | TeardownFailed
  | RecoveryFailed
  | JournalFailed
  | Aborted
  | CapabilityMissing
  | WatchdogFailed
  | NotApplied
  | StepError

/** Errors that say that something is not there: a link, a namespace, an element. */
export const isGone = (error: StepError): boolean =>
  error._tag === 'NotFound' ||
  error._tag === 'NamespaceNotFound' ||
  error._tag === 'NotANamespace' ||
  (error._tag === 'SysctlFailed' && error.code === 'ENOENT') ||
  (error._tag === 'Rejected' && ['ENODEV', 'ENOENT', 'ESRCH', 'EADDRNOTAVAIL'].includes(error.code))

export const notApplied = (name: string, message: string): NotApplied => ({
  _tag: 'NotApplied',
  message,
  name
})

export const unexpected = (thrown: unknown): Unexpected => ({
  _tag: 'Unexpected',
  message: thrown instanceof Error ? thrown.message : String(thrown),
  thrown
})

/** What is thrown where nothing may be is an error like any other. */
export const total =
  <L, A>(task: TE.TaskEither<L, A>): TE.TaskEither<L | Unexpected, A> =>
  async () => {
    try {
      return await task()
    } catch (thrown) {
      return E.left(unexpected(thrown))
    }
  }
