import { isPromise } from '../../namespace/enter'
import type { TableRef } from '../family'
import type { ObjectKind } from '../syntax'
import type { Flowtable, NftObject } from '../table'
import { addChain, type ChainOptions, flushChain, removeChain, renameChain } from './chain'
import { type Change, unlessWrong } from './change'
import { elementsChange } from './element'
import { addFlowtable, removeFlowtable } from './flowtable'
import { refFault } from './name'
import { addObject, removeObject } from './object'
import { type RuleLike, type RulePlace, removeRule, replaceRule, ruleChange } from './rule'
import { addSet, flushSet, type NewSet, removeSet } from './set'
import { addTable, flushRuleset, flushTable, type NewTable, removeTable } from './table'
import type { ElementLike } from './written'

export type { ChainOptions } from './chain'
export type { Around, Change, ChangeKind } from './change'
export { created } from './creation'
export { elementsChange } from './element'
export type { RuleLike, RulePlace } from './rule'
export type { NewSet } from './set'
export type { NewTable } from './table'
export { dataParser, type ElementLike } from './written'

/**
 * Changes to a table and what is in it; each says what `nft` would, and gives the same again, so that one follows the
 * other. None is sent or looked at before all are: what is wrong with one is the transaction's error and names it.
 */
export interface TableEdit {
  /** The table. */
  readonly ref: TableRef
  /**
   * A chain, if there is none by this name: `nft add chain`. With a `hook` it is a base chain, of type filter and
   * priority 0 unless said otherwise; `type`, `priority` and `devices` are for those. One that is there takes over a
   * `policy`; EEXIST or EOPNOTSUPP if it has another hook. NFTA_CHAIN_* of <linux/netfilter/nf_tables.h>
   */
  readonly chain: (name: string, options?: ChainOptions) => TableEdit
  /** Gives the chain with this handle another name: `nft rename chain`. ENOENT if there is none, EEXIST if the name is taken. */
  readonly renameChain: (handle: bigint, name: string) => TableEdit
  /** Removes the rules of a chain: `nft flush chain`. ENOENT if there is no such chain. */
  readonly flushChain: (name: string) => TableEdit
  /** Removes a chain with its rules: `nft delete chain`. ENOENT if there is none, EBUSY if rules or maps jump there. */
  readonly removeChain: (name: string) => TableEdit
  /** A rule at the chain's end, or behind another one: `nft add rule`. ENOENT if there is no such chain. */
  readonly rule: (chain: string, rule: RuleLike, place?: RulePlace) => TableEdit
  /** A rule at the chain's beginning, or before another one: `nft insert rule`. ENOENT if there is no such chain. */
  readonly insertRule: (chain: string, rule: RuleLike, place?: RulePlace) => TableEdit
  /** A rule in place of the one with this handle, which a listing has: `nft replace rule`. ENOENT if there is none. */
  readonly replaceRule: (chain: string, handle: bigint, rule: RuleLike) => TableEdit
  /** Removes the rule with this handle, which a listing has: `nft delete rule`. ENOENT if there is none. */
  readonly removeRule: (chain: string, handle: bigint) => TableEdit
  /** A set or map, if there is none by this name: `nft add set`, `nft add map`. EEXIST if there is another one. */
  readonly set: (name: string, set: NewSet) => TableEdit
  /** Removes the elements of a set or map: `nft flush set`. ENOENT if there is no such set. */
  readonly flushSet: (name: string) => TableEdit
  /** Removes a set or map: `nft delete set`. ENOENT if there is none, EBUSY if rules use it. */
  readonly removeSet: (name: string) => TableEdit
  /**
   * Adds elements to a set that these changes make, or to one that there is: `nft add element`. Those that are there
   * with the same data remain as they are; EEXIST if it is other data, or, with `exclusive`, in any case, as with
   * `nft create element`. Default false.
   */
  readonly elements: (set: string, elements: ReadonlyArray<ElementLike>, exclusive?: boolean) => TableEdit
  /** Removes elements by their keys: `nft delete element`. ENOENT if the set has not all of them. */
  readonly removeElements: (set: string, elements: ReadonlyArray<ElementLike>) => TableEdit
  /**
   * A counter, quota, limit, `ct helper` … with a name, if there is none: `nft add counter`. EEXIST if there is another
   * one. NFT_OBJECT_* of <linux/netfilter/nf_tables.h>
   */
  readonly object: (object: NftObject) => TableEdit
  /** Removes an object with a name: `nft delete counter`. ENOENT if there is none, EBUSY if rules or maps use it. */
  readonly removeObject: (kind: ObjectKind, name: string) => TableEdit
  /** A flowtable, if there is none by this name: `nft add flowtable`. NFTA_FLOWTABLE_* */
  readonly flowtable: (flowtable: Omit<Flowtable, 'hook' | 'handle'>) => TableEdit
  /** Removes a flowtable: `nft delete flowtable`. ENOENT if there is none, EBUSY if rules use it. */
  readonly removeFlowtable: (name: string) => TableEdit
  /** Removes the rules of all chains: `nft flush table`. ENOENT if there is no such table. */
  readonly flush: () => TableEdit
  /** Removes the table with all that is in it: `nft delete table`. ENOENT if there is none. */
  readonly remove: () => void
}

