import type { AnyDefinition } from './message'

export interface Definitions {
  readonly [name: string]: AnyDefinition
}

/** A group of messages that share a space of numbers, named as the kernel's headers name them. */
export interface Family<D extends Definitions> {
  readonly name: string
  readonly definitions: D
  /** What is added to a message's number on the wire: nfnetlink puts the subsystem there. */
  readonly base: number
}

export interface FamilyEntry {
  readonly definition: AnyDefinition
  readonly type: string
}

export const family = <const D extends Definitions>(name: string, definitions: D, base = 0): Family<D> => {
  const owners = new Map<number, string>()
  for (const definition of Object.values(definitions))
    for (const [type, number] of Object.entries(definition.types)) {
      const owner = owners.get(number)
      if (owner !== undefined) throw new Error(`${name}: ${owner} and ${type} both have number ${number}`)
      owners.set(number, type)
    }
  return { name, definitions, base }
}

/** nfnetlink's number of a message: the subsystem in the high byte. <linux/netfilter/nfnetlink.h> */
export const subsystem = (id: number): number => id << 8
