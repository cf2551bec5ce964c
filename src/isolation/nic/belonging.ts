import type { Message } from '../../../protocol'
import type { Body } from './kept'

/** The link that something belongs to, and what of it others refer to. */
export interface Owner {
  readonly index: number
  /** The addresses that it has. */
  readonly addresses: ReadonlySet<string>
  /** The ids of nexthops that leave by it, and of groups of them. */
  readonly nexthops: ReadonlySet<number>
}

type Verb = 'RTM_GET' | 'RTM_NEW' | 'RTM_DEL'
type Object = 'ADDR' | 'NEXTHOP' | 'ROUTE' | 'RULE' | 'NEIGH' | 'QDISC' | 'TCLASS'

/** One kind of what the kernel forgets when a link goes: how it is found, told from others, and made again. */
export interface Belonging<B extends Body = Body> {
  /** In a sentence: `route`. */
  readonly noun: string
  readonly object: Object
  /** What asks for all of it, of one link where the kernel knows that. */
  readonly dump: (index: number) => Body
  readonly belongs: (body: B, owner: Owner) => boolean
  /** Without what the kernel counts, decides by itself, or does not take. */
  readonly essence: (body: B) => B
  /** What makes two the same, where that is less than the essence. */
  readonly identity?: (essence: B) => B
  /** With the time that is left after some seconds; nothing if none is. */
  readonly aged?: (body: B, seconds: number) => B | undefined
  /** For the link with another index. */
  readonly moved: (body: B, from: number, to: number) => B
  /** What is left of it where the host's other links are not. */
  readonly alone?: (body: B, owner: Pick<Owner, 'index' | 'nexthops'>) => B | undefined
  /** NLM_F_*, beside CREATE. */
  readonly flags: (essence: B) => number
  /** The order in which they can be made again, from that in which the kernel tells them. */
  readonly order: (all: ReadonlyArray<B>) => ReadonlyArray<B>
  /** Whether their order is of consequence; then all are made anew if some stand in the way. */
  readonly ordered?: boolean
  /** Whether some come by themselves, and have to go if they were not there before. */
  readonly spontaneous?: boolean
  /** Whether it comes with something else, and by that alone. */
  readonly granted?: (body: B) => boolean
  /** Whether one that stands in the way is another, by the same number. */
  readonly numbered?: boolean
  /** How a person would say it. */
  readonly told: (body: B) => string
}

export const typeOf = (verb: Verb, { object }: Pick<Belonging, 'object'>): Message['type'] =>
  `${verb}${object}` as Message['type']

/** In the order in which they were told. */
export const asTold = <B>(all: ReadonlyArray<B>): ReadonlyArray<B> => all
