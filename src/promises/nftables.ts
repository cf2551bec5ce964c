import * as nftables from '../nftables'
import { promise } from './promise'

export * from '../nftables'

/**
 * A rule in the syntax of `nft`: `` rule`ip saddr ${network} tcp dport { 80, 443 } accept` ``. What stands in the
 * holes is a value or a name, whatever is in it: it never becomes part of the syntax. A list stands for a set, and
 * `{ set: 'blocked' }` for one by its name.
 *
 * @throws IsolinkError of the kind SyntaxFault, with line and column
 */
export const rule = promise(() => nftables.rule)

/**
 * The same from a text that somebody else wrote.
 *
 * @throws IsolinkError of the kind SyntaxFault, with line and column
 */
export const parseRule = promise(() => nftables.parseRule)

/**
 * Changes out of a text in the syntax of `nft`, as `nft -f` takes it: tables with all that is in them, and commands.
 *
 * @throws IsolinkError of the kind SyntaxFault, with line and column
 */
export const script = promise(() => nftables.script)
