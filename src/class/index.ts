import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import { NLM_F } from '../../protocol/netlink/header'
import type { TrafficClass as ClassMessage } from '../../protocol/rtnetlink/class'
import { type InvalidInput, invalidInput } from '../socket/error'
import { parsed } from '../socket/input'
import { keysOf, misspelt } from '../socket/key'
import { message, present } from '../socket/message'
import { type LinkRef, type ListRequest, listing, type Request } from '../socket/request'
import type { Given } from '../traffic/given'
import { classPlaces, formatHandle, formatPlace, type Handle, parseHandle } from '../traffic/handle'
import { ranged } from '../traffic/range'
import { type Statistics, statisticsIn } from '../traffic/statistics'
import type { ClassKind, ClassOptions } from './kind'

export type { Given } from '../traffic/given'
export type { Handle } from '../traffic/handle'
export type { Statistics } from '../traffic/statistics'
export * from './htb'
export type { ClassKind, ClassOptions } from './kind'

type Attributes = ClassMessage['attributes']

/** A class of a qdisc: `tc class`. man 8 tc */
export interface Class {
  /** Index of the link. */
  readonly link: number
  /** Its qdisc's. */
  readonly kind: string
  /** `1:10`, whose first number is the qdisc's. */
  readonly handle: Handle
  /** The class that it hangs below; root if it hangs below none. */
  readonly parent: 'root' | Handle
  /** The qdisc where its packets wait. */
  readonly leaf?: Handle
  readonly options?: Attributes['options']
  readonly statistics?: Statistics
  /** What its kind counts besides. */
  readonly ownStatistics?: Attributes['xstats']
  /** The message as it came, for what has no member here. */
  readonly message: ClassMessage
}

export interface NewClassBase {
  readonly link: LinkRef
  readonly handle: Handle
  /** The qdisc, or the class that it hangs below. Default: the qdisc. */
  readonly parent?: 'root' | Handle
}

export type NewClass = NewClassBase &
  (
    | { [K in ClassKind]: { readonly kind: K; readonly options?: Given<ClassOptions<K>> } }[ClassKind]
    | { readonly kind: string; readonly options?: undefined }
  )

const keys = keysOf<NewClass, Class>({
  link: true,
  handle: true,
  parent: true,
  kind: true,
  options: true,
  leaf: false,
  statistics: false,
  ownStatistics: false,
  message: false
})

/** What tells one class from others. */
export interface ClassKey {
  readonly link: LinkRef
  readonly handle: Handle
}

export interface ClassFilter {
  readonly link: LinkRef
  /** The qdisc whose classes are wanted; of all by default. */
  readonly qdisc?: Handle
}

const filterKeys = keysOf<ClassFilter>({ link: true, qdisc: true })

const fields = {
  'attributes.kind': 'kind',
  'attributes.options': 'options',
  'header.ifindex': 'link',
  'header.parent': 'parent',
  'header.handle': 'handle'
}

/** Lists the classes of a link's qdiscs: `tc class show`. */
export const list = (filter: ClassFilter): ListRequest<Class> =>
  misspelt('class.list', filter, filterKeys) ??
  listing({
    operation: 'class.list',
    protocol: 'route',
    links: [filter.link],
    messages: known =>
      pipe(
        parsed('class.list', 'qdisc', filter.qdisc, parseHandle),
        E.map((parent = 0) => [
          message('RTM_GETTCLASS', NLM_F.REQUEST | NLM_F.DUMP, {
            header: { ifindex: known.indexOf(filter.link), parent }
          })
        ])
      ),
    entries: classesIn,
    fields: { ...fields, 'header.parent': 'qdisc' }
  })

/** A class by its handle. */
export const get = (key: ClassKey): Request<Class> =>
  misspelt('class.get', key, keys) ?? {
    operation: 'class.get',
    protocol: 'route',
    answering: 'single',
    links: [key.link],
    messages: known =>
      pipe(
        handleOf('class.get', key),
        E.map(handle => [
          // The kernel answers by a notification, which the asker gets only if he asks for an echo.
          message('RTM_GETTCLASS', NLM_F.REQUEST | NLM_F.ECHO, {
            header: { ifindex: known.indexOf(key.link), handle }
          })
        ])
      ),
    read: answers => answers.flatMap(classesIn)[0] as Class,
    fields,
    hints: { ENOENT: `there is no class ${key.handle}` }
  }

