import type { Expression } from '../../protocol/nftables/expression'
import type { Literal } from './datatype'
import type { Extension, Selector } from './selector'
import type { Stateful } from './stateful'
import type { Computed, Elements, Flags, Jhash, Mapped, Range, Reference, Term } from './term'
import type { Verdict } from './verdict'

/** How a match compares. With bits, none asks for any of them, `!` for none of them. */
export type Operator = '==' | '!=' | '<' | '<=' | '>' | '>=' | '!'

/** Goes on to the next statement if it is so: `tcp dport 22`. */
export interface Match {
  readonly _tag: 'Match'
  readonly left: Term
  readonly operator?: Operator
  readonly right: Term
}

/** A verdict by a map: `tcp dport vmap { 22 : accept }`. */
export interface VerdictMap {
  readonly _tag: 'VerdictMap'
  readonly key: Term
  readonly map: Reference | Elements
}

/** Kinds of objects that rules use by name. */
export type ObjectType =
  | 'counter'
  | 'quota'
  | 'limit'
  | 'ct helper'
  | 'ct timeout'
  | 'ct expectation'
  | 'synproxy'
  | 'secmark'

/** Passes the packet to an object, or to one that a map gives: `counter name "http"`. */
export interface UseObject {
  readonly _tag: 'UseObject'
  readonly type: ObjectType
  readonly name: string | Mapped
}

export interface Log {
  readonly _tag: 'Log'
  readonly prefix?: string
  /** To listeners in place of the kernel's log. */
  readonly group?: number
  readonly snaplen?: number
  readonly queueThreshold?: number
  /** Default: warn. */
  readonly level?: 'emerg' | 'alert' | 'crit' | 'err' | 'notice' | 'info' | 'debug' | 'audit'
  /** What is told beside the usual. */
  readonly flags?: ReadonlyArray<'tcp sequence' | 'tcp options' | 'ip options' | 'skuid' | 'ether'>
}

/** Drops and says so: `reject with tcp reset`. */
export interface Reject {
  readonly _tag: 'Reject'
  /** Default: an ICMP message of the packet's family. */
  readonly with?: 'tcp reset' | 'icmp' | 'icmpv6' | 'icmpx'
  /** Of the ICMP message. Default: port-unreachable. */
  readonly code?: Literal
}

export type NatFlag = 'random' | 'fully-random' | 'persistent'

/** Rewrites the source or the destination of a connection: `dnat to 10.0.0.2:80`. */
export interface Nat {
  readonly _tag: 'Nat'
  readonly type: 'snat' | 'dnat'
  /** Of the address, in tables of family inet. */
  readonly family?: 'ip' | 'ip6'
  readonly address?: Term
  readonly port?: Term
  /** The address is a network, of which the packet's own host part is kept. */
  readonly prefix?: true
  /** A map gives port and address, or a range: `dnat ip addr . port to`, `dnat ip interval to`. */
  readonly gives?: 'addr . port' | 'interval' | 'interval . port'
  readonly flags?: ReadonlyArray<NatFlag>
}

/** Gives packets the address of the interface that they leave by. */
export interface Masquerade {
  readonly _tag: 'Masquerade'
  readonly port?: Term
  readonly flags?: ReadonlyArray<NatFlag>
}

/** Sends packets to this host. */
export interface Redirect {
  readonly _tag: 'Redirect'
  readonly port?: Term
  readonly flags?: ReadonlyArray<NatFlag>
}

/** Hands packets to a local socket unchanged. */
export interface Tproxy {
  readonly _tag: 'Tproxy'
  readonly family?: 'ip' | 'ip6'
  readonly address?: Term
  readonly port?: Term
}

/** Changes something of a packet or its connection: `meta mark set 1`. */
export interface Assign {
  readonly _tag: 'Assign'
  readonly to: Selector
  readonly value: Term
}

/** Takes an option out: `reset tcp option sack-perm`. */
export interface Strip {
  readonly _tag: 'Strip'
  readonly option: Extension
}

/** Puts something of the packet into a set: `update @seen { ip saddr timeout 1m }`. */
export interface Update {
  readonly _tag: 'Update'
  readonly operation: 'add' | 'update' | 'delete'
  readonly set: string
  readonly key: Term
  /** For a map. */
  readonly data?: Term
  /** Milliseconds. */
  readonly timeout?: bigint
  readonly statements?: ReadonlyArray<Stateful>
}

/** Keeps the packet out of connection tracking. */
export interface Notrack {
  readonly _tag: 'Notrack'
}