/** Collects changes. */
export interface Edit {
  /** Makes a table if there is none by this name: `nft add table`. */
  readonly table: (family: TableRef['family'], name: string, options?: NewTable) => TableEdit
  /** A table that is there: nothing is made. */
  readonly existing: (family: TableRef['family'], name: string) => TableEdit
  /** Removes every table of a family, or of all: `nft flush ruleset`. */
  readonly flushRuleset: (family?: TableRef['family']) => void
  /** Changes from elsewhere: those of `script`, or of another `changes`. */
  readonly push: (...changes: ReadonlyArray<Change>) => void
}

const tableEdit = (ref: TableRef, push: Edit['push']): TableEdit => {
  const wrong = refFault(ref)
  const add = (change: Change): TableEdit => {
    push(unlessWrong(wrong, change))
    return edit
  }
  const edit: TableEdit = {
    ref,
    chain: (name, options = {}) => add(addChain(ref, name, options)),
    renameChain: (handle, name) => add(renameChain(ref, handle, name)),
    flushChain: name => add(flushChain(ref, name)),
    removeChain: name => add(removeChain(ref, name)),
    rule: (chain, rule, place = {}) => add(ruleChange(ref, chain, rule, 'add', place)),
    insertRule: (chain, rule, place = {}) => add(ruleChange(ref, chain, rule, 'insert', place)),
    replaceRule: (chain, handle, rule) => add(replaceRule(ref, chain, handle, rule)),
    removeRule: (chain, handle) => add(removeRule(ref, chain, handle)),
    set: (name, set) => add(addSet(ref, name, set)),
    flushSet: name => add(flushSet(ref, name)),
    removeSet: name => add(removeSet(ref, name)),
    elements: (set, elements, exclusive = false) =>
      add(elementsChange(ref, set, elements, exclusive ? 'create' : 'add')),
    removeElements: (set, elements) => add(elementsChange(ref, set, elements, 'delete')),
    object: object => add(addObject(ref, object)),
    removeObject: (kind, name) => add(removeObject(ref, kind, name)),
    flowtable: flowtable => add(addFlowtable(ref, flowtable)),
    removeFlowtable: name => add(removeFlowtable(ref, name)),
    flush: () => add(flushTable(ref)),
    remove: () => {
      add(removeTable(ref))
    }
  }
  return edit
}

/**
 * Changes as values, said one after the other: `changes(tx => { tx.table('inet', 'filter').chain('input') })`.
 *
 * @throws TypeError if the function is asynchronous
 */
export const changes = (say: (tx: Edit) => void): ReadonlyArray<Change> => {
  const all: Array<Change> = []
  const push: Edit['push'] = (...given) => {
    for (const change of given) all.push(change)
  }
  const said: unknown = say({
    table: (family, table, options = {}) => {
      const ref = { family, table }
      push(addTable(ref, options))
      return tableEdit(ref, push)
    },
    existing: (family, table) => tableEdit({ family, table }, push),
    flushRuleset: family => push(flushRuleset(family)),
    push
  })
  if (isPromise(said)) {
    said.then(undefined, () => undefined)
    throw new TypeError(
      'the function that says the changes is asynchronous, and what it says later would be lost; find out first what there is to say'
    )
  }
  return all
}
