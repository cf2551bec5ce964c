export interface Counter {
  readonly _tag: 'Counter'
  readonly packets?: bigint
  readonly bytes?: bigint
}

/** Goes on as long as the rate is kept: `limit rate 10/second`. */
export interface Limit {
  readonly _tag: 'Limit'
  readonly rate: bigint
  readonly per: 'second' | 'minute' | 'hour' | 'day' | 'week'
  /** Default: packets. */
  readonly of?: 'bytes'
  /** How many may come at once. Default: 5 packets, and with bytes what the kernel finds fit. */
  readonly burst?: number
  /** Goes on above the rate instead. */
  readonly over?: true
}

/** Goes on until so many bytes have passed: `quota 25 mbytes`. */
export interface Quota {
  readonly _tag: 'Quota'
  readonly bytes: bigint
  /** Goes on once they have passed instead. */
  readonly over?: true
  readonly used?: bigint
}

/** Goes on as long as there are no more connections: `ct count 20`. */
export interface ConnectionLimit {
  readonly _tag: 'ConnectionLimit'
  readonly count: number
  readonly over?: true
}

/** What keeps a state of its own, and what elements of a set can have. */
export type Stateful = Counter | Limit | Quota | ConnectionLimit

export const counter: Counter = { _tag: 'Counter' }

export const limit = (
  rate: number | bigint,
  per: Limit['per'],
  options: Pick<Limit, 'of' | 'burst' | 'over'> = {}
): Limit => ({ _tag: 'Limit', rate: BigInt(rate), per, ...options })

export const quota = (bytes: number | bigint, options: Pick<Quota, 'over' | 'used'> = {}): Quota => ({
  _tag: 'Quota',
  bytes: BigInt(bytes),
  ...options
})

export const connectionLimit = (count: number, options: Pick<ConnectionLimit, 'over'> = {}): ConnectionLimit => ({
  _tag: 'ConnectionLimit',
  count,
  ...options
})
