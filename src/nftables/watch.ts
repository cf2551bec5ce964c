import type { Message } from '../../protocol'
import type { Element as WireElement } from '../../protocol/nftables/element'
import type { Rule as WireRule } from '../../protocol/nftables/rule'
import type { NftSet as WireSet } from '../../protocol/nftables/set'
import { NFT_SET } from '../../protocol/nftables/set'
import type { Change, Event, Source } from '../socket/subscription'
import { elementsOf, type Reading } from './content'
import { decompile, type Known } from './decompile'
import { verdictOf } from './expression/verdict'
import { type Family, familyName } from './family'
import { ruleText } from './print'
import { chainFrom, dumpOf, flowtableFrom, type Held, objectFrom, setFrom, tableFrom } from './ruleset'
import type { Element, Rule } from './syntax'
import type { ChainHook, Flowtable, NftObject, NftSet } from './table'

/** NFNLGRP_NFTABLES. <linux/netfilter/nfnetlink.h> */
const group = 7

interface Placed {
  readonly family: Family
  readonly table: string
}

export interface WatchedTable {
  readonly family: Family
  readonly table: string
  readonly handle: bigint
  readonly comment?: string
}

export interface WatchedChain extends Placed {
  readonly name: string
  readonly handle: bigint
  readonly base?: ChainHook
  readonly comment?: string
}

export interface WatchedRule extends Placed, Rule {
  readonly chain: string
  readonly handle: bigint
  /** As `nft` prints it. Of one that was there from the start, sets of its own show by their names. */
  readonly text: string
}

export type WatchedSet = Placed & Omit<NftSet, 'elements'>

export interface WatchedElements extends Placed {
  readonly set: string
  readonly elements: ReadonlyArray<Element>
}

export type WatchedObject = Placed & NftObject

export type WatchedFlowtable = Placed & Flowtable

/** The end of a transaction: its changes came before. */
export interface WatchedGeneration {
  readonly generation: number
  /** Who made it. */
  readonly pid?: number
  readonly program?: string
}

type Typed<K> = Extract<Message, { readonly type: K }>

interface Addressed {
  readonly header: { readonly nfgenFamily: number }
  readonly attributes: { readonly table?: string }
}

const place = ({ header, attributes }: Addressed): Placed => ({
  family: familyName(header.nfgenFamily),
  table: attributes.table ?? ''
})

/** What is told of an object, and how all there are of it are asked for. */
const source = <A, N extends Message['type'], D extends Message['type']>(
  added: N,
  removed: D,
  question: Message['type'] | undefined,
  values: (message: Typed<N>) => ReadonlyArray<A>
): Source<A> => ({
  protocol: 'netfilter',
  groups: [group],
  read: (message): ReadonlyArray<Change<A>> =>
    message.type === added
      ? values(message as Typed<N>).map(value => ({ change: 'added', value }))
      : message.type === removed
        ? values(message as Typed<N>).map(value => ({ change: 'removed', value }))
        : [],
  // Elements are asked for set by set: a resync leaves them out, and `ruleset` has them.
  list:
    question === undefined
      ? dumpOf('NFT_MSG_GETTABLE', 'NFT_MSG_NEWTABLE', (): ReadonlyArray<A> => [])
      : dumpOf(question, added, values)
})

