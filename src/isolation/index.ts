export { type ApplyOptions, apply, type Isolation } from './apply'
export type {
  IsolationError,
  JournalFailed,
  NameTaken,
  PortTaken,
  PremiseFailed,
  StepError,
  StepFailed,
  TeardownFailed
} from './error'
export { explain } from './explain'
export { type Teardown, teardown } from './teardown'
