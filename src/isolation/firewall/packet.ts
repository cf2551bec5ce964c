import type { protocols } from '../../nftables'

/** Packets, by what is known of them. */
export interface Packet {
  readonly family: 'ip' | 'ip6'
  /** Empty where they come from the host itself. */
  readonly iifname?: string
  /** Empty where it is not decided yet. */
  readonly oifname?: string
  /** The bridge that it comes in by, and the one that it leaves by, in family bridge. */
  readonly ibrname?: string
  readonly obrname?: string
  readonly state?: 'new' | 'established'
  /** They go to a published port. */
  readonly dnat?: boolean
  readonly protocol?: keyof typeof protocols
  readonly destination?: string
  /** The destination is an address of the host. */
  readonly local?: boolean
  /** Of the destination. */
  readonly port?: number
}

/** Whether a rule's expression lets the packet go on to the next one. Some depends on what we do not know of it. */
export type Match = 'yes' | 'no' | 'maybe'

export const when = (so: boolean): Match => (so ? 'yes' : 'no')