/** What the kernel tells of nftables, in words. Sets are remembered, to read what is told of their elements and of rules. */
export const watching = () => {
  const sets = new Map<string, Held & { readonly elements: Array<WireElement> }>()
  const keyOf = ({ family, table }: Placed, set: string): string => `${family} ${table} ${set}`
  const remember = (message: WireSet): Held => {
    const held = setFrom(message)
    sets.set(keyOf(place(message), held.set.name), { ...held, elements: [] })
    return held
  }
  const setOf =
    (at: Placed) =>
    (name: string): Known | undefined => {
      const held = sets.get(keyOf(at, name))
      return held === undefined
        ? undefined
        : {
            layout: held.layout,
            elements: held.elements,
            anonymous: (held.flags & NFT_SET.ANONYMOUS) !== 0,
            size: held.set.size
          }
    }
  const reading: Reading = {
    interfaces: new Map(),
    verdict: given => verdictOf(given)
  }
  const ruleFrom = (message: WireRule): WatchedRule => {
    const at = place(message)
    const { chain = '', handle = 0n, expressions = [], userdata } = message.attributes
    const statements = decompile(expressions, {
      family: at.family,
      setOf: setOf(at),
      ownRules: () => undefined,
      interfaces: new Map()
    })
    const rule: Rule = { statements, ...(userdata?.comment !== undefined && { comment: userdata.comment }) }
    return { ...at, chain, handle, ...rule, text: ruleText(rule) }
  }
  return {
    table: source(
      'NFT_MSG_NEWTABLE',
      'NFT_MSG_DELTABLE',
      'NFT_MSG_GETTABLE',
      (message): ReadonlyArray<WatchedTable> => [tableFrom(message)]
    ),
    set: source(
      'NFT_MSG_NEWSET',
      'NFT_MSG_DELSET',
      'NFT_MSG_GETSET',
      (message): ReadonlyArray<WatchedSet> => [{ ...place(message), ...remember(message).set }]
    ),
    elements: source(
      'NFT_MSG_NEWSETELEM',
      'NFT_MSG_DELSETELEM',
      undefined,
      (message): ReadonlyArray<WatchedElements> => {
        const at = place(message)
        const { set = '', elements = [] } = message.attributes
        const held = sets.get(keyOf(at, set))
        held?.elements.push(...elements)
        return held === undefined
          ? []
          : [{ ...at, set, elements: elementsOf(held.layout, elements, reading) }]
      }
    ),
    chain: source(
      'NFT_MSG_NEWCHAIN',
      'NFT_MSG_DELCHAIN',
      'NFT_MSG_GETCHAIN',
      (message): ReadonlyArray<WatchedChain> => {
        const at = place(message)
        const { rules: _, ...chain } = chainFrom(at.family, message, () => [])
        return [{ ...at, ...chain }]
      }
    ),
    object: source(
      'NFT_MSG_NEWOBJ',
      'NFT_MSG_DELOBJ',
      'NFT_MSG_GETOBJ',
      (message): ReadonlyArray<WatchedObject> => [{ ...place(message as Addressed), ...objectFrom(message) }]
    ),
    flowtable: source(
      'NFT_MSG_NEWFLOWTABLE',
      'NFT_MSG_DELFLOWTABLE',
      undefined,
      (message): ReadonlyArray<WatchedFlowtable> => [{ ...place(message), ...flowtableFrom(message) }]
    ),
    rule: source(
      'NFT_MSG_NEWRULE',
      'NFT_MSG_DELRULE',
      'NFT_MSG_GETRULE',
      (message): ReadonlyArray<WatchedRule> => [ruleFrom(message)]
    ),
    generation: {
      protocol: 'netfilter',
      groups: [group],
      read: message =>
        message.type === 'NFT_MSG_NEWGEN' ? [{ change: 'added', value: generationFrom(message) }] : [],
      list: dumpOf('NFT_MSG_GETTABLE', 'NFT_MSG_NEWTABLE', (): ReadonlyArray<WatchedGeneration> => [])
    } satisfies Source<WatchedGeneration>
  } as const
}

const generationFrom = ({
  attributes: { id = 0, procPid, procName }
}: Typed<'NFT_MSG_NEWGEN'>): WatchedGeneration => ({
  generation: id,
  ...(procPid !== undefined && { pid: procPid }),
  ...(procName !== undefined && { program: procName })
})

/** What `connection.nftables.monitor` tells. */
export type WatchEvent = Event<ReturnType<typeof watching>>
