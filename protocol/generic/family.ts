import type { Definitions, Family } from '../definition'

/**
 * A family of generic netlink, under the name that the controller knows. Two messages may have one number if only
 * one of them comes from the kernel.
 */
export const genericFamily = <const D extends Definitions>(name: string, definitions: D): Family<D> => ({
  name,
  definitions,
  base: 0
})

/** Whether only the kernel sends messages of this type: the names of ethtool's answers and events tell. */
export const fromKernel = (type: string): boolean => /_(REPLY|NTF)$/.test(type)
