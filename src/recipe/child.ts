import type { Options } from '../link'
import { interfaceName } from './parameters'
import type { Premise } from './plan'
import { type Station, station, stationPremise, stationSteps } from './station'
import type { Step } from './step'

/** What links on a parent have in common: the kernel makes them straight in their namespace. */
export const child = {
  ...station,
  /** The host's interface that the new one is on. */
  parent: interfaceName
}

export interface Child extends Station {
  readonly parent: string
}

export const childPremises = (given: Child): ReadonlyArray<Premise> => [
  { field: 'parent', parent: given.parent, must: 'carry' },
  stationPremise(given),
  ...given.addresses.map(({ address }, n): Premise => ({ field: `addresses.${n}`, address, must: 'be free' }))
]

type ChildLink = {
  readonly [K in 'ipvlan' | 'macvlan']: { readonly kind: K; readonly options: Options<K> }
}['ipvlan' | 'macvlan']

/** A link without neighbours leaves it to the host's routing where its packets go. */
export const childSteps = (
  link: ChildLink,
  given: Child,
  { neighbours }: { readonly neighbours: boolean }
): ReadonlyArray<Step> => {
  const { namespace, parent, interface: inner } = given
  return stationSteps({ _tag: 'AddLink', link: { ...link, name: inner, namespace, parent } }, given, {
    neighbours
  })
}
