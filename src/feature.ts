import type { Task } from 'fp-ts/Task'
import { features as ofRoutes } from './encap/feature'
import { features as ofFilters } from './filter/feature'
import { features as ofLinks } from './link/feature'
import { features as ofNexthops } from './nexthop/feature'
import { features as ofNftables } from './nftables/feature'
import { features as ofQdiscs } from './qdisc/feature'
import { genericFamily } from './socket/family'
import type { Feature } from './socket/request'
import { isLacking } from './socket/session'

/** Something that not every kernel has. */
export interface KernelFeature extends Omit<Feature, 'probe' | 'loads'> {
  /** Whether this kernel has it, or loads it when it is wanted. */
  readonly present: boolean
}

const all: ReadonlyArray<Feature> = [
  ...ofLinks,
  ...ofRoutes,
  ...ofNexthops,
  ...ofQdiscs,
  ...ofFilters,
  ...ofNftables,
  genericFamily('wireguard')
]

/**
 * What a kernel may lack of all that can be asked for here, and whether this one does: each is tried out in a namespace
 * made for it, which takes CAP_SYS_ADMIN; without, all is taken to be there.
 */
export const kernelFeatures = (): Task<ReadonlyArray<KernelFeature>> => async () => {
  const tried: Array<KernelFeature> = []
  for (const feature of all) {
    const { probe, loads, ...known } = feature
    tried.push({ ...known, present: !(await isLacking(feature)) })
  }
  return tried
}
