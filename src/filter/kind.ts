import type { Filter } from '../../protocol/rtnetlink/filter'

type Attributes = Filter['attributes']

/** The kinds of filter whose options are typed. */
export type FilterKind = Extract<Attributes, { readonly kind: string }>['kind']

/** All options of a kind as the kernel has them. */
export type KernelOptions<K> = NonNullable<Extract<Attributes, { readonly kind: K }>['options']>

/** The options of a kind, under the kernel's names, but for class and actions: `{ keyIpProto: 6 }` of flower. */
export type FilterOptions<K> = Omit<KernelOptions<K>, 'act' | 'classid'>

/** An action as the kernel tells of it. */
export type Action = NonNullable<KernelOptions<'matchall'>['act']>[number]

/** The kinds of action whose options are typed. */
export type ActionKind = Extract<Action, { readonly kind: string }>['kind']

/** The options of a kind, under the kernel's names. */
export type ActionOptions<K> = NonNullable<Extract<Action, { readonly kind: K }>['options']>
