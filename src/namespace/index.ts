export { within as run } from './enter'
export type {
  Aborted,
  InvalidInput,
  InvalidReference,
  NamespaceError,
  NamespaceExists,
  NamespaceNotFound,
  NotANamespace,
  PermissionDenied,
  TimedOut
} from './error'
export { exec } from './exec'
export type { LaunchError, NotExecutable, NotPrepared } from './launch'
export { attach, create, exists, identify, identity, list, type Namespace, remove } from './named'
export { type PingError, type PingOptions, type PingReply, type PingResult, ping } from './ping'
export type { NamespaceRef } from './reference'
export {
  inSandbox,
  type NoSandbox,
  type SandboxError,
  type SandboxOptions,
  sandbox,
  sandboxSync
} from './sandbox'
export { type ConnectOptions, connect, type ListenOptions, listen } from './socket'
export { spawn } from './spawn'
export type { ExitStatus, SystemCallFailed } from './system'
