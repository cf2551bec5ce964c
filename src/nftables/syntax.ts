/** What rules are made of, as plain values: what the texts of `nft` say, and nothing about how the kernel runs it. */

/** A key of an element that stands for every key that no other one has: `*`. */
export interface Any {
  readonly kind: 'any'
}

/** A constant, as `nft` writes it: `10.0.0.1`, `22`, `echo-request`, `"eth0"`. */
export interface Value {
  readonly kind: 'value'
  readonly value: string
}

/** Several bits by their names: `established,related`. */
export interface Flags {
  readonly kind: 'flags'
  readonly flags: ReadonlyArray<string>
}

export interface Range {
  readonly kind: 'range'
  readonly from: string
  readonly to: string
}

export interface Prefix {
  readonly kind: 'prefix'
  readonly address: string
  /** In bits. */
  readonly length: number
}

/** What a packet has: `ip saddr`, `meta mark`, `ct original packets`. */
export interface Asked {
  readonly kind: 'asked'
  readonly name: string
}

/** Values side by side: `ip saddr . tcp dport`. */
export interface Concatenation {
  readonly kind: 'concatenation'
  readonly parts: ReadonlyArray<Operand>
}

/** A computation with bits: `ct mark & 0xff`. The right side is a constant. */
export interface Computation {
  readonly kind: 'computation'
  readonly op: '&' | '|' | '^' | '<<' | '>>'
  readonly left: Operand
  readonly right: Operand
}

/** `jhash ip saddr mod 4` */
export interface Hash {
  readonly kind: 'hash'
  readonly of: Operand
  readonly modulus: number
  readonly seed?: number
  readonly offset?: number
}

/** What a map gives for a key: `ip saddr map @marks`. */
export interface Lookup {
  readonly kind: 'lookup'
  readonly key: Operand
  readonly map: Elements | Named
}

/** A set, map or verdict map by its name: `@blocked`. */
export interface Named {
  readonly kind: 'named'
  readonly name: string
}

/** Elements written where they are used: `{ 80, 443 }`. */
export interface Elements {
  readonly kind: 'elements'
  readonly elements: ReadonlyArray<Element>
}

export type Operand =
  | Any
  | Value
  | Flags
  | Range
  | Prefix
  | Asked
  | Concatenation
  | Computation
  | Hash
  | Lookup
  | Named
  | Elements

export type Verdict =
  | { readonly verdict: 'accept' | 'drop' | 'continue' | 'return' }
  | { readonly verdict: 'jump' | 'goto'; readonly chain: string }
  /** A chain of its own for one rule: `jump { … }`. */
  | { readonly verdict: 'jump' | 'goto'; readonly rules: ReadonlyArray<Rule> }

/** One key of a set, or of a map with what it gives. */
export interface Element {
  readonly key: Operand
  readonly data?: Operand | Verdict
  readonly comment?: string
  /** How long it stays, in milliseconds. */
  readonly timeout?: number
  /** How long it still stays, in milliseconds. */
  readonly expires?: number
  /** What it has of its own: a counter, a limit … */
  readonly statements?: ReadonlyArray<Stateful>
}

export interface Counter {
  readonly statement: 'counter'
  readonly packets?: bigint
  readonly bytes?: bigint
}

export interface Limit {
  readonly statement: 'limit'
  readonly rate: bigint
  readonly of: 'packets' | 'bytes'
  readonly per: 'second' | 'minute' | 'hour' | 'day' | 'week'
  readonly burst?: number
  /** Goes on above the rate. */
  readonly over?: boolean
}

export interface Quota {
  readonly statement: 'quota'
  readonly bytes: bigint
  readonly over?: boolean
  readonly used?: bigint
}

/** `ct count 20` */
export interface Connections {
  readonly statement: 'connections'
  readonly count: number
  readonly over?: boolean
}

/** `last`: when a packet last came by. */
export interface Last {
  readonly statement: 'last'
  /** Milliseconds ago; none if no packet came yet. */
  readonly used?: bigint
}

/** Statements that remember something. */
export type Stateful = Counter | Limit | Quota | Connections | Last

export interface Match {
  readonly statement: 'match'
  readonly left: Operand
  /** `in` is what no sign stands for: has one of the flags, is in the set, is equal. `!` is: has none of the flags. */
  readonly op: 'in' | '==' | '!=' | '<' | '<=' | '>' | '>=' | '!'
  readonly right: Operand
  /** The flags that count, of those that there are: `tcp flags syn / syn,ack`. */
  readonly mask?: Operand
}

