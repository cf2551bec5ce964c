import type { Qdisc } from '../../protocol/rtnetlink/qdisc'

type Attributes = Qdisc['attributes']

/** The kinds of qdisc whose options are typed. */
export type QdiscKind = Extract<Attributes, { readonly kind: string }>['kind']

/** The options of a kind, under the kernel's names: `{ limit: 100 }` of a pfifo. */
export type QdiscOptions<K> = NonNullable<Extract<Attributes, { readonly kind: K }>['options']>