/** Hands the packet to a program: `queue to 1-3`. */
export interface Queue {
  readonly _tag: 'Queue'
  readonly to: Term
  readonly flags?: ReadonlyArray<'bypass' | 'fanout'>
}

/** Sends a copy elsewhere. */
export interface Duplicate {
  readonly _tag: 'Duplicate'
  /** A gateway; in tables of family netdev a device. */
  readonly to: Term
  readonly device?: Term
}

/** Sends the packet out of another device. */
export interface Forward {
  readonly _tag: 'Forward'
  readonly device: Term
  readonly family?: 'ip' | 'ip6'
  readonly address?: Term
}

/** Lets the connection take the short way of a flowtable: `flow add @fast`. */
export interface Offload {
  readonly _tag: 'Offload'
  readonly flowtable: string
}

/** Answers SYNs in place of the server. */
export interface Synproxy {
  readonly _tag: 'Synproxy'
  readonly mss?: number
  readonly wscale?: number
  readonly timestamp?: true
  readonly sackPerm?: true
}

/** A match or target of iptables. */
export interface Xt {
  readonly _tag: 'Xt'
  readonly type: 'match' | 'target'
  readonly name: string
  readonly revision: number
  /** Its struct, as the machine lays it out. */
  readonly info: Uint8Array
}

/** What we have no word for, as the kernel runs it. */
export interface Raw {
  readonly _tag: 'Raw'
  readonly expressions: ReadonlyArray<Expression>
}

/** A part of a rule. man 8 nft, "STATEMENTS" */
export type Statement =
  | Match
  | Verdict
  | VerdictMap
  | Stateful
  | UseObject
  | Log
  | Reject
  | Nat
  | Masquerade
  | Redirect
  | Tproxy
  | Assign
  | Strip
  | Update
  | Notrack
  | Queue
  | Duplicate
  | Forward
  | Offload
  | Synproxy
  | Xt
  | Raw

/** What a selector's values can be compared with. */
type Comparable<A> = A | Range<A> | Flags<A> | Reference | Elements

interface MatchBuilder {
  <A>(left: Selector<A>, right: Comparable<A>, operator?: Operator): Match
  (left: Computed | Jhash | ReadonlyArray<Term>, right: Term, operator?: Operator): Match
}

/** Goes on if the left side compares so with the right; by default if they are equal, or share a bit. */
export const match: MatchBuilder = (left: Term, right: unknown, operator?: Operator): Match => ({
  _tag: 'Match',
  left,
  ...(operator !== undefined && { operator }),
  right: right as Term
})

export const verdictBy = (key: Term, map: Reference | Elements): VerdictMap => ({ _tag: 'VerdictMap', key, map })

export const notrack: Notrack = { _tag: 'Notrack' }

export const log = (options: Omit<Log, '_tag'> = {}): Log => ({ _tag: 'Log', ...options })

export const reject = (what?: Reject['with'], code?: Literal): Reject => ({
  _tag: 'Reject',
  ...(what !== undefined && { with: what }),
  ...(code !== undefined && { code })
})

export const dnat = (options: Omit<Nat, '_tag' | 'type'>): Nat => ({ _tag: 'Nat', type: 'dnat', ...options })
export const snat = (options: Omit<Nat, '_tag' | 'type'>): Nat => ({ _tag: 'Nat', type: 'snat', ...options })
export const masquerade = (options: Omit<Masquerade, '_tag'> = {}): Masquerade => ({ _tag: 'Masquerade', ...options })
export const redirect = (options: Omit<Redirect, '_tag'> = {}): Redirect => ({ _tag: 'Redirect', ...options })
export const tproxy = (options: Omit<Tproxy, '_tag'>): Tproxy => ({ _tag: 'Tproxy', ...options })

/** `meta mark set 1`, `ip ttl set 64`. */
export const assign = (to: Selector, value: Term): Assign => ({ _tag: 'Assign', to, value })

/** `update @seen { ip saddr }` */
export const update = (
  operation: Update['operation'],
  set: string,
  key: Term,
  options: Pick<Update, 'data' | 'timeout' | 'statements'> = {}
): Update => ({ _tag: 'Update', operation, set, key, ...options })

/** `counter name "http"` */
export const use = (type: ObjectType, name: string | Mapped): UseObject => ({ _tag: 'UseObject', type, name })

export const queue = (to: Term, flags?: Queue['flags']): Queue => ({
  _tag: 'Queue',
  to,
  ...(flags !== undefined && { flags })
})
