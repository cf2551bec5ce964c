export { type ApplyOptions, apply, type Isolation } from './apply'
export { attach, detach } from './attachment'
export { type Confirmation, type ConfirmationOptions, confirm } from './confirm'
export type {
  CapabilityMissing,
  IsolationError,
  JournalFailed,
  NameTaken,
  NotApplied,
  PortTaken,
  PremiseFailed,
  RecoveryFailed,
  StepError,
  StepFailed,
  TeardownFailed,
  Unexpected,
  WatchdogFailed
} from './error'
export { explain } from './explain'
export { collectGarbage, type Garbage, type GarbageOptions } from './garbage'
export type { IsolatedInterface, IsolatedNamespace } from './namespaces'
export type { ParameterDifference } from './parameter'
export { type PublicationOptions, publish, type Revision, unpublish } from './publication'
export { recover } from './recover'
export type { Recovery } from './recovery'
export { type Drift, type Status, status } from './status'
export { type Teardown, type TeardownOptions, teardown } from './teardown'
