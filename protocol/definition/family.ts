import { deferred } from './deferred'
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

/** Definitions are loaded when they are first asked for, each by itself: who reads routes has no need of qdiscs. */
export const family = <const D extends Definitions>(
  name: string,
  definitions: { readonly [K in keyof D]: () => D[K] },
  base = 0
): Family<D> => ({ name, definitions: deferred<D>(definitions), base })

/** nfnetlink's number of a message: the subsystem in the high byte. <linux/netfilter/nfnetlink.h> */
export const subsystem = (id: number): number => id << 8
