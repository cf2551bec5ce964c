import type { Element as WireElement } from '../../../protocol/nftables/element'
import type { Family } from '../family'
import type { Layout } from '../layout'
import type { Rule } from '../syntax'

/** A set as the kernel told of it. */
export interface Known {
  readonly layout: Layout
  readonly elements: ReadonlyArray<WireElement>
  /** It belongs to a rule. */
  readonly anonymous: boolean
  /** How many elements it can have, if that is said. */
  readonly size?: number | undefined
}

/** What a rule stands among. */
export interface Surroundings {
  readonly family: Family
  readonly setOf: (name: string) => Known | undefined
  /** The rules of a chain that belongs to a rule; undefined for others. */
  readonly ownRules: (chain: string) => ReadonlyArray<Rule> | undefined
  readonly interfaces: ReadonlyMap<number, string>
}
