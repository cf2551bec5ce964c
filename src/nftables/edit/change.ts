import * as E from 'fp-ts/Either'
import type { Message } from '../../../protocol'
import type { Fault } from '../described'
import type { TableRef } from '../family'
import type { Difference, Keyed } from '../interval'
import type { IndexOf, Layout } from '../layout'
import type { RuleName } from '../order'
import type { ObjectKind } from '../syntax'

/** What is known where changes are made into messages. */
export interface Around {
  readonly indexOf: IndexOf
  /** Sets that the changes do not make themselves. */
  readonly layoutOf: (ref: TableRef, set: string) => Layout | undefined
  /** The rules of a chain as they stand by then, if anybody asks for their places. */
  readonly orderOf: (ref: TableRef, chain: string) => Array<RuleName> | undefined
  /** What a set with `auto-merge` has by then. */
  readonly heldBy: (ref: TableRef, set: string) => ReadonlyArray<Keyed>
  /**
   * Tells what it has from now on, and whether the kernel has none of it. The kernel is told by the last change of
   * the set, as it cannot lose what comes in the same transaction.
   */
  readonly hold: (ref: TableRef, set: string, keys: ReadonlyArray<Keyed>, emptied?: boolean) => Difference
}

/** What a change does, and to what, by the words of `nft`. */
export interface ChangeKind {
  readonly verb: 'add' | 'create' | 'insert' | 'replace' | 'rename' | 'flush' | 'delete'
  readonly object:
    | 'ruleset'
    | 'table'
    | 'chain'
    | 'rule'
    | 'set'
    | 'map'
    | 'element'
    | 'flowtable'
    | ObjectKind
    | 'unknown'
}

/** One change of the ruleset, as a value. */
export interface Change {
  /** What it does, and to what: what there is to decide about a change is decided by this, and not by its text. */
  readonly kind: ChangeKind
  /** Where, and what there: `inet filter input tcp dport 22 accept`. */
  readonly subject: string
  /** In the words of `nft`: `add rule inet filter input tcp dport 22 accept`. */
  readonly text: string
  /** Interfaces whose indexes it needs; which words are their names, the sets that it uses tell. */
  readonly links: (layoutOf: Around['layoutOf']) => ReadonlyArray<string>
  /** The set that it makes, which the changes behind it can use. */
  readonly makes?: { readonly ref: TableRef; readonly set: string; readonly layout: Layout }
  /** The chain in which it stands at a place by its number: the order of its rules must be known. */
  readonly beside?: { readonly ref: TableRef; readonly chain: string }
  /** The set whose elements it changes: if that merges them, those that are there must be known. */
  readonly fills?: { readonly ref: TableRef; readonly set: string }
  /** Sets that it uses. */
  readonly uses: ReadonlyArray<{ readonly ref: TableRef; readonly set: string }>
  /** What the kernel is sent, or what is wrong with the change. */
  readonly messages: (around: Around) => E.Either<Fault, ReadonlyArray<Message>>
}

export type Said = Omit<Change, 'kind' | 'subject' | 'text'>

/** A change with its words, which are put together when somebody asks for them. */
export const worded = (kind: ChangeKind, subject: () => string, said: Said): Change => ({
  kind,
  get subject() {
    return subject()
  },
  get text() {
    return `${kind.verb} ${kind.object} ${subject()}`.trimEnd()
  },
  ...said
})

export const plain = (
  kind: ChangeKind,
  subject: string,
  messages: Change['messages'],
  more: Partial<Said> = {}
): Change => worded(kind, () => subject, { links: none, uses: [], messages, ...more })

const none = (): ReadonlyArray<never> => []

export const one = (kind: ChangeKind, subject: string, given: () => Message): Change =>
  plain(kind, subject, () => E.right([given()]))

/** A change that is none if something is wrong with what it is said by. */
export const unlessWrong = (fault: Fault | undefined, change: Change): Change =>
  fault === undefined ? change : plain(change.kind, change.subject, () => E.left(fault))
