import type { Family } from './family'
import type { Kind } from './kind'
import type { Element, Limit, ObjectKind, Operand, Quota, Rule, Stateful, Synproxy } from './syntax'

/** Where a base chain is hooked in. */
export type HookName = 'prerouting' | 'input' | 'forward' | 'output' | 'postrouting' | 'ingress' | 'egress'

/** What makes a chain a base chain. NFTA_HOOK_*, NFTA_CHAIN_* of <linux/netfilter/nf_tables.h> */
export interface ChainHook {
  /** `nat` sees the first packet of a connection; `route` looks for the route again when it changed a packet. */
  readonly type: 'filter' | 'nat' | 'route'
  /** Which there are depends on the family: `ingress` and `egress` are of netdev, and `ingress` of inet, too. */
  readonly hook: HookName
  /** By its name, `filter` or `dstnat - 5`, or as a number of 32 bits: chains of lower ones come first. */
  readonly priority: string | number
  /** What becomes of packets at the end. Default accept. */
  readonly policy?: 'accept' | 'drop'
  /** The devices that it is for, at ingress and egress. */
  readonly devices?: ReadonlyArray<string>
}

/** A rule of a chain with its name in the kernel. */
export interface ListedRule extends Rule {
  readonly handle: bigint
  /** As `nft` prints it. */
  readonly text: string
}

export interface Chain {
  readonly name: string
  readonly handle?: bigint
  readonly comment?: string
  /** Only base chains have one. */
  readonly base?: ChainHook
  readonly rules: ReadonlyArray<Rule>
}

export interface ListedChain extends Chain {
  readonly handle: bigint
  readonly rules: ReadonlyArray<ListedRule>
}

/** A set, or a map if it has data. */
export interface NftSet {
  readonly name: string
  readonly handle?: bigint
  /** What keys are, by the names of datatypes: `['ipv4_addr', 'inet_service']`. */
  readonly type?: ReadonlyArray<string>
  /** In its place: what is to be looked up, `ip saddr . tcp dport`. */
  readonly typeof?: Operand
  /** What a map gives: datatypes, verdicts or objects. */
  readonly data?: ReadonlyArray<string> | 'verdict' | ObjectKind
  readonly dataTypeof?: Operand
  /** Data may be ranges. */
  readonly dataInterval?: boolean
  readonly flags?: ReadonlyArray<'constant' | 'dynamic' | 'interval' | 'timeout'>
  readonly policy?: 'memory'
  /** How many elements there can be. */
  readonly size?: number
  /** How long elements stay, in milliseconds. */
  readonly timeout?: number
  readonly gcInterval?: number
  readonly autoMerge?: boolean
  readonly comment?: string
  /** What each element gets of its own. */
  readonly statements?: ReadonlyArray<Stateful>
  readonly elements: ReadonlyArray<Element>
  /** Keys and data as the kernel has them. */
  readonly kinds?: { readonly key: ReadonlyArray<Kind>; readonly data?: ReadonlyArray<Kind> }
}

interface Named {
  readonly name: string
  readonly handle?: bigint
  readonly comment?: string
}

/** Something with a name that several rules use. */
export type NftObject = Named &
  (
    | { readonly object: 'counter'; readonly packets: bigint; readonly bytes: bigint }
    | ({ readonly object: 'quota' } & Omit<Quota, 'statement'>)
    | ({ readonly object: 'limit' } & Omit<Limit, 'statement'>)
    | {
        readonly object: 'ct helper'
        readonly type: string
        readonly protocol: string
        readonly l3proto?: string
      }
    | {
        readonly object: 'ct timeout'
        readonly protocol: string
        readonly l3proto?: string
        /** In seconds, by the names of states. */
        readonly policy: { readonly [state: string]: number }
      }
    | {
        readonly object: 'ct expectation'
        readonly protocol: string
        readonly dport: number
        /** In milliseconds. */
        readonly timeout: number
        readonly size: number
        readonly l3proto?: string
      }
    | ({ readonly object: 'synproxy' } & Omit<Synproxy, 'statement'>)
    | { readonly object: 'secmark'; readonly context: string }
    | { readonly object: 'unknown'; readonly type: number; readonly data: unknown }
  )

/** Connections that go past the chains once a rule has put them there. NFTA_FLOWTABLE_* of <linux/netfilter/nf_tables.h> */
export interface Flowtable {
  readonly name: string
  readonly handle?: bigint
  readonly hook: 'ingress'
  /** `filter`, `filter - 5`, or a number. */
  readonly priority: string | number
  /** The interfaces by their names; ENOENT if one is not there. */
  readonly devices: ReadonlyArray<string>
  /** The hardware does it; EOPNOTSUPP where it cannot. Default false. NFT_FLOWTABLE_HW_OFFLOAD */
  readonly offload?: boolean
  /** Its packets are counted by conntrack. Default false. NFT_FLOWTABLE_COUNTER */
  readonly counter?: boolean
}

export interface Table {
  readonly family: Family
  readonly name: string
  readonly handle?: bigint
  readonly flags?: ReadonlyArray<'dormant' | 'owner' | 'persist'>
  readonly comment?: string
  readonly objects: ReadonlyArray<NftObject>
  readonly sets: ReadonlyArray<NftSet>
  readonly flowtables: ReadonlyArray<Flowtable>
  readonly chains: ReadonlyArray<Chain>
}

export interface ListedTable extends Table {
  readonly handle: bigint
  readonly chains: ReadonlyArray<ListedChain>
}

/** All that nftables has in a namespace. */
export interface Ruleset {
  /** The generation that this is. */
  readonly generation: number
  /** False if it kept changing while it was read: parts may be of different generations. */
  readonly complete: boolean
  readonly tables: ReadonlyArray<ListedTable>
  /** As `nft list ruleset` prints it. */
  readonly text: string
}
