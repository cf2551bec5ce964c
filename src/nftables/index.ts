import * as E from 'fp-ts/Either'
import { NLM_F } from '../../protocol/netlink/header'
import type { Element } from '../../protocol/nftables/element'
import { message } from '../socket/message'
import { type ListRequest, listing, type Request } from '../socket/request'
import { familyHeader, familyName, type TableRef } from './family'
import { concatenation } from './message'
import { nftables } from './presence'

export type { SyntaxFault } from './cursor'
export {
  type Change,
  type ChangeKind,
  changes,
  type Edit,
  type ElementLike,
  type NewSet,
  type NewTable,
  type RuleLike,
  type RulePlace,
  type TableEdit
} from './edit'
export { type Family, families, type TableRef } from './family'
export { generation } from './generation'
export type { Interpolated } from './lexer'
export { rulesetText, tableText } from './listing'
export * from './message'
export { ruleText } from './print'
export { resetObjects, resetRules } from './reset'
export { script } from './script'
export * from './selector'
export * from './statement'
export type * as syntax from './syntax'
export type {
  Chain,
  ChainHook,
  Flowtable,
  ListedChain,
  ListedRule,
  ListedTable,
  NftObject,
  NftSet,
  Ruleset,
  Table
} from './table'
export { parseRule, rule } from './template'
export {
  type ModifyOptions,
  missingSets,
  modify,
  modifyTogether,
  type Step,
  send,
  type TransactionOptions,
  transaction
} from './transaction'
export { type WatchEvent, watching } from './watch'

/** The tables of all families. */
export const tables: ListRequest<TableRef> = listing({
  operation: 'nftables.tables',
  protocol: 'netfilter',
  messages: () => E.right([message('NFT_MSG_GETTABLE', NLM_F.REQUEST | NLM_F.DUMP, {})]),
  entries: answer =>
    answer.type === 'NFT_MSG_NEWTABLE' && answer.attributes.name !== undefined
      ? [{ family: familyName(answer.header.nfgenFamily), table: answer.attributes.name }]
      : [],
  fields: {},
  needs: [nftables]
})

/** A table by its name: ENOENT if there is none. */
export const table = (ref: TableRef): Request<TableRef> => ({
  operation: 'nftables.table',
  protocol: 'netfilter',
  answering: 'single',
  messages: () =>
    E.right([
      message('NFT_MSG_GETTABLE', NLM_F.REQUEST, {
        header: familyHeader(ref),
        attributes: { name: ref.table }
      })
    ]),
  read: () => ref,
  fields: {},
  needs: [nftables]
})

/** The elements of a set, as the kernel has them. */
export const elements = (ref: TableRef, set: string): ListRequest<Element> =>
  listing({
    operation: 'nftables.elements',
    protocol: 'netfilter',
    messages: () =>
      E.right([
        message('NFT_MSG_GETSETELEM', NLM_F.REQUEST | NLM_F.DUMP, {
          header: familyHeader(ref),
          attributes: { table: ref.table, set }
        })
      ]),
    entries: answer => (answer.type === 'NFT_MSG_NEWSETELEM' ? (answer.attributes.elements ?? []) : []),
    fields: {},
    needs: [nftables]
  })

/** The element of a key, alone: `nft get element`. A set of ranges gives the one that the key is in. */
export const element = (
  ref: TableRef,
  set: string,
  key: ReadonlyArray<Uint8Array>
): Request<Element | undefined> => ({
  operation: 'nftables.element',
  protocol: 'netfilter',
  answering: 'single',
  messages: () =>
    E.right([
      message('NFT_MSG_GETSETELEM', NLM_F.REQUEST, {
        header: familyHeader(ref),
        attributes: { table: ref.table, set, elements: [{ key: { value: concatenation(key) } }] }
      })
    ]),
  read: answers =>
    answers.flatMap(answer =>
      answer.type === 'NFT_MSG_NEWSETELEM' ? (answer.attributes.elements ?? []) : []
    )[0],
  fields: {},
  needs: [nftables]
})
