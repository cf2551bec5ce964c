import { type AtEndpoint, capabilityFor, type SystemCallFailed } from './system'

/** The member of a reference that is at fault. */
export type Field = 'name' | 'pid' | 'path' | 'fd'

/** A reference that cannot stand for any namespace: a name with a slash, a pid below 1. */
export interface InvalidReference {
  readonly _tag: 'InvalidReference'
  readonly field: Field
  readonly value: unknown
  readonly message: string
}

/** Nothing is there: no such name, process, path or descriptor. */
export interface NamespaceNotFound {
  readonly _tag: 'NamespaceNotFound'
  readonly field: Field
  readonly value: string | number
  readonly message: string
}

/** Something is there, but it is no network namespace. */
export interface NotANamespace {
  readonly _tag: 'NotANamespace'
  readonly field: Field
  readonly value: string | number
  readonly message: string
  readonly hint?: string | undefined
}

/** The name is taken. */
export interface NamespaceExists {
  readonly _tag: 'NamespaceExists'
  readonly namespace: string
  readonly message: string
}

/** We lack a capability. `man 7 capabilities` */
export interface PermissionDenied extends AtEndpoint {
  readonly _tag: 'PermissionDenied'
  readonly call: string
  /** `CAP_SYS_ADMIN` */
  readonly capability: string
  readonly message: string
  readonly hint: string
}

/** The input is wrong; nothing has been done. */
export interface InvalidInput {
  readonly _tag: 'InvalidInput'
  readonly message: string
  readonly operation: string
  /** The field at fault, by the caller's name. */
  readonly field: string
}

/** It took longer than the caller would wait. */
export interface TimedOut extends AtEndpoint {
  readonly _tag: 'TimedOut'
  readonly message: string
  readonly operation: string
  readonly milliseconds: number
}

/** The caller's AbortSignal ended it. */
export interface Aborted extends AtEndpoint {
  readonly _tag: 'Aborted'
  readonly message: string
  readonly operation: string
}

export type NamespaceError =
  | InvalidReference
  | NamespaceNotFound
  | NotANamespace
  | NamespaceExists
  | PermissionDenied
  | SystemCallFailed

export const invalidReference = (field: Field, value: unknown, reason: string): InvalidReference => ({
  _tag: 'InvalidReference',
  field,
  value,
  message: `${field} ${JSON.stringify(value) ?? String(value)}: ${reason}`
})

export const namespaceNotFound = (field: Field, value: string | number): NamespaceNotFound => ({
  _tag: 'NamespaceNotFound',
  field,
  value,
  message: `there is no network namespace with the ${field} ${value}`
})

export const namespaceExists = (name: string): NamespaceExists => ({
  _tag: 'NamespaceExists',
  namespace: name,
  message: `the network namespace ${name} exists already`
})

export const invalidInput = (operation: string, field: string, reason: string): InvalidInput => ({
  _tag: 'InvalidInput',
  message: `${operation}: ${field} ${reason}`,
  operation,
  field
})

export const timedOut = (operation: string, milliseconds: number): TimedOut => ({
  _tag: 'TimedOut',
  message: `${operation}: not done within ${milliseconds} ms`,
  operation,
  milliseconds
})

export const aborted = (operation: string): Aborted => ({
  _tag: 'Aborted',
  message: `${operation}: aborted by the caller`,
  operation
})

/** The same failure, as a want of privilege where it is one. */
export const refused = (
  failure: SystemCallFailed,
  capability = capabilityFor(failure.call)
): NamespaceError =>
  capability !== undefined && (failure.code === 'EPERM' || failure.code === 'EACCES')
    ? {
        _tag: 'PermissionDenied',
        call: failure.call,
        ...(failure.address !== undefined && { address: failure.address }),
        ...(failure.port !== undefined && { port: failure.port }),
        capability,
        message: failure.message,
        hint: `it needs ${capability}: run as root, or in a user namespace in which you are root`
      }
    : failure
