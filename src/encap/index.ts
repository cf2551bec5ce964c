import type { ValueOf } from '../../protocol'
import { type encaps, LWTUNNEL_ENCAP } from '../../protocol/rtnetlink/encap'

const kinds = {
  mpls: LWTUNNEL_ENCAP.MPLS,
  ip: LWTUNNEL_ENCAP.IP,
  ip6: LWTUNNEL_ENCAP.IP6,
  ila: LWTUNNEL_ENCAP.ILA,
  seg6: LWTUNNEL_ENCAP.SEG6,
  seg6local: LWTUNNEL_ENCAP.SEG6_LOCAL,
  bpf: LWTUNNEL_ENCAP.BPF,
  rpl: LWTUNNEL_ENCAP.RPL,
  ioam6: LWTUNNEL_ENCAP.IOAM6,
  xfrm: LWTUNNEL_ENCAP.XFRM
} as const

type Kinds = typeof kinds

/** What packets are wrapped in on their way; options have the kernel's names. man 8 ip-route, encap */
export type Encap = {
  [K in keyof Kinds]: { readonly kind: K; readonly options: ValueOf<(typeof encaps)[Kinds[K]]> }
}[keyof Kinds]

/** The two attributes that carry it. */
export interface EncapAttributes {
  readonly encapType?: number | undefined
  readonly encap?: object | undefined
}

/** Why packets cannot be wrapped so, if they cannot: the kernel would take a route without a kind for a plain one. */
export const wrongEncap = (encap: Encap | undefined): string | undefined => {
  if (encap === undefined) return undefined
  if (typeof encap !== 'object' || encap === null) return 'is no { kind, options }'
  const { kind, options } = encap as Partial<Encap>
  if (kind === undefined || !Object.hasOwn(kinds, kind))
    return `has the kind ${kind}, which is none of ${Object.keys(kinds).join(', ')}`
  if (typeof options !== 'object' || options === null) return 'has no options'
  const stray = Object.keys(encap).find(key => key !== 'kind' && key !== 'options')
  return stray === undefined ? undefined : `has ${stray} beside its kind and options`
}

export const encapAttributes = (encap: Encap | undefined): EncapAttributes =>
  encap === undefined ? {} : { encapType: kinds[encap.kind], encap: encap.options }

/** The number that the kernel has for a kind. */
export const encapType = (kind: Encap['kind']): number => kinds[kind]

const names = new Map(
  Object.entries(kinds).map(([name, number]) => [number as number, name as Encap['kind']])
)

/** None also where the kernel has a kind that is not known here. */
export const encapIn = ({ encapType = 0, encap }: EncapAttributes): Encap | undefined => {
  const kind = names.get(encapType)
  return kind === undefined || encap === undefined ? undefined : ({ kind, options: encap } as Encap)
}