/** Adds a class: `tc class add`. */
export const add = (given: NewClass): Request<void> =>
  change('class.add', NLM_F.CREATE | NLM_F.EXCL, given, {
    EEXIST: `there is a class ${given.handle} already; replace changes it`
  })

/** Adds a class or changes the one that is there: `tc class replace`. */
export const replace = (given: NewClass): Request<void> =>
  change('class.replace', NLM_F.CREATE | NLM_F.REPLACE, given)

/** Changes a class that is there: `tc class change`. */
export const set = (given: NewClass): Request<void> =>
  change('class.set', 0, given, { ENOENT: `there is no class ${given.handle}; replace makes it` })

/** Removes a class: `tc class delete`. */
export const remove = (key: ClassKey): Request<void> =>
  misspelt('class.remove', key, keys) ?? {
    operation: 'class.remove',
    protocol: 'route',
    answering: 'acknowledged',
    links: [key.link],
    messages: known =>
      pipe(
        handleOf('class.remove', key),
        E.map(handle => [
          message('RTM_DELTCLASS', NLM_F.REQUEST, { header: { ifindex: known.indexOf(key.link), handle } })
        ])
      ),
    read: () => undefined,
    fields,
    hints: {
      ENOENT: `there is no class ${key.handle}`,
      EBUSY: 'a class hangs below it, or a filter leads to it'
    }
  }

const handleOf = (operation: string, key: ClassKey): E.Either<InvalidInput, number> =>
  pipe(
    parsed(operation, 'handle', key.handle, parseHandle),
    E.filterOrElse(
      (handle): handle is number => handle !== undefined && (handle & 0xffff) !== 0,
      () => invalidInput(operation, 'handle', 'must be given with both numbers: 1:10')
    )
  )

const change = (
  operation: string,
  flags: number,
  given: NewClass,
  hints: Request<void>['hints'] = {}
): Request<void> =>
  misspelt(operation, given, keys) ?? {
    operation,
    protocol: 'route',
    answering: 'acknowledged',
    links: [given.link],
    messages: known =>
      pipe(
        E.Do,
        E.apS('ranged', ranged(operation, given)),
        E.apS('handle', handleOf(operation, given)),
        E.apS(
          'parent',
          parsed(operation, 'parent', given.parent, text => parseHandle(text, classPlaces))
        ),
        E.map(({ handle, parent = (handle & 0xffff0000) >>> 0 }) => [
          message('RTM_NEWTCLASS', NLM_F.REQUEST | flags, {
            header: { ifindex: known.indexOf(given.link), handle, parent },
            attributes: present({ kind: given.kind, options: given.options } as Attributes)
          })
        ])
      ),
    read: () => undefined,
    fields: { ...fields, ...optionFields(given.options) },
    hints: { ENOENT: 'there is no such qdisc, or no such class to hang it below', ...hints }
  }

/** The kernel's keys of a kind's options are the caller's own. */
const optionFields = (options: object = {}): { readonly [path: string]: string } =>
  Object.fromEntries(Object.keys(options).map(key => [`attributes.options.${key}`, `options.${key}`]))

const classesIn = (answer: { readonly type: string }): ReadonlyArray<Class> =>
  answer.type === 'RTM_NEWTCLASS' ? [classOf(answer as unknown as ClassMessage)] : []

const classOf = ({ header, attributes }: ClassMessage): Class =>
  present<Class>({
    link: header.ifindex,
    kind: attributes.kind ?? '',
    handle: formatHandle(header.handle),
    parent: formatPlace(header.parent, classPlaces),
    leaf: header.info === 0 ? undefined : formatHandle(header.info),
    options: attributes.options,
    statistics: statisticsIn(attributes),
    ownStatistics: attributes.xstats,
    message: { header, attributes }
  })
