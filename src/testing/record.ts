import type { Protocol } from '../../protocol'

/** A socket was opened. */
export interface Opened {
  readonly event: 'opened'
  /** Which socket of the recording, from 0. */
  readonly socket: number
  readonly protocol: Protocol
  /** The port that answers carry. */
  readonly port: number
  readonly receiveBuffer: number
}

export interface Sent {
  readonly event: 'sent'
  readonly socket: number
  /** The datagram. */
  readonly hex: string
}

export interface Received {
  readonly event: 'received'
  readonly socket: number
  readonly hex: string
  /** The sender's port; the kernel's is 0. */
  readonly sender: number
}

/** Datagrams had been dropped when the session looked. */
export interface Dropped {
  readonly event: 'dropped'
  readonly socket: number
  /** Since the socket was opened. */
  readonly count: number
}

/** A line of a recording. */
export type SessionRecord = Opened | Sent | Received | Dropped
