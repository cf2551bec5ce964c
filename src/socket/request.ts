import type * as E from 'fp-ts/Either'
import type { Message, Protocol } from '../../protocol'
import type { NamespaceRef } from '../namespace/reference'
import type { InvalidInput } from './error'

/** What a request's messages refer to and only the connection knows. */
export interface Known {
  /** The index of a link that the request named. */
  readonly indexOf: (link: LinkRef) => number
  /** An open descriptor of a namespace that the request named; it is open until the answer is there. */
  readonly descriptorOf: (namespace: NamespaceRef) => number
}

/** A link by name or by index. */
export type LinkRef = string | number

/** A message to send; the connection gives it its sequence number and port. */
export type Outgoing = Message

/** How the kernel answers a request. */
export type Answering =
  /** By an acknowledgement, or by nothing when a later one acknowledges. */
  | 'acknowledged'
  /** By one message. */
  | 'single'
  /** By messages up to NLMSG_DONE. */
  | 'dump'
  /** All messages together or none: an nfnetlink batch. */
  | 'transaction'

/**
 * A request as a value: nothing is sent until a connection takes it. Requests can be sent together; each has its own
 * answer.
 */
export interface Request<A> {
  /** The call that made it: `address.add`. */
  readonly operation: string
  readonly protocol: Protocol
  readonly answering: Answering
  /** The names of links that must be known before it can be encoded. */
  readonly links?: ReadonlyArray<LinkRef>
  /** Where the caller named one of them, if not as `link`. */
  readonly linkField?: ((link: LinkRef) => string | undefined) | undefined
  /** Namespaces that its messages refer to. */
  readonly namespaces?: ReadonlyArray<NamespaceRef>
  /** The names that it gives to links, new ones by their indexes: requests behind it mean those links by them. */
  readonly names?: ReadonlyArray<{ readonly name: string; readonly link: LinkRef }>
  readonly messages: (known: Known) => E.Either<InvalidInput, ReadonlyArray<Outgoing>>
  /** The same some at a time, where they may be so many that others must have their turn in between. */
  readonly pieces?: (known: Known) => Iterable<E.Either<InvalidInput, ReadonlyArray<Outgoing>>>
  /** The answer, out of the kernel's messages. */
  readonly read: (answers: ReadonlyArray<Message>, known: Known) => A
  /** Of a list: what one message of the answer tells of. */
  readonly entries?: (answer: Message, known: Known) => ReadonlyArray<unknown>
  /** Of a list: the errno's name by which the kernel says that there is nothing of the kind. */
  readonly empty?: string
  /** The caller's field for the path of an attribute: `attributes.local` is `address`. */
  readonly fields: { readonly [path: string]: string }
  /** Of a transaction: what its message at this place was for, in the caller's words. The first is at 0. */
  readonly part?: (position: number) => string | undefined
  /** What the kernel must have for it, and may lack. Looked into when it refuses. */
  readonly needs?: ReadonlyArray<Feature>
  /** The same of one message of a transaction: the one that was refused. */
  readonly neededBy?: (message: Message) => ReadonlyArray<Feature>
  /** The family of generic netlink that it belongs to, whose number the controller tells: `wireguard`. */
  readonly family?: string
  /** A family of generic netlink that the kernel is asked for before, as it loads its module for nothing else: `ovpn`. */
  readonly loadedBy?: string
  /**
   * Milliseconds that the kernel works on it, about, where that is long. Such requests leave in smaller companies, as all
   * that is asked behind them waits; from a millisecond on, by another thread.
   */
  readonly kernelTime?: number
  /** What to do about an errno, in the words of this call. */
  readonly hints?: { readonly [code: string]: string }
}

/** Something that not every kernel has. */
export interface Feature {
  /** What it is, in the plural or without an article: `links of kind ipvlan`. */
  readonly name: string
  /** The version of Linux that brought it. */
  readonly since?: string
  /** The module that has it, by the name that modprobe takes. */
  readonly module?: string
  /** The option that a kernel is built with to have it. */
  readonly option?: string
  /** What to do without it. */
  readonly hint?: string
  /** The errno's names by which kernels without it refuse; each can mean something else too. */
  readonly signs: ReadonlyArray<'EOPNOTSUPP' | 'ENOENT' | 'EINVAL' | 'EPROTO' | 'EAFNOSUPPORT'>
  /** What makes the kernel load the module where nothing that needs it does, sent before the probe. It may be refused. */
  readonly loads?: ReadonlyArray<Request<unknown>>
  /**
   * Requests that tell a kernel that has it from one that has not, sent to an empty namespace: all but the last succeed
   * on either, and the last one is refused with one of `signs` if it has not.
   */
  readonly probe: ReadonlyArray<Request<unknown>>
}

/** All there is of an object, as far as a filter meant it. */
export interface List<A> extends ReadonlyArray<A> {
  /**
   * Whether it is as the kernel had it at one moment. If not, the table changed under each of ten attempts to list it,
   * and something may be missing or be there twice.
   */
  readonly complete: boolean
}

/** `complete` is no element, so it shows in neither a loop nor JSON. */
export const listOf = <A>(values: ReadonlyArray<A>, complete = true): List<A> =>
  Object.defineProperty(values, 'complete', { value: complete }) as List<A>

/** A request for all there is of an object. Its answer can also be had one by one, as it comes. */
export interface ListRequest<A> extends Request<List<A>> {
  readonly answering: 'dump'
  /** What one message of the answer tells of. */
  readonly entries: (answer: Message, known: Known) => ReadonlyArray<A>
}

export const listing = <A>(request: Omit<ListRequest<A>, 'answering' | 'read'>): ListRequest<A> => ({
  ...request,
  answering: 'dump',
  read: (answers, known) => listOf(answers.flatMap(answer => request.entries(answer, known)))
})
