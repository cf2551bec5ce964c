/**
 * Transports for tests that need neither a kernel nor privilege: `open({ transport })` takes each, and those that carry
 * datagrams over another one can be put around it.
 *
 * @module isolink/testing
 */
export type { OpenTransport, Receiver, Transport } from '../socket/transport'
export { type Faults, faults, type Which } from './faults'
export {
  type Answer,
  acknowledged,
  answered,
  type FarEnd,
  type FarEndOptions,
  listed,
  refused,
  transportFrom
} from './kernel'
export type { Dropped, Opened, Received, Sent, SessionRecord } from './record'
export { recorder } from './recorder'
export { replayer } from './replayer'