export interface Log {
  readonly statement: 'log'
  readonly prefix?: string
  readonly group?: number
  readonly snaplen?: number
  readonly queueThreshold?: number
  readonly level?: 'emerg' | 'alert' | 'crit' | 'err' | 'notice' | 'info' | 'debug' | 'audit' | 'warn'
  readonly flags?: ReadonlyArray<string>
}

export interface Reject {
  readonly statement: 'reject'
  readonly with?: 'tcp reset' | 'icmp' | 'icmpv6' | 'icmpx'
  /** By its name, for ICMP. */
  readonly code?: string
}

/** `snat`, `dnat`, `masquerade` and `redirect`. */
export interface Nat {
  readonly statement: 'snat' | 'dnat' | 'masquerade' | 'redirect'
  readonly family?: 'ip' | 'ip6'
  readonly address?: Operand
  readonly port?: Operand
  /** The host's part of the address is kept: `dnat prefix to`. */
  readonly prefix?: boolean
  readonly flags?: ReadonlyArray<'random' | 'fully-random' | 'persistent'>
}

export interface Tproxy {
  readonly statement: 'tproxy'
  readonly family?: 'ip' | 'ip6'
  readonly address?: Operand
  readonly port?: Operand
}

/** `dup to`, `fwd to` */
export interface Copy {
  readonly statement: 'dup' | 'fwd'
  readonly family?: 'ip' | 'ip6'
  readonly address?: Operand
  readonly device?: Operand
}

export interface Queue {
  readonly statement: 'queue'
  readonly number: Operand
  readonly flags?: ReadonlyArray<'bypass' | 'fanout'>
}

export interface Synproxy {
  readonly statement: 'synproxy'
  readonly mss?: number
  readonly wscale?: number
  readonly timestamp?: boolean
  readonly sackPerm?: boolean
}

/** A set of a rule's own, with a name, in which each key has one of its own: `meter m { ip saddr limit rate 10/second }`. */
export interface Meter {
  readonly statement: 'meter'
  readonly name: string
  /** How many keys there can be. Default 65535. */
  readonly size?: number
  readonly key: Operand
  /** How long a key that nobody asks for stays, in milliseconds. */
  readonly timeout?: number
  readonly of: Stateful
}

export type ObjectKind =
  | 'counter'
  | 'quota'
  | 'limit'
  | 'ct helper'
  | 'ct timeout'
  | 'ct expectation'
  | 'synproxy'
  | 'secmark'
  | 'tunnel'

export type Statement =
  | Match
  | Stateful
  | Log
  | Reject
  | Nat
  | Tproxy
  | Copy
  | Queue
  | Synproxy
  | Meter
  | ({ readonly statement: 'verdict' } & Verdict)
  /** A verdict for each key: `tcp dport vmap { 22 : accept }`. */
  | { readonly statement: 'verdicts'; readonly key: Operand; readonly map: Elements | Named }
  /** `meta mark set 1` */
  | { readonly statement: 'set'; readonly name: string; readonly value: Operand }
  /** A named object, or the one that a map gives: `counter name "http"`. */
  | { readonly statement: 'object'; readonly object: ObjectKind; readonly name: Operand }
  | { readonly statement: 'notrack' }
  /** `flow add @fast` */
  | { readonly statement: 'flow'; readonly flowtable: string }
  /** A set's element made by a packet: `update @seen { ip saddr timeout 1m }`. */
  | {
      readonly statement: 'add' | 'update' | 'delete'
      readonly set: string
      readonly key: Operand
      readonly data?: Operand
      /** In milliseconds. */
      readonly timeout?: number
      readonly statements?: ReadonlyArray<Stateful>
    }
  /** An option of TCP is taken out: `reset tcp option sack-perm`. */
  | { readonly statement: 'reset'; readonly option: string }
  /** A match or a target of iptables, with its struct in hexadecimal. */
  | {
      readonly statement: 'xt'
      readonly xt: 'match' | 'target'
      readonly name: string
      readonly revision: number
      readonly info: string
    }
  /** What we have no words for, as the kernel has it. */
  | { readonly statement: 'unknown'; readonly expression: string; readonly data: unknown }

export interface Rule {
  readonly statements: ReadonlyArray<Statement>
  readonly comment?: string
}
