import type { TrafficClass } from '../../protocol/rtnetlink/class'

type Attributes = TrafficClass['attributes']

/** The options of a kind, under the kernel's names: `{ quantum: 1500 }` of a class of drr. */
export type ClassOptions<K> = NonNullable<Extract<Attributes, { readonly kind: K }>['options']>

type Kinds = { [K in Extract<Attributes, { readonly kind: string }>['kind']]: ClassOptions<K> }

/** The kinds of class whose options are typed. */
export type ClassKind = { [K in keyof Kinds]: [Kinds[K]] extends [never] ? never : K }[keyof Kinds]
