import type { Expression } from '../../../protocol/nftables/expression'

/** What the kernel has of an expression with this name. */
export type DataOf<N> = NonNullable<Extract<Expression, { readonly name: N }>['data']>
