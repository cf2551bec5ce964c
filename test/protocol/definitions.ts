import type { AnyDefinition, Protocol } from '../../protocol'
import { generic } from '../../protocol/generic'
import { netfilter } from '../../protocol/nfnetlink'
import { rtnetlink } from '../../protocol/rtnetlink'
import type { AnyBody } from './arbitrary'

/** A definition of any family, and how it travels. */
export interface Defined {
  /** `rtnetlink address` */
  readonly name: string
  readonly protocol: Protocol
  /** What its message types have on the wire: of generic netlink, the command. */
  readonly types: ReadonlyArray<readonly [type: string, number: number]>
  readonly body: AnyBody
}

const families = [
  { protocol: 'route', family: rtnetlink },
  ...netfilter.map(family => ({ protocol: 'netfilter', family }) as const),
  ...generic.map(family => ({ protocol: 'generic', family }) as const)
] as const

export const definitions: ReadonlyArray<Defined> = families.flatMap(({ protocol, family }) =>
  Object.values<AnyDefinition>(family.definitions).map(definition => ({
    name: `${family.name} ${definition.name}`,
    protocol,
    types: Object.entries(definition.types).map(([type, number]) => [type, family.base + number] as const),
    body: definition.body as AnyBody
  }))
)
